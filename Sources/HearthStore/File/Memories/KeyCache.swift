import HearthModel
import HearthSQLite

/// The keys of users, sessions and categories: the numbers that stand for their names in the file. Each is looked up
/// once in a transaction.
struct KeyCache {
    private struct Session: Hashable {
        var user: Int64
        var id: SessionID
    }

    private var users: [UserID: Int64] = [:]
    private var sessions: [Session: Int64] = [:]
    private var categories: [MemoryCategory: Int64] = [:]

    /// The key of a user. A new user gets a row.
    mutating func user(_ id: UserID, now: Timestamp, in connection: Connection) throws -> Int64 {
        if let key = users[id] { return key }
        if let key = try UserTable.find(id, in: connection) {
            users[id] = key
            return key
        }
        try RemovedMemories.nameShortenedErasures(of: id, in: connection)
        let key = try UserTable.insert(id, now: now, in: connection)
        users[id] = key
        return key
    }

    /// The key of a session. A new session gets a row, and one that had ended is open again.
    mutating func session(_ id: SessionID, user: Int64, now: Timestamp, in connection: Connection) throws -> Int64 {
        if let key = sessions[Session(user: user, id: id)] { return key }
        let key = try connection.first(
            """
            INSERT INTO sessions (user_key, session_id, started_at) VALUES (?1, ?2, ?3)
            ON CONFLICT (user_key, session_id) DO UPDATE SET ended_at = NULL
            RETURNING session_key
            """,
            user,
            id.rawValue,
            now.rawValue,
            as: { $0.int64(0) }
        )
        guard let key else { throw MemoryError.corrupt("A session was not stored.") }
        sessions[Session(user: user, id: id)] = key
        return key
    }

    /// Forgets the sessions, one of which has ended: whoever uses one next has to open it again.
    mutating func forgetSessions() {
        sessions = [:]
    }

    /// The key of a category. A new category gets a row.
    mutating func category(_ category: MemoryCategory, in connection: Connection) throws -> Int64 {
        if let key = categories[category] { return key }
        let key =
            try connection.first(
                "SELECT category_key FROM categories WHERE name = ?1",
                category.rawValue,
                as: { $0.int64(0) }
            )
            ?? connection.first(
                "INSERT INTO categories (name) VALUES (?1) RETURNING category_key",
                category.rawValue,
                as: { $0.int64(0) }
            )
        guard let key else { throw MemoryError.corrupt("A category was not stored.") }
        categories[category] = key
        return key
    }
}

/// The rows of `users`.
enum UserTable {
    static func find(_ id: UserID, in connection: Connection) throws -> Int64? {
        try connection.first("SELECT user_key FROM users WHERE user_id = ?1", id.rawValue, as: { $0.int64(0) })
    }

    static func name(of key: Int64, in connection: Connection) throws -> UserID? {
        try connection.first(
            "SELECT user_id FROM users WHERE user_key = ?1",
            key,
            as: { UserID(rawValue: $0.string(0)) }
        )
    }

    fileprivate static func insert(_ id: UserID, now: Timestamp, in connection: Connection) throws -> Int64 {
        let key = try connection.first(
            // The number of an erased user is no other's: the audit and caches know it.
            """
            INSERT INTO users (user_key, user_id, created_at)
            VALUES (1 + max((SELECT coalesce(max(user_key), 0) FROM users), (SELECT coalesce(max(user_key), 0) FROM erased_users)), ?1, ?2)
            RETURNING user_key
            """,
            id.rawValue,
            now.rawValue,
            as: { $0.int64(0) }
        )
        guard let key else { throw MemoryError.corrupt("A user was not stored.") }
        return key
    }
}

/// The rows of `sessions`.
enum SessionTable {
    static func find(_ id: SessionID, user: Int64, in connection: Connection) throws -> Int64? {
        try connection.first(
            "SELECT session_key FROM sessions WHERE user_key = ?1 AND session_id = ?2",
            user,
            id.rawValue,
            as: { $0.int64(0) }
        )
    }

    /// The sessions with an identifier: of a user, or of every user who has one.
    static func keys(of id: SessionID, userID: UserID?, in connection: Connection) throws -> [Int64] {
        try connection.rows(
            """
            SELECT session_key FROM sessions JOIN users USING (user_key)
            WHERE session_id = ?1 AND (?2 IS NULL OR user_id = ?2) ORDER BY session_key
            """,
            id.rawValue,
            userID?.rawValue,
            as: { $0.int64(0) }
        )
    }

    /// Ends a session, if it has not ended before.
    static func end(_ session: Int64, at now: Timestamp, in transaction: StoreTransaction) throws {
        try transaction.connection.run(
            "UPDATE sessions SET ended_at = coalesce(ended_at, ?2) WHERE session_key = ?1",
            session,
            now.rawValue
        )
        transaction.keys.forgetSessions()
        _ = transaction.sequence
    }
}
