import FoundationEssentials
import HearthMemory

/// The open store.
extension Diagnosis {
    /// Notes why a store could not be opened.
    mutating func addFailure(_ error: any Error) {
        check("file")
        let message = (error as? MemoryError)?.message ?? (error as? CommandFailure)?.message ?? "\(error)"
        // A backup mends what is wrong with the file, and nothing else.
        let isWithFile = [.storeCorrupt, .storeUnavailable].contains((error as? MemoryError)?.code)
        add(
            "file",
            .broken,
            "The store can't be opened: \(message)",
            remedy: isWithFile ? "Do as it says, or restore a backup." : "Do as it says."
        )
    }

    /// Notes that the embedder does not answer. What needs none is looked at all the same.
    mutating func addFailure(ofEmbedder error: EmbeddingError) {
        check("embedder")
        add(
            "embedder",
            .attention,
            error.message,
            remedy: "Start the model server, or give another address with --embedder and --model."
        )
    }

    /// Looks at everything that a host sees.
    ///
    /// - Parameter reads: Whether to read the whole file and compare what can be recomputed.
    mutating func examine(_ coordinator: MultiAgentMemoryCoordinator, reads: Bool) async throws {
        addReasons(of: try await coordinator.syncService.healthCheck())
        if let exchange = try await coordinator.hubSyncStatus() { examine(exchange) }
        try await examineWork(coordinator)
        if reads { addFindings(of: try await coordinator.verify()) }
    }

    /// The reasons of a health report, which begin with their component.
    private mutating func addReasons(of health: HealthReport) {
        for component in [
            "file", "disk", "log", "erasure", "leases", "conflicts", "keys", "clock", "vectors", "sync", "upkeep",
        ] {
            check(component)
        }
        for reason in health.reasons {
            let parts = reason.split(separator: ": ", maxSplits: 1).map(String.init)
            let sentence = parts.last ?? reason
            add(
                parts.count == 2 ? parts[0] : "file",
                health.status == .unhealthy ? .broken : .attention,
                sentence,
                remedy: sentence.split(separator: ". ", maxSplits: 1).dropFirst().first.map(String.init) ?? sentence
            )
        }
        if Date.now < Date(timeIntervalSince1970: 1_577_836_800) {
            add("clock", .attention, "This machine's clock stands before the year 2020.", remedy: "Set the clock.")
        }
    }

    /// The exchange with other devices, beyond what the health report says.
    private mutating func examine(_ exchange: HubSyncStatus) {
        check("devices")
        guard let problem = exchange.problem, !findings.contains(where: { $0.component == "devices" }) else { return }
        add(
            "devices",
            .attention,
            "The last exchange with the hub failed: \(problem)",
            remedy: "Run hearth hub status, which says how the hub is reached, and hearth hub sync."
        )
    }

    private mutating func examineWork(_ coordinator: MultiAgentMemoryCoordinator) async throws {
        let conflicts = try await coordinator.syncService.syncStatistics().pendingConflicts.count
        if conflicts > 0, !findings.contains(where: { $0.component == "conflicts" }) {
            add(
                "conflicts",
                .attention,
                conflicts == 1 ? "1 conflict waits for review." : "\(conflicts) conflicts wait for review.",
                remedy: "List them with hearth conflicts list, and decide with hearth conflicts resolve."
            )
        }
        check("notifications")
        let notifications = try await coordinator.pendingNotifications().filter { $0.severity == .critical }
        if !notifications.isEmpty {
            add(
                "notifications",
                .attention,
                "\(notifications.count) critical \(notifications.count == 1 ? "notification waits" : "notifications wait") for an administrator.",
                remedy: "Read them with hearth notifications list."
            )
        }
        check("agents")
        for profile in try await coordinator.agents() {
            let status = try await coordinator.status(of: profile.id)
            guard status == .error || status == .maintenance else { continue }
            add(
                "agents",
                .attention,
                "Agent \(profile.id) is out of service (\(status.rawValue)).",
                remedy: "The host that put it there can set it active again."
            )
        }
    }

    /// What a verification has found.
    private mutating func addFindings(of report: VerificationReport) {
        check("integrity")
        for finding in report.findings.prefix(20) {
            let isDerived = ["index", "document"].contains(finding.component)
            add(
                finding.component,
                .broken,
                finding.message,
                remedy: isDerived
                    ? "Run hearth verify for all of it; restore a backup if a memory is concerned."
                    : "Restore a backup, or export what still reads. hearth verify lists all of it."
            )
        }
        if report.findings.count > 20 {
            add(
                "integrity",
                .broken,
                "\(report.findings.count - 20) more findings are not listed here.",
                remedy: "Run hearth verify."
            )
        }
        if !report.sealed.isEmpty {
            add(
                "keys",
                .attention,
                "\(report.sealed.count) sensitive memories could not be checked without their key.",
                remedy: "Give the key with --key-file, --key-command or --passphrase."
            )
        }
    }
}
