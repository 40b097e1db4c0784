/// Umlauts and their like are folded to the letter without dots (`Müller` is `muller`). People who lack the key write two
/// letters: `Mueller`. A query looks for the other way as well.
enum UmlautSpellings {
    /// The folded forms of a word in which its umlauts are written the other way, besides its own.
    static func others(of folded: String, as source: String) -> [String] {
        [writtenOut(source), contracted(folded)].compactMap { $0 }.filter { $0 != folded }
    }

    /// A text with two letters for each umlaut; nil where it has none.
    static func writtenOut(letters text: String) -> String? {
        guard text.contains(where: { letters[$0] != nil }) else { return nil }
        return text.map { letters[$0] ?? String($0) }.joined()
    }

    /// A word that was typed with umlauts, with two letters for each.
    private static func writtenOut(_ source: String) -> String? {
        guard source.utf8.contains(where: { $0 >= 0x80 }) else { return nil }
        let lowercased = source.lowercased()
        guard let written = writtenOut(letters: lowercased) else { return nil }
        let terms = TextAnalyzer(stems: false).tokens(of: written).terms
        return terms.count == 1 ? terms[0] : nil
    }

    private static let letters: [Character: String] = ["ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"]

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
        guard index + 2 < word.count, pairs.contains([word[index], word[index + 1]]) else { return false }
        let isBehindConsonant = index == 0 || !vowelsAndQ.contains(word[index - 1])
        // `äu` is one sound: Häuser, Bäume, läuft.
        if isBehindConsonant, word[index...].starts(with: "aeu".utf8), index + 3 < word.count {
            return !vowelsAndQ.contains(word[index + 3])
        }
        return isBehindConsonant && !vowelsAndQ.contains(word[index + 2])
            && !(word[index + 2] == UInt8(ascii: "l") && index + 3 == word.count)
    }

    private static let shortestWord = 5
    private static let pairs: Set<[UInt8]> = Set(["ae", "oe", "ue", "aa"].map { Array($0.utf8) })
    private static let vowelsAndQ = Set("aeiouyq".utf8)
}
