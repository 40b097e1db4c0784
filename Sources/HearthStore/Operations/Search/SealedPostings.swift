import HearthModel
import HearthRules
import HearthSQLite
import HearthText
import Synchronization

/// Finds the sensitive memories that hold the clauses of a query.
///
/// The index has tokens for their words, in no order. So a word is looked up by its token, the beginning of a word by
/// the tokens of all words of the user that begin so, and a phrase by the tokens of its words: which of the memories
/// that hold all of them hold them side by side is seen from their texts. What comes out is what the index says of plain
/// memories, so that a word counts the same in either.
struct SealedPostings {
    /// In so many memories phrases are looked for, the latest of those that hold all of their words.
    static let mostCandidates = 8_192

    /// A beginning that more words have stands for the first of them, in the order of their letters, that the agent can find.
    static let mostWords = 512

    private let snapshot: Snapshot
    private let user: Int64
    private let phrases: [KeywordQuery.Phrase]
    private let canFind: (Int64) -> Bool
    /// The tokens of each term of each clause, under every data key.
    private var tokensOfTerm: [[[Int]]] = []
    /// Every token once, and its place.
    private var tokens: [String] = []
    private var places: [String: Int] = [:]

    /// Looks up what stands for the terms of the phrases of a query.
    ///
    /// - Parameter canFind: Whether the agent can find a document. The texts of others are not read.
    init(
        of phrases: [KeywordQuery.Phrase],
        user: Int64,
        keys: UserKeys,
        in snapshot: Snapshot,
        canFind: @escaping (Int64) -> Bool
    ) throws {
        self.snapshot = snapshot
        self.user = user
        self.phrases = phrases
        self.canFind = canFind
        let keyers = keys.wordKeyers
        for phrase in phrases {
            tokensOfTerm.append(
                try phrase.terms.enumerated()
                    .map { place, term in
                        let isPrefix = phrase.isPrefix && place == phrase.terms.count - 1
                        let tokens =
                            try isPrefix
                            ? findableTokens(beginningWith: term, of: keys)
                            : keyers.map { $0.token(ofTerm: term) }
                        return tokens.map { number(of: $0) }
                    }
            )
        }
    }

    /// The tokens of the words with a beginning; of many only those that the agent can find.
    ///
    /// Where the words were cut off before they are looked up, others' words would decide which of the agent's are found.
    private func findableTokens(beginningWith prefix: String, of keys: UserKeys) throws -> [String] {
        let tokens = try keys.vocabulary.withLock { vocabulary in
            try vocabulary.catchUp(keys, in: snapshot.connection)
            return vocabulary.tokens(beginningWith: prefix)
        }
        guard tokens.count > Self.mostWords else { return tokens }
        var findable: [String] = []
        for start in stride(from: 0, to: tokens.count, by: Self.mostWords) where findable.count < Self.mostWords {
            let some = Array(tokens[start...].prefix(Self.mostWords))
            findable += zip(some, try occurrences(of: some)).filter { $1.rows.contains(where: canFind) }.map(\.0)
        }
        return Array(findable.prefix(Self.mostWords))
    }

    private mutating func number(of token: String) -> Int {
        if let place = places[token] { return place }
        places[token] = tokens.count
        tokens.append(token)
        return tokens.count - 1
    }

    /// Where each clause occurs.
    func occurrences() throws -> [Occurrences] {
        let tokens = try occurrences(of: tokens)
        let terms = tokensOfTerm.map { $0.map { Occurrences(summing: $0.map { tokens[$0] }) } }
        var found = terms.map { $0.count == 1 ? $0[0] : Occurrences() }
        // A candidate for a phrase has all of its words.
        let candidates = terms.map { terms in
            terms.count == 1 ? [] : terms.dropFirst().reduce(Set(terms.first?.rows ?? [])) { $0.intersection($1.rows) }
        }
        let latest = candidates.reduce(Set<Int64>()) { $0.union($1) }.sorted(by: >).lazy
            .filter(canFind).prefix(Self.mostCandidates)
        for document in latest.reversed() {
            guard let text = try DocumentTable.text(of: document, user: user, in: snapshot) else { continue }
            let analyzed = AnalyzedDocument(content: text.content, tags: text.tags)
            for clause in phrases.indices where candidates[clause].contains(document) {
                // As the index would count it.
                let count = UInt16(clamping: analyzed.count(phrases[clause]))
                if count > 0 { found[clause].append(row: document, count: count) }
            }
        }
        return found
    }

    /// Where each token occurs.
    private func occurrences(of tokens: [String]) throws -> [Occurrences] {
        guard !tokens.isEmpty else { return [] }
        let prefix = UserKey(user).sealedPrefix
        return try snapshot.connection.withPostings(
            index: "memory_index",
            matching: tokens.map { "\"\(prefix)\($0)\"" }.joined(separator: " OR "),
            phraseCount: tokens.count
        ) { postings in
            tokens.indices.map { token in
                let range = postings.rows(of: token)
                return Occurrences(rows: Array(postings.rowIDs[range]), counts: Array(postings.counts[range]))
            }
        }
    }
}

/// The documents that hold a word or a phrase, ascending, and how often each does.
struct Occurrences {
    private(set) var rows: [Int64] = []
    private(set) var counts: [UInt16] = []

    init(rows: [Int64] = [], counts: [UInt16] = []) {
        (self.rows, self.counts) = (rows, counts)
    }

    /// Of several words that count as one.
    init(summing lists: [Occurrences]) {
        guard lists.count != 1 else {
            self = lists[0]
            return
        }
        var sums: [Int64: UInt16] = [:]
        for list in lists {
            for (row, count) in zip(list.rows, list.counts) {
                sums[row] = UInt16(clamping: Int(sums[row] ?? 0) + Int(count))
            }
        }
        for (row, count) in sums.sorted(by: { $0.key < $1.key }) { append(row: row, count: count) }
    }

    /// Adds a document behind the others.
    mutating func append(row: Int64, count: UInt16) {
        rows.append(row)
        counts.append(count)
    }
}
