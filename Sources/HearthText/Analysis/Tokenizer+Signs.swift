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

    /// Where the signs end that make another name of a single letter: `C++`, `C#`, `A+`; nil where they don't.
    func signEnd(of sign: UInt8, at offset: Int) -> Int? {
        guard word.count == 1, word.makeup == .latin else { return nil }
        return WordSign.end(of: sign, at: offset, in: text)
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

    /// Where the signs behind a word end that belong to it: one or two `+`, or one `#`; nil where they are something
    /// else, as in `a+b`.
    static func end(of sign: UInt8, at offset: Int, in text: UnsafeBufferPointer<UInt8>) -> Int? {
        var end = offset + 1
        if sign == UInt8(ascii: "+"), end < text.count, text[end] == sign { end += 1 }
        guard end < text.count else { return end }
        let next = text[end]
        if next == sign || next >= 0x80 { return next == sign ? nil : end }
        let isPlain = sign == UInt8(ascii: "+") && end == offset + 1
        // `C++17` and `C#12`, but not `x+1`.
        let isDigit = next >= UInt8(ascii: "0") && next <= UInt8(ascii: "9")
        if isDigit { return isPlain ? nil : end }
        return Tokenizer.asciiLetters[Int(next)] == 0 ? end : nil
    }
}
