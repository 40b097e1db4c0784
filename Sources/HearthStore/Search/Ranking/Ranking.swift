/// Joins what words and meaning say of each slot of a roster into one score; pure.
///
/// Words and meaning go together by a convex combination (Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid
/// Retrieval", ACM TOIS 2023). Each is scaled by what it could reach at most and not by what the best result reaches, so that scores of
/// different searches can be compared.
struct Ranking {
    let tuning: SearchTuning
    /// The instant that recency is counted to, in microseconds since 1970.
    let now: Int64
    /// The session whose memories are preferred; nil for none.
    let session: Int64?
    /// What words say; nil where they do not count.
    var words: WordScores?
    /// The cosine of each slot; nil where meaning does not count.
    var cosines: [Float]?
    /// Whether the query has phrases that must occur.
    var hasRequiredPhrases = false

    private static let microsecondsPerDay: Int64 = 86_400_000_000

    /// The best slots, best first, with what their scores are made of.
    ///
    /// Equal scores go by the newer memory, then by the order in which they were stored.
    func top(_ limit: Int, of roster: Roster, where isWanted: (Int) -> Bool) -> [Ranked] {
        var heap = BoundedHeap<(slot: Int, score: Float)>(capacity: limit) { left, right in
            if left.score != right.score { return left.score > right.score }
            let (first, second) = (roster.entries[left.slot], roster.entries[right.slot])
            return first.createdAt != second.createdAt
                ? first.createdAt > second.createdAt : first.memory < second.memory
        }
        for slot in roster.entries.indices where isCandidate(slot) && isWanted(slot) {
            heap.insert((slot, score(slot, roster.entries[slot])))
        }
        return heap.sorted().map { ranked($0.slot, score: $0.score, roster.entries[$0.slot]) }
    }

    /// Whether a slot shares a word with the query, or means enough of the same.
    private func isCandidate(_ slot: Int) -> Bool {
        if let words, words.isMatch[slot] { return true }
        guard let cosines, !hasRequiredPhrases else { return false }
        return cosines[slot] >= tuning.semanticFloor
    }

    private func score(_ slot: Int, _ entry: Roster.Entry) -> Float {
        guard let cosines else { return words?.own[slot] ?? 0 }
        let meaning = max(0, cosines[slot])
        var score =
            words.map { (1 - tuning.semanticShare) * $0.inContext[slot] + tuning.semanticShare * meaning } ?? meaning
        score += tuning.recencyBoost * recency(of: entry) + tuning.importanceBoost * Float(entry.importance)
        if let session, entry.session == session { score += tuning.sessionBoost }
        return score
    }

    /// 1 for today, half of it after the half-life; by whole days, so that a list stays as it is while a person reads it.
    private func recency(of entry: Roster.Entry) -> Float {
        let days = max(0, (now - entry.createdAt) / Self.microsecondsPerDay)
        return tuning.recencyHalfLife / (tuning.recencyHalfLife + Float(days))
    }

    private func ranked(_ slot: Int, score: Float, _ entry: Roster.Entry) -> Ranked {
        var components = ScoreComponents()
        components.keyword = words.map { Double($0.own[slot]) }
        if let cosines {
            components.semantic = Double(min(1, max(0, cosines[slot])))
            components.context = words.map { Double(max(0, $0.inContext[slot] - $0.own[slot])) }
            components.recency = Double(recency(of: entry))
            components.importance = entry.importance
        }
        return Ranked(slot: slot, score: Double(min(1, score)), components: components)
    }
}

/// One slot of a result list.
struct Ranked {
    var slot: Int
    var score: Double
    var components: ScoreComponents
}
