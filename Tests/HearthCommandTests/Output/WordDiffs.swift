import HearthText
import TestSupport
import Testing

@testable import hearth

@Suite struct WordDiffs {
    /// The comparison as a page without colour shows it.
    private func shown(_ old: String, _ new: String) -> String {
        WordDiff(from: old, to: new).spans.map { $0.style.marked($0.text) }.joined()
    }

    @Test func `a word that was replaced is marked, and its neighbours are not`() {
        #expect(shown("Ana lives in Oslo.", "Ana lives in Bergen.") == "Ana lives in [-Oslo-]{+Bergen+}.")
    }

    @Test func `words that only came or only went are marked where they stand`() {
        #expect(shown("Ana likes tea.", "Ana likes green tea.") == "Ana likes {+green +}tea.")
        #expect(shown("a b c d", "a d") == "a [-b c -]d")
        #expect(shown("", "tea") == "{+tea+}")
        #expect(shown("tea", "") == "[-tea-]")
        #expect(shown("", "") == "")
    }

    @Test func `a passage that was replaced is one change, spaces included`() {
        #expect(
            shown("It is on the network since 22:04. Watch it.", "It is the cat feeder. Watch it.")
                == "It is [-on -]the [-network since 22:04-]{+cat feeder+}. Watch it."
        )
    }

    @Test func `Chinese and Japanese are compared by character`() {
        #expect(shown("他喜欢茶。", "他喜欢绿茶。") == "他喜欢{+绿+}茶。")
        #expect(shown("毛布は一枚です。", "毛布は二枚です。") == "毛布は[-一-]{+二+}枚です。")
    }

    @Test func `lines stay lines`() {
        #expect(shown("- milk\n- eggs\n", "- milk\n- bread\n- eggs\n") == "- milk\n- {+bread\n- +}eggs\n")
        #expect(shown("one\r\ntwo", "one\ntwo") == "one[-\r\n-]{+\n+}two")
    }

    @Test func `a letter with its marks and an emoji with its joiners are never taken apart`() {
        #expect(shown("cafe", "cafe\u{301}") == "[-cafe-]{+cafe\u{301}+}")
        #expect(shown("👩‍👩‍👧", "👩‍👩‍👦") == "[-👩‍👩‍👧-]{+👩‍👩‍👦+}")
    }

    @Test func `both texts can be read out of every comparison`() {
        var generator = SeededGenerator()
        let words = ["a", "b", "tea", " ", "  ", "\n", "茶", ".", ",", "é"]
        for _ in 0..<2_000 {
            let old = (0..<Int.random(in: 0...12, using: &generator))
                .map { _ in
                    words.randomElement(using: &generator)!
                }
            let new = (0..<Int.random(in: 0...12, using: &generator))
                .map { _ in
                    words.randomElement(using: &generator)!
                }
            let diff = WordDiff(from: old.joined(), to: new.joined())
            let removed = diff.pieces.filter { $0.kind != .added }.map(\.text).joined()
            let added = diff.pieces.filter { $0.kind != .removed }.map(\.text).joined()
            #expect(removed == old.joined() && added == new.joined(), "\(old) \(new)")
        }
    }

    @Test func `long texts with nothing in common end with a replacement`() {
        let old = (0..<3_000).map { "a\($0)" }.joined(separator: " ")
        let new = (0..<3_000).map { "b\($0)" }.joined(separator: " ")
        let diff = WordDiff(from: old, to: new)
        #expect(diff.pieces.filter { $0.kind != .added }.map(\.text).joined() == old)
        #expect(diff.pieces.filter { $0.kind != .removed }.map(\.text).joined() == new)
    }
}
