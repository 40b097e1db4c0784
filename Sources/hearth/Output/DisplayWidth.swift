/// How many columns text takes on a terminal.
enum DisplayWidth {
    /// The columns of a whole line.
    static func of(_ text: some StringProtocol) -> Int {
        text.reduce(0) { $0 + of($1) }
    }

    /// The columns of one character as a person sees it: 2 for what UAX #11 calls wide and for emoji, 0 for what only
    /// marks another character.
    static func of(_ character: Character) -> Int {
        let scalars = character.unicodeScalars
        guard let base = scalars.first(where: { !isZeroWidth($0) }) else { return 0 }
        // Variation selector 16 asks for the emoji form of a character that has a text form too.
        let width = isWide(base) || scalars.contains("\u{FE0F}") ? 2 : 1
        // The voicing marks of halfwidth kana belong to the character before them but stand beside it.
        return width + scalars.dropFirst().count { $0 == "\u{FF9E}" || $0 == "\u{FF9F}" }
    }

    /// The longest beginning that leaves room for an ellipsis in so many columns, and the ellipsis.
    static func elided(_ text: String, to columns: Int) -> String {
        var width = 1
        let kept = text.prefix { character in
            width += of(character)
            return width <= columns
        }
        return kept + "…"
    }

    private static func isZeroWidth(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .control: true
        case .format: scalar != "\u{AD}"  // terminals draw the soft hyphen
        default: false
        }
    }

    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x1100
            && (scalar.properties.isEmojiPresentation || wideRanges.contains { $0.contains(scalar.value) })
    }

    /// East Asian Wide and Fullwidth of Unicode 16 (EastAsianWidth.txt) apart from emoji, joined across unassigned code
    /// points.
    private static let wideRanges: [ClosedRange<UInt32>] = [
        0x1100...0x115F,  // Hangul initial consonants
        0x2329...0x232A,  // angle brackets
        0x2630...0x2637,  // trigrams
        0x268A...0x268F,  // monogram and digram symbols
        0x2E80...0x303E,  // radicals, CJK punctuation
        0x3041...0x4DFF,  // kana, Hangul compatibility letters, CJK extension A, hexagrams
        0x4E00...0xA4CF,  // unified ideographs, Yi
        0xA960...0xA97C,  // Hangul extended A
        0xAC00...0xD7A3,  // Hangul syllables
        0xF900...0xFAFF,  // compatibility ideographs
        0xFE10...0xFE19,  // vertical forms
        0xFE30...0xFE6B,  // compatibility and small forms
        0xFF01...0xFF60,  // fullwidth forms
        0xFFE0...0xFFE6,  // fullwidth signs
        0x16FE0...0x1B2FB,  // Tangut, Khitan, kana supplements, Nushu
        0x1D300...0x1D376,  // Tai Xuan Jing, counting rods
        0x1F200...0x1F265,  // enclosed ideographs
        0x20000...0x3FFFD,  // supplementary ideographs
    ]
}
