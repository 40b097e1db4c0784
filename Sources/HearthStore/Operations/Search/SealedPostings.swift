import HearthModel
import HearthRules
import HearthSQLite
import HearthText
import Synchronization

/// Finds the sensitive memories that hold the clauses of a query.
///
/// The index has tokens for their words, in no order. So a word is looked up by its token, the beginning of a word by
/// the tokens of all words of the user that begin so, and a phrase by the tokens of its words: which of the memories
/// that hold all of them hold them side by side is seen from their texts. What comes out are postings as plain memories
/// have them, so that a word counts the same in either.
struct SealedPostings {
    /// In so many memories phrases are looked for, the latest of those that hold all of their words.
    static let mostCandidates = 8_192

    private let snapshot: Snapshot
    private let user: Int64
    private let query: KeywordQuery
    private let canFind: (Int64) -> Bool
    /// The tokens of each term of each clause, under every data key.
    private var tokensOfTerm: [[[Int]]] = []
    /// Every token once, and its place.
    private var tokens: [String] = []
    private var places: [String: Int] = [:]

    /// Looks up what stands for the terms of a query.
    ///
    /// - Parameter canFind: Whether the agent can find a document. The texts of others are not read.
    init(
        of query: KeywordQuery,
        user: Int64,
        keys: UserKeys,
        in snapshot: Snapshot,
        canFind: @escaping (Int64) -> Bool
    ) throws {
        self.snapshot = snapshot
        self.user = user
        self.query = query
        self.canFind = canFind
        let keyers = keys.dataKeys.values.sorted { $0.number < $1.number }.map(WordKeyer.init)
        for clause in query.clauses {
            let phrase = clause.phrase
            tokensOfTerm.append(
                try phrase.terms.enumerated()
                    .map { place, term in
                        let isPrefix = phrase.isPrefix && place == phrase.terms.count - 1
                        let tokens =
                            try isPrefix
                            ? Self.tokens(beginningWith: term, of: keys, in: snapshot)
                            : keyers.map { $0.token(ofTerm: term) }
                        return tokens.map { number(of: $0) }
                    }
            )
        }
    }

    private static func tokens(
        beginningWith prefix: String,
        of keys: UserKeys,
        in snapshot: Snapshot
    ) throws -> [String] {
        try keys.vocabulary.withLock { vocabulary in
            try vocabulary.catchUp(keys, in: snapshot.connection)
            return vocabulary.tokens(beginningWith: prefix)
        }
    }

    private mutating func number(of token: String) -> Int {
        if let place = places[token] { return place }
        places[token] = tokens.count
        tokens.append(token)
        return tokens.count - 1
    }

    /// How often each clause occurs in each memory that has one.
    func counts() throws -> PhraseCounts {
        let counts = try tokenCounts()
        // Mostly a query is words, and each has one token.
        if tokensOfTerm.enumerated().allSatisfy({ $1 == [[$0]] }) { return counts }
        let phrases = query.clauses.indices.filter { query.clauses[$0].phrase.terms.count > 1 }
        let firstUndecided = phrases.isEmpty ? Int64.max : firstCandidate(counts, of: phrases)
        var postings = PhraseCounts(phraseCount: query.clauses.count)
        var row = [UInt16](repeating: 0, count: query.clauses.count)
        for (place, document) in counts.rowIDs.enumerated() {
            let held = counts.counts[place * tokens.count..<(place + 1) * tokens.count]
            for (clause, terms) in tokensOfTerm.enumerated() {
                row[clause] = terms.count == 1 ? Self.sum(terms[0], in: held) : 0
            }
            let whole = document < firstUndecided ? [] : phrases.filter { holdsAll($0, held) }
            if !whole.isEmpty, canFind(document) { try countPhrases(whole, in: document, &row) }
            if row.contains(where: { $0 > 0 }) { postings.append(row: document, counts: row) }
        }
        return postings
    }

    /// How often each token occurs in each document that has one.
    private func tokenCounts() throws -> PhraseCounts {
        guard !tokens.isEmpty else { return PhraseCounts(phraseCount: 0) }
        let prefix = UserKey(user).sealedPrefix
        return try snapshot.connection.withPostings(
            index: "memory_index",
            matching: tokens.map { "\"\(prefix)\($0)\"" }.joined(separator: " OR "),
            phraseCount: tokens.count
        ) { PhraseCounts(merging: $0) }
    }

    private static func sum(_ tokens: [Int], in held: ArraySlice<UInt16>) -> UInt16 {
        UInt16(clamping: tokens.reduce(0) { $0 + Int(held[held.startIndex + $1]) })
    }

    private func holdsAll(_ clause: Int, _ held: ArraySlice<UInt16>) -> Bool {
        tokensOfTerm[clause].allSatisfy { $0.contains { held[held.startIndex + $0] > 0 } }
    }

    /// The first of the documents in which phrases are looked for.
    private func firstCandidate(_ counts: PhraseCounts, of phrases: [Int]) -> Int64 {
        var rest = Self.mostCandidates
        for (place, document) in counts.rowIDs.enumerated().reversed() {
            let held = counts.counts[place * tokens.count..<(place + 1) * tokens.count]
            guard canFind(document), phrases.contains(where: { holdsAll($0, held) }) else { continue }
            rest -= 1
            if rest == 0 { return document }
        }
        return .min
    }

    /// Counts phrases in a document's text, as the index would.
    private func countPhrases(_ phrases: [Int], in document: Int64, _ row: inout [UInt16]) throws {
        guard let text = try DocumentTable.text(of: document, user: user, in: snapshot) else { return }
        let analyzed = AnalyzedDocument(content: text.content, tags: text.tags)
        for phrase in phrases { row[phrase] = UInt16(clamping: analyzed.count(query.clauses[phrase].phrase)) }
    }
}

/// How often each of some phrases occurs in each row that has one: row after row.
struct PhraseCounts {
    let phraseCount: Int
    /// The rows, ascending.
    private(set) var rowIDs: [Int64] = []
    /// The occurrences of phrase `p` in row `r` at `r * phraseCount + p`.
    private(set) var counts: [UInt16] = []

    init(phraseCount: Int) {
        self.phraseCount = phraseCount
    }

    /// Merges the rows of each phrase.
    init(merging postings: Postings) {
        phraseCount = postings.phraseCount
        let ranges = (0..<phraseCount).map { postings.rows(of: $0) }
        var places = ranges.map(\.lowerBound)
        func row(_ phrase: Int) -> Int64 {
            places[phrase] < ranges[phrase].upperBound ? postings.rowIDs[places[phrase]] : .max
        }
        while let next = (0..<phraseCount).map(row).min(), next < .max {
            rowIDs.append(next)
            for phrase in 0..<phraseCount {
                let isHere = row(phrase) == next
                counts.append(isHere ? postings.counts[places[phrase]] : 0)
                if isHere { places[phrase] += 1 }
            }
        }
    }

    /// Adds a row behind the others.
    mutating func append(row: Int64, counts: [UInt16]) {
        rowIDs.append(row)
        self.counts.append(contentsOf: counts)
    }

    /// The rows that have a phrase, and how often each does.
    func rows(holding phrase: Int) -> (rows: [Int64], counts: [UInt16]) {
        let places = rowIDs.indices.filter { counts[$0 * phraseCount + phrase] > 0 }
        return (places.map { rowIDs[$0] }, places.map { counts[$0 * phraseCount + phrase] })
    }
}
