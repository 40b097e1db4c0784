/// One pass over the UTF-8 of a text.
///
/// At any moment at most one token is open: a word in `word`, or a character of Thai and its like that may still take
/// marks. Everything else is complete when it is seen, or is corrected when the next scalar turns out to belong to it.
struct Tokenizer {
    let text: UnsafeBufferPointer<UInt8>
    private let stems: Bool
    private let sought: FirstLetters
    private let table = CharacterTable.shared

    private(set) var word = WordBuffer()
    private var wordStart = 0
    private var wordEnd = 0
    private var wordKind = TokenizedText.Token.Kind.word
    /// Whether the open word has an ASCII capital behind its first letter.
    private var hasInnerCapital = false
    /// Whether the open word is made of single letters between full stops.
    private var isAcronym = false
    /// Where the open word turns from letters to digits or back.
    private var turn = Turn()
    /// Where a joiner ended: what follows it there belongs to the emoji before it.
    private var joinerEnd = -1
    private var output = TokenizedText()

    /// Where a word turns from letters to digits or back.
    private struct Turn {
        var count = 0
        /// Bytes of the word in front of the first turn.
        var length = 0
        /// Where the first turn is in the text.
        var offset = 0
        /// Whether the last letter was a digit.
        var isBehindDigit = false
    }

    /// Reads a text that stays valid while this value is used.
    init(text: UnsafeBufferPointer<UInt8>, stems: Bool, sought: FirstLetters = .all) {
        self.text = text
        self.stems = stems
        self.sought = sought
        output.reserve(forTextOf: text.count)
    }

    /// The tokens of the text.
    mutating func run() -> TokenizedText {
        var offset = 0
        while offset < text.count {
            let byte = text[offset]
            let letter = Self.asciiLetters[Int(byte)]
            if letter == byte, word.isEmpty, let end = endOfPlainWord(from: offset) {
                plainWord(offset..<end)
                offset = end
            } else if letter != 0 {
                if wordKind != .word { close() }
                open(at: offset, isDigit: letter <= Self.nine)
                if letter != byte, offset > wordStart { hasInnerCapital = true }
                word.append(ascii: letter)
                offset += 1
                wordEnd = offset
            } else if byte < 0x80 {
                offset = punctuation(byte, at: offset)
            } else {
                let (scalar, length) = decode(at: offset)
                offset = take(scalar, offset..<offset + length)
            }
        }
        close()
        return output
    }

    /// Where a plain word ends that begins at an offset: one of lower-case ASCII letters between spaces, at most with a
    /// mark behind it that ends a sentence or a part of one. Most words are plain, and there is no other way to write one.
    private func endOfPlainWord(from start: Int) -> Int? {
        guard start == 0 || text[start - 1] == UInt8(ascii: " ") else { return nil }
        var end = start
        while end < text.count, text[end] >= UInt8(ascii: "a"), text[end] <= UInt8(ascii: "z") { end += 1 }
        guard end > start, end - start < TextAnalyzer.longestTerm else { return nil }
        if end == text.count || text[end] == UInt8(ascii: " ") { return end }
        let isMark = text[end] == UInt8(ascii: ",") || text[end] == UInt8(ascii: ".") && end > start + 1
        return isMark && (end + 1 == text.count || text[end + 1] == UInt8(ascii: " ")) ? end : nil
    }

    private mutating func plainWord(_ source: Range<Int>) {
        let second = source.count > 1 ? text[source.lowerBound + 1] : nil
        guard stems, sought.contains(text[source.lowerBound], second) else {
            return output.append(plain: UnsafeBufferPointer(rebasing: text[source]), source: source)
        }
        for offset in source { word.append(ascii: text[offset]) }
        TextAnalyzer.stem(&word, lookingFor: sought)
        output.append(word, kind: .word, source: source, isPlain: true)
        word.removeAll()
    }

    /// Lower-case letter or digit for each ASCII letter and digit, 0 for every other byte.
    static let asciiLetters: [UInt8] = (0...255)
        .map { (byte: UInt8) in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
            default: 0
            }
        }

    private static let nine = UInt8(ascii: "9")

    /// Opens a word unless one is open, and notes where it turns from letters to digits or back.
    @inline(__always)
    private mutating func open(at offset: Int, isDigit: Bool) {
        if word.isEmpty {
            wordStart = offset
            wordKind = .word
            hasInnerCapital = false
            isAcronym = false
            turn.count = 0
        } else if isDigit != turn.isBehindDigit {
            if turn.count == 0 { (turn.length, turn.offset) = (word.count, offset) }
            turn.count += 1
        }
        turn.isBehindDigit = isDigit
    }

    /// Ends the open token, if there is one.
    private mutating func close() {
        guard !word.isEmpty else { return }
        if wordKind == .character {
            output.append(word, kind: .character, source: wordStart..<wordEnd)
        } else {
            if turn.count == 1 { closeAtTurn() } else if turn.count > 1 { closeAtParts() }
            Self.reduce(&word, stems: stems, sought)
            output.append(word, kind: .word, source: wordStart..<wordEnd, hasInnerCapital: hasInnerCapital)
        }
        word.removeAll()
        wordKind = .word
    }

    /// Ends the first half of a word that turns once from letters to digits or back, unless its end only says how the
    /// number is read: `16gb` is two words, `2nd` is one, and `1990s` is `1990`.
    private mutating func closeAtTurn() {
        guard word.count < TextAnalyzer.longestTerm else { return }
        var (number, unit) = word.halves(at: turn.length)
        if number.makeup == .digits {
            if Self.ordinalEndings.contains(where: unit.isEqual) { return }
            if unit.isEqual(to: "s") {
                word = number
                return
            }
        }
        Self.reduce(&number, stems: stems, sought)
        output.append(number, kind: .word, source: wordStart..<turn.offset, hasInnerCapital: hasInnerCapital)
        word = unit
        wordStart = turn.offset
    }

    /// Ends all but the last of the parts of a measure: `84m2`, `120x80`, `120x80x60`.
    private mutating func closeAtParts() {
        guard let lengths = word.partsOfMeasure, let ends = ends(ofParts: lengths) else { return }
        for (length, end) in zip(lengths, ends).dropLast() {
            let (part, rest) = word.halves(at: length)
            output.append(part, kind: .word, source: wordStart..<end, hasInnerCapital: false)
            (word, wordStart) = (rest, end)
        }
        hasInnerCapital = false
    }

    /// Where parts of the open word end in the text; nil if it is not written letter by letter.
    private func ends(ofParts lengths: [Int]) -> [Int]? {
        var (offset, ends) = (wordStart, [Int]())
        for length in lengths {
            for _ in 0..<length {
                guard offset < wordEnd else { return nil }
                offset += decode(at: offset).length
            }
            ends.append(offset)
        }
        return offset == wordEnd ? ends : nil
    }

    private static func reduce(_ word: inout WordBuffer, stems: Bool, _ sought: FirstLetters) {
        if word.makeup.contains(.indic) { IndicSpelling.fold(&word) }
        if stems { TextAnalyzer.stem(&word, lookingFor: sought) }
    }

    private static let ordinalEndings: [Affix] = ["st", "nd", "rd", "th"]

    /// The scalar at an offset and its length; the text is valid UTF-8, being a string's.
    func decode(at offset: Int) -> (scalar: UInt32, length: Int) {
        func continuation(_ distance: Int) -> UInt32 { UInt32(text[offset + distance] & 0x3F) }
        let lead = UInt32(text[offset])
        if lead < 0x80 { return (lead, 1) }
        if lead < 0xE0 { return ((lead & 0x1F) << 6 | continuation(1), 2) }
        if lead < 0xF0 { return ((lead & 0x0F) << 12 | continuation(1) << 6 | continuation(2), 3) }
        return ((lead & 0x07) << 18 | continuation(1) << 12 | continuation(2) << 6 | continuation(3), 4)
    }
}

// MARK: - Scalars beyond ASCII

extension Tokenizer {
    /// Takes one scalar, and returns where to go on.
    private mutating func take(_ scalar: UInt32, _ source: Range<Int>) -> Int {
        if WordSign.isWide(scalar), let signs = signs(at: source.lowerBound) { return close(with: signs) }
        let entry = table.entry(scalar)
        if entry.isExpansion {
            for part in table.expansion(entry) { place(part, table.entry(part).kind, source) }
        } else if entry.kind == .apostrophe {
            return apostrophe(source)
        } else {
            place(table.folded(scalar, entry), entry.kind, source)
        }
        return source.upperBound
    }

    private mutating func place(_ scalar: UInt32, _ kind: CharacterKind, _ source: Range<Int>) {
        switch kind {
        case .letter:
            letter(scalar, source)
        case .mark:
            guard !word.isEmpty else { return }
            word.append(scalar)
            wordEnd = source.upperBound
        case .ignored:
            ignored(scalar, source)
        case .ideograph:
            close()
            character(scalar, .character, source)
        case .cluster:
            cluster(scalar, source)
        case .jamo:
            close()
            jamo(scalar, source)
        case .voicing:
            close()
            voicing(scalar, source)
        case .emoji:
            emoji(scalar, source)
        case .flag:
            close()
            flag(scalar, source)
        case .separator, .apostrophe:
            if isHebrewMark(scalar, source) { return }
            close()
        }
    }

    private mutating func letter(_ scalar: UInt32, _ source: Range<Int>) {
        if wordKind != .word { close() }
        open(at: source.lowerBound, isDigit: (0x30...0x39).contains(scalar))
        word.append(scalar)
        wordEnd = source.upperBound
    }

    private mutating func character(_ scalar: UInt32, _ kind: TokenizedText.Token.Kind, _ source: Range<Int>) {
        output.append(scalar, kind: kind, source: source)
    }

    /// Scalars that leave no trace, except for two that turn the letter before them into another.
    private mutating func ignored(_ scalar: UInt32, _ source: Range<Int>) {
        if scalar == Self.zeroWidthJoiner { joinerEnd = source.upperBound }
        if !word.isEmpty {
            if scalar == Self.breve || scalar == Self.diaeresis { word.composeCyrillic(with: scalar) }
            wordEnd = source.upperBound
        } else if output.ends(at: source.lowerBound) {
            output.extendLast(to: source.upperBound)
        }
    }

    /// A letter of Thai, Lao, Khmer or Burmese opens a token that takes the marks behind it.
    private mutating func cluster(_ scalar: UInt32, _ source: Range<Int>) {
        let isStacked = wordKind == .character && (word.hasSuffix("\u{17D2}") || word.hasSuffix("\u{1039}"))
        if !isStacked {
            close()
            wordStart = source.lowerBound
            wordKind = .character
        }
        word.append(scalar)
        wordEnd = source.upperBound
    }

    private mutating func emoji(_ scalar: UInt32, _ source: Range<Int>) {
        close()
        // A sign of gender says how a figure is drawn, not what it does.
        let isGender = scalar == 0x2640 || scalar == 0x2642
        if isGender, joinerEnd == source.lowerBound, output.ends(at: source.lowerBound) {
            output.extendLast(to: source.upperBound)
        } else {
            character(scalar, .emoji, source)
        }
    }

    /// Two regional indicators side by side are one flag.
    private mutating func flag(_ scalar: UInt32, _ source: Range<Int>) {
        guard output.ends(at: source.lowerBound), let half = output.lastScalar, table.entry(half).kind == .flag else {
            return character(scalar, .emoji, source)
        }
        output.replaceLastTerm(with: [half, scalar])
        output.extendLast(to: source.upperBound)
    }

    private static let zeroWidthJoiner: UInt32 = 0x200D
    private static let breve: UInt32 = 0x0306
    private static let diaeresis: UInt32 = 0x0308
}

// MARK: - Letters spelt out

extension Tokenizer {
    private mutating func jamo(_ scalar: UInt32, _ source: Range<Int>) {
        mend(scalar, source, with: LetterComposition.hangul)
    }

    private mutating func voicing(_ scalar: UInt32, _ source: Range<Int>) {
        mend(scalar, source, with: LetterComposition.kana)
    }

    /// Joins a scalar with the character before it, or lets it stand alone.
    private mutating func mend(_ scalar: UInt32, _ source: Range<Int>, with compose: (UInt32, UInt32) -> UInt32?) {
        guard
            output.ends(at: source.lowerBound), let before = output.lastScalar,
            let whole = compose(before, scalar)
        else { return character(scalar, .character, source) }
        output.replaceLastTerm(with: [whole])
        output.extendLast(to: source.upperBound)
    }
}

// MARK: - Punctuation inside words

extension Tokenizer {
    /// Takes an ASCII byte that is neither letter nor digit, and returns where to go on.
    private mutating func punctuation(_ byte: UInt8, at offset: Int) -> Int {
        let next = offset + 1
        switch byte {
        case UInt8(ascii: "'"):
            return apostrophe(offset..<next)
        case UInt8(ascii: ",") where separatesThousands(offset..<next):
            return next
        case UInt8(ascii: ".") where joinsInitials(next):
            isAcronym = true
            return next
        case UInt8(ascii: "\"") where isHebrewMark(UInt32(byte), offset..<next):
            return next
        case UInt8(ascii: "+"), UInt8(ascii: "#"):
            if let signs = signs(at: offset) { return close(with: signs) }
        default:
            break
        }
        close()
        return next
    }

    /// Ends the open word with the signs behind it, and returns where to go on.
    private mutating func close(with signs: WordSign.Run) -> Int {
        for _ in 0..<signs.count { word.append(WordSign.term(signs.sign)) }
        wordEnd = signs.end
        close()
        return signs.end
    }

    /// Looks at what stands behind an apostrophe inside a word: an English ending is passed over, `'t` is kept without
    /// the apostrophe, and everything else is a word of its own (`l'homme`, `O'Brien`).
    private mutating func apostrophe(_ source: Range<Int>) -> Int {
        guard !word.isEmpty, wordKind == .word else {
            close()
            return source.upperBound
        }
        if separatesThousands(source) || isHebrewMark(UInt32(UInt8(ascii: "'")), source) { return source.upperBound }
        var end = source.upperBound
        var ending: UInt32 = 0
        while end < text.count, end - source.upperBound < 3, Self.asciiLetters[Int(text[end])] != 0 {
            ending = ending << 8 | UInt32(Self.asciiLetters[Int(text[end])])
            end += 1
        }
        let isWhole = end == text.count || text[end] < 0x80
        if isWhole, Self.endings.contains(ending) {
            wordEnd = end
            close()
            return end
        }
        if ending == UInt32(UInt8(ascii: "t")), word.hasSuffix("n") { return source.upperBound }
        close()
        return source.upperBound
    }

    /// The letters of each English ending, the last in the low byte.
    private static let endings: [UInt32] = ["s", "m", "d", "ll", "re", "ve"]
        .map { ending in
            ending.utf8.reduce(0) { $0 << 8 | UInt32($1) }
        }

    /// Whether the full stop in front of an offset stands between single letters, as in `U.S.A.`
    private func joinsInitials(_ offset: Int) -> Bool {
        guard wordKind == .word, isAcronym || word.isOneLetter, let letter = letter(at: offset) else { return false }
        return self.letter(at: letter.end) == nil && !isDigit(letter.end)
    }

    /// The letter at an offset, if there is one that is no digit.
    private func letter(at offset: Int) -> (scalar: UInt32, end: Int)? {
        guard offset < text.count else { return nil }
        let (scalar, length) = decode(at: offset)
        let entry = table.entry(scalar)
        guard entry.kind == .letter, scalar > 0x7F || !isDigit(offset) else { return nil }
        return (scalar, offset + length)
    }
}
