import TestSupport
import Testing

@testable import HearthText

@Suite struct Stemming {
    @Test func `English stems are those of the reference`() throws {
        for (word, stem) in try Fixtures.stems("english") { #expect(TextAnalyzer.stem(of: word) == stem, "\(word)") }
    }

    @Test func `a word is stemmed where its stem is looked for`() throws {
        for (word, stem) in try Fixtures.stems("english") where !stem.isEmpty {
            var buffer = WordBuffer(word)
            TextAnalyzer.stem(&buffer, lookingFor: FirstLetters(of: [Array(stem.utf8)[...]]))
            #expect(buffer.string == stem, "\(word)")
            // The beginning of a word that has a star may be one letter.
            var other = WordBuffer(word)
            TextAnalyzer.stem(&other, lookingFor: FirstLetters(of: [Array(stem.utf8.prefix(1))[...]]))
            #expect(other.string == stem, "\(word)")
        }
    }

    @Test func `words that are not looked for may stay whole, and the others are as ever`() {
        var random = SeededGenerator()
        for _ in 0..<500 {
            let text = random.text(upTo: 60) + " walking went children bikes"
            let whole = TextAnalyzer().tokens(of: text).terms
            guard let sought = whole.randomElement(using: &random) else { continue }
            let some = TextAnalyzer().tokens(of: text, lookingFor: FirstLetters(of: [Array(sought.utf8)[...]])).terms
            #expect(some.count == whole.count)
            for (left, right) in zip(whole, some) where left != right {
                let beginning = sought.utf8.prefix(2)
                #expect(!left.utf8.starts(with: beginning) && !right.utf8.starts(with: beginning), "\(text)")
            }
        }
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
