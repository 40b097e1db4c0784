import Testing

@testable import HearthText

/// Where a text is cut.
@Suite struct Sentences {
    private func cut(_ text: String) -> [String] {
        let segmented = SegmentedText(text)
        return segmented.segments.map { String(decoding: segmented.bytes[$0.body], as: UTF8.self) }
    }

    /// Texts with a bar wherever they are cut.
    @Test(arguments: [
        "Ana likes tea.| She lives in Oslo!| Does she?| Yes…",
        "Call Dr. Smith at 3.30 p.m. today.| Bring the U.S. forms.| Park at No. 5.",
        "The answer is no.| Ask again.",
        "J. R. R. Tolkien wrote it.| See p. 12.| Z.B. so.",
        "“Stop!”| She ran.| (He stayed.)| \"Why?\"| **Done.**| Next",
        "See hearth.example/a?b=c!d for more.| Version 1.2.3 is out.",
        "ana likes tea.| she lives in oslo.| her cat is called miso.",
        "She likes tea, coffee etc. and water.",
        "Wait... what?| Well...| Fine.",
        "他喜欢茶。|她呢？|好！！|完",
        "他说：“好。”|然后走了。",
        "「行こう。」|明日。|Tea。|３．１４。",
        "他说\"好。\"|然后走了。",
        "找到了……也许。",
        "مرحبا؟| نعم.",
        "नमस्ते।| चाय।",
        "- Buy milk.| Low fat.\n|* Call at 3.\n|  1. Open it.| Look.\n|2) Close it.",
        "One line\n|Another\r\n|Third\u{2028}|Fourth\n\n\n|Fifth",
        "Tea 🍵!| Cat 🐈\u{200D}⬛.| E\u{301}te\u{301}.\u{301}| End",
    ])
    func `a text is cut at its sentences, lines and list items`(marked: String) {
        #expect(cut(marked.filter { $0 != "|" }) == marked.split(separator: "|").map { $0.trimmed })
    }

    @Test func `every byte of a text belongs to one part of it`() {
        for text in ["", " ", "\n", " a", "a ", "  a. B\r\n\r\n c。d \t", "\u{3000}你\u{3000}"] {
            let segmented = SegmentedText(text)
            var bytes = Array(segmented.bytes[segmented.head])
            for segment in segmented.segments {
                bytes += segmented.bytes[segment.separator] + segmented.bytes[segment.body]
            }
            #expect(bytes + segmented.bytes[segmented.tail] == Array(text.utf8))
        }
    }

    @Test(arguments: [
        ("Straße", "STRASSE"), ("\u{1E9E}", "ss"), ("ΣΑΣ", "σας"), ("\u{E9}", "E\u{301}"),
        ("\u{212B}", "\u{E5}"), ("a  b\tc", "A b c"), ("\u{FB01}", "FI"), ("a\u{3000}b", "a b"),
        ("\u{13A0}", "\u{AB70}"),
        ("가", "가"),
    ])
    func `canonical composition, case and white space make no difference`(left: String, right: String) {
        #expect(SegmentVocabulary.folded(Array(left.utf8)[...]) == SegmentVocabulary.folded(Array(right.utf8)[...]))
    }

    @Test(arguments: [
        ("\u{131}", "i"), ("\u{E9}", "e"), ("tea.", "tea"), ("Ａ", "A"), ("- tea", "* tea"), ("π", "p"), ("ab", "a b"),
    ])
    func `nothing looser counts as the same`(left: String, right: String) {
        #expect(SegmentVocabulary.folded(Array(left.utf8)[...]) != SegmentVocabulary.folded(Array(right.utf8)[...]))
    }
}

extension Substring {
    fileprivate var trimmed: String {
        var rest = self
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
