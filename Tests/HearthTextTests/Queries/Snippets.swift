import TestSupport
import Testing

@testable import HearthText

@Suite struct Snippets {
    private func snippet(_ content: String, _ query: String, length: Int = 160) -> String {
        Snippet(length: length).text(of: content, for: KeywordQuery(query))
    }

    @Test(arguments: [
        ("The user's bikes are red.", "bike users", "The **user's** **bikes** are red."),
        ("A red bike, a bike.", "\"red bike\"", "A **red bike**, a bike."),
        ("明日は東京タワーに行く", "東京タワー", "明日は**東京タワー**に行く"),
        ("Café au lait", "cafe", "**Café** au lait"),
        ("photography", "photo*", "**photography**"),
        ("first\n\n  second\tthird", "second", "first **second** third"),
        ("one  red \t bike  two ", "\"red bike\"", "one **red bike** two"), ("red\t", "red", "**red**"),
        ("We went, dying, and bought it.", "go die buy", "We **went**, **dying**, and **bought** it."),
        ("bell\u{7}\u{1B}[31m red", "red", "bell [31m **red**"),
        ("nothing here", "missing", "nothing here"),
        ("", "x", ""), ("Laptop with 16GB", "16 GB", "Laptop with **16GB**"), ("add 1½ cups", "1½", "add **1½** cups"),
        ("試験は2026年６月", "2026年6月", "試験は**2026年６月**"),
    ])
    func `matches of a short text are marked, on one line`(content: String, query: String, expected: String) {
        #expect(snippet(content, query) == expected)
    }

    @Test func `of a long text the part with most of the query is shown, cut between words`() {
        let filler = String(repeating: "lorem ipsum dolor sit amet ", count: 40)
        let content = filler + "one red thing " + filler + "the red bike in the garage " + filler
        let text = snippet(content, "red bike garage", length: 60)
        #expect(text.contains("**red** **bike** in the **garage**"))
        #expect(text.hasPrefix("…") && text.hasSuffix("…"))
        #expect(text.count < 60 + 14 + 2)
        #expect(
            text.split(whereSeparator: { " …".contains($0) })
                .allSatisfy { filler.contains($0) || $0.contains("*") || "the in".contains($0) }
        )
    }

    @Test func `without a match the beginning is shown`() {
        let text = snippet(String(repeating: "word ", count: 100), "other", length: 40)
        #expect(text.hasPrefix("word word"))
        #expect(text.hasSuffix("…"))
    }

    @Test func `a family stays together`() {
        let content = String(repeating: "👩‍👩‍👧 ", count: 200)
        #expect(snippet(content, "👧", length: 20).contains("**👩‍👩‍👧**"))
    }

    @Test func `any text and query give a line of whole characters from the text`() {
        var generator = SeededGenerator()
        for _ in 0..<1000 {
            let content = generator.text(upTo: 400)
            let query = generator.text(upTo: 10)
            let snippet = Snippet(length: 40, startMark: "⟦", endMark: "⟧").text(of: content, for: KeywordQuery(query))
            #expect(!snippet.contains { $0.isNewline })
            #expect(snippet.unicodeScalars.count { $0 == "⟦" } == snippet.unicodeScalars.count { $0 == "⟧" })
            #expect(snippet.count <= 40 + 15 + 2 + 2 * 60, "\(content.debugDescription)")
        }
    }
}
