/// One pass over the UTF-8 of a text.
///
/// At any moment at most one token is open: a word in `word`, or a character of Thai and its like that may still take
/// marks. Everything else is complete when it is seen, or is corrected when the next scalar turns out to belong to it.
struct Tokenizer {
    private let text: UnsafeBufferPointer<UInt8>
    private let stems: Bool
    private let table = CharacterTable.shared

    private var word = WordBuffer()
    private var wordStart = 0
    private var wordEnd = 0
    private var wordKind = TokenizedText.Token.Kind.word
    /// Where a joiner ended: what follows it there belongs to the emoji before it.
    private var joinerEnd = -1
    private var output = TokenizedText()

    /// Reads a text that stays valid while this value is used.
    init(text: UnsafeBufferPointer<UInt8>, stems: Bool) {
        self.text = text
        self.stems = stems
        output.reserve(forTextOf: text.count)
    }

    /// The tokens of the text.
    mutating func run() -> TokenizedText {
        var offset = 0
        while offset < text.count {
            let byte = text[offset]
            let letter = Self.asciiLetters[Int(byte)]
            if letter != 0 {
                if wordKind != .word { close() }
                open(at: offset)
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

    /// Lower-case letter or digit for each ASCII letter and digit, 0 for every other byte.
    private static let asciiLetters: [UInt8] = (0...255)
        .map { (byte: UInt8) in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
            default: 0
            }
        }

    private mutating func open(at offset: Int) {
        guard word.isEmpty else { return }
        wordStart = offset
        wordKind = .word
    }

    /// Ends the open token, if there is one.
    private mutating func close() {
        guard !word.isEmpty else { return }
        if stems, wordKind == .word { TextAnalyzer.stem(&word) }
        output.append(word, kind: wordKind, source: wordStart..<wordEnd)
        word.removeAll()
        wordKind = .word
    }

    /// The scalar at an offset and its length; the text is valid UTF-8, being a string's.
    private func decode(at offset: Int) -> (scalar: UInt32, length: Int) {
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
            close()
        }
    }

    private mutating func letter(_ scalar: UInt32, _ source: Range<Int>) {
        if wordKind != .word { close() }
        open(at: source.lowerBound)
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
        if byte == UInt8(ascii: "'") { return apostrophe(offset..<offset + 1) }
        if byte == UInt8(ascii: ","), word.makeup == .digits, thousandFollows(offset + 1) { return offset + 1 }
        close()
        return offset + 1
    }

    /// Whether exactly three digits stand at an offset.
    private func thousandFollows(_ offset: Int) -> Bool {
        func isDigit(_ index: Int) -> Bool {
            index < text.count && text[index] >= UInt8(ascii: "0") && text[index] <= UInt8(ascii: "9")
        }
        return isDigit(offset) && isDigit(offset + 1) && isDigit(offset + 2) && !isDigit(offset + 3)
    }

    /// Looks at what stands behind an apostrophe inside a word: an English ending is passed over, `'t` is kept without
    /// the apostrophe, and everything else is a word of its own (`l'homme`, `O'Brien`).
    private mutating func apostrophe(_ source: Range<Int>) -> Int {
        guard !word.isEmpty, wordKind == .word else {
            close()
            return source.upperBound
        }
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
}
