package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// The memories of an agent that upkeep has folded into others, those folded last first. Restoring one undoes it.
    ///
    /// - Parameters:
    ///   - agentID: Their owner; to others they do not exist.
    ///   - userID: Whose memories; nil: everybody's.
    ///   - limit: How many at most, 1…1,000.
    package func foldedMemories(of agentID: AgentID, userID: UserID? = nil, limit: Int = 100) async throws
        -> [FoldedMemory]
    {
        guard (1...1_000).contains(limit) else {
            throw MemoryError.invalidArgument("The limit is \(limit); it must be from 1 to 1,000.")
        }
        let userID = try userID?.validated()
        return try await readUntilCancelled { snapshot in
            let agent = try snapshot.directory.acting(agentID)
            return try snapshot.connection.rows(
                """
                SELECT m.identifier, u.user_id, m.content, r.identifier, r.content, r.ended IS NULL,
                    coalesce(v.published_at, m.arrived_at, 0)
                FROM memories AS m JOIN users AS u ON u.user_key = m.user_key
                JOIN memories AS r ON r.memory_key = m.folded_into
                LEFT JOIN versions AS v ON v.memory_key = m.memory_key AND v.version_id = m.head
                WHERE m.folded_into IS NOT NULL AND m.ended IS NOT NULL AND m.owner_key = ?1
                    AND (?2 IS NULL OR u.user_id = ?2)
                ORDER BY 7 DESC, m.memory_key DESC LIMIT ?3
                """,
                agent.key,
                userID?.rawValue,
                limit,
                as: { row in
                    FoldedMemory(
                        id: row.memoryID(0),
                        userID: UserID(rawValue: row.string(1)),
                        content: row.string(2),
                        representativeID: row.memoryID(3),
                        representativeContent: row.bool(5) ? row.string(4) : nil,
                        foldedAt: Timestamp(rawValue: row.int64(6)).date
                    )
                }
            )
        }
    }
}
