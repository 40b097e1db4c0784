import HearthModel
import HearthRules
import HearthSQLite

extension MaintenanceCycle {
    /// Removes memories that were deleted long ago, and tombstones that are older still.
    func purge() async throws -> MaintenanceReport.Step {
        try await run(.purge, from: 0) { context, _, limit in
            let policy = limit.policy
            let rules = context.agingRules(policy)
            let connection = context.connection
            var report = MaintenanceReport.Step(.purge)
            var purged: [AgedMemory] = []
            let due = try AgeTable.due(
                .deleted,
                agent: 0,
                until: rules.cutoff(policy.deletedMemoriesKept),
                atMost: limit.rows,
                in: connection
            )
            if !due.isEmpty {
                try connection.withoutForeignKeys {
                    for row in due where limit.allows(after: report.examined) {
                        report.examined += 1
                        let later = try context.purge(row, by: rules, into: &report, &purged)
                        try AgeTable.remove(row, .deleted, agent: 0, in: connection)
                        guard let later else { continue }
                        let next = AgeTable.Row(since: later, memory: row.memory)
                        try AgeTable.insert(next, .deleted, agent: 0, in: connection)
                    }
                }
            }
            try context.auditUpkeep(.purge, of: purged)
            let tombstones = try TombstoneTable.remove(
                until: rules.cutoff(policy.tombstonesKept),
                atMost: limit.rows,
                in: connection
            )
            if tombstones > 0 { report.details["tombstones"] = tombstones }
            let isThrough = report.examined == due.count && max(due.count, tombstones) < limit.rows
            return Batch(report: report, next: isThrough ? nil : 0)
        }
    }
}

extension WriteContext {
    /// Removes the memory of a row whose time has come.
    ///
    /// - Returns: From when on to count the age of its deletion; nil if it needs no row any more.
    fileprivate func purge(
        _ row: AgeTable.Row,
        by rules: AgingRules,
        into report: inout MaintenanceReport.Step,
        _ purged: inout [AgedMemory]
    ) throws -> Timestamp? {
        guard let memory = try AgedMemory.find(row.memory, in: connection), memory.isDeleted else { return nil }
        guard rules.isPurgeable(memory) else { return memory.since }
        // A draft that nobody has touched for as long keeps nothing: its memory is gone for its author.
        let kept = rules.policy.deletedMemoriesKept
        let since = rules.cutoff(kept)
        guard try !memory.isInUse(at: clock.bootInstant, draftsSince: since, in: connection) else {
            report.kept += 1
            return rules.later(than: kept, by: MaintenanceCycle.delayInUse)
        }
        guard case .done = try purge(memory) else {
            report.kept += 1
            return rules.later(than: kept, by: MaintenanceCycle.delayUnreadable)
        }
        report.count(memory.id, of: try directory.agent(key: memory.owner).id)
        purged.append(memory)
        return nil
    }
}
