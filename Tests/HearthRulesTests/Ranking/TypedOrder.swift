import HearthModel
import HearthText
import TestSupport
import Testing

@testable import HearthRules

/// What stands as typed ranks before what doesn't.
@Suite struct TypedOrder {
    @Test func `what matches better comes first, in order, and scores stay in order`() {
        var generator = SeededGenerator()
        for _ in 0..<300 {
            let scores = (0..<Int.random(in: 0...40, using: &generator))
                .map { _ in Double.random(in: 0...1, using: &generator) }.sorted(by: >)
            let results = scores.enumerated()
                .map { Ranked(slot: $0.offset, score: $0.element, components: ScoreComponents()) }
            let matches = results.map { _ in
                TypedText.Match(rawValue: Int.random(in: 0...2, using: &generator)) ?? .none
            }
            let arranged = TypedFirst.arranged(results) { matches[$0.slot] }
            #expect(arranged.map(\.slot).sorted() == results.map(\.slot))
            #expect(zip(arranged, arranged.dropFirst()).allSatisfy { $0.score >= $1.score })
            let looked = arranged.prefix(TypedFirst.depth)
            #expect(
                zip(looked, looked.dropFirst())
                    .allSatisfy { left, right in
                        matches[left.slot] != matches[right.slot]
                            ? matches[left.slot] > matches[right.slot] : left.slot < right.slot
                    }
            )
            #expect(arranged.allSatisfy { $0.score >= scores[$0.slot] && $0.score <= 1 })
        }
    }

    @Test func `where none of the best stands as typed, further ones are looked at, and no more than that`() {
        let results = (0..<300)
            .map { Ranked(slot: $0, score: 1 - Double($0) / 300, components: ScoreComponents()) }
        func expect(_ slots: [Int], first typed: Set<Int>, lookingAt count: Int) {
            var looked = 0
            let arranged = TypedFirst.arranged(results) { result in
                looked += 1
                return typed.contains(result.slot) ? .exact : .none
            }
            #expect(arranged.map(\.slot).sorted() == results.map(\.slot))
            #expect(arranged.prefix(3).map(\.slot) == slots)
            #expect(looked == count)
        }
        expect([7, 0, 1], first: [7, 150], lookingAt: TypedFirst.depth)
        expect([150, 180, 0], first: [150, 180], lookingAt: TypedFirst.reach)
        expect([0, 1, 2], first: [250], lookingAt: TypedFirst.reach)
    }
}
