import Testing

@testable import hearth

@Suite struct DisplayWidths {
    @Test(arguments: [
        ("", 0),
        ("hearth", 6),
        ("é", 1),
        ("e\u{301}", 1),
        ("외할머니", 8),
        ("外婆", 4),
        ("蕎麦アレルギー", 14),
        ("ｱﾚﾙｷﾞｰ", 6),
        ("：", 2),
        ("〿", 1),
        ("👍", 2),
        ("👩‍👩‍👧", 2),
        ("🇯🇵", 2),
        ("☕", 2),
        ("❤", 1),
        ("❤\u{FE0F}", 2),
        ("1\u{FE0F}\u{20E3}", 2),
        ("سلام", 4),
        ("ไม่", 2),
        ("\u{200B}", 0),
        ("𠮷", 2),
    ])
    func `text takes the columns a terminal gives it`(text: String, columns: Int) {
        #expect(DisplayWidth.of(text) == columns)
    }

    @Test func `text is cut where its columns end, and never in the middle of a character`() {
        #expect(DisplayWidth.elided("remember", to: 5) == "reme…")
        #expect(DisplayWidth.elided("外婆的汤圆", to: 6) == "外婆…")
        #expect(DisplayWidth.elided("外婆的汤圆", to: 5) == "外婆…")
        #expect(DisplayWidth.elided("👩‍👩‍👧👩‍👩‍👧", to: 3) == "👩‍👩‍👧…")
    }
}
