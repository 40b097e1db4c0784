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
    /// - Throws: `.keyUnavailable` if one of them was made sensitive and there is no key; `.invalidArgument`.
    package func foldedMemories(of agentID: AgentID, userID: UserID? = nil, limit: Int = 100) async throws
        -> [FoldedMemory]
    {
        guard (1...1_000).contains(limit) else {
            throw MemoryError.invalidArgument("The limit is \(limit); it must be from 1 to 1,000.")
        }
        let userID = try userID?.validated()
        return try await readUntilCancelled { snapshot in
            let agent = try snapshot.directory.acting(agentID)
            let rows = try snapshot.connection.rows(
                """
                SELECT m.identifier, u.user_id, m.content, r.identifier, r.content, r.ended IS NULL,
                    coalesce(v.published_at, m.arrived_at, 0), iif(m.is_sensitive, m.memory_key, NULL),
                    iif(r.is_sensitive, r.memory_key, NULL)
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
                    let memory = FoldedMemory(
                        id: row.memoryID(0),
                        userID: UserID(rawValue: row.string(1)),
                        content: row.string(2),
                        representativeID: row.memoryID(3),
                        representativeContent: row.bool(5) ? row.string(4) : nil,
                        foldedAt: Timestamp(rawValue: row.int64(6)).date
                    )
                    return (memory: memory, sealed: row.optionalInt64(7), sealedRepresentative: row.optionalInt64(8))
                }
            )
            return try rows.map { row in
                var memory = row.memory
                if let key = row.sealed { memory.content = try snapshot.text(ofSealed: key) ?? "" }
                if memory.representativeContent != nil, let key = row.sealedRepresentative {
                    memory.representativeContent = try snapshot.text(ofSealed: key)
                }
                return memory
            }
        }
    }
}

extension Snapshot {
    fileprivate func text(ofSealed key: Int64) throws -> String? {
        try MemoryRecord.find(key: key, includingDeleted: true, in: self)?.fields.content
    }
}
