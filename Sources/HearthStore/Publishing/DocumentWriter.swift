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
    ///   - oldKey: What its words are sealed with; nil for a plain memory.
    ///   - newKey: What they are to be sealed with.
    func update(
        _ document: Int64,
        user: Int64,
        from old: MemoryFields,
        to new: MemoryFields,
        deletionFlag flag: DocumentFlags,
        sealedBy oldKey: DataKey?,
        then newKey: DataKey?
    ) throws {
        let analysis = new.isDeleted ? nil : analysis(of: new, user: user, key: newKey)
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
        let hasSameKey = oldKey?.number == newKey?.number
        let isSameText =
            !old.isDeleted && !new.isDeleted && hasSameKey && old.content.isIdentical(to: new.content)
        let hasSameTags = old.isDeleted == new.isDeleted && hasSameKey && old.tags.isIdentical(to: new.tags)
        if !isSameText || !hasSameTags {
            if !old.isDeleted {
                let words = self.analysis(of: old, user: user, key: oldKey).words
                transaction.changeIndex(.remove(document: document, words))
            }
            if let analysis { try insertWords(analysis, document: document, user: user) }
        }
        if !hasSameTags {
            let connection = transaction.connection
            if !old.isDeleted {
                try DocumentTable.delete(tags: old.tags, document: document, user: user, key: oldKey, in: connection)
            }
            if !new.isDeleted {
                try DocumentTable.insert(tags: new.tags, document: document, user: user, key: newKey, in: connection)
            }
        }
        if !isSameText {
            try setVector(of: new.isDeleted ? nil : new.content, document: document, user: user, key: newKey)
        }
    }

    private func insertWords(_ analysis: RecentAnalysis.Analysis, document: Int64, user: Int64) throws {
        if let keyed = analysis.keyed { try SealedVocabulary.add(keyed, user: user, in: transaction) }
        transaction.changeIndex(.insert(document: document, analysis.words))
    }

    /// Ends a document.
    ///
    /// - Parameters:
    ///   - document: The document, which has a row.
    ///   - user: Its user.
    ///   - old: The fields that it stood for.
    ///   - seal: What opens the memory; nil for a plain one.
    ///   - key: What the document is sealed with.
    ///   - keepsVector: Whether to return its vector.
    /// - Returns: The vector of the text that it stood for, if it is asked for and the present embedder made one.
    @discardableResult
    func remove(
        _ document: Int64,
        user: Int64,
        of old: MemoryFields,
        in seal: MemorySeal?,
        sealedBy key: DataKey?,
        keepsVector: Bool = false
    ) throws -> QuantizedVector? {
        var vector: QuantizedVector?
        if let place = try VectorTable.place(document: document, user: user, in: transaction.connection) {
            if keepsVector, let embedder = vectors.embedder {
                vector = try VectorTable.vector(
                    of: document,
                    at: place,
                    by: embedder,
                    keys: seal?.keys,
                    in: transaction
                )
            }
            try VectorTable.clear(place, of: document, user: user, in: transaction)
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
            let words = analysis(of: old, user: user, key: key).words
            transaction.changeIndex(.remove(document: document, words))
            let connection = transaction.connection
            try DocumentTable.delete(tags: old.tags, document: document, user: user, key: key, in: connection)
        }
        return vector
    }

    private func analysis(of fields: MemoryFields, user: Int64, key: DataKey?) -> RecentAnalysis.Analysis {
        transaction.recentAnalysis.of(content: fields.content, tags: fields.tags, user: user, key: key)
    }

    /// Writes the document of a draft that has just been begun.
    func insert(_ document: DocumentTable.Document, of fields: MemoryFields) throws {
        var document = document
        let analysis = fields.isDeleted ? nil : analysis(of: fields, user: document.user, key: document.sealing)
        document.length = analysis?.length ?? 0
        document.tags = fields.isDeleted ? [] : fields.tags
        if fields.isDeleted { document.flags.insert(.deleted) }
        try DocumentTable.insert([document], into: transaction)
        guard let analysis else { return }
        try insertWords(analysis, document: document.key, user: document.user)
        try setVector(of: fields.content, document: document.key, user: document.user, key: document.sealing)
    }

    /// Writes the vector of a text, or removes it if the text is blank or gone or its vector comes later.
    private func setVector(of text: String?, document: Int64, user: Int64, key: DataKey?) throws {
        if let embedder = vectors.embedder, let text, let vector = vectors.vector(of: text) {
            try VectorTable.write(
                vector,
                of: embedder,
                document: document,
                user: user,
                sealedBy: key,
                in: transaction
            )
        } else if let embedder = vectors.embedder, text?.isBlank == true {
            try VectorTable.markWithoutVector(by: embedder, document: document, user: user, in: transaction)
        } else {
            if vectors.embedder != nil, text != nil { lacksVector() }
            try VectorTable.remove(document: document, user: user, in: transaction)
        }
    }
}
