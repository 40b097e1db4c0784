import TestSupport
import Testing

@testable import HearthText

@Suite struct Stemming {
    @Test func `English stems are those of the reference`() throws {
        for (word, stem) in try Fixtures.stems("english") { #expect(TextAnalyzer.stem(of: word) == stem, "\(word)") }
    }

    @Test func `Russian stems are those of the reference`() throws {
        for (word, stem) in try Fixtures.stems("russian") { #expect(TextAnalyzer.stem(of: word) == stem, "\(word)") }
    }

    @Test(arguments: [
        ["go", "goes", "going", "went", "gone"], ["child", "children"], ["knife", "knives"],
        ["buy", "buying", "bought"],
        ["писать", "писал", "писала"], ["кошка", "кошки", "кошкой", "кошкам"], ["красивый", "красивая", "красивыми"],
    ])
    func `forms of a word share a stem`(words: [String]) {
        #expect(Set(words.map(TextAnalyzer.stem)).count == 1)
    }

    @Test(arguments: [["rose", "rise"], ["left", "leave"], ["universe", "university"], ["ground", "grind"]])
    func `words that only look alike keep apart`(words: [String]) {
        #expect(Set(words.map(TextAnalyzer.stem)).count == words.count)
    }

    @Test(arguments: [
        ("المدرسة", "مدرسة"), ("والكتاب", "كتاب"), ("بالسيارة", "سيارة"), ("للبيت", "بيت"), ("معلمون", "معلم"),
        ("كتابها", "كتاب"),
    ])
    func `Arabic articles and endings come off`(word: String, base: String) {
        let analyzer = TextAnalyzer()
        #expect(analyzer.tokens(of: word).terms == analyzer.tokens(of: base).terms)
    }

    @Test(arguments: ["a", "by", "ال", "و", "я", "ии", "y", "yy", "ing", "s", "ied", "past"])
    func `short words survive`(word: String) {
        #expect(!TextAnalyzer.stem(of: word).isEmpty)
    }
}
