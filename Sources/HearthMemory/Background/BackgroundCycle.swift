import HearthModel
import HearthRules
import HearthStore
import Synchronization

/// One round of background work after another: sweep leases, publish drafts, look after the file, do the upkeep.
///
/// Each step is short and whole by itself, and between two of them the round can end.
final class BackgroundCycle: Sendable {
    /// What is remembered from one cycle to the next. Only the background task uses it.
    private struct Memory {
        var retries = RetryLedger()
        /// How many cycles in a row have been stopped by the same error.
        var failure: (code: MemoryError.Code, count: Int)?
        /// When the first of the failures was that are not over.
        var failingSince: Timestamp?
        var lastUpkeep: BootInstant?
        var lastDiskAlert: BootInstant?
    }

    private let store: MemoryStore
    private let clock: StoreClock
    private let configuration: CoordinatorConfiguration
    /// The name under which this coordinator takes the lease of upkeep.
    private let holder = IdentifierGenerator.hexadecimalUUID()
    /// What is done in place of the store's upkeep; nil: that.
    private let upkeep = Mutex<(@Sendable () async throws -> Void)?>(nil)
    private let memory = Mutex(Memory())

    /// From so many failures in a row on, an administrator is told. By then a minute or so of pauses has not helped.
    static let persistentFailures = 5

    init(store: MemoryStore, configuration: CoordinatorConfiguration) {
        self.store = store
        self.configuration = configuration
        clock = configuration.clock.bounded
    }

    func setUpkeep(_ upkeep: @escaping @Sendable () async throws -> Void) {
        self.upkeep.withLock { $0 = upkeep }
    }

    /// Gives back what this coordinator holds in the file.
    func end() async {
        do {
            try await store.releaseUpkeepLease(as: holder)
        } catch {
            store.log.note(error, "The lease of upkeep is not given back: another process takes it when it expires.")
        }
    }

    /// Runs a cycle.
    ///
    /// - Parameter mayGoOn: Asked between two steps.
    /// - Returns: How it ended; nil if it stopped between two steps.
    func run(while mayGoOn: @escaping @Sendable () -> Bool) async -> BackgroundSyncState.Ending? {
        let start = clock.bootInstant
        if memory.withLock({ $0.failure }) != nil { store.metrics?.retried(1) }
        let began = clock.now()
        var cycle = BackgroundSyncStatus.Cycle(beganAt: began.date, endedAt: began.date)
        var ending = BackgroundSyncState.Ending(cycle: cycle)
        do {
            guard try await work(into: &cycle, while: mayGoOn) else {
                measure(.interrupted, cycle, since: start)
                return nil
            }
            ending.doesUpkeep = try await doUpkeep(into: &cycle)
            await recover()
        } catch {
            let code = (error as? MemoryError)?.code ?? .storeUnavailable
            cycle.errorCode = code.rawValue
            await fail(code, because: error)
            ending.failure = code.rawValue
        }
        cycle.endedAt = clock.now().date
        measure(cycle.errorCode == nil ? .success : .failure, cycle, since: start)
        ending.cycle = cycle
        ending.retry = memory.withLock { $0.retries.earliest }
        if cycle.successfulSyncs > 0 || cycle.draftsFailed > 0 {
            store.log.tell(
                "Background sync published drafts.",
                [
                    "settled": cycle.successfulSyncs, "failed": cycle.draftsFailed,
                    "conflicts_waiting": cycle.conflictsPending,
                ]
            )
        }
        return ending
    }

    private func measure(
        _ outcome: StoreMetrics.CycleOutcome,
        _ cycle: BackgroundSyncStatus.Cycle,
        since start: BootInstant
    ) {
        store.metrics?.cycled(outcome, cycle, in: clock.bootInstant.duration(since: start))
    }

    /// - Returns: Whether every step was done.
    private func work(
        into cycle: inout BackgroundSyncStatus.Cycle,
        while mayGoOn: @escaping @Sendable () -> Bool
    ) async throws -> Bool {
        cycle.leasesSwept = try await store.sweepLeases()
        guard mayGoOn() else { return false }
        try await publish(into: &cycle, while: mayGoOn)
        guard mayGoOn() else { return false }
        try await lookAfterFile()
        return mayGoOn()
    }

    /// Does the upkeep if an interval has passed since the last one, and no other coordinator does it. While the clocks
    /// disagree, the upkeep itself deletes nothing.
    ///
    /// - Returns: Whether it is this coordinator that does it.
    private func doUpkeep(into cycle: inout BackgroundSyncStatus.Cycle) async throws -> Bool {
        guard try await store.takeUpkeepLease(as: holder, for: leaseDuration) else { return false }
        let now = clock.bootInstant
        let isDue = memory.withLock { memory in
            if let last = memory.lastUpkeep, !last.advanced(by: configuration.syncInterval).hasPassed(at: now) {
                return false
            }
            memory.lastUpkeep = now
            return true
        }
        guard isDue else { return true }
        if let upkeep = upkeep.withLock(\.self) {
            try await upkeep()
        } else {
            _ = try await store.maintain(MaintenanceRequest(interval: configuration.syncInterval))
        }
        cycle.didUpkeep = true
        return true
    }

    /// How long the lease of upkeep outlives a process that hangs: longer than from one cycle to the next.
    private var leaseDuration: Duration {
        max(.seconds(600), min(configuration.syncInterval * 3, .seconds(86_400)))
    }
}

extension BackgroundCycle {
    private func publish(
        into cycle: inout BackgroundSyncStatus.Cycle,
        while mayGoOn: @escaping @Sendable () -> Bool
    ) async throws {
        let now = clock.bootInstant
        let waiting = try store.automaticSyncs()
        for gone in memory.withLock({ $0.retries.drop(allBut: waiting) }) {
            await forget(gone.codes, of: gone.sync.agentID)
        }
        let due = memory.withLock { $0.retries.due(of: waiting, at: now) }
        guard !due.isEmpty else { return }
        store.metrics?.retried(memory.withLock { $0.retries.failed(among: due) })
        let results = try await store.syncAutomatically(due, while: mayGoOn)
        for outcome in results {
            cycle.count(outcome)
            var generator = SystemRandomNumberGenerator()
            let ended = clock.bootInstant
            let change = memory.withLock { $0.retries.note(outcome, at: ended, using: &generator) }
            switch change {
            case .failing(let count, let code): await warn(outcome.sync.agentID, code: code, failures: count)
            case .recovered(let codes): await forget(codes, of: outcome.sync.agentID)
            case nil: break
            }
        }
    }

    private func warn(_ agent: AgentID, code: MemoryError.Code, failures: Int) async {
        let since = firstFailure()
        guard failures >= Self.persistentFailures || Alert.isPersistent(code) else { return }
        await store.raise(.syncFails(code, of: agent, failures: failures))
        await store.noteSyncFailing(code, since: since, in: holder)
    }

    private func forget(_ codes: [MemoryError.Code], of agent: AgentID) async {
        for code in codes { await store.forget(cause: Alert.cause(ofSyncFailing: code, of: agent)) }
    }

    private func lookAfterFile() async throws {
        await lookAtDisk()
        let health = try await store.healthCheck()
        if health.status == .unhealthy { throw MemoryError.corrupt("The file is damaged.") }
        try await store.escalateNotifications(unacknowledgedFor: configuration.escalationTime)
    }

    /// Tells an administrator, at most once an hour, if the disk is nearly full.
    private func lookAtDisk() async {
        let now = clock.bootInstant
        let last = memory.withLock(\.lastDiskAlert)
        if let last, !last.advanced(by: .seconds(3_600)).hasPassed(at: now) { return }
        guard await store.raiseIfDiskIsNearlyFull(below: configuration.leastFreeBytes) else { return }
        memory.withLock { $0.lastDiskAlert = now }
    }

    /// Notes that a cycle went well.
    private func recover() async {
        let (failure, isWell) = memory.withLock { memory in
            defer { memory.failure = nil }
            let isWell = memory.retries.earliest == nil
            if isWell { memory.failingSince = nil }
            return (memory.failure, isWell)
        }
        if isWell { await store.noteSyncWell(in: holder) }
        guard let failure, failure.count >= Self.persistentFailures || Alert.isPersistent(failure.code) else { return }
        await store.forget(cause: Alert.cause(ofSyncFailing: failure.code, of: nil))
    }

    /// Notes what has stopped a cycle, and tells an administrator if it goes on.
    private func fail(_ code: MemoryError.Code, because error: any Error) async {
        let count = memory.withLock { memory in
            let count = memory.failure?.code == code ? (memory.failure?.count ?? 0) + 1 : 1
            memory.failure = (code, count)
            return count
        }
        store.log.note(error, "A cycle of background sync failed; it is tried again.")
        let since = firstFailure()
        guard count >= Self.persistentFailures || Alert.isPersistent(code) else { return }
        await store.raise(.syncFails(code, of: nil, failures: count))
        await store.noteSyncFailing(code, since: since, in: holder)
    }

    /// When the first of the failures was that are not over: now, if there was none.
    private func firstFailure() -> Timestamp {
        let now = clock.now()
        return memory.withLock { memory in
            let since = memory.failingSince ?? now
            memory.failingSince = since
            return since
        }
    }
}

extension BackgroundSyncStatus.Cycle {
    fileprivate mutating func count(_ outcome: AutomaticSyncResult) {
        syncs += 1
        memoriesProcessed += outcome.result.memoriesProcessed
        successfulSyncs += outcome.result.successfulSyncs
        conflictsDetected += outcome.result.conflictsDetected
        conflictsResolved += outcome.result.conflictsResolved
        conflictsPending += outcome.result.conflictsPending
        draftsBehindLeases += outcome.result.draftsBehindLeases
        draftsFailed += outcome.failures.values.reduce(0, +)
        if errorCode == nil { errorCode = outcome.failures.keys.map(\.rawValue).min() }
    }
}
