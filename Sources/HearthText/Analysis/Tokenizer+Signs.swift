// What the bytes around an offset say about the open word.

extension Tokenizer {
    /// Whether an ASCII digit stands at an offset.
    func isDigit(_ offset: Int) -> Bool {
        offset < text.count && text[offset] >= UInt8(ascii: "0") && text[offset] <= UInt8(ascii: "9")
    }

    /// Whether a comma or an apostrophe stands between the thousands of the number that is open: `10,000`, `10’000`,
    /// `1,00,000`.
    func separatesThousands(_ sign: Range<Int>) -> Bool {
        guard word.makeup == .digits else { return false }
        let digits = digitCount(sign.upperBound)
        if digits == 3 { return true }
        // India counts in hundreds above the first thousand.
        guard digits == 2, text[sign.lowerBound] == UInt8(ascii: ",") else { return false }
        var next = sign.upperBound + 2
        while next < text.count, text[next] == UInt8(ascii: ",") {
            switch digitCount(next + 1) {
            case 3: return true
            case 2: next += 3
            default: return false
            }
        }
        return false
    }

    /// How many digits stand at an offset, counted as far as four.
    private func digitCount(_ offset: Int) -> Int {
        var count = 0
        while count < 4, isDigit(offset + count) { count += 1 }
        return count
    }

    /// The signs at an offset that make another name of a single letter: `C++`, `C#`, `A+`; nil where they don't.
    func signs(at offset: Int) -> WordSign.Run? {
        guard word.count == 1, word.makeup == .latin else { return nil }
        return WordSign.run(at: offset, in: text)
    }

    /// Whether a mark stands inside a Hebrew word, of which it is a part: `צה״ל`, also with a quotation mark, and
    /// `ג׳ירפה`, also with an apostrophe.
    func isHebrewMark(_ scalar: UInt32, _ source: Range<Int>) -> Bool {
        guard word.makeup.contains(.hebrew), Self.hebrewMarks.contains(scalar),
            source.upperBound < text.count
        else { return false }
        return (0x5D0...0x5EA).contains(decode(at: source.upperBound).scalar)
    }

    /// Geresh and gershayim, and what people type for them.
    private static let hebrewMarks: Set<UInt32> = [0x22, 0x27, 0x2019, 0x201C, 0x201D, 0x5F3, 0x5F4]
}

/// Signs that make another name of the word that they touch, and what stands for them in terms.
///
/// A term has no ASCII sign, so their full-width forms stand in for them. These come up in no other term.
enum WordSign {
    static func term(_ sign: UInt8) -> UInt32 { 0xFF00 + UInt32(sign) - 0x20 }

    /// Signs behind a word.
    struct Run {
        /// `+` or `#`.
        var sign: UInt8
        var count: Int
        /// Where they end.
        var end: Int
    }

    /// The signs behind a word that belong to it: one or two `+`, or one `#`; nil where they are something else, as in
    /// `a+b`.
    static func run(at offset: Int, in text: UnsafeBufferPointer<UInt8>) -> Run? {
        guard let first = sign(at: offset, in: text), first.sign == UInt8(ascii: "+") || first.sign == UInt8(ascii: "#")
        else { return nil }
        var run = Run(sign: first.sign, count: 1, end: first.end)
        if run.sign == UInt8(ascii: "+"), let second = sign(at: run.end, in: text), second.sign == run.sign {
            (run.count, run.end) = (2, second.end)
        }
        if sign(at: run.end, in: text)?.sign == run.sign { return nil }
        guard let next = letter(at: run.end, in: text) else { return run }
        // `C++17` and `C#12`, but not `x+1`.
        let isPlain = run.sign == UInt8(ascii: "+") && run.count == 1
        return next <= UInt8(ascii: "9") && !isPlain ? run : nil
    }

    /// The sign at an offset and where it ends: `+`, `#`, `.` or `@`, also in the full-width form that Chinese and
    /// Japanese keyboards write, and the musical sharp for `#`.
    static func sign(at offset: Int, in text: UnsafeBufferPointer<UInt8>) -> (sign: UInt8, end: Int)? {
        guard offset < text.count else { return nil }
        switch text[offset] {
        case UInt8(ascii: "+"), UInt8(ascii: "#"), UInt8(ascii: "."), UInt8(ascii: "@"):
            return (text[offset], offset + 1)
        case 0xE2, 0xEF:
            guard offset + 2 < text.count else { return nil }
            return wide[[text[offset], text[offset + 1], text[offset + 2]]].map { ($0, offset + 3) }
        default:
            return nil
        }
    }

    /// The sign that ends at an offset, and where it begins.
    static func sign(before offset: Int, in text: UnsafeBufferPointer<UInt8>) -> (sign: UInt8, start: Int)? {
        guard offset > 0 else { return nil }
        // What is not of ASCII ends with a greater byte.
        let start = text[offset - 1] < 0x80 ? offset - 1 : offset - 3
        guard start >= 0, let sign = sign(at: start, in: text), sign.end == offset else { return nil }
        return (sign.sign, start)
    }

    /// Whether a scalar is one of those signs in another form than ASCII's.
    static func isWide(_ scalar: UInt32) -> Bool { scalar == 0xFF0B || scalar == 0xFF03 || scalar == 0x266F }

    /// U+FF0B, U+FF03, U+266F, U+FF0E and U+FF20.
    private static let wide: [[UInt8]: UInt8] = [
        [0xEF, 0xBC, 0x8B]: UInt8(ascii: "+"), [0xEF, 0xBC, 0x83]: UInt8(ascii: "#"),
        [0xE2, 0x99, 0xAF]: UInt8(ascii: "#"), [0xEF, 0xBC, 0x8E]: UInt8(ascii: "."),
        [0xEF, 0xBC, 0xA0]: UInt8(ascii: "@"),
    ]

    /// The letter or digit at an offset, of ASCII or its full-width form.
    private static func letter(at offset: Int, in text: UnsafeBufferPointer<UInt8>) -> UInt8? {
        guard offset < text.count else { return nil }
        var byte = text[offset]
        if byte == 0xEF, offset + 2 < text.count, text[offset + 1] == 0xBC || text[offset + 1] == 0xBD {
            byte = (text[offset + 1] & 1) << 6 | text[offset + 2] & 0x3F
            byte = byte &+ 0x20
        }
        return byte < 0x80 && Tokenizer.asciiLetters[Int(byte)] != 0 ? Tokenizer.asciiLetters[Int(byte)] : nil
    }
}
