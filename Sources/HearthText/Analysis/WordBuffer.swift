/// One word while it is folded and stemmed: at most `TextAnalyzer.longestTerm` bytes of UTF-8, held in place.
struct WordBuffer {
    /// What the word is made of so far. This decides which stemmer it goes to.
    struct Makeup: OptionSet {
        let rawValue: UInt8
        static let latin = Makeup(rawValue: 1)
        static let digits = Makeup(rawValue: 2)
        static let cyrillic = Makeup(rawValue: 4)
        static let arabic = Makeup(rawValue: 8)
        static let hebrew = Makeup(rawValue: 16)
        /// Devanagari and the scripts whose nasals are written in the same two ways (`IndicSpelling`).
        static let indic = Makeup(rawValue: 32)
        static let other = Makeup(rawValue: 64)
    }

    private var bytes: [64 of UInt8] = .init(repeating: 0)
    /// The last sixteen bytes as one number, the very last in its low byte: what suffixes are compared with.
    private(set) var tail: UInt128 = 0
    private(set) var count = 0
    private(set) var makeup: Makeup = []
    /// Whether the word was longer than a term may be.
    private var isTruncated = false

    init() {}

    init(_ word: some StringProtocol) {
        for scalar in word.unicodeScalars { append(scalar.value) }
    }

    var isEmpty: Bool { count == 0 }

    var string: String {
        String(unsafeUninitializedCapacity: count) { buffer in
            for index in 0..<count { buffer[index] = bytes[index] }
            return count
        }
    }

    subscript(index: Int) -> UInt8 { bytes[index] }

    /// Whether the word is one letter and no digit.
    var isOneLetter: Bool {
        guard count > 0, count <= 4, makeup != .digits else { return false }
        return count == (bytes[0] < 0x80 ? 1 : bytes[0] < 0xE0 ? 2 : bytes[0] < 0xF0 ? 3 : 4)
    }

    /// What stands in front of a byte, and what from there on.
    func halves(at length: Int) -> (WordBuffer, WordBuffer) {
        func buffer(_ range: Range<Int>) -> WordBuffer {
            WordBuffer(String(decoding: range.map { bytes[$0] }, as: UTF8.self))
        }
        return (buffer(0..<length), buffer(length..<count))
    }
}

// MARK: - Measures

extension WordBuffer {
    /// The lengths of the parts of a measure that is written as one: of a length in two or three dimensions (`84m2`,
    /// `5cm3`), or of numbers with an `x` between them and at most a unit behind them (`120x80`, `220x95cm`); nil for any
    /// other word.
    var partsOfMeasure: [Int]? {
        var parts: [Range<Int>] = []
        for index in 0..<count {
            if let last = parts.last, isDigit(index) == isDigit(index - 1) {
                parts[parts.count - 1] = last.lowerBound..<index + 1
            } else {
                parts.append(index..<index + 1)
            }
        }
        guard count > 0, isDigit(0), parts.count >= 3 else { return nil }
        var signs = stride(from: 1, to: parts.count, by: 2).map { parts[$0].map { self[$0] } }
        let isPower = parts.count == 3 && hasSquareOrCube(parts[2]) && Self.lengths.contains(signs[0])
        if parts.count % 2 == 0, !Self.lengths.contains(signs.removeLast()) { return nil }
        let isProduct = signs.allSatisfy { $0 == [UInt8(ascii: "x")] }
        return isProduct || isPower ? parts.map(\.count) : nil
    }

    private func isDigit(_ index: Int) -> Bool {
        self[index] >= UInt8(ascii: "0") && self[index] <= UInt8(ascii: "9")
    }

    private func hasSquareOrCube(_ part: Range<Int>) -> Bool {
        part.count == 1 && (self[part.lowerBound] == UInt8(ascii: "2") || self[part.lowerBound] == UInt8(ascii: "3"))
    }

    private static let lengths = Set(["m", "mm", "cm", "dm", "km", "in", "ft", "yd", "mi"].map { Array($0.utf8) })
}

// MARK: - Changing

extension WordBuffer {
    mutating func removeAll() {
        count = 0
        tail = 0
        makeup = []
        isTruncated = false
    }

    /// Appends a lower-case ASCII letter or a digit.
    mutating func append(ascii byte: UInt8) {
        guard count < TextAnalyzer.longestTerm, !isTruncated else {
            isTruncated = true
            return
        }
        add(byte)
        makeup.insert(byte <= UInt8(ascii: "9") ? .digits : .latin)
    }

    /// Appends a scalar that is folded already.
    mutating func append(_ scalar: UInt32) {
        guard scalar >= 0x80 else { return append(ascii: UInt8(scalar)) }
        guard count + UTF8.width(of: scalar) <= TextAnalyzer.longestTerm, !isTruncated else {
            isTruncated = true
            return
        }
        UTF8.forEachByte(of: scalar) { add($0) }
        switch scalar {
        case 0x0430...0x045F: makeup.insert(.cyrillic)
        case 0x0620...0x06FF: makeup.insert(.arabic)
        case 0x05D0...0x05EA: makeup.insert(.hebrew)
        case 0x0900...0x097F, 0x0A80...0x0AFF, 0x0C00...0x0CFF: makeup.insert(.indic)
        default: makeup.insert(.other)
        }
    }

    mutating func removeFirst(_ length: Int) {
        let rest = (length..<count).map { bytes[$0] }
        replace(with: rest)
    }

    mutating func removeLast(_ length: Int) {
        count -= length
        tail >>= UInt128(8 * length)
        // The bytes that have moved into the tail at its far end.
        guard count > Self.tailLength - length else { return }
        for distance in max(Self.tailLength - length, 0)..<min(Self.tailLength, count) {
            tail |= UInt128(bytes[count - 1 - distance]) << UInt128(8 * distance)
        }
    }

    /// Replaces the end of the word; the result must not be longer than a term may be.
    mutating func replaceLast(_ length: Int, with suffix: Affix) {
        removeLast(length)
        for index in 0..<suffix.count { add(suffix[index]) }
    }

    /// Replaces the whole word.
    mutating func replace(with word: [UInt8]) {
        count = 0
        tail = 0
        for byte in word { add(byte) }
    }

    private mutating func add(_ byte: UInt8) {
        bytes[count] = byte
        count += 1
        tail = tail << 8 | UInt128(byte)
    }

    /// Bytes in `tail`.
    private static let tailLength = 16
}

extension UTF8 {
    /// How many bytes a scalar value takes.
    static func width(of scalar: UInt32) -> Int {
        scalar < 0x80 ? 1 : scalar < 0x800 ? 2 : scalar < 0x10000 ? 3 : 4
    }

    /// Calls `body` with each byte of a scalar value.
    @inline(__always)
    static func forEachByte(of scalar: UInt32, _ body: (UInt8) -> Void) {
        func continuation(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(scalar >> shift & 0x3F) }
        switch width(of: scalar) {
        case 1:
            body(UInt8(scalar))
        case 2:
            body(0xC0 | UInt8(scalar >> 6))
            body(continuation(0))
        case 3:
            body(0xE0 | UInt8(scalar >> 12))
            body(continuation(6))
            body(continuation(0))
        default:
            body(0xF0 | UInt8(scalar >> 18))
            body(continuation(12))
            body(continuation(6))
            body(continuation(0))
        }
    }
}

/// A beginning or an end of a word, at most sixteen bytes, as one number: compared in one step.
struct Affix: ExpressibleByStringLiteral {
    /// The bytes, the last in the low byte.
    private let bytes: UInt128
    private let mask: UInt128
    let count: Int

    init(stringLiteral text: StaticString) {
        let utf8 = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        bytes = utf8.reduce(0) { $0 << 8 | UInt128($1) }
        mask = utf8.reduce(0) { mask, _ in mask << 8 | 0xFF }
        count = utf8.count
    }

    subscript(index: Int) -> UInt8 { UInt8(truncatingIfNeeded: bytes >> UInt128(8 * (count - 1 - index))) }

    /// Whether a word ends like this; `tail` holds its last bytes.
    func matches(tail: UInt128) -> Bool { tail & mask == bytes }
}

extension WordBuffer {
    /// Whether the word ends with a suffix of which no byte lies before `start`.
    func hasSuffix(_ suffix: Affix, from start: Int = 0) -> Bool {
        suffix.matches(tail: tail) && count - suffix.count >= start
    }

    func isEqual(to word: Affix) -> Bool { count == word.count && hasSuffix(word) }

    func hasPrefix(_ prefix: Affix) -> Bool {
        count >= prefix.count && (0..<prefix.count).allSatisfy { self[$0] == prefix[$0] }
    }

    /// The first of the suffixes that the word ends with, which is the longest one where longer ones stand first.
    func first(of suffixes: [Affix], from start: Int = 0) -> Affix? {
        let tail = tail
        return suffixes.first { $0.matches(tail: tail) && count - $0.count >= start }
    }
}

/// A small dictionary of ASCII words of at most sixteen letters, in which every token is looked up.
///
/// An open hash table. The hash of the standard dictionary, which is made to withstand chosen keys, took a quarter of
/// the time of an analysis.
struct WordTable: Sendable {
    private static let longestWord = 16

    private let bits: Int
    /// The letters of each word as one number; 0 where a slot is free.
    private var keys: [UInt128]
    private var values: [[UInt8]]

    /// Holds words and what each stands for.
    init(_ words: [(word: String, value: String)]) {
        // At least three of four slots stay free.
        bits = Int.bitWidth - (words.count * 4).leadingZeroBitCount
        keys = Array(repeating: 0, count: 1 << bits)
        values = Array(repeating: [], count: 1 << bits)
        for (word, value) in words where word.utf8.count <= Self.longestWord {
            let key = WordBuffer(word).tail
            let slot = slot(of: key)
            keys[slot] = key
            values[slot] = Array(value.utf8)
        }
    }

    /// What a word stands for, if it is in the table.
    subscript(word: WordBuffer) -> [UInt8]? {
        guard word.count <= Self.longestWord else { return nil }
        let slot = slot(of: word.tail)
        return keys[slot] == 0 ? nil : values[slot]
    }

    /// Where a key is, or the free slot where it would be.
    private func slot(of key: UInt128) -> Int {
        // Fibonacci hashing: the multiplier is 2⁶⁴ divided by the golden ratio.
        let folded = UInt64(truncatingIfNeeded: key ^ key >> 63)
        var slot = Int((folded &* 0x9E37_79B9_7F4A_7C15) >> UInt64(64 - bits))
        while keys[slot] != 0, keys[slot] != key { slot = (slot + 1) & (keys.count - 1) }
        return slot
    }
}
