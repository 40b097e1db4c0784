import HearthModel
import HearthSQLite

/// The rows of `shares`.
enum ShareTable {
    /// What to write for one agent.
    struct Grant {
        var user: Int64
        var memory: Int64
        var agent: Int64
        var share: Share
        /// The id of the head that the agent first sees.
        var head: [UInt8]?
    }

    static func find(user: Int64, memory: Int64, agent: Int64, in connection: Connection) throws -> Share? {
        try connection.first(
            "SELECT rule, permission, is_revoked FROM shares WHERE user_key = ?1 AND memory_key = ?2 AND agent_key = ?3",
            user,
            memory,
            agent,
            as: { try share($0, at: 0) }
        )
    }

    /// Every share of a memory, by agent.
    static func all(user: Int64, memory: Int64, in connection: Connection) throws -> [Int64: Share] {
        let rows = try connection.rows(
            "SELECT agent_key, rule, permission, is_revoked FROM shares WHERE user_key = ?1 AND memory_key = ?2",
            user,
            memory,
            as: { ($0.int64(0), try share($0, at: 1)) }
        )
        return try Dictionary(uniqueRows: rows, what: "Two shares of a memory")
    }

    /// Writes a share. A share by call replaces any other. A share by a rule is written only where no share exists, not
    /// even a revoked one.
    static func grant(_ grant: Grant, at time: Timestamp, in transaction: StoreTransaction) throws {
        let rule: String? =
            switch grant.share.origin {
            case .explicit: nil
            case .propagation(let rule): rule
            }
        try transaction.connection.run(
            """
            INSERT INTO shares (user_key, memory_key, agent_key, rule, permission, is_revoked, granted_at, since_head, since_order, changed)
            VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7, ?8, ?9)
            ON CONFLICT (user_key, memory_key, agent_key) DO UPDATE SET rule = excluded.rule, permission = excluded.permission,
                since_head = iif(is_revoked, excluded.since_head, since_head),
                since_order = iif(is_revoked, excluded.since_order, since_order), is_revoked = 0,
                granted_at = excluded.granted_at, changed = excluded.changed
            WHERE excluded.rule IS NULL
            """,
            grant.user,
            grant.memory,
            grant.agent,
            rule,
            grant.share.permission.rawValue,
            time.rawValue,
            grant.head,
            transaction.newRow(),
            transaction.sequence
        )
        try stamp(memory: grant.memory, agent: grant.agent, at: time, in: transaction)
    }

    /// Notes when a share was changed, of which another device may have a later change.
    private static func stamp(
        memory: Int64,
        agent: Int64,
        at time: Timestamp,
        in transaction: StoreTransaction
    ) throws {
        guard transaction.state.exchanges else { return }
        let last = try DeviceRegisters.find(.share(of: memory, with: agent), in: transaction.connection)
        let time = transaction.nextTime(at: time, after: last?.time ?? .zero)
        try DeviceOutbox.stamp(share: agent, of: memory, at: time, in: transaction.connection)
    }

    /// Revokes a share. The row stays, so that no rule makes the share again.
    static func revoke(
        user: Int64,
        memory: Int64,
        agent: Int64,
        head: VersionID,
        at time: Timestamp,
        in transaction: StoreTransaction
    ) throws {
        try transaction.connection.run(
            """
            INSERT INTO shares (user_key, memory_key, agent_key, rule, permission, is_revoked, granted_at, since_head, since_order, changed)
            VALUES (?1, ?2, ?3, NULL, 'read', 1, ?4, ?5, ?6, ?7)
            ON CONFLICT (user_key, memory_key, agent_key) DO UPDATE SET is_revoked = 1, changed = excluded.changed
            """,
            user,
            memory,
            agent,
            time.rawValue,
            head.bytes,
            transaction.newRow(),
            transaction.sequence
        )
        try stamp(memory: memory, agent: agent, at: time, in: transaction)
    }

    /// Since when an agent sees a memory by a share: the head at that time, and the order of the share.
    static func since(
        user: Int64,
        memory: Int64,
        agent: Int64,
        in connection: Connection
    ) throws -> (head: VersionID, order: Int64)? {
        try connection.first(
            """
            SELECT since_head, since_order FROM shares
            WHERE user_key = ?1 AND memory_key = ?2 AND agent_key = ?3 AND is_revoked = 0
            """,
            user,
            memory,
            agent,
            as: { (VersionID(bytes: $0.bytes(0)), $0.int64(1)) }
        )
    }

    /// Reads `rule, permission, is_revoked`, which begin at a column.
    static func share(_ row: Row, at column: Int32) throws -> Share {
        guard let permission = SharePermission(rawValue: row.string(column + 1)) else {
            throw MemoryError.corrupt("A share's permission does not read.")
        }
        return Share(
            origin: row.optionalString(column).map(Share.Origin.propagation) ?? .explicit,
            permission: permission,
            isRevoked: row.bool(column + 2)
        )
    }
}
