import TestSupport
import Testing

@testable import HearthText

/// The alignment of two texts.
@Suite struct SequenceDiffs {
    private func matches(_ base: [Int], _ edit: [Int]) -> [Int?] {
        SequenceDiff(base, edit, vocabulary: (base + edit).reduce(0, max) + 1).matches
    }

    @Test func `matches are of equal segments, in the order of both texts`() {
        var random = SeededGenerator()
        for _ in 0..<1_000 {
            let (base, edit) = texts(words: Int.random(in: 1...12, using: &random), using: &random)
            let matches = matches(base, edit)
            #expect(matches.count == base.count)
            for (index, match) in matches.enumerated() {
                if let match { #expect(base[index] == edit[match]) }
            }
            let matched = matches.compactMap { $0 }
            #expect(zip(matched, matched.dropFirst()).allSatisfy(<))
        }
    }

    @Test func `in short texts as many segments are matched as can be`() {
        var random = SeededGenerator()
        for _ in 0..<1_000 {
            let (base, edit) = texts(words: Int.random(in: 1...12, using: &random), using: &random)
            #expect(matches(base, edit).compactMap { $0 }.count == longestCommonSubsequence(base, edit))
        }
    }

    @Test func `in long texts a segment that stayed is found among thousands that changed`() {
        let base = (0..<5_000).map { $0.isMultiple(of: 50) ? $0 : -$0 }
        let edit = (0..<5_000).map { $0.isMultiple(of: 50) ? $0 : $0 + 10_000 }
        let numbers = Dictionary(Set(base + edit).sorted().enumerated().map { ($1, $0) }) { first, _ in first }
        let matches = matches(base.compactMap { numbers[$0] }, edit.compactMap { numbers[$0] })
        for (index, match) in matches.enumerated() { #expect(match == (index.isMultiple(of: 50) ? index : nil)) }
    }

    @Test func `texts too different for the budget are taken for replaced, and quickly`() {
        let base = (0..<60_000).map { $0 % 7 == 0 ? 1 : $0 % 2 }
        let edit = (0..<60_000).map { $0 % 11 == 0 ? 0 : 1 - $0 % 2 }
        let matched = matches(base, edit).compactMap { $0 }
        #expect(zip(matched, matched.dropFirst()).allSatisfy(<))
    }

    private func texts(words: Int, using random: inout SeededGenerator) -> ([Int], [Int]) {
        let base = (0..<Int.random(in: 0...20, using: &random)).map { _ in Int.random(in: 0..<words, using: &random) }
        var edit = base
        for _ in 0..<Int.random(in: 0...12, using: &random) {
            let place = Int.random(in: 0...edit.count, using: &random)
            if Bool.random(using: &random), place < edit.count {
                edit.remove(at: place)
            } else {
                edit.insert(Int.random(in: 0..<words, using: &random), at: place)
            }
        }
        return (base, edit)
    }

    private func longestCommonSubsequence(_ left: [Int], _ right: [Int]) -> Int {
        var lengths = Array(repeating: Array(repeating: 0, count: right.count + 1), count: left.count + 1)
        for (i, a) in left.enumerated() {
            for (j, b) in right.enumerated() {
                lengths[i + 1][j + 1] = a == b ? lengths[i][j] + 1 : max(lengths[i][j + 1], lengths[i + 1][j])
            }
        }
        return lengths[left.count][right.count]
    }
}
