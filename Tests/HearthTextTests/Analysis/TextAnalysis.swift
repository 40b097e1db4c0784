import Foundation
import TestSupport
import Testing

@testable import HearthText

@Suite struct TextAnalysis {
    private func terms(_ text: String) -> [String] { TextAnalyzer().tokens(of: text).terms }

    // MARK: Words

    @Test(arguments: [
        ("Hello, World!", ["hello", "world"]),
        ("user_name e-mail a@b.org", ["user", "name", "e", "mail", "a", "b", "org"]),
        ("iPhone McDonald", ["iphon", "mcdonald"]),
        ("The user's, the users' and James’s", ["the", "user", "the", "user", "and", "jame"]),
        ("we'll I'm they've she'd you're", ["we", "i", "they", "she", "you"]),
        ("don't can’t won't", ["dont", "cant", "wont"]),
        ("O'Brien l'homme rock'n'roll", ["o", "brien", "l", "homm", "rock", "n", "roll"]),
        ("10,000 1,234,567 1,23 a,100", ["10000", "1234567", "1", "23", "a", "100"]),
        ("3.14 7:30 covid19 2023-05-08", ["3", "14", "7", "30", "covid", "19", "2023", "05", "08"]),
        ("went gone running ran children", ["go", "go", "run", "run", "child"]),
        ("", []),
        (" \n\t\u{0}\u{1}.,;!?\"'", []),
    ])
    func `words end where letters and digits do`(text: String, expected: [String]) {
        #expect(terms(text) == expected)
    }

    @Test(arguments: [
        ("ÅNGSTRÖM naïve Łódź Ørsted", "angstrom naive lodz orsted"),
        ("Straße STRASSE", "strasse strasse"),
        ("ＦＵＬＬ ４２ ﬁne ℌ 𝐱 ① ²", "full 42 fine h x 1 2"),
        ("Ελλάδα ΕΛΛΆΔΑ λόγος ΛΟΓΟΣ", "ελλαδα ελλαδα λογοσ λογοσ"),
        ("Ёлка елка Й й Ї", "елка елка й й ї"),
        ("كِتَابٌ كتاب أحمد إحمد مكتبة على", "كتاب كتاب احمد احمد مكتبه علي"),
        ("عـــربي", "عربي"),
        ("שָׁלוֹם שלום", "שלום שלום"),
        ("١٢٣ ۴۵ ७८", "123 45 78"),
        ("co\u{AD}operate", "cooperate"),
    ])
    func `letters are folded`(text: String, expected: String) {
        #expect(TextAnalyzer(stems: false).tokens(of: text).terms == expected.split(separator: " ").map(String.init))
    }

    @Test func `the two ways to write a letter with marks give the same terms`() {
        for page in UInt32(0)..<0x300 {
            let text = text(ofPage: page)
            let decomposed = text.decomposedStringWithCanonicalMapping
            guard !decomposed.unicodeScalars.elementsEqual(text.unicodeScalars) else { continue }
            for (whole, parts) in zip(text.split(separator: " "), decomposed.split(separator: " ")) {
                #expect(terms(String(parts)) == terms(String(whole)))
            }
        }
    }

    @Test func `a long word is cut at a scalar, the same for every longer one`() {
        let long = terms(String(repeating: "ab", count: 5000))
        #expect(long == [String(repeating: "ab", count: 32)])
        #expect(terms(String(repeating: "ab", count: 40)) == long)
        #expect(terms(String(repeating: "ह", count: 100)) == [String(repeating: "ह", count: 21)])
    }

    // MARK: Scripts without spaces

    @Test(arguments: [
        ("東京タワーに", ["東", "京", "た", "わ", "ー", "に"]),
        ("ｶﾞ が か\u{3099} ﾊﾟ", ["が", "が", "が", "ぱ"]),
        ("한국어", ["한", "국", "어"]),
        ("\u{1112}\u{1161}\u{11AB}\u{1100}\u{116E}", ["한", "구"]),
        ("iPhone手机2台", ["iphon", "手", "机", "2", "台"]),
        ("สวัสดี", ["ส", "วั", "ส", "ดี"]),
        ("ខ្មែរ", ["ខ្មែ", "រ"]),
        ("㍿", ["株", "式", "会", "社"]),
        ("𠮷野家", ["𠮷", "野", "家"]),
    ])
    func `every character is a token`(text: String, expected: [String]) {
        #expect(terms(text) == expected)
    }

    @Test(arguments: [
        ("fun👍🏽!", ["fun", "👍"]),
        ("👩‍👩‍👧", ["👩", "👩", "👧"]),
        ("🏃‍♀️🏃", ["🏃", "🏃"]),
        ("❤️❤", ["❤", "❤"]),
        ("🇩🇪🇫🇷", ["🇩🇪", "🇫🇷"]),
        ("1️⃣", ["1"]),
    ])
    func `an emoji is a token without its looks`(text: String, expected: [String]) {
        #expect(terms(text) == expected)
    }

    // MARK: Promises

    /// 256 scalars, each between letters.
    private func text(ofPage page: UInt32) -> String {
        (page << 8..<(page + 1) << 8).compactMap(Unicode.Scalar.init).map { "x\($0)x" }.joined(separator: " ")
    }

    @Test func `a token's source is what it stands for`() {
        let text = "Élan — the user's 東京 ｶﾞ 👍🏽!"
        let utf8 = Array(text.utf8)
        let sources = TextAnalyzer().tokens(of: text).tokens.map { String(decoding: utf8[$0.source], as: UTF8.self) }
        #expect(sources == ["Élan", "the", "user's", "東", "京", "ｶﾞ", "👍🏽"])
    }

    @Test func `any text gives short terms of token characters with sources in order`() {
        var generator = SeededGenerator()
        for _ in 0..<3000 {
            let text = generator.text(upTo: 60)
            let tokens = TextAnalyzer().tokens(of: text)
            #expect(TextAnalyzer().tokens(of: text).bytes == tokens.bytes)
            var end = 0
            for (index, token) in tokens.tokens.enumerated() {
                let term = tokens.term(at: index)
                #expect(!term.isEmpty && term.count <= TextAnalyzer.longestTerm, "\(text.debugDescription)")
                #expect(term.allSatisfy(isTokenByte), "\(text.debugDescription)")
                #expect(String(validating: term, as: UTF8.self) != nil)
                #expect(
                    token.source.lowerBound <= token.source.upperBound && token.source.upperBound <= text.utf8.count
                )
                #expect(token.source.lowerBound >= min(end, token.source.lowerBound))
                end = token.source.upperBound
            }
            let starts = tokens.tokens.map(\.source.lowerBound)
            #expect(starts == starts.sorted())
        }
    }

    /// Between spaces a word takes a shorter way than between other signs.
    @Test func `a word is the same between spaces and between lines`() {
        var random = SeededGenerator()
        let words = ["walking", "went", "a", "Rome", "don't", "co-op", "iPhone", "naïve", "x", "C#", "über", "@tag"]
        let marks = ["", "", "", ",", ".", ";", "!", "...", "),", "'s", "+"]
        for _ in 0..<2_000 {
            let typed = (0..<Int.random(in: 1...9, using: &random))
                .map { _ in words.randomElement(using: &random)! + marks.randomElement(using: &random)! }
            let (spaced, lined) = (typed.joined(separator: " "), typed.joined(separator: "\n"))
            let (left, right) = (TextAnalyzer().tokens(of: spaced), TextAnalyzer().tokens(of: lined))
            #expect(left.terms == right.terms, "\(spaced)")
            #expect(left.tokens.map(\.source) == right.tokens.map(\.source), "\(spaced)")
            #expect(left.spellings == right.spellings, "\(spaced)")
        }
    }

    /// A chain of names is as long as its writer likes, and is analysed in time that grows with its length alone.
    @Test func `a long chain of letters and figures is analysed`() {
        for link in ["a-1-", "a1-b2-", "1_a_", "½-"] {
            let text = String(repeating: link, count: 100_000)
            #expect(TextAnalyzer().tokens(of: text).count >= 200_000)
        }
    }

    private func isTokenByte(_ byte: UInt8) -> Bool {
        byte >= 0x80 || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// Fails when the terms of any of these texts change: then `TextAnalyzer.version` must be raised, and these numbers
    /// replaced.
    @Test func `version 7 gives what it always gave`() throws {
        #expect(TextAnalyzer.version == 7)
        var digest = FNV1a()
        for language in Fixtures.languages {
            for memory in try Fixtures.memories(in: language) { digest.add(terms(memory.text)) }
        }
        #expect(digest.value == 0x00D9_67EA_1407_4C23)
        digest = FNV1a()
        for page in UInt32(0)..<0x400 { digest.add(terms(text(ofPage: page))) }
        #expect(digest.value == 0xC491_9167_5EF6_4541)
    }
}

/// The hash of Fowler, Noll and Vo: the same in every process.
private struct FNV1a {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ terms: [String]) {
        for byte in terms.joined(separator: " ").utf8 + [0x0A] { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
}
