import HearthModel
import HearthSQLite

/// The row of `device_space`.
enum DeviceSpaceTable {
    struct Row: Sendable {
        var space: String
        var cursor: Int64
        var resolution: ConflictResolution
    }

    static func find(_ connection: Connection) throws -> Row? {
        try connection.first(
            "SELECT space, cursor, resolution FROM device_space WHERE id = 1",
            as: { row in
                guard let resolution = ConflictResolution(rawValue: row.string(2)) else {
                    throw MemoryError.corrupt("The strategy of the space does not read.")
                }
                return Row(space: row.string(0), cursor: row.int64(1), resolution: resolution)
            }
        )
    }

    static func insert(
        _ space: String,
        resolution: ConflictResolution,
        at now: Timestamp,
        in transaction: StoreTransaction
    ) throws {
        try transaction.connection.run(
            "INSERT INTO device_space (id, space, cursor, resolution, joined_at) VALUES (1, ?1, 0, ?2, ?3)",
            space,
            resolution.rawValue,
            now.rawValue
        )
        for trigger in SchemaV12.triggers { try transaction.connection.execute(trigger.statement) }
        try transaction.exchangesDidChange(to: true)
    }

    /// - Parameter former: If it is another one by now, it stays as it is.
    static func set(cursor: Int64, from former: Int64? = nil, in transaction: StoreTransaction) throws {
        try transaction.connection.run(
            "UPDATE device_space SET cursor = ?1 WHERE id = 1 AND (?2 IS NULL OR cursor = ?2)",
            cursor,
            former
        )
        _ = transaction.sequence
    }

    static func set(resolution: ConflictResolution, in transaction: StoreTransaction) throws {
        try transaction.connection.run("UPDATE device_space SET resolution = ?1 WHERE id = 1", resolution.rawValue)
        _ = transaction.sequence
    }

    /// Forgets the space and what was exchanged.
    static func remove(in transaction: StoreTransaction) throws {
        for trigger in SchemaV12.triggers {
            try transaction.connection.execute("DROP TRIGGER IF EXISTS \(trigger.name)")
        }
        for table in ["device_space", "device_outbox", "device_facts", "device_registers", "device_held"] {
            try transaction.connection.execute("DELETE FROM \(table)")
        }
        try UpkeepState.remove(.exchange, in: transaction.connection)
        try transaction.exchangesDidChange(to: false)
    }

    /// Notes everything that the file holds, to be sent.
    ///
    /// - Parameter time: When profiles and the policy count as changed.
    static func noteEverything(at time: HybridTime, in connection: Connection) throws {
        for statement in SchemaV12.everything { try connection.run(statement, time.rawValue) }
    }
}

/// The rows of the hub that can't be taken over yet.
enum HeldRows {
    static func insert(
        _ position: Int64,
        sealed: [UInt8],
        reason: String,
        at now: Timestamp,
        in connection: Connection
    ) throws {
        try connection.run(
            """
            INSERT INTO device_held (position, sealed, reason, held_at) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (position) DO UPDATE SET reason = excluded.reason WHERE reason <> excluded.reason
            """,
            position,
            sealed,
            reason,
            now.rawValue
        )
    }

    static func remove(_ position: Int64, in connection: Connection) throws {
        try connection.run("DELETE FROM device_held WHERE position = ?1", position)
    }

    static func rows(
        after position: Int64,
        atMost count: Int,
        afterNews: Bool,
        in connection: Connection
    ) throws -> [HeldRow] {
        try connection.rows(
            """
            SELECT position, sealed, reason, held_at FROM device_held
            WHERE position > ?1 AND (NOT ?3 OR reason NOT IN ('keyless', 'damaged', 'future')) ORDER BY position LIMIT ?2
            """,
            position,
            count,
            afterNews,
            as: { row in
                HeldRow(
                    position: row.int64(0),
                    sealed: row.bytes(1),
                    reason: HeldRow.Reason(rawValue: row.string(2)) ?? .opaque,
                    heldAt: Timestamp(rawValue: row.int64(3))
                )
            }
        )
    }

    static func counts(in connection: Connection) throws -> [HeldRow.Reason: Int] {
        var counts: [HeldRow.Reason: Int] = [:]
        try connection.forEach("SELECT reason, count(*) FROM device_held GROUP BY reason") { row in
            counts[HeldRow.Reason(rawValue: row.string(0)) ?? .opaque, default: 0] += row.int(1)
        }
        return counts
    }
}
