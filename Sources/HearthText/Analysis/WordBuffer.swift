/// One word while it is folded and stemmed: at most `TextAnalyzer.longestTerm` bytes of UTF-8, held in place.
struct WordBuffer {
    /// What the word is made of so far; decides which stemmer it is for.
    struct Makeup: OptionSet {
        let rawValue: UInt8
        static let latin = Makeup(rawValue: 1)
        static let digits = Makeup(rawValue: 2)
        static let cyrillic = Makeup(rawValue: 4)
        static let arabic = Makeup(rawValue: 8)
        static let other = Makeup(rawValue: 16)
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

    var string: String { String(decoding: (0..<count).map { bytes[$0] }, as: UTF8.self) }

    subscript(index: Int) -> UInt8 { bytes[index] }
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
        // What moved into sight at the far end of the tail.
        guard count > Self.tailLength - length else { return }
        for distance in max(Self.tailLength - length, 0)..<min(Self.tailLength, count) {
            tail |= UInt128(bytes[count - 1 - distance]) << UInt128(8 * distance)
        }
    }

    /// Replaces the end of the word by one that is no longer than a term allows.
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
