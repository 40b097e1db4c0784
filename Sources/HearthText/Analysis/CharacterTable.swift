/// What a scalar is to the analyser. The raw values are those of `UnicodeTables`.
enum CharacterKind: UInt8 {
    /// White space, punctuation, controls: ends a token and belongs to none.
    case separator = 0x2D  // "-"
    /// A letter or digit of a script that writes words.
    case letter = 0x6C  // "l"
    /// A mark without which the letter before it is another: vowel signs of India and Thailand.
    case mark = 0x6D  // "m"
    /// Left out: accents, points of Arabic and Hebrew, joiners, direction marks, variation selectors, skin tones.
    case ignored = 0x69  // "i"
    /// A token by itself, in scripts written without spaces and in Hangul: 字, か, 한.
    case ideograph = 0x7A  // "z"
    /// A token together with its marks, in Thai, Lao, Khmer and Burmese.
    case cluster = 0x63  // "c"
    /// A part of a Hangul syllable that is spelt out.
    case jamo = 0x6A  // "j"
    /// The voicing mark of a kana that is spelt out.
    case voicing = 0x76  // "v"
    /// A token by itself.
    case emoji = 0x65  // "e"
    /// Half of a flag.
    case flag = 0x66  // "f"
    /// The apostrophe in its several forms, ASCII's excepted.
    case apostrophe = 0x61  // "a"
}

/// Kind and folding of every scalar, parsed from `UnicodeTables` at first use.
///
/// Folding puts letters in lower case, takes accents off and replaces compatibility forms, so that `É`, `é`, `e`, `ｅ`
/// and `𝐞` are one letter, and so are カ, ｶ and か. It is done by a table of our own because an index outlives the
/// Unicode version of the standard library that wrote it.
struct CharacterTable: Sendable {
    static let shared = CharacterTable()

    /// One scalar's row: the kind in the low byte, above it what the scalar is folded to.
    struct Entry {
        fileprivate(set) var bits: UInt32

        var kind: CharacterKind { CharacterKind(rawValue: UInt8(truncatingIfNeeded: bits)) ?? .separator }

        /// The scalar it is folded to, 0 for itself; where `isExpansion`, an index into `expansions`.
        fileprivate var target: UInt32 { bits >> 8 & 0x3F_FFFF }

        var isExpansion: Bool { bits & Self.expansionFlag != 0 }

        fileprivate static let expansionFlag: UInt32 = 1 << 31
        fileprivate static func kind(_ kind: CharacterKind) -> Entry { Entry(bits: UInt32(kind.rawValue)) }
    }

    /// Scalars a page.
    private static let pageSize = 256
    /// The table covers the first two planes of Unicode; scalars of the others are told apart by range.
    private static let pageCount = 0x20000 / pageSize

    private static let multiplicationSign: UInt32 = 0xD7
    /// ™ and ℠, which are no letters of the name in front of them.
    private static let tradeMarks: [UInt32] = [0x2122, 0x2120]

    /// Where the page of each 256 scalars begins in `entries`. Pages without anything special share the first.
    private var pages: [Int]
    private var entries: [Entry]
    private var expansions: [[UInt32]] = []

    private init() {
        pages = Array(repeating: 0, count: Self.pageCount)
        entries = Array(repeating: .kind(.letter), count: Self.pageSize)
        for scalar in UInt32(0)..<0x80 { self[scalar] = .kind(Self.asciiKind(UInt8(scalar))) }
        parse(UnicodeTables.kinds) { table, row in
            guard let kind = CharacterKind(rawValue: row.kind) else { return }
            for scalar in row.first...row.last { table[scalar] = .kind(kind) }
        }
        parse(UnicodeTables.foldings) { table, row in table.fold(row) }
        // `120×80` is typed as `120x80`.
        self[Self.multiplicationSign].bits = UInt32(CharacterKind.letter.rawValue) | 0x78 << 8
        for sign in Self.tradeMarks { self[sign] = .kind(.separator) }
        for (sign, spelling) in Self.fractions { expand(sign, to: " \(spelling) ".unicodeScalars.map(\.value)) }
    }

    /// Fractions of one sign, which are two numbers as `1/4` is: `3½` is `3 1/2`.
    static let fractions: [(sign: UInt32, spelling: String)] = [
        (0xBC, "1/4"), (0xBD, "1/2"), (0xBE, "3/4"), (0x2150, "1/7"), (0x2151, "1/9"), (0x2152, "1/10"),
        (0x2153, "1/3"), (0x2154, "2/3"), (0x2155, "1/5"), (0x2156, "2/5"), (0x2157, "3/5"), (0x2158, "4/5"),
        (0x2159, "1/6"), (0x215A, "5/6"), (0x215B, "1/8"), (0x215C, "3/8"), (0x215D, "5/8"), (0x215E, "7/8"),
        (0x2189, "0/3"),
    ]

    private mutating func expand(_ scalar: UInt32, to scalars: [UInt32]) {
        self[scalar].bits = UInt32(self[scalar].kind.rawValue) | UInt32(expansions.count) << 8 | Entry.expansionFlag
        expansions.append(scalars)
    }

    /// The entry of a scalar.
    func entry(_ scalar: UInt32) -> Entry {
        if scalar < 0x20000 { return entries[pages[Int(scalar >> 8)] + Int(scalar & 0xFF)] }
        if scalar < 0x40000 { return .kind(.ideograph) }
        return .kind(scalar >> 16 == 0xE ? .ignored : .letter)
    }

    /// What one scalar is folded to, where that is one scalar.
    func folded(_ scalar: UInt32, _ entry: Entry) -> UInt32 {
        entry.target == 0 ? scalar : entry.target
    }

    /// What a scalar is folded to, where that is several.
    func expansion(_ entry: Entry) -> [UInt32] {
        expansions[Int(entry.target)]
    }

    private subscript(scalar: UInt32) -> Entry {
        get { entry(scalar) }
        set {
            let page = Int(scalar >> 8)
            if pages[page] == 0 {
                pages[page] = entries.count
                entries.append(contentsOf: repeatElement(.kind(.letter), count: Self.pageSize))
            }
            entries[pages[page] + Int(scalar & 0xFF)] = newValue
        }
    }

    private mutating func fold(_ row: TableRow) {
        let stride: UInt32 = row.sign == UInt8(ascii: "*") ? 2 : 1
        for scalar in Swift.stride(from: row.first, through: row.last, by: Int(stride)) {
            let target: UInt32
            var flag: UInt32 = 0
            if row.targets.count > 1 {
                target = UInt32(expansions.count)
                flag = Entry.expansionFlag
            } else {
                target = row.targets[0] + (row.sign == UInt8(ascii: "=") ? 0 : scalar - row.first)
            }
            self[scalar].bits = UInt32(self[scalar].kind.rawValue) | target << 8 | flag
        }
        if row.targets.count > 1 { expansions.append(row.targets) }
    }

    private static func asciiKind(_ byte: UInt8) -> CharacterKind {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            .letter
        case UInt8(ascii: "'"):
            .apostrophe
        default:
            .separator
        }
    }
}

/// One word of a table: `first-last`, a sign, and hexadecimal targets or the letter of a kind.
private struct TableRow {
    var first: UInt32 = 0
    var last: UInt32 = 0
    var sign: UInt8 = 0
    var targets: [UInt32] = []
    var kind: UInt8 = 0
}

extension CharacterTable {
    private mutating func parse(_ text: StaticString, _ body: (inout CharacterTable, TableRow) -> Void) {
        let bytes = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        for word in bytes.split(separator: UInt8(ascii: " ")) { body(&self, TableRow(word)) }
    }
}

extension TableRow {
    fileprivate init(_ word: Slice<UnsafeBufferPointer<UInt8>>) {
        var value: UInt32 = 0
        for byte in word {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f") where sign != UInt8(ascii: ":"):
                value = value << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: ","):
                targets.append(value)
                value = 0
            case UInt8(ascii: "-") where sign == 0 && first == 0:
                first = value
                value = 0
            case UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "*"):
                if sign == 0 {
                    last = value
                    if first == 0 { first = value }
                }
                sign = byte
                value = 0
            default:
                kind = byte
            }
        }
        if sign == UInt8(ascii: ":") {
            kind = word.last ?? 0
        } else {
            targets.append(value)
        }
    }
}
