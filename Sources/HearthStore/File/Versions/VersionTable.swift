import HearthModel
import HearthSQLite
import HearthText

/// A version as the file holds it.
struct StoredVersion: Sendable {
    var version: Version
    var isHead: Bool
    var publishedAt: Timestamp
    var publishedOrder: Int64
}

/// The rows of `versions`.
///
/// A memory that has only its first version has no row here, because the memory says everything; the view
/// `all_versions` has every version.
///
/// The text of the published head is in `memories`. When another version becomes the head, the old head's text is
/// replaced by its difference from the new head's text. So the newest text is at hand, and an old one takes only as
/// much room as was changed. Now and then a text is kept whole, so that few differences lead to the oldest one.
enum VersionTable {
    /// How a version's text is stored.
    enum Text: Sendable {
        /// In `memories`, as the text of the published head.
        case published
        /// As a difference from another version's text, or whole if the difference would not be shorter.
        case against(VersionID, text: String)
    }

    /// One version in so many keeps its whole text. At most so many differences are then applied to read a text.
    static let wholeTextInterval = 32

    /// Writes a version as a head. Its parents are no longer heads.
    ///
    /// - Parameters:
    ///   - published: The published head.
    ///   - retired: A parent that ``retire(_:number:content:memory:for:in:)`` has dealt with already.
    static func insert(
        _ version: Version,
        memory: Int64,
        author: Int64,
        text: Text,
        published: VersionID,
        besides retired: VersionID? = nil,
        sealedBy seal: MemorySeal? = nil,
        at now: Timestamp,
        in transaction: StoreTransaction
    ) throws {
        if retired == nil { try insertFirst(published, memory: memory, in: transaction.connection) }
        var kept = EncodedText(version.fields.content, as: text, number: version.number)
        let sealed = try kept.seal(version.fields, of: version.id, by: seal)
        try write(
            version,
            fields: seal == nil ? version.fields : plainPart(of: version.fields),
            kept: kept,
            sealed: sealed,
            memory: memory,
            author: author,
            isHead: true,
            publishedAt: now,
            order: transaction.newRow(),
            in: transaction
        )
        for parent in version.parents where parent != retired {
            try transaction.connection.run(
                "UPDATE versions SET is_head = 0 WHERE memory_key = ?1 AND version_id = ?2",
                memory,
                parent.bytes
            )
        }
    }

    /// What stays plain of the fields of a sensitive memory, apart from the text.
    static func plainPart(of fields: MemoryFields) -> MemoryFields {
        var fields = fields
        (fields.tags, fields.metadata, fields.provenance) = ([], [:], fields.provenance.unnamed)
        return fields
    }

    /// Writes the row of a version.
    ///
    /// - Parameters:
    ///   - fields: Its fields; of a sensitive memory those that stay plain.
    ///   - kept: Its text.
    ///   - sealed: What stands for text, tags and metadata of a sensitive memory.
    ///   - order: A number that grows from one publication or share to the next.
    static func write(
        _ version: Version,
        fields: MemoryFields,
        kept: EncodedText,
        sealed: [UInt8]?,
        memory: Int64,
        author: Int64,
        isHead: Bool,
        publishedAt: Timestamp,
        order: Int64,
        in transaction: StoreTransaction
    ) throws {
        try transaction.connection.run(
            """
            INSERT INTO versions (memory_key, number, version_id, parents, author_key, node, time, category, tags, metadata, importance,
                confidence, expires_at, is_deleted, content_form, content_base, content, is_head, published_at, published_order, sealed,
                provenance)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?22, ?18, ?19, ?20, ?21)
            """,
            memory,
            version.number,
            version.id.bytes,
            version.parents.flatMap { $0.bytes ?? [] },
            author,
            version.node == transaction.state.node ? nil : version.node,
            version.time.rawValue,
            fields.category.rawValue,
            FieldText.array(fields.tags),
            FieldText.object(fields.metadata),
            fields.importance,
            fields.confidence,
            fields.expiresAt?.rawValue,
            fields.isDeleted,
            kept.form,
            kept.base,
            kept.content,
            publishedAt.rawValue,
            order,
            sealed,
            StoredProvenance.column(fields.provenance, isSealed: false),
            isHead
        )
    }

    /// Stores the text of the old published head as its difference from the new head's text. The old one is no longer a
    /// head.
    static func retire(
        _ version: VersionID,
        number: Int,
        fields: MemoryFields,
        memory: Int64,
        for head: Version,
        sealedBy seal: MemorySeal? = nil,
        in connection: Connection
    ) throws {
        try insertFirst(version, memory: memory, in: connection)
        var kept = EncodedText(fields.content, as: .against(head.id, text: head.fields.content), number: number)
        let sealed = try kept.seal(fields, of: version, by: seal)
        try connection.run(
            """
            UPDATE versions SET content_form = ?3, content_base = ?4, content = ?5, sealed = ?6, is_head = 0, provenance = ?7
            WHERE memory_key = ?1 AND version_id = ?2
            """,
            memory,
            version.bytes,
            kept.form,
            kept.base,
            kept.content,
            sealed,
            StoredProvenance.column(fields.provenance, isSealed: sealed != nil)
        )
    }

    /// Makes a version of the memory the one whose text is in `memories`.
    ///
    /// - Parameter head: The one that was, if it is still a head; ``retire(_:number:fields:memory:for:sealedBy:in:)`` has
    ///   dealt with its text.
    static func promote(
        _ version: VersionID,
        over head: VersionID?,
        memory: Int64,
        in connection: Connection
    ) throws {
        try connection.run(
            """
            UPDATE versions SET content_form = 'head', content_base = NULL, content = NULL, sealed = NULL
            WHERE memory_key = ?1 AND version_id = ?2
            """,
            memory,
            version.bytes
        )
        guard let head else { return }
        try connection.run(
            "UPDATE versions SET is_head = 1 WHERE memory_key = ?1 AND version_id = ?2",
            memory,
            head.bytes
        )
    }

    /// Gives the first version a row, if it has none because it was the only one. Its memory then holds its whole id.
    private static func insertFirst(_ version: VersionID, memory: Int64, in connection: Connection) throws {
        try connection.run(
            """
            UPDATE memories SET head = ?2
            WHERE memory_key = ?1 AND NOT EXISTS (SELECT 1 FROM versions WHERE memory_key = ?1)
            """,
            memory,
            version.bytes
        )
        try connection.run(
            """
            INSERT INTO versions (memory_key, number, version_id, parents, author_key, time, category, tags, metadata, importance,
                confidence, expires_at, is_deleted, content_form, is_head, published_at, published_order, provenance)
            SELECT memory_key, number, version_id, parents, author_key, time, category, tags, metadata, importance, confidence,
                expires_at, is_deleted, content_form, is_head, published_at, published_order,
                (SELECT provenance FROM memories WHERE memory_key = ?1)
            FROM first_versions WHERE memory_key = ?1
            """,
            memory
        )
    }

    /// Whether a memory has a version.
    static func contains(_ version: VersionID, of record: MemoryRecord, in connection: Connection) throws -> Bool {
        try number(of: version, of: record, in: connection) != nil
    }

    /// The number of a version of a memory; nil if the memory has no such version.
    static func number(of version: VersionID, of record: MemoryRecord, in connection: Connection) throws -> Int? {
        if version == record.head { return record.headNumber }
        return try connection.first(
            "SELECT number FROM versions WHERE memory_key = ?1 AND version_id = ?2",
            record.key,
            version.bytes,
            as: { $0.int(0) }
        )
    }

    /// The versions without children, of a memory that has several versions.
    static func heads(memory: Int64, in connection: Connection) throws -> [VersionID] {
        try connection.rows(
            "SELECT version_id FROM versions WHERE memory_key = ?1 AND is_head = 1 ORDER BY version_id",
            memory,
            as: { VersionID(bytes: $0.bytes(0)) }
        )
    }
}

extension VersionTable {
    /// A text in the form that takes the least room.
    struct EncodedText {
        var form: String
        var base: [UInt8]?
        var content: [UInt8]?

        init(_ text: String, as kept: Text, number: Int) {
            switch kept {
            case .published:
                form = "head"
            case .against(let base, let reference):
                if text.isIdentical(to: reference) {
                    (form, self.base) = ("same", base.bytes)
                    return
                }
                let whole = Array(text.utf8)
                (form, content) = ("whole", whole)
                guard number % wholeTextInterval != 0 else { return }
                let delta = TextDelta.encode(target: whole, reference: Array(reference.utf8))
                if delta.count < whole.count { (form, self.base, content) = ("delta", base.bytes, delta) }
            }
        }

        /// Takes the text out, and seals it with the tags and the metadata.
        ///
        /// - Returns: What is stored in its place; nil for a plain memory, and for a published head, whose memory has it.
        mutating func seal(_ fields: MemoryFields, of version: VersionID, by seal: MemorySeal?) throws -> [UInt8]? {
            guard let seal, form != "head" else { return nil }
            defer { content = nil }
            return try seal.seal(
                SealedPayload(text: content, of: fields),
                as: .version(version.bytes ?? [], form: form, base: base)
            )
        }
    }
}
