import Testing

@testable import hearth

@Suite struct Tables {
    private func lines(_ table: Table, width: Int? = nil) -> [String] {
        table.lines(within: width).map { $0.map(\.text).joined() }
    }

    @Test func `columns line up whatever script their cells are in`() {
        var table = Table(.leading("WHO"), .trailing("COUNT"), .leading("WHAT"))
        table.row("外婆", "7", "汤圆")
        table.row("e\u{301}mile", "12", "👍 tea")
        table.row("alden", "3", "x")
        #expect(
            lines(table) == [
                "WHO    COUNT  WHAT",
                "外婆       7  汤圆",
                "e\u{301}mile     12  👍 tea",
                "alden      3  x",
            ]
        )
    }

    @Test(
        arguments: [
            (90, "90 days"), (1, "1 day"), (1.5, "1.5 days"), (0.25, "6 hours"), (0.04, "57.6 minutes"),
            (1.0 / 24, "1 hour"), (0.001, "1.4 minutes"), (36_500, "36500 days"),
        ] as [(Double, String)]
    )
    func `a duration of days is never nothing`(days: Double, expected: String) {
        #expect(Decimals.duration(ofDays: days) == expected)
    }

    @Test func `a number that is too great to be counted in steps is shown as it is`() {
        #expect(Decimals.string(1e300) == "1e+300")
        #expect(Decimals.string(-.infinity) == "-inf")
        #expect(Decimals.string(1e15) == "1000000000000000.00")
    }

    @Test func `the flexible column gives way where the terminal is narrow`() {
        var table = Table(.leading("ID"), .flexible("TEXT"))
        table.row("mem_1", Styled(String(repeating: "long ", count: 20)))
        let lines = lines(table, width: 40)
        #expect(DisplayWidth.of(lines[1]) == 40)
        #expect(lines[1].hasSuffix("…"))
    }

    @Test func `wide characters are cut to the same width`() {
        var table = Table(.leading("ID"), .flexible("TEXT"))
        table.row("mem_1", Styled(String(repeating: "記憶", count: 40)))
        table.row("mem_2", Styled("a" + String(repeating: "記憶", count: 40)))
        for line in lines(table, width: 40).dropFirst() { #expect((39...40).contains(DisplayWidth.of(line))) }
    }

    @Test func `a cell of several pieces is cut in the piece that is too long`() {
        var table = Table(.flexible("SNIPPET"))
        table.row([["the cat ", Styled("tablet", .match), Styled(String(repeating: " at seven", count: 9))]])
        #expect(lines(table, width: 24)[1] == "the cat tablet at seven…")
    }

    @Test func `content can't draw outside of its cell`() {
        var page = Page(usesColour: false, width: 80)
        var table = Table(.leading("ID"), .flexible("TEXT"))
        table.row("mem_1", "one\ntwo\u{1B}[2Jthree\tfour\u{202E}five\u{9B}1m")
        page.table(table, none: "")
        #expect(page.text == "ID     TEXT\nmem_1  one↵two\\u{1b}[2Jthree four\\u{202e}five\\u{9b}1m\n")
    }

    @Test func `a block keeps its lines and loses its controls`() {
        var page = Page(usesColour: true, width: 80)
        page.block("one\n\ttwo \u{1B}]0;title\u{7}\r\nthree")
        #expect(page.text == "one\n\ttwo \\u{1b}]0;title\\u{7}\\u{d}\nthree\n")
    }

    @Test func `a match stands between marks where there is no colour, and in colour where there is`() {
        for (usesColour, expected) in [(false, "the **cat** sat\n"), (true, "the \u{1B}[1;33mcat\u{1B}[0m sat\n")] {
            var page = Page(usesColour: usesColour, width: nil)
            page.line(SnippetMarks.spans("the **cat** sat"))
            #expect(page.text == expected)
        }
    }

    @Test func `a lone mark is text`() {
        #expect(SnippetMarks.spans("2 ** 3") == ["2 ** 3"])
    }
}
