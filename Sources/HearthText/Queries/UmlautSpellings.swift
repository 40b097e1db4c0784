/// Umlauts and their like are folded to the letter without dots (`Müller` is `muller`). People who lack the key write two
/// letters: `Mueller`. A query looks for the other way as well.
enum UmlautSpellings {
    /// The folded forms of a word in which its umlauts are written the other way, besides its own.
    static func others(of folded: String, as source: ArraySlice<UInt8>) -> [String] {
        let isASCII = source.allSatisfy { $0 < 0x80 }
        guard !isASCII || mayHaveUmlaut(folded) else { return [] }
        let written = isASCII ? nil : writtenOut(String(decoding: source, as: UTF8.self))
        return [written, contracted(folded)].compactMap { $0 }.filter { $0 != folded }
    }

    /// A text with two letters for each umlaut; nil where it has none.
    static func writtenOut(letters text: String) -> String? {
        guard !text.utf8.allSatisfy({ $0 < 0x80 }), text.contains(where: { letters[$0] != nil }) else { return nil }
        return text.map { letters[$0] ?? String($0) }.joined()
    }

    /// A word that was typed with umlauts, with two letters for each.
    private static func writtenOut(_ source: String) -> String? {
        let lowercased = source.lowercased()
        guard let written = writtenOut(letters: lowercased) else { return nil }
        let terms = TextAnalyzer(stems: false).tokens(of: written).terms
        return terms.count == 1 ? terms[0] : nil
    }

    private static let letters: [Character: String] = ["ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"]

    /// Whether two letters that may stand for an umlaut are in a word.
    private static func mayHaveUmlaut(_ word: String) -> Bool {
        var before: UInt8 = 0
        for letter in word.utf8 {
            if isPair(before, letter) { return true }
            before = letter
        }
        return false
    }

    /// Whether two letters are `ae`, `oe`, `ue` or `aa`.
    private static func isPair(_ first: UInt8, _ second: UInt8) -> Bool {
        switch (first, second) {
        case (UInt8(ascii: "a"), UInt8(ascii: "e")), (UInt8(ascii: "o"), UInt8(ascii: "e")): true
        case (UInt8(ascii: "u"), UInt8(ascii: "e")), (UInt8(ascii: "a"), UInt8(ascii: "a")): true
        default: false
        }
    }

    /// A word that may have been typed without umlauts: `ae`, `oe`, `ue` or `aa` between consonants or at the beginning,
    /// and `aeu` there. In front of `l` they are mostly something else: Michael, Samuel, cruel.
    private static func contracted(_ folded: String) -> String? {
        let word = Array(folded.utf8)
        guard word.count >= shortestWord, word.allSatisfy({ (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) })
        else { return nil }
        var contracted: [UInt8] = []
        var index = 0
        while index < word.count {
            contracted.append(word[index])
            index += isUmlaut(at: index, in: word) ? 2 : 1
        }
        return contracted.count < word.count ? String(decoding: contracted, as: UTF8.self) : nil
    }

    private static func isUmlaut(at index: Int, in word: [UInt8]) -> Bool {
        guard index + 2 < word.count, isPair(word[index], word[index + 1]) else { return false }
        let isBehindConsonant = index == 0 || !vowelsAndQ.contains(word[index - 1])
        // `äu` is one sound: Häuser, Bäume, läuft.
        if isBehindConsonant, word[index...].starts(with: "aeu".utf8), index + 3 < word.count {
            return !vowelsAndQ.contains(word[index + 3])
        }
        return isBehindConsonant && !vowelsAndQ.contains(word[index + 2])
            && !(word[index + 2] == UInt8(ascii: "l") && index + 3 == word.count)
    }

    private static let shortestWord = 5
    private static let vowelsAndQ = Set("aeiouyq".utf8)
}
