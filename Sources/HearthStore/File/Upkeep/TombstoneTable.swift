import HearthModel
import HearthSQLite

/// The rows of `tombstones`: what was deleted and then removed.
enum TombstoneTable {
    static func insert(
        _ id: MemoryID,
        user: Int64,
        owner: Int64,
        deletedAt: Timestamp,
        in connection: Connection
    ) throws {
        try connection.run(
            """
            INSERT OR REPLACE INTO tombstones (user_key, owner_key, identifier, deleted_at) VALUES (?1, ?2, ?3, ?4)
            """,
            user,
            owner,
            id.stored,
            deletedAt.rawValue
        )
    }

    /// Whether an agent's memory of that identifier was deleted and removed.
    static func holds(_ id: MemoryID, user: UserID, owner: AgentID, in connection: Connection) throws -> Bool {
        try connection.first(
            """
            SELECT 1 FROM tombstones WHERE user_key = (SELECT user_key FROM users WHERE user_id = ?1)
                AND owner_key = (SELECT agent_key FROM agents WHERE agent_id = ?2) AND identifier = ?3
            """,
            user.rawValue,
            owner.rawValue,
            id.stored,
            as: { _ in true }
        ) ?? false
    }

    /// Removes the oldest tombstones.
    ///
    /// - Returns: How many.
    static func remove(until cutoff: Timestamp, atMost count: Int, in connection: Connection) throws -> Int {
        let keys = try connection.rows(
            "SELECT user_key, owner_key, identifier FROM tombstones WHERE deleted_at <= ?1 ORDER BY deleted_at LIMIT ?2",
            cutoff.rawValue,
            count,
            as: { (user: $0.int64(0), owner: $0.int64(1), id: $0.memoryID(2)) }
        )
        for key in keys {
            try connection.run(
                "DELETE FROM tombstones WHERE user_key = ?1 AND owner_key = ?2 AND identifier = ?3",
                key.user,
                key.owner,
                key.id.stored
            )
        }
        return keys.count
    }
}
