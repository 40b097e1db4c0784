package import HearthModel
import HearthRules
import HearthSQLite

/// What a cycle of upkeep is asked to do.
package struct MaintenanceRequest: Sendable {
    /// Whether to change nothing and only say what would be done.
    package var isDryRun = false
    /// The steps; nil: all.
    package var steps: Set<MaintenanceStep>?
    /// Whether a person vouches for the wall clock as it is.
    package var acceptsClock = false
    /// After what time the next cycle is to begin; nil: nobody knows.
    package var interval: Duration?

    /// A whole cycle.
    package init(
        isDryRun: Bool = false,
        steps: Set<MaintenanceStep>? = nil,
        acceptsClock: Bool = false,
        interval: Duration? = nil
    ) {
        self.isDryRun = isDryRun
        self.steps = steps
        self.acceptsClock = acceptsClock
        self.interval = interval
    }
}

/// One cycle of upkeep, and until when it goes on.
struct MaintenanceCycle: Sendable {
    /// When upkeep looks again at a memory that somebody works on.
    static let delayInUse = Duration.seconds(300)
    /// When upkeep looks again at a memory whose keys are missing.
    static let delayUnreadable = Duration.days(1)

    let store: MemoryStore
    let policy: MaintenancePolicy
    let deadline: BootInstant

    init(_ store: MemoryStore) {
        self.store = store
        policy = store.maintenancePolicy
        deadline = store.clock.bootInstant.advanced(by: policy.timePerCycle)
    }

    /// What one transaction of a step did.
    struct Batch<Cursor: Sendable>: Sendable {
        var report: MaintenanceReport.Step
        /// Where the next transaction goes on; nil: there is nothing left to do.
        var next: Cursor?
    }

    /// When a transaction of a step ends.
    struct BatchLimit {
        /// How long it works: about as long as three stores take, so that whoever comes then does not notice.
        static let time = Duration.milliseconds(2)

        let policy: MaintenancePolicy
        let rows: Int
        private let clock: StoreClock
        private let end: BootInstant

        init(policy: MaintenancePolicy, rows: Int? = nil, time: Duration = Self.time, clock: StoreClock) {
            self.policy = policy
            self.rows = rows ?? policy.rowsPerTransaction
            self.clock = clock
            end = clock.bootInstant.advanced(by: time)
        }

        /// Whether one more memory may be looked at; the first one always may.
        func allows(after examined: Int) -> Bool {
            examined == 0 || examined < rows && !end.hasPassed(at: clock.bootInstant)
        }
    }

    /// Runs a step in transactions that give way to other writers, until it is through or the time of the cycle is over.
    func run<Cursor: Sendable>(
        _ step: MaintenanceStep,
        from start: Cursor,
        _ batch: @escaping @Sendable (WriteContext, Cursor, BatchLimit) throws -> Batch<Cursor>
    ) async throws -> MaintenanceReport.Step {
        var total = MaintenanceReport.Step(step)
        var cursor = start
        while true {
            let place = cursor
            let done = try await store.writePublishing(givingWay: true) { [policy] context in
                try batch(context, place, BatchLimit(policy: policy, clock: context.clock))
            }
            total.add(done.report)
            guard let next = done.next else { return total }
            if deadline.hasPassed(at: store.clock.bootInstant) {
                total.isCutShort = true
                return total
            }
            cursor = next
            try Task.checkCancellation()
            await Task.yield()
        }
    }
}

extension WriteContext {
    /// The rules by which upkeep decides, at the time of this operation.
    func agingRules(_ policy: MaintenancePolicy) -> AgingRules { AgingRules(policy: policy, now: now) }

    /// Deletes a memory unless somebody works on it, and counts it.
    ///
    /// - Parameter swept: Gets the memory if it is deleted.
    /// - Returns: After what time to look at it again; nil if it is deleted.
    func sweep(
        _ memory: AgedMemory,
        into report: inout MaintenanceReport.Step,
        _ swept: inout [AgedMemory]
    ) throws -> Duration? {
        guard try !memory.isInUse(at: clock.bootInstant, in: connection) else {
            report.kept += 1
            return MaintenanceCycle.delayInUse
        }
        guard case .done = try sweep(memory) else {
            report.kept += 1
            return MaintenanceCycle.delayUnreadable
        }
        report.count(memory.id, of: try directory.agent(key: memory.owner).id)
        swept.append(memory)
        return nil
    }
}
