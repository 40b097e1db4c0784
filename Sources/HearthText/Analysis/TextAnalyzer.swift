/// Turns text into the terms that are indexed and searched.
///
/// What it does, in short:
/// - Letters are folded (`CharacterTable`): case, accents, Arabic and Hebrew points, full-width and other compatibility
///   forms.
/// - Words end where letters and digits do. `user_name`, `e-mail` and `a@b.org` are several words; `McDonald` and
///   `iPhone` are one, since people write them in either case. An English ending behind an apostrophe is left out
///   (`user's`, `we'll`), a comma or an apostrophe between thousands as well (`10,000`), and `don't` is `dont`. Single
///   letters between full stops are one word (`U.S.A.`). A word that turns once from letters to digits or back is two
///   (`16GB`, `LH441`), ordinals excepted, and so are the parts of a measure (`84m²`, `120x80`, with × for the x). A
///   single letter keeps its signs (`C++`, `C#`). A fraction of one sign is two numbers (`½` as `1/2`).
/// - What people write in another way too is indexed in that way as well, behind the text (`SpellingFinder`): `wi-fi` as
///   `wifi`, `O'Brien` as `obrien`, `getUserById` as four words, `10.000` as `10000`, `.NET` with its sign.
/// - English words are stemmed (`EnglishStemmer`), words in Cyrillic and Arabic script by light stemmers of their own.
///   Other words in Latin script get the English stemmer too, because their language is not known. What German needs
///   beyond that is left to the query (`GermanEndings`).
/// - In scripts without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) and in Hangul, every character is a
///   token, and a query looks for characters side by side. So words of one or two characters are found without a
///   dictionary, and Korean particles do no harm. Katakana is folded to Hiragana.
/// - An emoji is a token; skin tones and presentation selectors are left out, a joined sequence is several tokens, a
///   flag one.
///
/// The same text gives the same terms on every machine and with every standard library: a contentless index can only
/// forget exactly what it was told. A change of what comes out must raise `version`.
package struct TextAnalyzer: Sendable {
    /// The version of what comes out. It is stored with an index; another version means that the index must be rebuilt.
    package static let version = 7

    /// A term's greatest length in UTF-8 bytes. A longer word is cut at a scalar, in the text as in the query. Words of
    /// natural languages are shorter; what is longer is data that nobody types.
    static let longestTerm = 64

    /// Whether words are reduced to their stems. A query needs to see them whole first.
    var stems = true

    package init(stems: Bool = true) {
        self.stems = stems
    }

    /// The tokens of a text.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - sought: With which letters the terms begin that are looked for among the tokens. Words that begin otherwise may
    ///     be left without being stemmed.
    package func tokens(of text: String, lookingFor sought: FirstLetters = .all) -> TokenizedText {
        var text = text
        return text.withUTF8 { bytes in
            var tokenizer = Tokenizer(text: bytes, stems: stems, sought: sought)
            var tokens = tokenizer.run()
            SpellingFinder(text: bytes, stems: stems).addSpellings(to: &tokens)
            // A query reads its own dates.
            if stems { DateFinder(text: bytes).addDates(to: &tokens) }
            return tokens
        }
    }

    /// Reduces a folded word to its stem in place, unless it may have been cut, or has a stem that nobody looks for.
    static func stem(_ word: inout WordBuffer, lookingFor sought: FirstLetters = .all) {
        guard word.count < longestTerm else { return }
        switch word.makeup {
        case .latin: EnglishStemmer.stem(&word, lookingFor: sought)
        case .cyrillic: RussianStemmer.stem(&word)
        case .arabic: ArabicStemmer.stem(&word)
        case .hebrew: HebrewStemmer.stem(&word)
        default: break
        }
    }

    /// The stem of a folded word.
    static func stem(of word: String) -> String {
        var buffer = WordBuffer(word)
        stem(&buffer)
        return buffer.string
    }
}

/// The letters from a to z with which some terms begin.
///
/// Stemming takes up most of an analysis. Rules never change the first letter of an English word, nor the second except
/// for a `y` that becomes an `i` (`dying`), and the irregular words that begin otherwise than their stems are few. So a
/// word that begins with other letters than all that is looked for need not be stemmed.
package struct FirstLetters: Sendable {
    /// By first letter, the second ones: bit 1 stands for a.
    private var seconds: [32 of UInt32]

    /// Every letter.
    package static let all = FirstLetters(seconds: .init(repeating: .max))
    /// No letter.
    static let none = FirstLetters(seconds: .init(repeating: 0))

    private init(seconds: [32 of UInt32]) {
        self.seconds = seconds
    }

    /// The first letters of the words that have some terms, given in UTF-8.
    package init(of terms: some Sequence<ArraySlice<UInt8>>) {
        self = .none
        for term in terms {
            guard let letter = term.first else { continue }
            let second = term.dropFirst().first
            insert(letter, second)
            for other in EnglishStemmer.otherBeginnings[Int(letter & 31)]
            where second == nil || second == other.stem.second {
                insert(other.form.first, other.form.second)
            }
        }
    }

    /// Adds the first two letters of a term, or all that begin with its only letter.
    private mutating func insert(_ first: UInt8, _ second: UInt8?) {
        seconds[Int(first & 31)] |= second.map(Self.bit) ?? .max
    }

    /// Whether some term may begin with a letter from a to z and with the one behind it.
    func contains(_ first: UInt8, _ second: UInt8?) -> Bool {
        seconds[Int(first & 31)] & (second.map(Self.bit) ?? .max) != 0
    }

    private static func bit(_ letter: UInt8) -> UInt32 {
        1 << UInt32((letter == UInt8(ascii: "y") ? UInt8(ascii: "i") : letter) & 31)
    }
}
