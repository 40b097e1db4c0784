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
        WHERE type = 3 AND drafted_key IS NULL AND flags & 1 = 0
        GROUP BY user_key, owner_key
        """
    static let keys: StaticString = """
        SELECT document_key FROM documents INDEXED BY documents_working
        WHERE type = 3 AND drafted_key IS NULL AND flags & 1 = 0 AND user_key = ?1 AND owner_key = ?2
        """

    static let present: StaticString = """
        SELECT count(*) FROM documents INDEXED BY documents_working
        WHERE type = 3 AND drafted_key IS NULL AND flags & 1 = 0 AND user_key = ?1 AND owner_key = ?2
        """

    /// Those that are more than their owner's limit, in order.
    ///
    /// - Throws: `.storeCorrupt` for a limit that no profile can have: by it upkeep would delete what it should not.
    static func excessive(directory: AgentDirectory, in connection: Connection) throws -> [WorkingMemories] {
        try connection.rows(
            counts,
            as: { WorkingMemories(user: $0.int64(0), owner: $0.int64(1), count: $0.int(2)) }
        )
        .filter { try $0.count > $0.limit(in: directory) }
    }

    /// How many their owner may have.
    private func limit(in directory: AgentDirectory) throws -> Int {
        let profile = try directory.agent(key: owner).profile
        guard profile.workingMemoryLimit >= 0 else {
            throw MemoryError.corrupt("The limit of agent \(profile.id) for working memories is below zero.")
        }
        return profile.workingMemoryLimit
    }

    /// How many there are now, expired ones included.
    func present(in connection: Connection) throws -> Int {
        try connection.first(Self.present, user, owner, as: { $0.int(0) }) ?? 0
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
        return (WorkingMemoryRules.order(memories), max(0, memories.count - (try limit(in: directory))))
    }
}

extension MaintenanceCycle {
    /// Deletes working memories beyond the limits of agents.
    func trimWorkingMemory() async throws -> MaintenanceReport.Step {
        var total = MaintenanceReport.Step(.workingMemory)
        let all = try await store.readUntilCancelled { snapshot in
            try WorkingMemories.excessive(directory: snapshot.directory, in: snapshot.connection)
        }
        for memories in all {
            let done = try await trim(memories)
            total.add(done)
            total.isCutShort = done.isCutShort
            if done.isCutShort { break }
        }
        return total
    }

    /// Deletes the excess of one agent and user. In which order is found out before, as that takes time.
    private func trim(_ memories: WorkingMemories) async throws -> MaintenanceReport.Step {
        let (now, store) = (store.clock.now(), store)
        let (order, limit) = try await store.readUntilCancelled { snapshot in
            let excess = try memories.excess(at: now, directory: snapshot.directory, in: snapshot.connection)
            return (excess.order, excess.order.count - excess.count)
        }
        // What has expired counts for nothing, and is left to the step that deletes it.
        let present = try store.read { try memories.present(in: $0.connection) }
        let expired = max(0, present - order.count)
        return try await run(.workingMemory, from: 0) { context, start, batch in
            var report = MaintenanceReport.Step(.workingMemory)
            var swept: [AgedMemory] = []
            let goal = try memories.present(in: context.connection) - expired - limit
            var place = start
            while place < order.count, swept.count < goal, batch.allows(after: report.examined) {
                let key = order[place].key
                place += 1
                report.examined += 1
                guard let memory = try AgedMemory.find(key, in: context.connection), !memory.isDeleted,
                    memory.type == .working
                else { continue }
                _ = try context.sweep(memory, into: &report, &swept)
            }
            try context.auditUpkeep(.workingMemory, of: swept)
            return Batch(report: report, next: place < order.count && swept.count < goal ? place : nil)
        }
    }
}
