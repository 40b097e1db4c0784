import HearthModel
import HearthRules
import HearthSQLite

extension AgedMemory {
    private static let columns = """
        SELECT m.memory_key, m.identifier, m.user_key, m.owner_key, m.type, coalesce(m.importance, 0.5), m.expires_at,
            coalesce(m.arrived_at, d.created_at), v.published_at, d.flags, m.ended IS NOT NULL, m.is_sensitive
        FROM memories AS m JOIN documents AS d ON d.user_key = m.user_key AND d.document_key = m.memory_key
        LEFT JOIN versions AS v ON v.memory_key = m.memory_key AND v.version_id = m.head
        """
    private static let byKey = ComposedSQL(columns, "WHERE m.memory_key = ?1")
    private static let behind = ComposedSQL(columns, "WHERE m.memory_key > ?1 ORDER BY m.memory_key LIMIT ?2")
    private static let everyLive = ComposedSQL(columns, "WHERE m.ended IS NULL ORDER BY m.memory_key")
    private static let everyDeleted = ComposedSQL(columns, "WHERE m.ended IS NOT NULL ORDER BY m.memory_key")

    /// A memory, live or deleted; nil if it has no row any more.
    static func find(_ key: Int64, in connection: Connection) throws -> AgedMemory? {
        try connection.first(byKey, key, as: read)
    }

    /// The next memories behind a key.
    static func after(_ key: Int64, atMost count: Int, in connection: Connection) throws -> [AgedMemory] {
        try connection.rows(behind, key, count, as: read)
    }

    /// Every memory of the file, one by one.
    static func forEach(isDeleted: Bool, in connection: Connection, _ body: (AgedMemory) throws -> Void) throws {
        try connection.forEach(isDeleted ? everyDeleted : everyLive, do: { try body(read($0)) })
    }

    private static func read(_ row: Row) throws -> AgedMemory {
        guard let place = UInt8(exactly: row.int64(4)), let type = MemoryType(place: place) else {
            throw MemoryError.corrupt("The type of memory \(row.memoryID(1)) does not read.")
        }
        return AgedMemory(
            key: row.int64(0),
            id: row.memoryID(1),
            user: row.int64(2),
            owner: row.int64(3),
            type: type,
            importance: row.double(5),
            expiresAt: row.optionalInt64(6).map(Timestamp.init(rawValue:)),
            arrivedAt: Timestamp(rawValue: row.int64(7)),
            editedAt: row.optionalInt64(8).map(Timestamp.init(rawValue:)),
            flags: DocumentFlags(rawValue: UInt16(truncatingIfNeeded: row.int64(9))),
            isDeleted: row.bool(10),
            isSensitive: row.bool(11)
        )
    }

    /// Whether somebody works on it: an agent holds its lease or has a draft of it, or a conflict waits.
    ///
    /// - Parameter draftsSince: Drafts that were last amended before do not count.
    func isInUse(
        at now: BootInstant,
        draftsSince start: Timestamp = .earliest,
        in connection: Connection
    ) throws -> Bool {
        if flags.contains(.everLeased), try LeaseTable.live(memory: key, at: now, in: connection) != nil { return true }
        if flags.contains(.everDrafted),
            try connection.first(
                "SELECT 1 FROM drafts WHERE memory_key = ?1 AND (time >> 16) * 1000 >= ?2",
                key,
                start.rawValue,
                as: { _ in true }
            ) ?? false
        {
            return true
        }
        guard flags.contains(.everConflicting) else { return false }
        return try connection.first(
            "SELECT 1 FROM conflicts WHERE memory_key = ?1 AND resolved_at IS NULL",
            key,
            as: { _ in true }
        ) ?? false
    }
}
