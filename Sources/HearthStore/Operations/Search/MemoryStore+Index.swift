import HearthModel
import HearthSQLite
import HearthText

extension MemoryStore {
    /// Rebuilds the word index if another version of the analyser wrote it: its words would neither match nor be
    /// removable.
    ///
    /// - Throws: `.keyUnavailable` if there are sensitive memories and there is no key: their words are made anew too.
    func rebuildOutdatedIndex() async throws {
        guard !isReadOnly else {
            let analyser = try read { $0.state.analyser }
            guard analyser == TextAnalyzer.version else {
                throw MemoryError(
                    code: .storeReadOnly,
                    message:
                        "The word index was written by another release; open the file for writing once to rebuild it."
                )
            }
            return
        }
        guard try read({ $0.state.analyser }) != TextAnalyzer.version else { return }
        try await writePublishing { context in
            let transaction = context.transaction
            // Another process may have been first.
            guard transaction.state.analyser != TextAnalyzer.version else { return }
            try WordIndex.rebuild(in: transaction, context.snapshot)
            transaction.indexWasRebuilt(analyser: TextAnalyzer.version)
        }
    }
}

/// The word index as a whole.
enum WordIndex {
    /// A text of the index.
    struct Text {
        var document: AnalyzedDocument
        /// What its words are sealed with; nil for a plain one.
        var key: DataKey?

        /// The words as the index takes them.
        func words(user: Int64) -> IndexedWords {
            key.map { KeyedWords(document, user: user, key: $0).words } ?? document.words(user: user)
        }
    }

    /// Empties the index and fills it from the texts.
    static func rebuild(in transaction: StoreTransaction, _ snapshot: Snapshot) throws {
        let connection = transaction.connection
        try connection.run("INSERT INTO memory_index (memory_index) VALUES ('delete-all')")
        try connection.run("DELETE FROM sealed_words")
        try forEachText(snapshot) { document, user, text in
            try connection.run(
                "UPDATE documents SET length = ?3, changed = ?4 WHERE user_key = ?1 AND document_key = ?2",
                user,
                document,
                text.document.length,
                transaction.sequence
            )
            if let key = text.key {
                try SealedVocabulary.add(KeyedWords(text.document, user: user, key: key), user: user, in: transaction)
            }
            try IndexChange.insert(document: document, text.words(user: user)).apply(to: connection)
        }
    }

    /// Every text that the index is made from: of live memories and of drafts.
    ///
    /// - Parameter refused: Called for a document that does not open; without it that is an error.
    static func forEachText(
        _ snapshot: Snapshot,
        refused: ((_ document: Int64, _ error: any Error) -> Void)? = nil,
        do body: (_ document: Int64, _ user: Int64, _ text: Text) throws -> Void
    ) throws {
        try snapshot.connection.forEach(
            """
            SELECT d.document_key, d.user_key, coalesce(r.content, m.content), coalesce(r.tags, m.tags), m.is_sensitive, m.sealed,
                r.sealed, m.identifier, m.head, r.agent_key, r.base
            FROM documents AS d JOIN memories AS m ON m.memory_key = d.memory_key
            LEFT JOIN drafts AS r ON r.draft_key = d.document_key AND d.agent_key IS NOT NULL
            WHERE d.flags & 3 = 0
            """,
            do: { row in
                let user = row.int64(1)
                let text: Text
                do {
                    let read = try DocumentText(row, at: 2, user: user, in: snapshot)
                    text = Text(
                        document: AnalyzedDocument(content: read.content, tags: read.tags),
                        key: try read.sealedWith.map { try snapshot.keys(ofUser: user).dataKey($0) }
                    )
                } catch {
                    guard let refused else { throw error }
                    return refused(row.int64(0), error)
                }
                try body(row.int64(0), user, text)
            }
        )
    }
}
