import HearthSQLite

@testable import HearthStore

/// Everything that a file holds, row by row as text, the same whatever its schema.
struct StoreContents: Equatable {
    /// By table.
    var rows: [String: [String]] = [:]

    /// What the migration leaves as it is.
    private static let others = [
        "users", "agents", "policies", "categories", "sessions", "tags", "models", "vector_block_states",
        "accesses", "shares", "leases", "lease_waiters", "conflicts",
        "operations", "counters", "audit", "data_keys", "memory_words",
    ]

    private static let notifications = """
        SELECT notification_key, created_at, severity, kind, message, memory_key, conflict_key, acknowledged_at FROM notifications
        """

    /// Without what the word index brings with it, which is made anew where another analyser made it: its version, the
    /// count of commits, and how many words a document has.
    private static let store = "SELECT id, node, next_row, clock, policy_changed FROM store"
    private static let documents = """
        SELECT document_key, user_key, memory_key, agent_key, owner_key, session_key, type, category_key, created_at, expires_at,
            coalesce(importance, 0.5), flags, model_key, block_key, block_slot
        FROM documents
        """

    private static let memoriesOfSchema1 = """
        SELECT memory_key, memory_id, user_key, owner_key, session_key, type, category, content, tags, metadata, importance, confidence,
            is_sensitive, sealed, created_at, arrived_at, expires_at, parent_id, hex(substr(head, 1, 8)), head_number, head_time, state, folded_into
        FROM memories
        """

    private static let memoriesOfSchema2 = """
        SELECT m.memory_key, iif(typeof(m.identifier) = 'blob', m.memory_id, m.identifier), m.user_key, m.owner_key, m.session_key,
            (SELECT value FROM json_each('["episodic","semantic","procedural","working","contextual"]') WHERE key = m.type), c.name,
            m.content, coalesce(m.tags, '[]'), coalesce(m.metadata, '{}'), coalesce(m.importance, 0.5), coalesce(m.confidence, 0.8),
            m.is_sensitive, m.sealed, coalesce(m.created_at, m.arrived_at), m.arrived_at, m.expires_at, m.parent_id, hex(substr(m.head, 1, 8)),
            m.head_number, m.head_lag + (m.arrived_at / 1000 << 16), m.state, m.folded_into
        FROM memories AS m JOIN categories AS c ON c.category_key = m.category_key
        """

    private static let memories = """
        SELECT m.memory_key, iif(typeof(m.identifier) = 'blob', m.memory_id, m.identifier), m.user_key, m.owner_key, m.session_key,
            (SELECT value FROM json_each('["episodic","semantic","procedural","working","contextual"]') WHERE key = m.type), c.name,
            m.content, coalesce(m.tags, '[]'), coalesce(m.metadata, '{}'), coalesce(m.importance, 0.5), coalesce(m.confidence, 0.8),
            m.is_sensitive, m.sealed, coalesce(m.created_at, m.arrived_at, d.created_at), coalesce(m.arrived_at, d.created_at),
            m.expires_at, m.parent_id, hex(substr(m.head, 1, 8)), m.head_number,
            m.head_lag + (coalesce(m.arrived_at, d.created_at) / 1000 << 16) + coalesce(m.arrived_at, d.created_at) % 1000,
            m.state, m.folded_into
        FROM memories AS m JOIN categories AS c ON c.category_key = m.category_key
        JOIN documents AS d ON d.user_key = m.user_key AND d.document_key = m.memory_key
        """

    /// The whole ids of versions that are not their memory's only one.
    private static let ids = """
        SELECT memory_key, hex(version_id) FROM versions
        WHERE memory_key IN (SELECT memory_key FROM versions GROUP BY memory_key HAVING count(*) > 1)
        """

    private static let versionColumns = """
        memory_key, number, hex(substr(version_id, 1, 8)), hex(parents), author_key, node, time, category, tags, metadata, importance, confidence, expires_at,
        is_deleted, content_form, hex(content_base), hex(content), sealed, is_head, published_at, published_order
        """

    private static let draftColumns = """
        draft_key, memory_key, agent_key, user_key, hex(base), base_number, time, created_at, changed_fields, content, category, tags,
        importance, confidence, metadata, expires_at, sealed, hex(digest)
        """

    /// Reads a file that nobody else has open.
    init(path: String) throws {
        let connection = try Connection(opening: path, flags: 2)  // SQLITE_OPEN_READWRITE
        let version = try connection.rowsDynamic("PRAGMA user_version") { $0.int(0) }.first
        let memories = version == 1 ? Self.memoriesOfSchema1 : version == 2 ? Self.memoriesOfSchema2 : Self.memories
        rows["memories"] = try Self.rows(memories, in: connection)
        rows["ids"] = try Self.rows(Self.ids, in: connection)
        rows["vectors"] = try Self.vectors(in: connection, headerSize: version ?? 0 >= 3 ? VectorBlock.headerSize : 12)
        let versions = version == 1 ? "versions" : "all_versions"
        rows["versions"] = try Self.rows("SELECT \(Self.versionColumns) FROM \(versions)", in: connection)
        rows["store"] = try Self.rows(Self.store, in: connection)
        rows["notifications"] = try Self.rows(Self.notifications, in: connection)
        rows["documents"] = try Self.rows(Self.documents, in: connection)
        rows["drafts"] = try Self.rows("SELECT \(Self.draftColumns) FROM drafts", in: connection)
        rows["audit_head"] = try Self.rows("SELECT id, count, hex(hash) FROM audit_head", in: connection)
        for table in Self.others { rows[table] = try Self.rows("SELECT * FROM \(table)", in: connection) }
    }

    /// The document, the scale and the components of every slot.
    private static func vectors(in connection: Connection, headerSize: Int) throws -> [String] {
        try connection.rowsDynamic(
            """
            SELECT b.block_key, b.data, m.dimension FROM vector_blocks AS b
            JOIN vector_block_states AS s ON s.block_key = b.block_key JOIN models AS m ON m.model_key = s.model_key
            """
        ) { row in
            let block = row.int64(0)
            let size = headerSize + row.int(2)
            return row.withBytes(1) { bytes in
                stride(from: 0, through: bytes.count - size, by: size)
                    .map { start in
                        let isPacked = headerSize == VectorBlock.headerSize
                        let document =
                            isPacked
                            ? VectorBlock.document(bytes, at: start, block: block)
                            : bytes.loadUnaligned(fromByteOffset: start, as: Int64.self)
                        let scale =
                            isPacked
                            ? VectorBlock.scale(bytes, at: start)
                            : VectorBlock.rounded(bytes.loadUnaligned(fromByteOffset: start + 8, as: Float.self))
                        return "\(block) \(document) \(scale) \(Array(bytes[(start + headerSize)..<(start + size)]))"
                    }
            }
        }
        .flatMap(\.self)
    }

    private static func rows(_ query: String, in connection: Connection) throws -> [String] {
        try connection.rowsDynamic(query) { row in
            (0..<row.columnCount).map { row.isNull($0) ? "NULL" : row.string($0) }.joined(separator: "|")
        }
        .sorted()
    }
}
