import HearthText
import Testing

@Suite struct NumberedPatterns {
    @Test(arguments: [
        ["Took 5 mg at 8:00", "Took 1,250 mg at 18:30", "Took 7.5 mg at 0"],
        ["1", "22", "3.3.3", "8:00:01"],
        ["v1.2.3-b4", "v10.20-b0"],
        ["薬を3錠", "薬を10錠"],
        ["5. 6", "5. 1.6"],
    ])
    func `texts that differ by numbers alone have one pattern`(texts: [String]) {
        let patterns = texts.map { NumberedPattern(of: $0) }
        #expect(patterns.allSatisfy { $0 != nil && $0 == patterns[0] }, "\(texts)")
    }

    @Test(arguments: [
        ("Took 5 mg", "Took 5 g"), ("5 6", "56"), ("5.", "5"), ("5 mg, 6", "5 mg. 6"), ("a5", "A5"), ("-5", "5"),
        ("5..6", "5.6"),
    ])
    func `all else in a text counts`(text: String, other: String) {
        #expect(NumberedPattern(of: text) != NumberedPattern(of: other))
    }

    @Test(arguments: ["", "no number", "fünf", "٣", String(repeating: "5 ", count: 2_049)])
    func `a text without digits, or a long one, has none`(text: String) {
        #expect(NumberedPattern(of: text) == nil)
    }
}
