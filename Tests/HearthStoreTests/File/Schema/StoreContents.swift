import HearthSQLite

/// Everything that a file holds, row by row as text, the same whatever its schema.
struct StoreContents: Equatable {
    /// By table.
    var rows: [String: [String]] = [:]

    /// What the migration leaves as it is.
    private static let others = [
        "users", "agents", "policies", "categories", "sessions", "drafts", "tags", "models",
        "vector_blocks", "vector_block_states", "accesses", "shares", "leases", "lease_waiters", "conflicts",
        "operations", "counters", "audit", "notifications", "data_keys", "memory_words",
    ]

    /// Without what the word index brings with it, which is made anew where another analyser made it: its version, the
    /// count of commits, and how many words a document has.
    private static let store = "SELECT id, node, next_row, clock, policy_changed FROM store"
    private static let documents = """
        SELECT document_key, user_key, memory_key, agent_key, owner_key, session_key, type, category_key, created_at, expires_at,
            importance, flags, model_key, block_key, block_slot
        FROM documents
        """

    private static let memoriesOfSchema1 = """
        SELECT memory_key, memory_id, user_key, owner_key, session_key, type, category, content, tags, metadata, importance, confidence,
            is_sensitive, sealed, created_at, arrived_at, expires_at, parent_id, hex(head), head_number, head_time, state, folded_into
        FROM memories
        """

    private static let memories = """
        SELECT m.memory_key, m.memory_id, m.user_key, m.owner_key, m.session_key,
            (SELECT value FROM json_each('["episodic","semantic","procedural","working","contextual"]') WHERE key = m.type), c.name,
            m.content, coalesce(m.tags, '[]'), coalesce(m.metadata, '{}'), coalesce(m.importance, 0.5), coalesce(m.confidence, 0.8),
            m.is_sensitive, m.sealed, coalesce(m.created_at, m.arrived_at), m.arrived_at, m.expires_at, m.parent_id, hex(m.head),
            m.head_number, m.head_lag + (m.arrived_at / 1000 << 16), m.state, m.folded_into
        FROM memories AS m JOIN categories AS c ON c.category_key = m.category_key
        """

    private static let versionColumns = """
        memory_key, number, hex(version_id), hex(parents), author_key, node, time, category, tags, metadata, importance, confidence, expires_at,
        is_deleted, content_form, hex(content_base), hex(content), sealed, is_head, published_at, published_order
        """

    /// Reads a file that nobody else has open.
    init(path: String) throws {
        let connection = try Connection(opening: path, flags: 2)  // SQLITE_OPEN_READWRITE
        let version = try connection.rowsDynamic("PRAGMA user_version") { $0.int(0) }.first
        let isFirst = version == 1
        rows["memories"] = try Self.rows(isFirst ? Self.memoriesOfSchema1 : Self.memories, in: connection)
        let versions = isFirst ? "versions" : "all_versions"
        rows["versions"] = try Self.rows("SELECT \(Self.versionColumns) FROM \(versions)", in: connection)
        rows["store"] = try Self.rows(Self.store, in: connection)
        rows["documents"] = try Self.rows(Self.documents, in: connection)
        rows["audit_head"] = try Self.rows("SELECT id, count, hex(hash) FROM audit_head", in: connection)
        for table in Self.others { rows[table] = try Self.rows("SELECT * FROM \(table)", in: connection) }
    }

    private static func rows(_ query: String, in connection: Connection) throws -> [String] {
        try connection.rowsDynamic(query) { row in
            (0..<row.columnCount).map { row.isNull($0) ? "NULL" : row.string($0) }.joined(separator: "|")
        }
        .sorted()
    }
}
