import HearthModel
import HearthRules
import HearthSQLite

extension MaintenanceCycle {
    /// How many memories one transaction notes the ages of. It writes one small row for each.
    private static let notedAtOnce = 512

    /// Notes when the time of those memories comes that are new or were changed.
    func noteAges() async throws {
        while true {
            let isDone = try await store.writeOnce { transaction in
                let connection = transaction.connection
                let changed = try AgeTable.takeChanges(.ages, atMost: Self.notedAtOnce, in: connection)
                for key in changed {
                    if let memory = try AgedMemory.find(key, in: connection) {
                        try AgeTable.note(memory, in: connection)
                    }
                }
                let last = try UpkeepState.integer(.aged, in: connection) ?? 0
                let new = try AgedMemory.after(last, atMost: Self.notedAtOnce, in: connection)
                for memory in new { try AgeTable.note(memory, in: connection) }
                if let key = new.last?.key { try UpkeepState.set(.aged, to: key, in: connection) }
                return changed.count < Self.notedAtOnce && new.count < Self.notedAtOnce
            }
            if isDone || deadline.hasPassed(at: store.clock.bootInstant) { return }
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    /// Deletes memories whose days are over.
    func retire() async throws -> MaintenanceReport.Step {
        try await run(.retention, from: 0) { context, _, policy in
            let rules = context.agingRules(policy)
            var report = MaintenanceReport.Step(.retention)
            var swept: [AgedMemory] = []
            for agent in context.directory.agents where report.examined < policy.rowsPerTransaction {
                let kept = agent.profile.retention
                let due = try AgeTable.due(
                    .live,
                    agent: agent.key,
                    until: rules.cutoff(kept),
                    atMost: policy.rowsPerTransaction - report.examined,
                    in: context.connection
                )
                for row in due {
                    report.examined += 1
                    let later = try context.retire(row, of: agent, by: rules, into: &report, &swept)
                    try AgeTable.remove(row, .live, agent: agent.key, in: context.connection)
                    guard let later else { continue }
                    let next = AgeTable.Row(since: later, memory: row.memory)
                    try AgeTable.insert(next, .live, agent: agent.key, in: context.connection)
                }
            }
            try context.auditUpkeep(.retention, of: swept)
            return Batch(report: report, next: report.examined < policy.rowsPerTransaction ? nil : 0)
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
