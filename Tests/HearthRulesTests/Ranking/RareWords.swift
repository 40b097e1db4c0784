import HearthText
import TestSupport
import Testing

@testable import HearthRules

@Suite struct RareWords {
    /// Counts a query's clauses in texts, a batch at a time; hidden texts have no length.
    private func chosen(_ text: String, among texts: [String], hidden: Set<Int> = []) -> KeywordQuery {
        let index = InMemoryIndex(texts)
        var rarest = RarestClauses(of: KeywordQuery(text))
        while let next = rarest.next {
            rarest.add(index.found(next), lengths: texts.indices.map { hidden.contains($0) ? 0 : 5 })
        }
        return rarest.chosen
    }

    private func terms(_ query: KeywordQuery) -> [String] {
        query.clauses.map { $0.phrase.terms.joined(separator: " ") }
    }

    /// A word of letters alone: a number in it would be a word of its own.
    private static func common(_ number: Int) -> String {
        "common"
            + String(number)
            .map { digit in ["b", "d", "f", "g", "h", "j", "k", "l", "m", "n"][digit.hexDigitValue ?? 0] }
            .joined() + "x"
    }

    private let common = (0..<70).map { RareWords.common($0) }

    @Test func `of 71 words the rare one at the end counts`() {
        let texts = Array(repeating: common.joined(separator: " "), count: 3) + ["the zorilla"]
        let query = chosen(common.joined(separator: " ") + " zorilla", among: texts)
        #expect(query.clauses.count == KeywordQuery.mostClauses)
        #expect(terms(query).last == "zorilla")
    }

    @Test(arguments: [0, 35, 64, 200, 699]) func `the rare word counts wherever it stands`(place: Int) {
        var words = (0..<700).map { Self.common($0) }
        let texts = Array(repeating: words.joined(separator: " "), count: 2) + ["a zorilla"]
        words[place] = "zorilla"
        #expect(terms(chosen(words.joined(separator: " "), among: texts)).contains("zorilla"))
    }

    @Test func `a word that nothing has takes no place`() {
        let query = chosen((common + ["absent", "zorilla"]).joined(separator: " "), among: ["zorilla \(common[3])"])
        #expect(terms(query) == [common[3], "zorilla"])
    }

    @Test func `what must occur is kept, held or not`() {
        let text = "\"red bike\" " + common.joined(separator: " ") + " \"blue car\""
        let query = chosen(text, among: ["red bike " + common.joined(separator: " ")])
        #expect(query.required.map { terms(query)[$0] } == ["red bike", "blue car"])
        #expect(query.clauses.count == KeywordQuery.mostClauses)
    }

    @Test func `texts that the agent may not see make no word common`() {
        let texts = [common.joined(separator: " ")] + Array(repeating: "zorilla", count: 9) + ["zorilla"]
        let text = (common + ["zorilla"]).joined(separator: " ")
        #expect(!terms(chosen(text, among: texts + texts.prefix(1))).contains("zorilla"))
        #expect(terms(chosen(text, among: texts, hidden: Set(1...9))).count == KeywordQuery.mostClauses)
        let visible = [texts[0], "zorilla"]
        #expect(
            terms(chosen(text, among: texts, hidden: Set(1...9))) == terms(chosen(text, among: visible))
        )
    }

    @Test func `pairs of words that don't count don't either`() {
        let query = chosen((common + ["black", "zorilla"]).joined(separator: " "), among: ["black zorilla"])
        #expect(query.pairs.map { $0.first + " " + $0.second } == [common[69] + " black", "black zorilla"])
    }
}
