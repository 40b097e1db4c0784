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
        while try read({ $0.state.analyser }) != TextAnalyzer.version {
            try await writePublishing { context in
                try WordIndex.rebuildFurther(in: context.transaction, context.snapshot)
            }
        }
    }
}

/// The word index as a whole.
///
/// It is made anew in batches, each a transaction of its own: the log stays short, and what was made outlasts a kill.
/// Until the last batch `store.analyser` says that it is unfinished, and nobody searches in it or changes it. Several
/// processes may take turns.
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

    /// How many texts, and about how many of their bytes, one transaction indexes.
    static let batch = (texts: 4_096, bytes: 4 << 20)

    /// What `store.analyser` says while the present analyser makes the index anew.
    static let unfinished = -TextAnalyzer.version

    /// Indexes the next texts. The first of such transactions empties the index.
    static func rebuildFurther(
        in transaction: StoreTransaction,
        _ snapshot: Snapshot,
        texts: Int = batch.texts
    ) throws {
        // Another process may have been first.
        guard transaction.state.analyser != TextAnalyzer.version else { return }
        let connection = transaction.connection
        if transaction.state.analyser != unfinished {
            try connection.run("INSERT INTO memory_index (memory_index) VALUES ('delete-all')")
            try connection.run("DELETE FROM sealed_words")
            try connection.run("DELETE FROM index_progress")
            transaction.indexWasRebuilt(analyser: unfinished)
        }
        guard let last = try index(texts, after: progress(in: connection), in: transaction, snapshot) else {
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
        in transaction: StoreTransaction,
        _ snapshot: Snapshot
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
                        text: try textIfItReads(row, in: snapshot),
                        size: row.withBytes(2) { $0.count } + row.withBytes(5) { $0.count }
                    )
                }
            )
            guard let end = rows.last?.position else { return count == 0 ? nil : last }
            for row in rows {
                if let text = row.text { try write(text, at: row.position, in: transaction) }
                bytes += row.size
            }
            count += rows.count
            last = end
        }
        return last
    }

    private static func write(_ text: Text, at position: Position, in transaction: StoreTransaction) throws {
        try transaction.connection.run(
            "UPDATE documents SET length = ?3, changed = ?4 WHERE user_key = ?1 AND document_key = ?2 AND length != ?3",
            position.user,
            position.document,
            text.document.length,
            transaction.sequence
        )
        if let key = text.key {
            let keyed = KeyedWords(text.document, user: position.user, key: key)
            try SealedVocabulary.add(keyed, user: position.user, in: transaction)
        }
        try IndexChange.insert(document: position.document, text.words(user: position.user))
            .apply(to: transaction.connection)
    }

    private static let texts = """
        SELECT d.document_key, d.user_key, coalesce(r.content, m.content), coalesce(r.tags, m.tags), m.is_sensitive, m.sealed,
            r.sealed, m.identifier, m.head, r.agent_key, r.base
        FROM documents AS d JOIN memories AS m ON m.memory_key = d.memory_key
        LEFT JOIN drafts AS r ON r.draft_key = d.document_key AND d.agent_key IS NOT NULL
        WHERE d.flags & 3 = 0
        """
    private static let all = ComposedSQL(texts, "ORDER BY d.user_key, d.document_key")
    private static let next = ComposedSQL(
        texts,
        "AND (d.user_key, d.document_key) > (?1, ?2) ORDER BY d.user_key, d.document_key LIMIT ?3"
    )

    private static func text(_ row: Row, in snapshot: Snapshot) throws -> Text {
        let user = row.int64(1)
        let read = try DocumentText(row, at: 2, user: user, in: snapshot)
        return Text(
            document: AnalyzedDocument(content: read.content, tags: read.tags),
            key: try read.sealedWith.map { try snapshot.keys(ofUser: user).dataKey($0) }
        )
    }

    /// The text of a row; nil for one that is damaged, which keeps no other from being found: verification names it.
    private static func textIfItReads(_ row: Row, in snapshot: Snapshot) throws -> Text? {
        do {
            return try text(row, in: snapshot)
        } catch let error as MemoryError where error.isDamage {
            return nil
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
            all,
            do: { row in
                let user = row.int64(1)
                let text: Text
                do {
                    text = try self.text(row, in: snapshot)
                } catch {
                    guard let refused else { throw error }
                    return refused(row.int64(0), error)
                }
                try body(row.int64(0), user, text)
            }
        )
    }
}
