/// Where the clauses of a query stand in a text.
struct Matches {
    /// One occurrence of one clause.
    struct Match {
        /// Index in the query's clauses.
        var clause: Int
        /// UTF-8 offsets.
        var source: Range<Int>
    }

    /// In the order of the text.
    private(set) var all: [Match] = []

    private let tokens: TokenizedText
    private let clauses: [[ArraySlice<UInt8>]]
    private let prefixes: [Int]

    /// Looks for every clause.
    init(in text: String, for query: KeywordQuery) {
        tokens = TextAnalyzer().tokens(of: text)
        clauses = query.clauses.map { clause in clause.phrase.terms.map { Array($0.utf8)[...] } }
        prefixes = query.clauses.indices.filter { query.clauses[$0].phrase.isPrefix }
        let whole = query.clauses.indices.filter { !query.clauses[$0].phrase.isPrefix }
        let byFirstTerm = Dictionary(grouping: whole) { clauses[$0][0] }
        for position in 0..<tokens.count {
            for clause in byFirstTerm[tokens.term(at: position)] ?? [] { match(clause, at: position, isPrefix: false) }
            for clause in prefixes { match(clause, at: position, isPrefix: true) }
        }
    }

    private mutating func match(_ clause: Int, at position: Int, isPrefix: Bool) {
        let terms = clauses[clause]
        let last = position + terms.count - 1
        guard last < tokens.count else { return }
        for (index, term) in terms.enumerated() {
            let found = tokens.term(at: position + index)
            let matches = isPrefix && position + index == last ? found.starts(with: term) : found == term
            guard matches else { return }
        }
        let source = tokens.tokens[position].source.lowerBound..<tokens.tokens[last].source.upperBound
        all.append(Match(clause: clause, source: source))
    }
}
