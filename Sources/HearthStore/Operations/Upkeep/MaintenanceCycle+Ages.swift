import HearthModel
import HearthRules
import HearthSQLite

extension MaintenanceCycle {
    /// How many memories one transaction notes the ages of at most, and how many between two looks at the clock. It writes
    /// one small row for each.
    private static let notedAtMost = 512
    private static let notedAtOnce = 16

    /// Notes when the time of those memories comes that are new or were changed.
    func noteAges() async throws {
        while true {
            let isDone = try await store.writeOnce(givingWay: true) { [policy, clock = store.clock] transaction in
                let limit = BatchLimit(policy: policy, rows: Self.notedAtMost, clock: clock)
                var noted = 0
                while limit.allows(after: noted) {
                    let count = try Self.noteSomeAges(in: transaction.connection)
                    guard count > 0 else { return true }
                    noted += count
                }
                return false
            }
            if isDone || deadline.hasPassed(at: store.clock.bootInstant) { return }
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    /// - Returns: Of how many memories.
    private static func noteSomeAges(in connection: Connection) throws -> Int {
        let changed = try AgeTable.takeChanges(.ages, atMost: notedAtOnce, in: connection)
        for key in changed {
            guard let memory = try AgedMemory.find(key, in: connection) else { continue }
            try AgeTable.note(memory, in: connection)
        }
        let last = try UpkeepState.integer(.aged, in: connection) ?? 0
        let new = try AgedMemory.after(last, atMost: notedAtOnce, in: connection)
        for memory in new { try AgeTable.note(memory, in: connection) }
        if let key = new.last?.key { try UpkeepState.set(.aged, to: key, in: connection) }
        return changed.count + new.count
    }

    /// Deletes memories whose days are over.
    func retire() async throws -> MaintenanceReport.Step {
        try await run(.retention, from: 0) { context, _, limit in
            let rules = context.agingRules(limit.policy)
            var report = MaintenanceReport.Step(.retention)
            var swept: [AgedMemory] = []
            for agent in context.directory.agents where limit.allows(after: report.examined) {
                let kept = agent.profile.retention
                let due = try AgeTable.due(
                    .live,
                    agent: agent.key,
                    until: rules.cutoff(kept),
                    atMost: limit.rows - report.examined,
                    in: context.connection
                )
                for row in due {
                    guard limit.allows(after: report.examined) else { break }
                    report.examined += 1
                    let later = try context.retire(row, of: agent, by: rules, into: &report, &swept)
                    try AgeTable.remove(row, .live, agent: agent.key, in: context.connection)
                    guard let later else { continue }
                    let next = AgeTable.Row(since: later, memory: row.memory)
                    try AgeTable.insert(next, .live, agent: agent.key, in: context.connection)
                }
            }
            try context.auditUpkeep(.retention, of: swept)
            // If it ended for want of time, the rest is due all the same.
            return Batch(report: report, next: limit.allows(after: report.examined) ? nil : 0)
        }
    }
}

extension WriteContext {
    /// Deletes the memory of a row whose time has come, if it is due.
    ///
    /// - Returns: From when on to count its age; nil if it needs no row any more.
    fileprivate func retire(
        _ row: AgeTable.Row,
        of agent: KnownAgent,
        by rules: AgingRules,
        into report: inout MaintenanceReport.Step,
        _ swept: inout [AgedMemory]
    ) throws -> Timestamp? {
        // A deleted memory, and one that its importance keeps, gets a row again when it is changed.
        guard let memory = try AgedMemory.find(row.memory, in: connection), !memory.isDeleted else { return nil }
        switch rules.age(of: memory, retention: agent.profile.retention) {
        case .kept: return nil
        case .young: return memory.since
        case .due:
            let delay = try sweep(memory, into: &report, &swept)
            return delay.map { rules.later(than: agent.profile.retention, by: $0) }
        }
    }
}
