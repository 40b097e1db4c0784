import HearthModel
import HearthRules
import HearthSQLite

/// The working memories of one agent and user.
struct WorkingMemories: Sendable {
    var user: Int64
    var owner: Int64
    var count: Int

    static let counts: StaticString = """
        SELECT user_key, owner_key, count(*) FROM documents INDEXED BY documents_working
        WHERE type = 3 AND drafted_key IS NULL AND flags & 1 = 0 AND (user_key, owner_key) > (?1, ?2)
        GROUP BY user_key, owner_key
        """
    static let keys: StaticString = """
        SELECT document_key FROM documents INDEXED BY documents_working
        WHERE type = 3 AND drafted_key IS NULL AND flags & 1 = 0 AND user_key = ?1 AND owner_key = ?2
        """

    /// Those behind a place that are more than their owner's limit, in order.
    static func excessive(
        afterUser user: Int64,
        owner: Int64,
        directory: AgentDirectory,
        in connection: Connection
    ) throws -> [WorkingMemories] {
        try connection.rows(
            counts,
            user,
            owner,
            as: { WorkingMemories(user: $0.int64(0), owner: $0.int64(1), count: $0.int(2)) }
        )
        .filter { try $0.count > directory.agent(key: $0.owner).profile.workingMemoryLimit }
    }

    /// The memories that exist for somebody, in the order in which they go, and how many are too many.
    func excess(
        at now: Timestamp,
        directory: AgentDirectory,
        in connection: Connection
    ) throws -> (order: [AgedMemory], count: Int) {
        let memories = try connection.rows(Self.keys, user, owner, as: { $0.int64(0) })
            .compactMap { try AgedMemory.find($0, in: connection) }
            .filter { !$0.isExpired(at: now) }
        let limit = try directory.agent(key: owner).profile.workingMemoryLimit
        return (WorkingMemoryRules.order(memories), max(0, memories.count - limit))
    }
}

extension MaintenanceCycle {
    /// Deletes working memories beyond the limits of agents.
    func trimWorkingMemory() async throws -> MaintenanceReport.Step {
        let start = WorkingMemories(user: 0, owner: 0, count: 0)
        return try await run(.workingMemory, from: start) { context, place, policy in
            var report = MaintenanceReport.Step(.workingMemory)
            var swept: [AgedMemory] = []
            let next =
                try WorkingMemories.excessive(
                    afterUser: place.user,
                    owner: place.owner,
                    directory: context.directory,
                    in: context.connection
                )
                .first
            guard let next else { return Batch(report: report) }
            let excess = try next.excess(at: context.now, directory: context.directory, in: context.connection)
            let goal = min(excess.count, policy.rowsPerTransaction)
            for memory in excess.order where swept.count < goal {
                report.examined += 1
                _ = try context.sweep(memory, into: &report, &swept)
            }
            try context.auditUpkeep(.workingMemory, of: swept)
            // If some are left and can go, the same agent and user come again.
            let isThrough = swept.count < policy.rowsPerTransaction
            let again = WorkingMemories(user: next.user, owner: next.owner - 1, count: 0)
            return Batch(report: report, next: isThrough ? next : again)
        }
    }
}
