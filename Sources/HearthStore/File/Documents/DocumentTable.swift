import Foundation
import HearthModel
import HearthRules
import HearthSQLite
import HearthText

/// The rows of `documents` and `tags`.
enum DocumentTable {
    /// A row of `documents`, with the tags that belong to it.
    struct Document {
        var key: Int64
        var user: Int64
        var memory: Int64
        var agent: Int64?
        var owner: Int64
        var session: Int64?
        var type: MemoryType
        var category: Int64
        var createdAt: Timestamp
        var expiresAt: Timestamp?
        var importance: Double
        var length: Int
        var flags: DocumentFlags
        var tags: [String]
        /// What seals it; nil for a plain document.
        var sealing: DataKey?
        /// Where the vector of the document is; nil while it has none.
        var place: VectorPlace?
        /// The model that makes no vector of the document, because it is blank.
        var modelWithoutVector: Int64?

        /// The row as caches read it.
        var entry: DocumentEntry {
            DocumentEntry(
                document: key,
                memory: memory,
                agent: agent ?? 0,
                owner: owner,
                session: session ?? 0,
                createdAt: createdAt.rawValue,
                expiresAt: expiresAt?.rawValue ?? .max,
                importance: importance,
                length: Int32(truncatingIfNeeded: length),
                category: Int32(truncatingIfNeeded: category),
                flags: flags,
                type: type.place
            )
        }
    }

    /// A document's text: the text of the draft that it stands for, or else the text of the published memory.
    static func content(of document: Int64, user: Int64, in snapshot: Snapshot) throws -> String? {
        try text(of: document, user: user, in: snapshot)?.content
    }

    /// A document's text and tags: those of the draft that it stands for, or else those of the published memory.
    static func text(of document: Int64, user: Int64, in snapshot: Snapshot) throws -> DocumentText? {
        try snapshot.connection.first(
            """
            SELECT coalesce(r.content, m.content), coalesce(r.tags, m.tags), m.is_sensitive, m.sealed, r.sealed, m.identifier, m.head,
                r.agent_key, r.base
            FROM documents AS d JOIN memories AS m ON m.memory_key = d.memory_key
            LEFT JOIN drafts AS r ON r.draft_key = d.document_key AND d.agent_key IS NOT NULL
            WHERE d.user_key = ?1 AND d.document_key = ?2
            """,
            user,
            document,
            as: { try DocumentText($0, at: 0, user: user, in: snapshot) }
        )
    }

    /// The text of a document that a cache knows.
    static func content(of entry: DocumentEntry, user: Int64, in snapshot: Snapshot) throws -> String? {
        if entry.isDraft || entry.flags.contains(.sensitive) {
            return try content(of: entry.document, user: user, in: snapshot)
        }
        return try snapshot.connection.first(
            "SELECT content FROM memories WHERE memory_key = ?1",
            entry.memory,
            as: { $0.string(0) }
        )
    }

    /// The words of a document's text and tags; nil where the file has them only sealed.
    static func openWords(
        of document: Int64,
        user: Int64,
        in connection: Connection
    ) throws -> AnalyzedDocument? {
        try connection.first(
            """
            SELECT coalesce(r.content, m.content), coalesce(r.tags, m.tags)
            FROM documents AS d JOIN memories AS m ON m.memory_key = d.memory_key
            LEFT JOIN drafts AS r ON r.draft_key = d.document_key AND d.agent_key IS NOT NULL
            WHERE d.user_key = ?1 AND d.document_key = ?2 AND m.is_sensitive = 0
            """,
            user,
            document,
            as: { AnalyzedDocument(content: $0.string(0), tags: try FieldText.array(from: $0.string(1))) }
        )
    }

    private static let documents = RowsInsertion(
        """
        INSERT INTO documents (document_key, user_key, drafted_key, agent_key, owner_key, session_key, type, category_key,
            created_at, expires_at, importance, length, flags, model_key, block_key, block_slot)
        VALUES
        """,
        row: "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    )

    static func insert(_ documents: [Document], into transaction: StoreTransaction) throws {
        // Caches find them by their keys.
        _ = transaction.sequence
        try transaction.connection.insert(documents, by: Self.documents) { document, parameters in
            try parameters.bind(
                document.key,
                document.user,
                document.memory == document.key ? nil : document.memory,
                document.agent,
                document.owner,
                document.session,
                Int(document.type.place),
                document.category,
                document.createdAt.rawValue,
                document.expiresAt?.rawValue,
                MemoryColumns.importance(document.importance),
                document.length,
                Int(document.flags.rawValue),
                document.place?.model ?? document.modelWithoutVector,
                document.place?.block,
                document.place?.slot
            )
        }
        for document in documents {
            try insert(
                tags: document.tags,
                document: document.key,
                user: document.user,
                key: document.sealing,
                in: transaction.connection
            )
        }
    }

    /// Tags are stored in their composed form, so that a filter finds each in whatever form it was typed.
    ///
    /// - Parameter key: What stands in for the tags of a sensitive memory; nil for a plain one.
    static func insert(tags: [String], document: Int64, user: Int64, key: DataKey?, in connection: Connection) throws {
        guard !tags.isEmpty else { return }
        let composed = tags.map(\.precomposedStringWithCanonicalMapping)
        for tag in key.map({ composed.map(WordKeyer($0).token(ofTag:)) }) ?? composed {
            try connection.run(
                "INSERT INTO tags (user_key, tag, document_key) VALUES (?1, ?2, ?3)",
                user,
                tag,
                document
            )
        }
    }

    /// The forms in which a tag may be in the file: earlier releases stored it as it was typed.
    static func spellings(of tag: String) -> [String] {
        guard !tag.utf8.allSatisfy({ $0 < 0x80 }) else { return [tag] }
        let composed = tag.precomposedStringWithCanonicalMapping
        return [tag, composed, composed.decomposedStringWithCanonicalMapping]
    }

    /// The forms in which a tag may be in the file, of plain memories and of those sealed with some keys.
    static func spellings(of tag: String, keyers: [WordKeyer]) -> [String] {
        spellings(of: tag) + keyers.map { $0.token(ofTag: tag.precomposedStringWithCanonicalMapping) }
    }

    static func delete(tags: [String], document: Int64, user: Int64, key: DataKey?, in connection: Connection) throws {
        guard !tags.isEmpty else { return }
        let keyer = key.map { WordKeyer($0) }
        for tag in keyer.map({ tags.map(\.precomposedStringWithCanonicalMapping).map($0.token(ofTag:)) })
            ?? tags.flatMap(spellings)
        {
            try connection.run(
                "DELETE FROM tags WHERE user_key = ?1 AND tag = ?2 AND document_key = ?3",
                user,
                tag,
                document
            )
        }
    }

    /// Sets flags of a document. Caches then read the document anew.
    static func raise(
        _ flags: DocumentFlags,
        document: Int64,
        user: Int64,
        in transaction: StoreTransaction
    ) throws {
        try transaction.connection.run(
            "UPDATE documents SET flags = flags | ?3, changed = ?4 WHERE user_key = ?1 AND document_key = ?2",
            user,
            document,
            Int(flags.rawValue),
            transaction.sequence
        )
    }
}
