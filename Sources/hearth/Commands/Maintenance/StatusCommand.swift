import ArgumentParser
import HearthMemory

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show how the store is.",
        discussion: """
            JSON: health (status, reasons), agents (from agent to status as this command sees it), locks (held, waiting, contended, \
            oldest_seconds, expired_unreleased), counters (total_agents, cross_agent_shares), pending_conflicts, operations (of the last 24 \
            hours: total, successful, failed), generated_at and, if the store exchanges with other devices, devices (hub, cursor, behind, \
            outgoing, kept_back, incomplete, keyless, damaged, future, opaque, withheld, emptied, disagreeing, refused, \
            joined_at, last_success_at, failing_since, last_failure_at, consecutive_failures, last_error_code, problem).

            The exit status is 1 when the store is unhealthy.
            """
    )

    @OptionGroup var store: StoreOptions

    func run() async throws {
        let report = try await store.withStore(.existing) { StatusReport(try await $0.coordinatorStatus()) }
        try store.output.print(report)
        guard report.isUsable else { throw ExitCode.failure }
    }
}

/// The state of a store.
private struct StatusReport: Report {
    private let status: CoordinatorStatus

    init(_ status: CoordinatorStatus) {
        self.status = status
    }

    /// Whether the store works at all.
    var isUsable: Bool { status.health.status != .unhealthy }

    private enum CodingKeys: String, CodingKey {
        case health, agents, counters, locks, operations, devices
        case pendingConflicts = "pending_conflicts"
        case generatedAt = "generated_at"
    }

    private enum HealthKeys: String, CodingKey { case status, reasons }

    private enum LockKeys: String, CodingKey {
        case held, waiting, contended
        case oldestSeconds = "oldest_seconds"
        case expiredUnreleased = "expired_unreleased"
    }

    private enum CounterKeys: String, CodingKey {
        case totalAgents = "total_agents"
        case crossAgentShares = "cross_agent_shares"
    }

    private enum OperationKeys: String, CodingKey { case total, successful, failed }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(status.agents, forKey: .agents)
        try container.encode(status.sync.pendingConflicts.count, forKey: .pendingConflicts)
        try container.encode(status.generatedAt, forKey: .generatedAt)
        try container.encodeIfPresent(status.devices, forKey: .devices)

        var health = container.nestedContainer(keyedBy: HealthKeys.self, forKey: .health)
        try health.encode(status.health.status, forKey: .status)
        try health.encode(status.health.reasons, forKey: .reasons)

        var locks = container.nestedContainer(keyedBy: LockKeys.self, forKey: .locks)
        try locks.encode(status.health.locks.held, forKey: .held)
        try locks.encode(status.health.locks.waiting, forKey: .waiting)
        try locks.encode(status.health.locks.contended, forKey: .contended)
        try locks.encode(status.health.locks.oldestAge / .seconds(1), forKey: .oldestSeconds)
        try locks.encode(status.health.locks.expiredUnreleased, forKey: .expiredUnreleased)

        var counters = container.nestedContainer(keyedBy: CounterKeys.self, forKey: .counters)
        try counters.encode(status.coordinator.totalAgents, forKey: .totalAgents)
        try counters.encode(status.coordinator.crossAgentShares, forKey: .crossAgentShares)

        var operations = container.nestedContainer(keyedBy: OperationKeys.self, forKey: .operations)
        try operations.encode(status.sync.recentOperations.last24h, forKey: .total)
        try operations.encode(status.sync.recentOperations.successful, forKey: .successful)
        try operations.encode(status.sync.recentOperations.failed, forKey: .failed)
    }

    func render(on page: inout Page) {
        let health = status.health
        page.line("The store is ", Styled(health.status.rawValue, Self.style(of: health.status)), ".")
        for reason in health.reasons { page.line("  \(reason)") }
        page.gap()
        let outOfService = status.agents.filter { $0.value == .maintenance || $0.value == .error }.keys.sorted()
        let operations = status.sync.recentOperations
        page.facts([
            ("agents", "\(status.coordinator.totalAgents)"),
            (
                "out of service",
                Styled(outOfService.isEmpty ? "none" : outOfService.listed)
            ),
            ("shares across agents", "\(status.coordinator.crossAgentShares)"),
            ("leases held", "\(health.locks.held), \(health.locks.waiting) waiting"),
            ("conflicts waiting", "\(status.sync.pendingConflicts.count)"),
            ("operations in 24 hours", "\(operations.last24h), \(operations.failed) failed"),
        ])
        if let devices = status.devices { page.facts(devices.facts) }
    }

    private static func style(of health: HealthReport.Status) -> Style {
        switch health {
        case .healthy: .good
        case .degraded: .caution
        case .unhealthy: .bad
        }
    }
}

extension HubSyncStatus {
    /// For a person.
    var facts: [(String, Styled)] {
        var facts: [(String, Styled)] = [
            (
                "exchanged with the hub",
                Styled(lastSuccessAt.map(RFC3339.string) ?? "never", lastSuccessAt == nil ? .caution : .plain)
            ),
            ("changes to be sent", Styled("\(outgoing)")), ("rows not looked at", Styled("\(behind)")),
        ]
        if keptBack > 0 { facts.append(("changes that can't be sent", Styled("\(keptBack)", .caution))) }
        let held = [
            ("for others", incomplete), ("for a sensitive memory's key", keyless), ("for a damaged memory", damaged),
            ("for a clock", future), ("for an upgrade or a key of the space", opaque),
        ]
        .filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }
        if !held.isEmpty { facts.append(("rows that wait", Styled(held.joined(separator: ", "), .caution))) }
        let missing = [("kept back", withheld), ("emptied", emptied)].filter { $0.1 > 0 }
            .map { "\($0.1) \($0.0)" }
        if !missing.isEmpty { facts.append(("not given by the hub", Styled(missing.joined(separator: ", "), .bad))) }
        if disagreeing > 0 { facts.append(("devices shown other rows", Styled("\(disagreeing)", .bad))) }
        if refused > 0 { facts.append(("rows never used", Styled("\(refused)", .caution))) }
        if let problem {
            facts.append(("failed \(consecutiveFailures) in a row", Styled(problem, .caution)))
        }
        return facts
    }
}
