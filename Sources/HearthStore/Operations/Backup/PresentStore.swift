import HearthModel
import HearthSQLite

/// What must be known of the store that a backup is to take the place of.
struct PresentStore: Hashable, Sendable {
    var node: String
    var sequence: Int64
    var clock: Int64
    var audit: AuditEnd
    var erasures: Erasures?
    /// The sensitive memories, by key.
    var sensitive: Set<Int64> = []

    /// What was erased from a store, and what keeps it away.
    struct Erasures: Hashable, Sendable {
        var secret: [UInt8]
        var marks: Set<[UInt8]>
        /// The numbers of erased users.
        var users: [Int64]
    }

    /// The first schema that knows of erasures.
    private static let erasureSchema = 7

    /// The first schema in which anything is sealed.
    private static let sealingSchema = 5

    /// Reads a store of any schema.
    static func read(_ connection: Connection, schema: Int) throws -> PresentStore {
        let state = try connection.first(
            "SELECT node, sequence, clock FROM store WHERE id = 1",
            as: { (node: $0.string(0), sequence: $0.int64(1), clock: $0.int64(2)) }
        )
        guard let state else { throw MemoryError.corrupt("The row that describes the file is missing.") }
        return PresentStore(
            node: state.node,
            sequence: state.sequence,
            clock: state.clock,
            audit: try AuditEnd.read(connection),
            erasures: schema < erasureSchema ? nil : try Erasures.read(connection),
            sensitive: schema < sealingSchema
                ? []
                : Set(try connection.rows("SELECT memory_key FROM memories WHERE is_sensitive", as: { $0.int64(0) }))
        )
    }

    /// Why a backup must not take its place without being told to; nil if it has everything that is here.
    func objection(to backup: Connection, _ state: StoreState) throws -> String? {
        guard node == state.node else { return "is another store" }
        guard sequence <= state.sequence, clock <= state.clock.rawValue else { return "is newer than the backup" }
        // A store that was restored before, and written to since, has a chain of its own.
        let end = try AuditEnd.read(backup)
        let pruned = try AuditEnd.readPruned(backup)
        guard audit.count > pruned.count, audit.count > 0 else { return nil }
        let hash = try backup.first("SELECT hash FROM audit WHERE position = ?1", audit.count, as: { $0.bytes(0) })
        return audit.count <= end.count && hash == audit.hash ? nil : "has what the backup lacks"
    }
}

extension PresentStore.Erasures {
    fileprivate static func read(_ connection: Connection) throws -> Self? {
        let secret = try connection.first("SELECT erasure_secret FROM store WHERE id = 1", as: { $0.optionalBytes(0) })
        let users = try connection.rows("SELECT user_key FROM erased_users ORDER BY user_key", as: { $0.int64(0) })
        guard let secret = secret.flatMap(\.self) else { return nil }
        return Self(
            secret: secret,
            marks: Set(try connection.rows("SELECT mark FROM erasure_marks", as: { $0.bytes(0) })),
            users: users
        )
    }
}

extension WriteContext {
    /// Erases what was erased from another state of the same store, and keeps it away from now on.
    ///
    /// - Returns: How many memories and users that were.
    func repeatErasures(_ erasures: PresentStore.Erasures) throws -> (memories: Int, users: Int) {
        try connection.run(
            "UPDATE store SET erasure_secret = ?1 WHERE id = 1 AND erasure_secret IS NULL",
            erasures.secret
        )
        _ = transaction.sequence
        var users = 0
        for user in erasures.users {
            let id = try connection.first(
                "SELECT user_id FROM users WHERE user_key = ?1",
                user,
                as: { UserID(rawValue: $0.string(0)) }
            )
            if let id {
                _ = try eraseUser(user, id: id)
                users += 1
            } else {
                try connection.run("INSERT OR IGNORE INTO erased_users (user_key) VALUES (?1)", user)
            }
        }
        var memories = 0
        for key in try self.memories(marked: erasures) {
            guard
                let record = try MemoryRecord.find(key: key, includingDeleted: true, opening: .ifPossible, in: snapshot)
            else { continue }
            memories += try erase(record).count
        }
        let ownSecret = try connection.first("SELECT erasure_secret FROM store WHERE id = 1", as: { $0.bytes(0) })
        if ownSecret == erasures.secret {
            for mark in erasures.marks { try ErasureMarks.insert(mark, in: connection) }
        }
        return (memories, users)
    }

    /// The memories whose identifiers are marked.
    private func memories(marked erasures: PresentStore.Erasures) throws -> [Int64] {
        let marks = ErasureMarks(secret: erasures.secret)
        var found: [Int64] = []
        try connection.forEach(
            """
            SELECT m.memory_key, m.identifier, u.user_id, a.agent_id FROM memories AS m
            JOIN users AS u ON u.user_key = m.user_key JOIN agents AS a ON a.agent_key = m.owner_key
            """
        ) { row in
            let mark = marks.mark(
                of: row.memoryID(1),
                user: UserID(rawValue: row.string(2)),
                agent: AgentID(rawValue: row.string(3))
            )
            if erasures.marks.contains(mark) { found.append(row.int64(0)) }
        }
        return found
    }
}
