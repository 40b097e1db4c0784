import HeapModule
package import HearthModel

/// Fuses what words and meaning say of each slot of a catalog into one score.
///
/// Words and meaning are fused by a convex combination (Bruch, Gai and Ingber, "An Analysis of Fusion Functions for
/// Hybrid Retrieval", ACM TOIS 2023). Each is scaled by the most that it could reach, and not by the best result, so
/// that scores of different searches can be compared.
package struct Ranking {
    private let tuning: SearchTuning
    /// The instant from which recency is counted back, in microseconds since 1970.
    private let now: Int64
    /// The session whose memories are preferred; nil for none.
    private let session: Int64?
    /// What words say; nil where they do not count.
    package var words: WordScores?
    /// The cosine of each slot; nil where meaning does not count.
    package var cosines: [Float]?
    /// Whether meaning alone finds nothing, because the query has phrases that must occur or is one about a time.
    package var needsWords = false
    /// What alone can be found where the query is about a time; nil where it is about something else.
    package var selection: TimeSelection?
    /// What can be found besides, because it was made at the time that is most of what the query says.
    package var madeThen: [Int] = []

    package init(
        tuning: SearchTuning,
        now: Int64,
        session: Int64?,
        words: WordScores? = nil,
        cosines: [Float]? = nil,
        needsWords: Bool = false
    ) {
        self.tuning = tuning
        self.now = now
        self.session = session
        self.words = words
        self.cosines = cosines
        self.needsWords = needsWords
    }

    private static let microsecondsPerDay: Int64 = 86_400_000_000

    /// The best slots, best first, with what their scores are made of.
    ///
    /// Among equal scores the newer memory comes first, then the one that was stored first.
    package func top(_ limit: Int, of entries: [DocumentEntry], where isWanted: (Int) -> Bool) -> [Ranked] {
        guard let selection else { return best(limit, of: entries, among: nil, where: isWanted) }
        var found: [Ranked] = []
        func append(_ results: [Ranked]) {
            let bar = found.last?.score ?? 1
            for var ranked in results {
                ranked.score = min(ranked.score, bar)
                found.append(ranked)
            }
        }
        func first(of slots: [Int32]) -> [Ranked] {
            best(limit - found.count, of: entries, among: slots, where: isWanted)
        }
        if selection.alternates {
            let (made, named) = (first(of: selection.made), first(of: selection.named))
            let common = min(made.count, named.count)
            let turns = zip(made, named).flatMap { [$0, $1] } + made[common...] + named[common...]
            append(Array(turns.prefix(limit)))
            append(first(of: selection.late))
        } else {
            for slots in [selection.made, selection.late, selection.named] { append(first(of: slots)) }
        }
        guard selection.isBeforeOthers else { return found }
        let selected = Set(selection.made + selection.late + selection.named)
        append(
            best(limit - found.count, of: entries, among: nil) { !selected.contains(Int32($0)) && isWanted($0) }
        )
        return found
    }

    /// The best of some slots, best first; without any given, of all that the query can find.
    private func best(
        _ limit: Int,
        of entries: [DocumentEntry],
        among slots: [Int32]?,
        where isWanted: (Int) -> Bool
    ) -> [Ranked] {
        guard limit > 0 else { return [] }
        var best = Heap<Candidate>()
        // The score of the last one kept, once there are as many as there can be.
        var bar = -Float.infinity
        entries.withUnsafeBufferPointer { entries in
            RelevanceScan.over(words, cosines, tuning: tuning) { scan in
                func consider(_ slot: Int) {
                    let relevance = scan.relevance(of: slot)
                    // Most are dismissed here, before anything else about them is looked at.
                    if most(relevance) < bar { return }
                    let score = score(relevance, entries[slot])
                    if score < bar { return }
                    guard isWanted(slot) else { return }
                    let (createdAt, memory) = (entries[slot].createdAt, entries[slot].memory)
                    best.insert(
                        Candidate(score: score, createdAt: createdAt, memory: memory, slot: slot),
                        keepingLeast: limit
                    )
                    if best.count == limit, let last = best.max { bar = last.score }
                }
                if let slots {
                    for slot in slots { consider(Int(slot)) }
                    return
                }
                let allowance = most(0) + Self.rounding
                scan.forEachFound(needsWords: needsWords, atLeast: { bar - allowance }) { consider($0) }
                guard !needsWords else { return }
                for slot in madeThen where !scan.isFound(slot) { consider(slot) }
            }
        }
        return best.unordered.sorted().map { ranked($0.slot, score: $0.score, entries[$0.slot]) }
    }

    /// By how much a relevance may be rounded otherwise where many are computed at once. They are about 0…1.
    private static let rounding: Float = 1e-4

    /// A slot that may get into the list. The better one is less.
    private struct Candidate: Comparable {
        let score: Float
        let createdAt: Int64
        let memory: Int64
        let slot: Int

        static func < (left: Candidate, right: Candidate) -> Bool {
            if left.score != right.score { return left.score > right.score }
            return left.createdAt != right.createdAt ? left.createdAt > right.createdAt : left.memory < right.memory
        }
    }

    private func score(_ relevance: Float, _ entry: DocumentEntry) -> Float {
        guard cosines != nil else { return relevance }
        let boost = tuning.recencyBoost * recency(of: entry) + tuning.importanceBoost * Float(entry.importance)
        let score = relevance + boost
        guard let session, entry.session == session else { return score }
        return score + tuning.sessionBoost
    }

    /// The most that an entry of such a relevance can score. Rounding can't break this, because each step is that of
    /// ``score(_:_:)``.
    private func most(_ relevance: Float) -> Float {
        guard cosines != nil else { return relevance }
        let score = relevance + (max(0, tuning.recencyBoost) + max(0, tuning.importanceBoost))
        return session == nil ? score : score + max(0, tuning.sessionBoost)
    }

    /// 1 for today, and half of that after the half-life. It goes by whole days, so that a list stays as it is while a
    /// person reads it.
    private func recency(of entry: DocumentEntry) -> Float {
        let days = max(0, now.saturatingSubtracting(entry.createdAt) / Self.microsecondsPerDay)
        return tuning.recencyHalfLife / (tuning.recencyHalfLife + Float(days))
    }

    private func ranked(_ slot: Int, score: Float, _ entry: DocumentEntry) -> Ranked {
        var components = ScoreComponents()
        components.keyword = words.map { Double(cosines == nil ? $0.contextShare(slot) : $0.ownShare(slot)) }
        if let cosines {
            components.semantic = Double(min(1, max(0, cosines[slot])))
            components.context = words.map { Double(max(0, $0.contextShare(slot) - $0.ownShare(slot))) }
            components.recency = Double(recency(of: entry))
            components.importance = entry.importance
        }
        return Ranked(slot: slot, score: Double(min(1, score)), components: components)
    }
}

/// What a query about a time finds.
package struct TimeSelection {
    /// What was made then. It comes first.
    let made: [Int32]
    /// What was made a little later, which may be then where the person is.
    let late: [Int32]
    /// What was made at another time and holds the date as it was typed.
    let named: [Int32]
    /// Whether what was made then and what holds the date take turns.
    let alternates: Bool
    /// Whether everything else that the query finds comes behind.
    package var isBeforeOthers = false

    /// Calls a closure with what was made then until it is content.
    package func containsMade(where isWanted: (Int32) -> Bool) -> Bool {
        made.contains(where: isWanted) || late.contains(where: isWanted)
    }

    package init(made: [Int32], late: [Int32] = [], named: [Int32], alternates: Bool = false) {
        (self.made, self.late, self.named, self.alternates) = (made, late, named, alternates)
    }
}

/// One slot of a result list.
package struct Ranked {
    package var slot: Int
    package var score: Double
    package var components: ScoreComponents

    package init(slot: Int, score: Double, components: ScoreComponents) {
        self.slot = slot
        self.score = score
        self.components = components
    }
}
