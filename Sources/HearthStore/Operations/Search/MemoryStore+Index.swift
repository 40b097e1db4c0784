import HearthModel
import HearthSQLite
import HearthText

extension MemoryStore {
    /// Rebuilds the word index if another version of the analyser wrote it: its words would neither match nor be
    /// removable.
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
        try await write { transaction in
            // Another process may have been first.
            guard transaction.state.analyser != TextAnalyzer.version else { return }
            try WordIndex.rebuild(in: transaction)
            transaction.indexWasRebuilt(analyser: TextAnalyzer.version)
        }
    }
}

/// The word index as a whole.
enum WordIndex {
    /// Empties the index and fills it from the texts.
    static func rebuild(in transaction: StoreTransaction) throws {
        let connection = transaction.connection
        try connection.run("INSERT INTO memory_index (memory_index) VALUES ('delete-all')")
        try forEachText(connection) { document, user, text in
            try connection.run(
                "UPDATE documents SET length = ?3, changed = ?4 WHERE user_key = ?1 AND document_key = ?2",
                user,
                document,
                text.length,
                transaction.sequence
            )
            try IndexChange.insert(document: document, text.words(user: user)).apply(to: connection)
        }
    }

    /// Every text that the index is made from: of live memories and of drafts.
    static func forEachText(
        _ connection: Connection,
        _ body: (_ document: Int64, _ user: Int64, _ text: AnalyzedDocument) throws -> Void
    ) throws {
        try connection.forEach(
            """
            SELECT d.document_key, d.user_key, coalesce(r.content, m.content), coalesce(r.tags, m.tags)
            FROM documents AS d JOIN memories AS m ON m.memory_key = d.memory_key
            LEFT JOIN drafts AS r ON r.draft_key = d.document_key AND d.agent_key IS NOT NULL
            WHERE d.flags & 3 = 0
            """,
            do: { row in
                let tags = try FieldText.array(from: row.string(3))
                try body(row.int64(0), row.int64(1), AnalyzedDocument(content: row.string(2), tags: tags))
            }
        )
    }
}
