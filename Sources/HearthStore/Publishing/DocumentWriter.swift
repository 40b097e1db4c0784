import HearthEmbedding
import HearthModel
import HearthRules
import HearthSQLite

/// Keeps what is derived from a text in step with it: its document, its words, its tags and its vector.
struct DocumentWriter {
    let transaction: StoreTransaction
    let vectors: VectorSource
    /// Called when a text is left without its vector, so that the vector is made later.
    let lacksVector: () -> Void

    /// Brings a document in step with the new fields of its memory or draft.
    ///
    /// - Parameters:
    ///   - document: The document, which has a row.
    ///   - user: Its user.
    ///   - old: The fields that it stood for; a deletion had no words.
    ///   - new: The fields that it stands for now; a deletion has no words.
    ///   - flag: What caches take a deletion for: `gone` for a published head, `deleted` for a draft.
    func update(
        _ document: Int64,
        user: Int64,
        from old: MemoryFields,
        to new: MemoryFields,
        deletionFlag flag: DocumentFlags
    ) throws {
        let analysis = new.isDeleted ? nil : analysis(of: new, user: user)
        let flags: DocumentFlags = new.isDeleted ? flag : []
        try transaction.connection.run(
            """
            UPDATE documents SET category_key = ?3, expires_at = ?4, importance = ?5, length = ?6, flags = flags & ~3 | ?7, changed = ?8
            WHERE user_key = ?1 AND document_key = ?2
            """,
            user,
            document,
            try transaction.keys.category(new.category, in: transaction.connection),
            new.expiresAt?.rawValue,
            MemoryColumns.importance(new.importance),
            analysis?.length ?? 0,
            Int(flags.rawValue),
            transaction.sequence
        )
        let isSameText = !old.isDeleted && !new.isDeleted && old.content.isIdentical(to: new.content)
        let hasSameTags = old.isDeleted == new.isDeleted && old.tags.isIdentical(to: new.tags)
        if !isSameText || !hasSameTags {
            if !old.isDeleted {
                transaction.changeIndex(.remove(document: document, self.analysis(of: old, user: user).words))
            }
            if let analysis { transaction.changeIndex(.insert(document: document, analysis.words)) }
        }
        if !hasSameTags {
            let (before, after) = (old.isDeleted ? [] : old.tags, new.isDeleted ? [] : new.tags)
            try setTags(from: before, to: after, of: document, user: user)
        }
        if !isSameText { try setVector(of: new.isDeleted ? nil : new.content, document: document, user: user) }
    }

    /// Ends a document.
    ///
    /// - Parameters:
    ///   - document: The document, which has a row.
    ///   - user: Its user.
    ///   - old: The fields that it stood for.
    ///   - keepsVector: Whether to return its vector.
    /// - Returns: The vector of the text that it stood for, if it is asked for and the present embedder made one.
    @discardableResult
    func remove(
        _ document: Int64,
        user: Int64,
        of old: MemoryFields,
        keepsVector: Bool = false
    ) throws -> QuantizedVector? {
        var vector: QuantizedVector?
        if let place = try VectorTable.place(document: document, user: user, in: transaction.connection) {
            if keepsVector, let embedder = vectors.embedder {
                vector = try VectorTable.vector(of: document, at: place, by: embedder, in: transaction)
            }
            try VectorTable.clear(place, in: transaction)
        }
        try transaction.connection.run(
            """
            UPDATE documents SET length = 0, flags = flags & ~3 | ?3, model_key = NULL, block_key = NULL, block_slot = NULL, changed = ?4
            WHERE user_key = ?1 AND document_key = ?2
            """,
            user,
            document,
            Int(DocumentFlags.gone.rawValue),
            transaction.sequence
        )
        if !old.isDeleted {
            transaction.changeIndex(.remove(document: document, analysis(of: old, user: user).words))
            try setTags(from: old.tags, to: [], of: document, user: user)
        }
        return vector
    }

    private func setTags(from old: [String], to new: [String], of document: Int64, user: Int64) throws {
        try DocumentTable.delete(tags: old, document: document, user: user, in: transaction.connection)
        try DocumentTable.insert(tags: new, document: document, user: user, in: transaction.connection)
    }

    private func analysis(of fields: MemoryFields, user: Int64) -> RecentAnalysis.Analysis {
        transaction.recentAnalysis.of(content: fields.content, tags: fields.tags, user: user)
    }

    /// Writes the document of a draft that has just been begun.
    func insert(_ document: DocumentTable.Document, of fields: MemoryFields) throws {
        var document = document
        let analysis = fields.isDeleted ? nil : analysis(of: fields, user: document.user)
        document.length = analysis?.length ?? 0
        document.tags = fields.isDeleted ? [] : fields.tags
        if fields.isDeleted { document.flags.insert(.deleted) }
        try DocumentTable.insert([document], into: transaction)
        guard let analysis else { return }
        transaction.changeIndex(.insert(document: document.key, analysis.words))
        try setVector(of: fields.content, document: document.key, user: document.user)
    }

    /// Writes the vector of a text, or removes it if the text is blank or gone or its vector comes later.
    private func setVector(of text: String?, document: Int64, user: Int64) throws {
        if let embedder = vectors.embedder, let text, let vector = vectors.vector(of: text) {
            try VectorTable.write(vector, of: embedder, document: document, user: user, in: transaction)
        } else if let embedder = vectors.embedder, text?.isBlank == true {
            try VectorTable.markWithoutVector(by: embedder, document: document, user: user, in: transaction)
        } else {
            if vectors.embedder != nil, text != nil { lacksVector() }
            try VectorTable.remove(document: document, user: user, in: transaction)
        }
    }
}
