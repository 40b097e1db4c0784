import ArgumentParser
import HearthHub
import HearthMemory
import Logging
import ServiceLifecycle
import UnixSignals

struct RunCommand: AsyncParsableCommand {
    static let name = "run"

    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Do the background work of a store until a signal ends it: sync, upkeep and notifications.",
        discussion: """
            For a store that no host looks after. Every interval, and at once when it begins, it publishes the drafts of all agents that are in \
            service and sync automatically, sweeps expired leases, does the upkeep unless another process does, and notifies. Hosts may work on \
            the store meanwhile. A store that belongs to a space of devices (`hearth devices`) exchanges with them too. The log goes to standard error; `hearth notifications --follow` shows what an administrator should know.

            SIGTERM or Ctrl-C ends it after the step that runs, with status 0.

            JSON, at the end: cycles (how many), consecutive_failures, last_error_code, and last_cycle (began_at, ended_at, processed, settled, \
            conflicts_detected, conflicts_pending, behind_leases, failed).
            """
    )

    @Option(
        help: ArgumentHelp("Seconds between two cycles. Default: MEMORY_SYNC_INTERVAL, else 60.", valueName: "seconds")
    )
    var interval: Double?

    @OptionGroup var store: StoreOptions
    @OptionGroup var hub: HubAddress

    func validate() throws {
        guard interval.map({ $0 > 0 && $0 <= 86_400 }) ?? true else {
            throw ValidationError("--interval must be more than 0 and at most 86400 seconds.")
        }
    }

    func run() async throws {
        var given = CoordinatorConfiguration(try CommandSettings.read()).syncInterval
        if let interval { given = .seconds(interval) }
        guard given > .zero else {
            throw CommandFailure("MEMORY_SYNC_INTERVAL is 0, which switches background work off; give --interval.")
        }
        let configure: (inout CoordinatorConfiguration) -> Void = { $0.syncInterval = given }
        let path = try store.location().file
        let status = try await store.withStore(.existing, configure: configure) { try await work($0, on: path) }
        try store.output.print(RunReport(status: status))
    }
}

extension RunCommand {
    /// Does the work until a signal ends it.
    private func work(
        _ coordinator: MultiAgentMemoryCoordinator,
        on path: String
    ) async throws -> BackgroundSyncStatus {
        try await coordinator.registerAgentsInService()
        coordinator.start()
        coordinator.requestBackgroundSync()
        let logger = Logger(label: "hearth")
        logger.notice("Background work has begun; SIGTERM or Ctrl-C ends it.")
        let devices = try await exchange(of: coordinator, on: path, logger: logger)
        let group = ServiceGroup(
            services: [coordinator] + (devices.map { [$0] } ?? []),
            gracefulShutdownSignals: [.sigterm, .sigint],
            // What the group says of itself concerns no user.
            logger: Logger(label: "hearth.services") { _ in SwiftLogNoOpLogHandler() }
        )
        try await group.run()
        await devices?.close()
        logger.notice("Background work has ended.")
        return coordinator.backgroundSyncStatus
    }

    /// The exchange with other devices; nil where there is none. What keeps it from beginning does not keep the rest.
    private func exchange(
        of coordinator: MultiAgentMemoryCoordinator,
        on path: String,
        logger: Logger
    ) async throws -> HubSync? {
        do {
            return try await HubSync.open(coordinator, store: path, connection: try hub.settings())
        } catch let error as MemoryError {
            logger.error("Nothing is exchanged with other devices.", metadata: ["error": "\(error)"])
            await coordinator.note(ExchangeOutcome(hub: nil, error: error))
            return nil
        }
    }
}

/// What background work has done.
private struct RunReport: Report {
    let status: BackgroundSyncStatus

    private enum CodingKeys: String, CodingKey {
        case cycles
        case consecutiveFailures = "consecutive_failures"
        case lastErrorCode = "last_error_code"
        case lastCycle = "last_cycle"
    }

    private enum CycleKeys: String, CodingKey {
        case processed, settled, failed
        case beganAt = "began_at"
        case endedAt = "ended_at"
        case conflictsDetected = "conflicts_detected"
        case conflictsPending = "conflicts_pending"
        case behindLeases = "behind_leases"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(status.cycles, forKey: .cycles)
        try container.encode(status.consecutiveFailures, forKey: .consecutiveFailures)
        try container.encodeIfPresent(status.lastErrorCode, forKey: .lastErrorCode)
        guard let cycle = status.lastCycle else { return }
        var last = container.nestedContainer(keyedBy: CycleKeys.self, forKey: .lastCycle)
        try last.encode(cycle.beganAt, forKey: .beganAt)
        try last.encode(cycle.endedAt, forKey: .endedAt)
        try last.encode(cycle.memoriesProcessed, forKey: .processed)
        try last.encode(cycle.successfulSyncs, forKey: .settled)
        try last.encode(cycle.conflictsDetected, forKey: .conflictsDetected)
        try last.encode(cycle.conflictsPending, forKey: .conflictsPending)
        try last.encode(cycle.draftsBehindLeases, forKey: .behindLeases)
        try last.encode(cycle.draftsFailed, forKey: .failed)
    }

    func render(on page: inout Page) {
        page.line("Cycles: \(status.cycles).")
        guard status.consecutiveFailures > 0, let code = status.lastErrorCode else { return }
        page.line(
            Styled("The last \(status.consecutiveFailures) failed (\(code)).", .caution),
            " See `hearth notifications`."
        )
    }
}
