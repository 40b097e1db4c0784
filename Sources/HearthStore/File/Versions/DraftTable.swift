import HearthModel
import HearthSQLite

/// The rows of `drafts`.
enum DraftTable {
    private static let columns = """
        SELECT d.draft_key, d.memory_key, d.agent_key, d.user_key, d.base, d.base_number, d.time, d.created_at, d.changed_fields,
            d.content, d.category, d.tags, d.importance, d.confidence, d.metadata, d.expires_at, d.digest, d.sealed, m.identifier,
            m.is_sensitive, d.provenance
        FROM drafts AS d JOIN memories AS m ON m.memory_key = d.memory_key
        """
    private static let ofAgent = ComposedSQL(columns, "WHERE d.memory_key = ?1 AND d.agent_key = ?2")
    private static let ofMemory = ComposedSQL(columns, "WHERE d.memory_key = ?1 ORDER BY d.draft_key")

    /// A memory that an agent has a draft of.
    struct Pending: Sendable {
        var memory: Int64
        var id: MemoryID
    }

    /// An agent's draft of a memory.
    ///
    /// - Throws: `.storeCorrupt` if the draft does not match its digest.
    static func find(memory: Int64, agent: Int64, in snapshot: Snapshot) throws -> Draft? {
        try snapshot.connection.first(
            ofAgent,
            memory,
            agent,
            as: { try draft($0, in: snapshot) }
        )
    }

    /// Every draft of a memory. The one begun first comes first.
    static func all(memory: Int64, in snapshot: Snapshot) throws -> [Draft] {
        try snapshot.connection.rows(
            ofMemory,
            memory,
            as: { try draft($0, in: snapshot) }
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
    ///
    /// - Parameter seal: What seals the memory; nil for a plain one.
    static func write(_ draft: Draft, sealedBy seal: MemorySeal?, in transaction: StoreTransaction) throws {
        var change = draft.change
        let sealed = try seal?.seal(SealedPayload(change), as: .draft(agent: draft.agent, base: draft.base.bytes ?? []))
        let fields = change.fields
        if seal != nil { (change.content, change.tags, change.metadata) = (nil, nil, nil) }
        try transaction.connection.run(
            """
            INSERT INTO drafts (draft_key, memory_key, agent_key, user_key, base, base_number, time, created_at, changed_fields, content,
                category, tags, importance, confidence, metadata, expires_at, digest, sealed, provenance)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)
            ON CONFLICT (draft_key) DO UPDATE SET base = excluded.base, base_number = excluded.base_number, time = excluded.time,
                changed_fields = excluded.changed_fields, content = excluded.content, category = excluded.category, tags = excluded.tags, importance = excluded.importance,
                confidence = excluded.confidence, metadata = excluded.metadata, expires_at = excluded.expires_at,
                digest = excluded.digest, sealed = excluded.sealed, provenance = excluded.provenance
            """,
            draft.key,
            draft.memory,
            draft.agent,
            draft.user,
            draft.base.bytes,
            draft.baseNumber,
            draft.time.rawValue,
            draft.createdAt.rawValue,
            fields.rawValue,
            change.content,
            change.category?.rawValue,
            change.tags.map(FieldText.array),
            change.importance,
            change.confidence,
            change.metadata.map(FieldText.object),
            change.expiresAt.flatMap { $0?.rawValue },
            draft.digest,
            sealed,
            change.provenance.map { ProvenanceColumn(seal == nil ? $0 : $0.unnamed) }
        )
        _ = transaction.sequence
    }

    static func delete(_ draft: Draft, in transaction: StoreTransaction) throws {
        try transaction.connection.run("DELETE FROM drafts WHERE draft_key = ?1", draft.key)
        _ = transaction.sequence
    }

    private static func draft(_ row: Row, in snapshot: Snapshot) throws -> Draft {
        let seal = try snapshot.seal(of: row.memoryID(18), user: row.int64(3), isSensitive: row.bool(19))
        let sealed = row.optionalBytes(17)
        let payload = try seal?.open(sealed, as: .draft(agent: row.int64(2), base: row.bytes(4)))
        let fields = FieldChange.Fields(rawValue: row.int(8))
        var change = FieldChange(isDeletion: fields.contains(.deletion))
        if fields.contains(.content) {
            change.content = payload == nil ? row.string(9) : payload?.text.map { String(decoding: $0, as: UTF8.self) }
        }
        if fields.contains(.category) { change.category = MemoryCategory(rawValue: row.string(10)) }
        if fields.contains(.tags) {
            change.tags = try payload == nil ? FieldText.array(from: row.string(11)) : payload?.tags
        }
        if fields.contains(.importance) { change.importance = row.double(12) }
        if fields.contains(.confidence) { change.confidence = row.double(13) }
        if fields.contains(.metadata) {
            change.metadata = try payload == nil ? FieldText.object(from: row.string(14)) : payload?.metadata
        }
        if fields.contains(.expiresAt) {
            change.expiresAt = .some(row.optionalInt64(15).map(Timestamp.init(rawValue:)))
        }
        if fields.contains(.provenance) {
            change.provenance = try StoredProvenance.read(row, 20)
            if let source = payload?.source { change.provenance?.name = source }
        }
        change.grantsTrust = fields.contains(.trust)
        var draft = Draft(
            key: row.int64(0),
            memory: row.int64(1),
            agent: row.int64(2),
            user: row.int64(3),
            base: VersionID(bytes: row.bytes(4)),
            baseNumber: row.int(5),
            time: HybridTime(rawValue: row.int64(6)),
            createdAt: Timestamp(rawValue: row.int64(7)),
            change: change,
            digestKey: seal?.digestKey
        )
        draft.sealedWith = seal == nil ? nil : sealed.flatMap(Seal.number)
        guard row.bytes(16) == draft.digest else {
            throw MemoryError.corrupt("Draft number \(draft.key) is not what its digest says.")
        }
        return draft
    }
}
