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
    /// The slots that hold some word of the query and every phrase that must occur, ascending.
    fileprivate(set) var matches: [Int32] = []
    /// Whether each slot is one of ``matches``.
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
        matches.removeAll(keepingCapacity: true)
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

    /// Scores a query's postings.
    ///
    /// - Parameters:
    ///   - counts: How often each clause of the query occurs in each of the rows that hold any, with the counts of a
    ///     row side by side.
    ///   - slots: The slot of each row.
    ///   - lengths: The tokens of each row, 0 for one that the agent can't find.
    ///   - query: The query, a clause for every phrase.
    ///   - dates: For each time that the query names, the slots that were made then and that the agent can find.
    ///   - buffers: Where the scores are put, until they are given back.
    package func scores(
        of counts: [UInt16],
        at slots: [Int32],
        lengths: [UInt32],
        for query: KeywordQuery,
        dates: [[Int]] = [],
        in buffers: inout SearchBuffers
    ) -> WordScores {
        var scores = buffers.takeScores(count: slotCount)
        let scorer = BM25(tuning)
        let rows = FoundRows(counts: counts, clauseCount: query.clauses.count, slots: slots, lengths: lengths)
        let table = SaturationTable(scorer, averageLength: collection.averageLength)
        let frequencies = rows.frequencies
        scores.rarities = frequencies.map { frequency in
            frequency == 0 ? 0 : scorer.inverseDocumentFrequency(frequency, of: collection.documents)
        }
        let weights = zip(query.clauses, scores.rarities).map { $0.weight * $1 }
        var bound: Float = 0
        for weight in weights { bound += weight * (scorer.k1 + 1) }
        let found = weights.indices.filter { frequencies[$0] > 0 }
        if let sessions {
            buffers.withSpreadMemory(count: slotCount) { most, touched in
                scores.addWithContext { own, inContext in
                    var spread = ContextSpread(sessions, tuning: tuning, most: most, touched: touched)
                    for clause in found {
                        rows.forEach(of: clause) { slot, length, count in
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
                for clause in found {
                    rows.forEach(of: clause) { slot, length, count in
                        own[slot] += weights[clause] * table.saturated(count, length: length)
                    }
                }
                // Element by element: an array that both shared would have to be copied when it is filled again.
                for slot in own.indices { inContext[slot] = own[slot] }
            }
        }
        scores.matches.reserveCapacity(slots.count)
        scores.isMatch.withUnsafeMutableBufferPointer { isMatch in
            rows.forEach(holding: query.required) { slot in
                isMatch[slot] = true
                scores.matches.append(Int32(slot))
            }
        }
        if bound > 0 { scores.ownBound = bound }
        if query.isAboutTime {
            let typed = query.clauses.indices.filter { query.clauses[$0].isDate }
            rows.forEach(holdingAnyOf: typed) { slot in scores.dated.append(Int32(slot)) }
        }
        add(dates, scorer: scorer, to: &scores.inContext, bound: &bound)
        if bound > 0 { scores.contextBound = bound }
        return scores
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

/// The rows that hold a clause of a query and that the agent can find, with their slots and lengths.
private struct FoundRows {
    let counts: [UInt16]
    let clauseCount: Int
    let slots: [Int32]
    /// 0 for a row that the agent can't find.
    let lengths: [UInt32]

    /// In how many rows each clause occurs.
    var frequencies: [Int] {
        var frequencies = [Int](repeating: 0, count: clauseCount)
        frequencies.withUnsafeMutableBufferPointer { frequencies in
            counts.withUnsafeBufferPointer { counts in
                for row in lengths.indices where lengths[row] > 0 {
                    let first = row * clauseCount
                    for clause in 0..<clauseCount where counts[first + clause] > 0 { frequencies[clause] += 1 }
                }
            }
        }
        return frequencies
    }

    /// Calls `body` with the slot and the length of each row that holds a clause, and how often it does.
    @inline(__always)
    func forEach(of clause: Int, _ body: (_ slot: Int, _ length: UInt32, _ count: UInt16) -> Void) {
        let clauses = clauseCount
        counts.withUnsafeBufferPointer { counts in
            slots.withUnsafeBufferPointer { slots in
                lengths.withUnsafeBufferPointer { lengths in
                    var place = clause
                    for row in 0..<slots.count {
                        let count = counts[place]
                        place += clauses
                        if count > 0, lengths[row] > 0 { body(Int(slots[row]), lengths[row], count) }
                    }
                }
            }
        }
    }

    /// Calls `body` with the slot of each row that holds all of some clauses, in ascending order.
    func forEach(holding required: [Int], _ body: (_ slot: Int) -> Void) {
        for row in slots.indices where lengths[row] > 0 {
            guard !required.isEmpty else {
                body(Int(slots[row]))
                continue
            }
            let first = row * clauseCount
            if required.allSatisfy({ counts[first + $0] > 0 }) { body(Int(slots[row])) }
        }
    }

    /// Calls `body` with the slot of each row that holds any of some clauses, in ascending order.
    func forEach(holdingAnyOf clauses: [Int], _ body: (_ slot: Int) -> Void) {
        guard !clauses.isEmpty else { return }
        for row in slots.indices where lengths[row] > 0 {
            let first = row * clauseCount
            if clauses.contains(where: { counts[first + $0] > 0 }) { body(Int(slots[row])) }
        }
    }
}
