import HearthModel
import HearthSQLite

/// The rows of `drafts`.
enum DraftTable {
    private static let columns = """
        SELECT draft_key, memory_key, agent_key, user_key, base, base_number, time, created_at, changed_fields, content, category, tags,
            importance, confidence, metadata, expires_at, digest, provenance
        FROM drafts
        """
    private static let ofAgent = ComposedSQL(columns, "WHERE memory_key = ?1 AND agent_key = ?2")
    private static let ofMemory = ComposedSQL(columns, "WHERE memory_key = ?1 ORDER BY draft_key")

    /// A memory that an agent has a draft of.
    struct Pending: Sendable {
        var memory: Int64
        var id: MemoryID
    }

    /// An agent's draft of a memory.
    ///
    /// - Throws: `.storeCorrupt` if the draft does not match its digest.
    static func find(memory: Int64, agent: Int64, in connection: Connection) throws -> Draft? {
        try connection.first(
            ofAgent,
            memory,
            agent,
            as: draft
        )
    }

    /// Every draft of a memory. The one begun first comes first.
    static func all(memory: Int64, in connection: Connection) throws -> [Draft] {
        try connection.rows(
            ofMemory,
            memory,
            as: draft
        )
    }

    /// The memories of a user that an agent has drafts of. The draft begun first comes first.
    ///
    /// - Parameter session: Only the memories of this session; nil: all.
    static func pending(
        agent: Int64,
        user: Int64,
        session: Int64?,
        in connection: Connection
    ) throws -> [Pending] {
        try connection.rows(
            """
            SELECT d.memory_key, m.identifier FROM drafts AS d JOIN memories AS m ON m.memory_key = d.memory_key
            WHERE d.agent_key = ?1 AND d.user_key = ?2 AND (?3 IS NULL OR m.session_key = ?3) ORDER BY d.draft_key
            """,
            agent,
            user,
            session,
            as: { Pending(memory: $0.int64(0), id: $0.memoryID(1)) }
        )
    }

    /// Writes a new draft, or an existing one that was amended.
    static func write(_ draft: Draft, in transaction: StoreTransaction) throws {
        let change = draft.change
        try transaction.connection.run(
            """
            INSERT INTO drafts (draft_key, memory_key, agent_key, user_key, base, base_number, time, created_at, changed_fields, content,
                category, tags, importance, confidence, metadata, expires_at, digest, provenance)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
            ON CONFLICT (draft_key) DO UPDATE SET base = excluded.base, base_number = excluded.base_number, time = excluded.time,
                changed_fields = excluded.changed_fields, content = excluded.content, category = excluded.category, tags = excluded.tags, importance = excluded.importance,
                confidence = excluded.confidence, metadata = excluded.metadata, expires_at = excluded.expires_at,
                digest = excluded.digest, provenance = excluded.provenance
            """,
            draft.key,
            draft.memory,
            draft.agent,
            draft.user,
            draft.base.bytes,
            draft.baseNumber,
            draft.time.rawValue,
            draft.createdAt.rawValue,
            change.fields.rawValue,
            change.content,
            change.category?.rawValue,
            change.tags.map(FieldText.array),
            change.importance,
            change.confidence,
            change.metadata.map(FieldText.object),
            change.expiresAt.flatMap { $0?.rawValue },
            draft.digest,
            change.provenance.map(ProvenanceColumn.init)
        )
        _ = transaction.sequence
    }

    static func delete(_ draft: Draft, in transaction: StoreTransaction) throws {
        try transaction.connection.run("DELETE FROM drafts WHERE draft_key = ?1", draft.key)
        _ = transaction.sequence
    }

    static func draft(_ row: Row) throws -> Draft {
        let fields = FieldChange.Fields(rawValue: row.int(8))
        var change = FieldChange(isDeletion: fields.contains(.deletion))
        if fields.contains(.content) { change.content = row.string(9) }
        if fields.contains(.category) { change.category = MemoryCategory(rawValue: row.string(10)) }
        if fields.contains(.tags) { change.tags = try FieldText.array(from: row.string(11)) }
        if fields.contains(.importance) { change.importance = row.double(12) }
        if fields.contains(.confidence) { change.confidence = row.double(13) }
        if fields.contains(.metadata) { change.metadata = try FieldText.object(from: row.string(14)) }
        if fields.contains(.expiresAt) {
            change.expiresAt = .some(row.optionalInt64(15).map(Timestamp.init(rawValue:)))
        }
        if fields.contains(.provenance) { change.provenance = try StoredProvenance.read(row, 17) }
        change.grantsTrust = fields.contains(.trust)
        let draft = Draft(
            key: row.int64(0),
            memory: row.int64(1),
            agent: row.int64(2),
            user: row.int64(3),
            base: VersionID(bytes: row.bytes(4)),
            baseNumber: row.int(5),
            time: HybridTime(rawValue: row.int64(6)),
            createdAt: Timestamp(rawValue: row.int64(7)),
            change: change
        )
        guard row.bytes(16) == draft.digest else {
            throw MemoryError.corrupt("Draft number \(draft.key) is not what its digest says.")
        }
        return draft
    }
}
