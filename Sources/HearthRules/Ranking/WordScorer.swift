package import HearthModel
package import HearthText

/// What the words of a query say of each slot of a catalog, in the units of BM25. Divided by its bound, each is 0…1.
package struct WordScores {
    /// BM25 alone.
    package fileprivate(set) var own: [Float]
    /// BM25 with what the neighbours in the session hold, and with dates.
    fileprivate(set) var inContext: [Float]
    /// The most that ``own`` and ``inContext`` could reach; at least the smallest positive number.
    package fileprivate(set) var ownBound = Float.leastNormalMagnitude
    package fileprivate(set) var contextBound = Float.leastNormalMagnitude
    /// Whether each slot holds some word of the query and every phrase that must occur.
    package fileprivate(set) var isMatch: [Bool]
    /// The slots that hold a date as it was typed, ascending, where the query is about a time.
    package fileprivate(set) var dated: [Int32] = []
    /// The inverse document frequency of each clause of the query; 0 for one that no memory has.
    package fileprivate(set) var rarities: [Float] = []

    package init(count: Int) {
        own = [Float](repeating: 0, count: count)
        inContext = own
        isMatch = [Bool](repeating: false, count: count)
    }

    /// Forgets everything, and makes room for so many slots.
    mutating func clear(count: Int) {
        own.refill(with: 0, count: count)
        inContext.refill(with: 0, count: count)
        isMatch.refill(with: false, count: count)
        dated = []
        rarities = []
        ownBound = .leastNormalMagnitude
        contextBound = .leastNormalMagnitude
    }

    /// Calls `body` with ``own`` and ``inContext``, to be added to.
    fileprivate mutating func addWithContext(
        _ body: (_ own: UnsafeMutableBufferPointer<Float>, _ inContext: UnsafeMutableBufferPointer<Float>) -> Void
    ) {
        own.withUnsafeMutableBufferPointer { own in
            inContext.withUnsafeMutableBufferPointer { inContext in body(own, inContext) }
        }
    }

    /// BM25 alone, relative to the most that the query could reach: 0…1.
    package func ownShare(_ slot: Int) -> Float { own[slot] / ownBound }

    /// BM25 with what neighbours hold and with dates, relative to the most that the query could reach: 0…1.
    func contextShare(_ slot: Int) -> Float { inContext[slot] / contextBound }
}

/// BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009) over what one agent can find, with
/// context added word by word.
///
/// A word of the query that a memory's neighbour in the session holds counts for the memory too, at a part of its
/// weight, unless the memory holds it itself: what a conversation is about is said once and meant for a while. A date
/// in the query is one more word, which the memories made at that time hold.
package struct WordScorer {
    private let tuning: SearchTuning
    /// What the agent can find. This alone decides which words are rare and how long a text usually is, so that a
    /// hidden memory changes no score.
    private let collection: BM25.Collection
    /// The slots of the catalog, hidden ones among them.
    private let slotCount: Int
    /// Which slots are neighbours in a session; nil where context does not count.
    private let sessions: SessionOrder?

    package init(tuning: SearchTuning, collection: BM25.Collection, slotCount: Int, sessions: SessionOrder?) {
        self.tuning = tuning
        self.collection = collection
        self.slotCount = slotCount
        self.sessions = sessions
    }

    /// Scores what was found.
    ///
    /// - Parameters:
    ///   - found: Where each clause of the query occurs.
    ///   - lengths: The tokens of each slot, 0 for one that the agent can't find.
    ///   - query: The query, a clause for every phrase.
    ///   - dates: For each time that the query names, the slots that were made then and that the agent can find.
    ///   - buffers: Where the scores are put, until they are given back.
    package func scores(
        of found: FoundWords,
        lengths: [UInt32],
        for query: KeywordQuery,
        dates: [[Int]] = [],
        in buffers: inout SearchBuffers
    ) -> WordScores {
        var scores = buffers.takeScores(count: slotCount)
        let scorer = BM25(tuning)
        let table = SaturationTable(scorer, averageLength: collection.averageLength)
        let frequencies = query.clauses.indices.map { found.frequency(of: $0, lengths: lengths) }
        scores.rarities = frequencies.map { frequency in
            frequency == 0 ? 0 : scorer.inverseDocumentFrequency(frequency, of: collection.documents)
        }
        let weights = zip(query.clauses, scores.rarities).map { $0.weight * $1 }
        var bound: Float = 0
        for weight in weights { bound += weight * (scorer.k1 + 1) }
        let present = weights.indices.filter { frequencies[$0] > 0 }
        if let sessions {
            buffers.withSpreadMemory(count: slotCount) { most, touched in
                scores.addWithContext { own, inContext in
                    var spread = ContextSpread(sessions, tuning: tuning, most: most, touched: touched)
                    for clause in present {
                        found.forEach(of: clause, lengths: lengths) { slot, length, count in
                            let part = weights[clause] * table.saturated(count, length: length)
                            own[slot] += part
                            spread.put(part, around: slot)
                        }
                        spread.flush(into: inContext)
                    }
                }
            }
        } else {
            scores.addWithContext { own, inContext in
                for clause in present {
                    found.forEach(of: clause, lengths: lengths) { slot, length, count in
                        own[slot] += weights[clause] * table.saturated(count, length: length)
                    }
                }
                // Element by element: an array that both shared would have to be copied when it is filled again.
                for slot in own.indices { inContext[slot] = own[slot] }
            }
        }
        markMatches(of: found, lengths: lengths, for: query, in: &scores)
        if bound > 0 { scores.ownBound = bound }
        if query.isAboutTime {
            var dated: Set<Int32> = []
            for clause in query.clauses.indices where query.clauses[clause].isDate {
                found.forEach(of: clause, lengths: lengths) { slot, _, _ in dated.insert(Int32(slot)) }
            }
            scores.dated = dated.sorted()
        }
        add(dates, scorer: scorer, to: &scores.inContext, bound: &bound)
        if bound > 0 { scores.contextBound = bound }
        return scores
    }

    private func markMatches(
        of found: FoundWords,
        lengths: [UInt32],
        for query: KeywordQuery,
        in scores: inout WordScores
    ) {
        let required = query.required
        scores.isMatch.withUnsafeMutableBufferPointer { isMatch in
            guard required.isEmpty else {
                found.forEach(holding: required, lengths: lengths) { isMatch[$0] = true }
                return
            }
            for clause in query.clauses.indices {
                found.forEach(of: clause, lengths: lengths) { slot, _, _ in isMatch[slot] = true }
            }
        }
    }

    private func add(_ dates: [[Int]], scorer: BM25, to scores: inout [Float], bound: inout Float) {
        for holders in dates where !holders.isEmpty {
            let rarity = scorer.inverseDocumentFrequency(holders.count, of: collection.documents)
            let part = tuning.dateWeight * rarity * (scorer.k1 + 1)
            bound += part
            for slot in holders { scores[slot] += part }
        }
    }
}
