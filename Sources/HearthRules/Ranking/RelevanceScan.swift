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
    private static let step = 128
    /// How many of them are in one vector.
    private static let width = 8

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

    /// Calls `body` with each slot that is found, if its relevance may reach a bar that can rise meanwhile.
    ///
    /// The relevances of some slots are computed and compared together, without a branch or a division, and mostly all
    /// are dismissed at once. The newest come first: they score more than older ones that say the same.
    ///
    /// - Parameters:
    ///   - needsWords: Whether meaning alone finds nothing.
    ///   - currentBar: What a relevance has to reach.
    ///   - body: Called with a slot.
    func forEachFound(needsWords: Bool, atLeast currentBar: () -> Float, _ body: (Int) -> Void) {
        var end = max(context.count, cosines.count)
        while end > 0 {
            let start = max(0, end - Self.step)
            var bar = currentBar()
            if end - start < Self.step || mayReach(bar, from: start) {
                for slot in start..<end where needsWords ? isMatch[slot] : isFound(slot) {
                    guard relevance(of: slot) >= bar else { continue }
                    body(slot)
                    bar = currentBar()
                }
            }
            end = start
        }
    }

    /// Whether the relevance of any of `step` slots may reach a bar. Slots count that have something of the words around
    /// them or mean enough of the same: more than are found.
    private func mayReach(_ bar: Float, from start: Int) -> Bool {
        let zero = SIMD8<Float>(repeating: 0)
        var reaching = SIMDMask<SIMD8<Int32>>(repeating: false)
        for first in stride(from: start, to: start + Self.step, by: Self.width) {
            let words = context.isEmpty ? zero : Self.vector(context, at: first)
            let cosines = cosines.isEmpty ? SIMD8(repeating: -1) : Self.vector(cosines, at: first)
            let meaning = cosines.replacing(with: zero, where: cosines .< zero)
            let relevance =
                self.cosines.isEmpty
                ? words * (1 / contextBound)
                : context.isEmpty
                    ? meaning : words * ((1 - semanticShare) / contextBound) + meaning * semanticShare
            reaching .|= (relevance .>= bar) .& ((words .> zero) .| (cosines .>= semanticFloor))
        }
        return any(reaching)
    }

    @inline(__always)
    private static func vector(_ values: UnsafeBufferPointer<Float>, at place: Int) -> SIMD8<Float> {
        UnsafeRawBufferPointer(values).loadUnaligned(fromByteOffset: place * 4, as: SIMD8<Float>.self)
    }
}
