@testable import HearthSQLite
@testable import HearthStore

/// What FTS5 does, over arrays: positions of terms by document, phrases counted by looking.
struct InMemoryIndex {
    private var postings: [String: [Int: [Int]]] = [:]
    private(set) var lengths: [UInt32] = []
    private(set) var texts: [String] = []

    init(_ texts: [String]) {
        for text in texts { add(text) }
    }

    mutating func add(_ text: String) {
        let terms = TextAnalyzer().tokens(of: text).terms
        for (position, term) in terms.enumerated() {
            postings[term, default: [:]][texts.count, default: []].append(position)
        }
        lengths.append(UInt32(terms.count))
        texts.append(text)
    }

    /// The indices of the best texts, best first; equal ones in the order in which they came.
    func search(_ text: String, limit: Int = 10, scorer: BM25 = BM25(), usesProximity: Bool = true) -> [Int] {
        let query = KeywordQuery(text)
        let found = collect(query)
        let collection = BM25.Collection(documents: texts.count, tokens: lengths.reduce(0) { $0 + Int($1) })
        let rowLengths = found.rowIDs.map { lengths[Int($0)] }
        var scores = scorer.scores(of: found, lengths: rowLengths, in: collection, for: query)
        if usesProximity {
            let proximity = Proximity(
                of: query,
                inverseDocumentFrequencies: scores.inverseDocumentFrequencies,
                scorer: scorer,
                averageLength: collection.averageLength
            )
            for row in scores.top(Proximity.depth, precedes: <) {
                scores.values[row] += proximity.bonus(for: texts[Int(found.rowIDs[row])])
            }
        }
        return scores.top(limit, precedes: <).map { Int(found.rowIDs[$0]) }
    }

    /// The postings of a query.
    func collect(_ query: KeywordQuery) -> Postings {
        var lists = PhraseLists()
        lists.clear(phraseCount: query.clauses.count)
        for clause in query.clauses {
            lists.beginPhrase()
            for (document, count) in occurrences(of: clause.phrase).sorted(by: { $0.key < $1.key }) {
                lists.append(row: Int64(document), count: UInt16(count))
            }
        }
        return Postings(merging: lists)
    }

    private func occurrences(of phrase: KeywordQuery.Phrase) -> [Int: Int] {
        let columns = phrase.terms.indices.map { index in
            phrase.isPrefix && index == phrase.terms.count - 1
                ? postings.filter { $0.key.hasPrefix(phrase.terms[index]) }.values
                    .reduce(into: [:]) { merged, more in
                        merged.merge(more) { $0 + $1 }
                    } : postings[phrase.terms[index]] ?? [:]
        }
        return columns[0]
            .reduce(into: [:]) { result, entry in
                let count = entry.value.count { start in
                    columns.indices.allSatisfy { columns[$0][entry.key]?.contains(start + $0) ?? false }
                }
                if count > 0 { result[entry.key] = count }
            }
    }
}
