import HearthModel

/// What words and meaning make of each slot, as plain memory: for going through all slots of a catalog.
struct RelevanceScan {
    /// BM25 in context of each slot; empty where words do not count.
    private let context: UnsafeBufferPointer<Float>
    private let contextBound: Float
    /// Whether each slot shares a word with the query; empty where words do not count.
    private let isMatch: UnsafeBufferPointer<Bool>
    /// The cosine of each slot; empty where meaning does not count.
    private let cosines: UnsafeBufferPointer<Float>
    private let semanticShare: Float
    private let semanticFloor: Float

    /// How many slots are looked at together.
    private static let step = 1_024

    /// Calls `body` with the scan of what words and meaning say.
    static func over<R>(
        _ words: WordScores?,
        _ cosines: [Float]?,
        tuning: SearchTuning,
        _ body: (RelevanceScan) throws -> R
    ) rethrows -> R {
        try (words?.inContext ?? [])
            .withUnsafeBufferPointer { context in
                try (words?.isMatch ?? [])
                    .withUnsafeBufferPointer { isMatch in
                        try (cosines ?? [])
                            .withUnsafeBufferPointer { cosines in
                                try body(
                                    RelevanceScan(
                                        context: context,
                                        contextBound: words?.contextBound ?? 1,
                                        isMatch: isMatch,
                                        cosines: cosines,
                                        semanticShare: tuning.semanticShare,
                                        semanticFloor: tuning.semanticFloor
                                    )
                                )
                            }
                    }
            }
    }

    /// What words and meaning make of a slot.
    @inline(__always)
    func relevance(of slot: Int) -> Float {
        if cosines.isEmpty { return context.isEmpty ? 0 : context[slot] / contextBound }
        let meaning = max(0, cosines[slot])
        if context.isEmpty { return meaning }
        return (1 - semanticShare) * (context[slot] / contextBound) + semanticShare * meaning
    }

    /// Whether a slot shares a word with the query or means enough of the same.
    func isFound(_ slot: Int) -> Bool {
        !isMatch.isEmpty && isMatch[slot] || !cosines.isEmpty && cosines[slot] >= semanticFloor
    }

    /// Calls `body` with each slot that means enough of the same and shares no word with the query, if its relevance may
    /// reach a bar that can rise meanwhile.
    ///
    /// The relevances of some slots are computed together, without a branch or a division, and most are dismissed by one
    /// comparison.
    func forEachMeant(atLeast currentBar: () -> Float, _ body: (Int) -> Void) {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.step) { relevances in
            let scale = (1 - semanticShare) / contextBound
            for start in stride(from: 0, to: cosines.count, by: Self.step) {
                let count = min(Self.step, cosines.count - start)
                if context.isEmpty {
                    for place in 0..<count { relevances[place] = max(0, cosines[start + place]) }
                } else {
                    for place in 0..<count {
                        relevances[place] =
                            scale * context[start + place] + semanticShare * max(0, cosines[start + place])
                    }
                }
                var bar = currentBar()
                for place in 0..<count where relevances[place] >= bar {
                    let slot = start + place
                    guard cosines[slot] >= semanticFloor, isMatch.isEmpty || !isMatch[slot] else { continue }
                    body(slot)
                    bar = currentBar()
                }
            }
        }
    }
}
