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
        while try read({ $0.state.analyser }) != TextAnalyzer.version {
            try await write { transaction in try WordIndex.rebuildFurther(in: transaction) }
        }
    }
}

/// The word index as a whole.
///
/// It is made anew in batches, each a transaction of its own: the log stays short, and what was made outlasts a kill.
/// Until the last batch `store.analyser` says that it is unfinished, and nobody searches in it or changes it. Several
/// processes may take turns.
enum WordIndex {
    /// How many texts, and about how many of their bytes, one transaction indexes.
    static let batch = (texts: 4_096, bytes: 4 << 20)

    /// What `store.analyser` says while the present analyser makes the index anew.
    static let unfinished = -TextAnalyzer.version

    /// Indexes the next texts. The first of such transactions empties the index.
    static func rebuildFurther(in transaction: StoreTransaction, texts: Int = batch.texts) throws {
        // Another process may have been first.
        guard transaction.state.analyser != TextAnalyzer.version else { return }
        let connection = transaction.connection
        if transaction.state.analyser != unfinished {
            try connection.run("INSERT INTO memory_index (memory_index) VALUES ('delete-all')")
            try connection.run("DELETE FROM index_progress")
            transaction.indexWasRebuilt(analyser: unfinished)
        }
        guard let last = try index(texts, after: progress(in: connection), in: transaction) else {
            try connection.run("DELETE FROM index_progress")
            transaction.indexWasRebuilt(analyser: TextAnalyzer.version)
            return
        }
        try connection.run(
            "INSERT OR REPLACE INTO index_progress (id, user_key, document_key) VALUES (1, ?1, ?2)",
            last.user,
            last.document
        )
        // The sequence counts it.
        _ = transaction.sequence
    }

    private typealias Position = (user: Int64, document: Int64)

    private static func progress(in connection: Connection) throws -> Position {
        try connection.first(
            "SELECT user_key, document_key FROM index_progress",
            as: { ($0.int64(0), $0.int64(1)) }
        ) ?? (0, 0)
    }

    /// - Returns: The document that was indexed last; nil if no text is left.
    private static func index(
        _ texts: Int,
        after start: Position,
        in transaction: StoreTransaction
    ) throws -> Position? {
        var last = start
        var count = 0
        var bytes = 0
        while count < texts, bytes < batch.bytes {
            // Few at a time, because they are kept until they are all read.
            let rows = try transaction.connection.rows(
                next,
                last.user,
                last.document,
                min(64, texts - count),
                as: { row in
                    (
                        position: Position(user: row.int64(1), document: row.int64(0)),
                        text: AnalyzedDocument(content: row.string(2), tags: try FieldText.array(from: row.string(3))),
                        size: row.withBytes(2) { $0.count }
                    )
                }
            )
            guard let end = rows.last?.position else { return count == 0 ? nil : last }
            for row in rows {
                try write(row.text, at: row.position, in: transaction)
                bytes += row.size
            }
            count += rows.count
            last = end
        }
        return last
    }

    private static func write(
        _ text: AnalyzedDocument,
        at position: Position,
        in transaction: StoreTransaction
    ) throws {
        try transaction.connection.run(
            "UPDATE documents SET length = ?3, changed = ?4 WHERE user_key = ?1 AND document_key = ?2 AND length != ?3",
            position.user,
            position.document,
            text.length,
            transaction.sequence
        )
        try IndexChange.insert(document: position.document, text.words(user: position.user))
            .apply(to: transaction.connection)
    }

    private static let texts = """
        SELECT d.document_key, d.user_key, coalesce(r.content, m.content), coalesce(r.tags, m.tags)
        FROM documents AS d JOIN memories AS m ON m.memory_key = d.memory_key
        LEFT JOIN drafts AS r ON r.draft_key = d.document_key AND d.agent_key IS NOT NULL
        WHERE d.flags & 3 = 0
        """
    private static let all = ComposedSQL(texts, "ORDER BY d.user_key, d.document_key")
    private static let next = ComposedSQL(
        texts,
        "AND (d.user_key, d.document_key) > (?1, ?2) ORDER BY d.user_key, d.document_key LIMIT ?3"
    )

    /// Every text that the index is made from: of live memories and of drafts.
    static func forEachText(
        _ connection: Connection,
        _ body: (_ document: Int64, _ user: Int64, _ text: AnalyzedDocument) throws -> Void
    ) throws {
        try connection.forEach(
            all,
            do: { row in
                let tags = try FieldText.array(from: row.string(3))
                try body(row.int64(0), row.int64(1), AnalyzedDocument(content: row.string(2), tags: tags))
            }
        )
    }
}
