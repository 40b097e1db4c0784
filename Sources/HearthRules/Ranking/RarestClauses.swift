package import HearthText

/// Chooses what counts of a query that has more words than one look at the index takes: the rarest.
///
/// What a page has in common with everything else says nothing about it. How rare a word is, is counted among what the
/// agent can find, as it is for scores.
package struct RarestClauses {
    private let query: KeywordQuery
    /// In how many documents each clause occurs.
    private var frequencies: [Int] = []

    package init(of query: KeywordQuery) {
        self.query = query
        frequencies.reserveCapacity(query.clauses.count)
    }

    /// The next clauses to count, so many as one look at the index takes; nil when all are counted.
    package var next: KeywordQuery? {
        let rest = frequencies.count..<query.clauses.count
        return rest.isEmpty ? nil : query.keeping(Array(rest.prefix(KeywordQuery.mostClauses)))
    }

    /// Takes in where the clauses of ``next`` occur.
    ///
    /// - Parameters:
    ///   - found: The slots of each of them.
    ///   - lengths: The tokens of each slot, 0 for one that the agent can't find.
    package mutating func add(_ found: FoundWords, lengths: [UInt32]) {
        for clause in 0..<min(query.clauses.count - frequencies.count, KeywordQuery.mostClauses) {
            frequencies.append(found.frequency(of: clause, lengths: lengths))
        }
    }

    /// The query with its rarest clauses, and all that must occur.
    package var chosen: KeywordQuery {
        let required = query.required
        let others = query.clauses.indices
            .filter { frequencies[$0] > 0 && !query.clauses[$0].isRequired }
            .sorted { left, right in
                let (before, after) = (commonness(left), commonness(right))
                return before != after ? before < after : left < right
            }
        return query.keeping((required + others.prefix(max(0, KeywordQuery.mostClauses - required.count))).sorted())
    }

    /// What is only a part of a word counts as more common than it is.
    private func commonness(_ clause: Int) -> Float {
        Float(frequencies[clause]) / min(1, query.clauses[clause].weight)
    }
}
