import Foundation
import HearthModel
import HearthRules
import HearthSQLite

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
        /// Where the vector of the document is; nil while it has none.
        var place: VectorPlace?
        /// The model that makes no vector of the document, because it is blank.
        var modelWithoutVector: Int64?
    }

    /// A document's text: the text of the draft that it stands for, or else the text of the published memory.
    static func content(of document: Int64, user: Int64, in connection: Connection) throws -> String? {
        try connection.first(
            """
            SELECT coalesce(r.content, m.content)
            FROM documents AS d JOIN memories AS m ON m.memory_key = d.memory_key
            LEFT JOIN drafts AS r ON r.draft_key = d.document_key AND d.agent_key IS NOT NULL
            WHERE d.user_key = ?1 AND d.document_key = ?2
            """,
            user,
            document,
            as: { $0.string(0) }
        )
    }

    /// The text of a document that a cache knows.
    static func content(of entry: DocumentEntry, user: Int64, in connection: Connection) throws -> String? {
        if entry.isDraft { return try content(of: entry.document, user: user, in: connection) }
        return try connection.first(
            "SELECT content FROM memories WHERE memory_key = ?1",
            entry.memory,
            as: { $0.string(0) }
        )
    }

    /// A document's text and tags, from which its words in the index are made; nil where the file has them only sealed.
    static func openText(
        of document: Int64,
        user: Int64,
        in connection: Connection
    ) throws -> (content: String, tags: [String])? {
        try connection.first(
            """
            SELECT coalesce(r.content, m.content), coalesce(r.tags, m.tags)
            FROM documents AS d JOIN memories AS m ON m.memory_key = d.memory_key
            LEFT JOIN drafts AS r ON r.draft_key = d.document_key AND d.agent_key IS NOT NULL
            WHERE d.user_key = ?1 AND d.document_key = ?2 AND m.is_sensitive = 0
            """,
            user,
            document,
            as: { ($0.string(0), try FieldText.array(from: $0.string(1))) }
        )
    }

    private static let documents = RowsInsertion(
        """
        INSERT INTO documents (document_key, user_key, memory_key, agent_key, owner_key, session_key, type, category_key,
            created_at, expires_at, importance, length, flags, model_key, block_key, block_slot, changed)
        VALUES
        """,
        row: "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    )

    static func insert(_ documents: [Document], into transaction: StoreTransaction) throws {
        let sequence = transaction.sequence
        try transaction.connection.insert(documents, by: Self.documents) { document, parameters in
            try parameters.bind(
                document.key,
                document.user,
                document.memory,
                document.agent,
                document.owner,
                document.session,
                Int(document.type.place),
                document.category,
                document.createdAt.rawValue,
                document.expiresAt?.rawValue,
                document.importance,
                document.length,
                Int(document.flags.rawValue),
                document.place?.model ?? document.modelWithoutVector,
                document.place?.block,
                document.place?.slot,
                sequence
            )
        }
        for document in documents {
            try insert(tags: document.tags, document: document.key, user: document.user, in: transaction.connection)
        }
    }

    /// Tags are stored in their composed form, so that a filter finds each in whatever form it was typed.
    static func insert(tags: [String], document: Int64, user: Int64, in connection: Connection) throws {
        for tag in tags.lazy.map(\.precomposedStringWithCanonicalMapping) {
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

    static func delete(tags: [String], document: Int64, user: Int64, in connection: Connection) throws {
        for tag in tags.flatMap(spellings) {
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
