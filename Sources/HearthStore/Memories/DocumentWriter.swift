internal import HearthEmbedding
internal import HearthSQLite

/// Where the vectors of texts come from while a transaction is open, when nothing can be waited for.
struct VectorSource: Sendable {
    var embedder: (any Embedder)?
    /// Vectors made before the transaction, by text.
    var prepared: [String: QuantizedVector] = [:]

    /// The vector of a text; nil where it has to be made later.
    func vector(of text: String) -> QuantizedVector? {
        prepared[text] ?? embedder.flatMap { VectorMaker(embedder: $0).vectorAtOnce(of: text) }
    }
}

/// Keeps what is derived from a text in step with it: its document, its words, its tags and its vector.
struct DocumentWriter {
    let transaction: StoreTransaction
    let vectors: VectorSource
    /// Called where a text is left without its vector, which is then to be made later.
    let lacksVector: () -> Void

    /// Says that a document stands for other fields than before.
    ///
    /// - Parameters:
    ///   - document: The document, which has a row.
    ///   - user: Its user.
    ///   - old: What it stood for; a deletion had no words.
    ///   - new: What it stands for now; a deletion has no words, and nil is the end of the document.
    ///   - flag: What a deletion is to caches: gone for a published head, deleted for a draft.
    func update(
        _ document: Int64,
        user: Int64,
        from old: MemoryFields,
        to new: MemoryFields?,
        deletionFlag flag: DocumentFlags
    ) throws {
        let after = new ?? old
        let isFound = new.map { !$0.isDeleted } ?? false
        let wasFound = !old.isDeleted
        let words = isFound ? AnalyzedDocument(content: after.content, tags: after.tags) : nil
        var flags: DocumentFlags = []
        if new == nil { flags.insert(.gone) } else if !isFound { flags.insert(flag) }
        try transaction.connection.run(
            """
            UPDATE documents SET category_key = ?3, expires_at = ?4, importance = ?5, length = ?6, flags = flags & ~3 | ?7, changed = ?8
            WHERE user_key = ?1 AND document_key = ?2
            """,
            user,
            document,
            try transaction.keys.category(after.category, in: transaction.connection),
            after.expiresAt?.rawValue,
            after.importance,
            words?.length ?? 0,
            Int(flags.rawValue),
            transaction.sequence
        )
        let isSameText = wasFound && isFound && old.content.isIdentical(to: after.content)
        if !isSameText || !old.tags.isIdentical(to: after.tags) {
            if wasFound {
                let gone = AnalyzedDocument(content: old.content, tags: old.tags)
                transaction.changeIndex(.remove(document: document, gone.words(user: user)))
                try DocumentTable.delete(tags: old.tags, document: document, user: user, in: transaction.connection)
            }
            if let words {
                transaction.changeIndex(.insert(document: document, words.words(user: user)))
                try DocumentTable.insert(tags: after.tags, document: document, user: user, in: transaction.connection)
            }
        }
        if !isSameText { try setVector(of: isFound ? after.content : nil, document: document, user: user) }
    }

    /// Writes the document of a draft that has just been begun.
    func insert(_ document: DocumentTable.Document, of fields: MemoryFields) throws {
        var document = document
        let words = fields.isDeleted ? nil : AnalyzedDocument(content: fields.content, tags: fields.tags)
        document.length = words?.length ?? 0
        document.tags = fields.isDeleted ? [] : fields.tags
        if fields.isDeleted { document.flags.insert(.deleted) }
        try DocumentTable.insert(document, into: transaction)
        guard let words else { return }
        transaction.changeIndex(.insert(document: document.key, words.words(user: document.user)))
        try setVector(of: fields.content, document: document.key, user: document.user)
    }

    /// Writes the vector of a text, or leaves none where the text is gone or its vector comes later.
    private func setVector(of text: String?, document: Int64, user: Int64) throws {
        if let embedder = vectors.embedder, let text, let vector = vectors.vector(of: text) {
            try VectorTables.place(vector, of: embedder, document: document, user: user, in: transaction)
        } else {
            if vectors.embedder != nil, text != nil { lacksVector() }
            try VectorTables.remove(document: document, user: user, in: transaction)
        }
    }
}
