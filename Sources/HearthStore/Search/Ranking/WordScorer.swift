internal import HearthSQLite

/// What the words of a query say of each slot of a roster; 0…1, relative to the most that the query could reach.
struct WordScores {
    /// BM25 alone.
    var own: [Float]
    /// With what the neighbours in the session hold and with dates.
    var inContext: [Float]
    /// Whether the slot holds every phrase that must occur, and any word at all.
    var isMatch: [Bool]

    init(count: Int) {
        own = [Float](repeating: 0, count: count)
        inContext = own
        isMatch = [Bool](repeating: false, count: count)
    }
}

/// BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009) over what one agent can find, with context by the word.
///
/// A word of the query that a memory's neighbour in the session holds counts for the memory too, at a part of its weight, unless the memory
/// holds it itself: what a conversation is about is said once and meant for a while. A date in the query is one more word,
/// held by the memories made at that time.
struct WordScorer {
    let tuning: SearchTuning
    let roster: Roster
    let visibility: Visibility
    let sessions: SessionOrder?

    /// Scores a query's postings.
    ///
    /// - Parameters:
    ///   - postings: The rows that hold a phrase of the query, in ascending order, and how often.
    ///   - query: The query, a clause for every phrase.
    ///   - dates: The times it speaks of.
    func scores(of postings: Postings, for query: KeywordQuery, dates: [DateTerm]) -> WordScores {
        var scores = WordScores(count: roster.entries.count)
        let scorer = BM25(k1: tuning.termSaturation, b: tuning.lengthNormalization)
        let slots = roster.slots(of: postings.rowIDs)
        let lengths = slots.map { visibility.length($0, in: roster) }
        let clauses = query.clauses.count
        let average = visibility.collection.averageLength
        var bound: Float = 0
        var best = [Float](repeating: 0, count: roster.entries.count)
        for (clause, description) in query.clauses.enumerated() {
            var frequency = 0
            for row in slots.indices where lengths[row] > 0 && postings.counts[row * clauses + clause] > 0 {
                frequency += 1
            }
            guard frequency > 0 else { continue }
            let weight =
                description.weight * scorer.inverseDocumentFrequency(frequency, of: visibility.collection.documents)
            bound += weight * (scorer.k1 + 1)
            var touched: [Int] = []
            for row in slots.indices where lengths[row] > 0 {
                let count = postings.counts[row * clauses + clause]
                guard count > 0 else { continue }
                let part = weight * scorer.saturated(Float(count), length: lengths[row], averageLength: average)
                scores.own[slots[row]] += part
                spread(part, around: slots[row], best: &best, touched: &touched)
            }
            for slot in touched {
                scores.inContext[slot] += best[slot]
                best[slot] = 0
            }
        }
        let required = query.clauses.indices.filter { query.clauses[$0].isRequired }
        for row in slots.indices where lengths[row] > 0 {
            scores.isMatch[slots[row]] = required.allSatisfy { postings.counts[row * clauses + $0] > 0 }
        }
        let wordBound = bound
        if sessions != nil { add(dates, scorer: scorer, to: &scores.inContext, bound: &bound) }
        scale(&scores.own, by: wordBound)
        scale(&scores.inContext, by: bound)
        return scores
    }

    /// Gives a word's part to the slot that holds it and to its neighbours.
    private func spread(_ part: Float, around slot: Int, best: inout [Float], touched: inout [Int]) {
        func raise(_ slot: Int32, to value: Float) {
            guard slot != SessionOrder.none else { return }
            let slot = Int(slot)
            if best[slot] == 0 { touched.append(slot) }
            best[slot] = max(best[slot], value)
        }
        raise(Int32(slot), to: part)
        guard let sessions else { return }
        let (previous, next) = (sessions.previous[slot], sessions.next[slot])
        raise(previous, to: tuning.nearContext * part)
        raise(next, to: tuning.nearContext * part)
        if previous != SessionOrder.none { raise(sessions.previous[Int(previous)], to: tuning.farContext * part) }
        if next != SessionOrder.none { raise(sessions.next[Int(next)], to: tuning.farContext * part) }
    }

    private func add(_ dates: [DateTerm], scorer: BM25, to scores: inout [Float], bound: inout Float) {
        for date in dates {
            let holders = roster.entries.indices.filter {
                visibility.canFind($0, in: roster) && date.holds(roster.entries[$0].createdAt)
            }
            guard !holders.isEmpty else { continue }
            let rarity = scorer.inverseDocumentFrequency(holders.count, of: visibility.collection.documents)
            let part = tuning.dateWeight * rarity * (scorer.k1 + 1)
            bound += part
            for slot in holders { scores[slot] += part }
        }
    }

    private func scale(_ scores: inout [Float], by bound: Float) {
        guard bound > 0 else { return }
        for slot in scores.indices where scores[slot] != 0 { scores[slot] /= bound }
    }
}
