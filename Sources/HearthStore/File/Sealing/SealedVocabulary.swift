import HearthModel
import HearthSQLite
import HearthText

/// The words of a user's sensitive memories, so that beginnings of words are found: the file has each one sealed beside
/// its token.
struct SealedVocabulary: Sendable {
    /// A word, and the token that stands for it.
    struct Word: Sendable {
        var term: String
        var token: String
    }

    /// What has been read, by term.
    private var words: [Word] = []
    private var tokens: Set<String> = []
    private var lastRow: Int64 = 0

    /// The tokens of the words with a beginning, in the order of their letters.
    ///
    /// Words of memories that the caller may not see are among them.
    func tokens(beginningWith prefix: String) -> [String] {
        let bytes = Array(prefix.utf8)
        var (low, high) = (0, words.count)
        while low < high {
            let middle = (low + high) / 2
            if words[middle].term.utf8.lexicographicallyPrecedes(bytes) { low = middle + 1 } else { high = middle }
        }
        return words[low...].prefix { $0.term.utf8.starts(with: bytes) }.map(\.token)
    }

    /// Reads the words that came since the last time.
    mutating func catchUp(_ keys: UserKeys, in connection: Connection) throws {
        var found: [Word] = []
        var last = lastRow
        try connection.forEach(
            "SELECT word_key, token, sealed FROM sealed_words WHERE word_key > ?2 AND user_key = ?1 ORDER BY word_key",
            keys.user,
            lastRow,
            do: { row in
                last = row.int64(0)
                let token = row.string(1)
                // A verification names those that do not open; they are found by the whole word still.
                let term = try openingDerived(user: keys.user, in: connection) {
                    try Self.open(row.bytes(2), token: token, keys: keys)
                }
                if let term { found.append(Word(term: term, token: token)) }
            }
        )
        lastRow = last
        // A word that was removed and came back has another row, and is the same word.
        found.removeAll { !tokens.insert($0.token).inserted }
        guard !found.isEmpty else { return }
        words += found
        words.sort { $0.term.utf8.lexicographicallyPrecedes($1.term.utf8) }
    }

    private static let domain = "hearth.word.1"

    private static func associatedData(token: String, user: Int64) -> [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.append(domain)
        encoder.append(user)
        encoder.append(token)
        return encoder.bytes
    }

    /// The word that a row holds beside its token.
    ///
    /// - Throws: `.decryptionFailed`; ``KeysNeeded``.
    static func open(_ sealed: [UInt8], token: String, keys: UserKeys) throws -> String {
        let opened = try Seal.open(
            sealed,
            with: keys,
            associated: associatedData(token: token, user: keys.user),
            what: "A word of user number \(keys.user)"
        )
        return String(decoding: opened.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Words are padded to multiples of this, in bytes: nearly all of them look alike.
    private static let granularity = 16

    /// Adds the words of a document that the user's sensitive memories have not had yet.
    static func add(_ words: KeyedWords, user: Int64, in transaction: StoreTransaction) throws {
        for (token, term) in words.terms where transaction.sealing.note(token, user: user) {
            let isKnown = try transaction.connection.first(
                "SELECT 1 FROM sealed_words WHERE user_key = ?1 AND token = ?2",
                user,
                token,
                as: { _ in true }
            )
            guard isKnown == nil else { continue }
            var bytes = Array(term.utf8)
            let rest = bytes.count % granularity
            if rest > 0 { bytes.append(contentsOf: repeatElement(0, count: granularity - rest)) }
            let associated = associatedData(token: token, user: user)
            try transaction.connection.run(
                "INSERT INTO sealed_words (word_key, user_key, token, sealed) VALUES (?4, ?1, ?2, ?3)",
                user,
                token,
                try Seal.seal(bytes, with: words.key, associated: associated),
                // Caches read on behind the last one.
                transaction.newRow()
            )
        }
    }

    /// Removes the words that no sensitive memory has any more, as after memories were erased.
    ///
    /// - Parameters:
    ///   - start: The key of the last word that was looked at.
    ///   - count: How many words to look at.
    /// - Returns: The key of the last of them; nil if there were no more.
    static func removeUnused(after start: Int64, atMost count: Int, in transaction: StoreTransaction) throws -> Int64? {
        let connection = transaction.connection
        let rows = try connection.rows(
            "SELECT word_key, user_key, token FROM sealed_words WHERE word_key > ?1 ORDER BY word_key LIMIT ?2",
            start,
            count,
            as: { (key: $0.int64(0), user: $0.int64(1), token: $0.string(2)) }
        )
        for row in rows {
            let word = UserKey(row.user).sealedPrefix + row.token
            // What this transaction is about to add is not in the index yet.
            guard !transaction.isAboutToIndex(word) else { continue }
            let isUsed = try connection.first(
                "SELECT 1 FROM memory_index WHERE memory_index MATCH ?1 LIMIT 1",
                "\"\(word)\"",
                as: { _ in true }
            )
            if isUsed == nil { try connection.run("DELETE FROM sealed_words WHERE word_key = ?1", row.key) }
        }
        transaction.sealing = SealingCache()
        return rows.last?.key
    }
}
