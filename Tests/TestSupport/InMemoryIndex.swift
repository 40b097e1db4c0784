package import HearthModel
package import HearthRules
package import HearthText

/// What FTS5 does, over arrays: positions of terms by document, phrases counted by looking.
package struct InMemoryIndex {
    private var postings: [String: [Int: [Int]]] = [:]
    private(set) var lengths: [UInt32] = []
    package private(set) var texts: [String] = []

    package init(_ texts: [String]) {
        for text in texts { add(text) }
    }

    package mutating func add(_ text: String) {
        let tokens = TextAnalyzer().tokens(of: text)
        for (position, term) in tokens.indexedTerms.enumerated() {
            postings[term, default: [:]][texts.count, default: []].append(position)
        }
        lengths.append(UInt32(tokens.count))
        texts.append(text)
    }

    /// What is searched.
    package var collection: BM25.Collection {
        BM25.Collection(documents: texts.count, tokens: lengths.reduce(0) { $0 + Int($1) })
    }

    /// What the words of a query say of each text.
    package func scores(_ query: KeywordQuery, tuning: SearchTuning = SearchTuning()) -> WordScores {
        let scorer = WordScorer(tuning: tuning, collection: collection, slotCount: texts.count, sessions: nil)
        var buffers = SearchBuffers()
        return scorer.scores(of: found(query), lengths: lengths, for: query, in: &buffers)
    }

    /// Where the clauses of a query occur.
    package func found(_ query: KeywordQuery) -> FoundWords {
        let found = collect(query)
        return FoundWords(slots: found.texts, counts: found.counts, clauseCount: query.clauses.count)
    }

    /// The indices of the best texts, best first; equal ones in the order in which they came.
    package func search(_ text: String, limit: Int = 10, tuning: SearchTuning = SearchTuning()) -> [Int] {
        let query = KeywordQuery(text)
        let scores = scores(query, tuning: tuning)
        let matches = texts.indices.filter { scores.isMatch[$0] }
        let ordered = matches.sorted { (left: Int, right: Int) -> Bool in
            scores.own[left] != scores.own[right] ? scores.own[left] > scores.own[right] : left < right
        }
        let ranked =
            ordered.map { Ranked(slot: $0, score: Double(scores.ownShare($0)), components: ScoreComponents()) }
        let proximity = Proximity(
            of: query,
            rarities: scores.rarities,
            tuning: tuning,
            averageLength: collection.averageLength
        )
        return proximity.raised(ranked, bound: scores.ownBound) { texts[$0] }.prefix(limit).map(\.slot)
    }

    /// The texts that hold a clause of a query, and how often each clause occurs in them: those of a text side by side.
    package func collect(_ query: KeywordQuery) -> (texts: [Int], counts: [UInt16]) {
        let clauses = query.clauses.map { occurrences(of: $0.phrase) }
        let found = Set(clauses.flatMap(\.keys)).sorted()
        return (found, found.flatMap { text in clauses.map { UInt16($0[text] ?? 0) } })
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

extension FoundWords {
    /// What occurs in some slots, in ascending order: the counts of all clauses in a slot side by side.
    package init(slots rows: [Int], counts: [UInt16], clauseCount: Int) {
        self.init()
        for clause in 0..<clauseCount {
            addClause(ofAtMost: rows.count) { slots, occurrences in
                var place = 0
                for (row, slot) in rows.enumerated() where counts[row * clauseCount + clause] > 0 {
                    slots[place] = Int32(slot)
                    occurrences[place] = counts[row * clauseCount + clause]
                    place += 1
                }
                return place
            }
        }
    }
}
