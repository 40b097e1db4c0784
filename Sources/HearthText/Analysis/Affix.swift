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
    /// Whether the word ends with a suffix no byte of which lies before `start`.
    func hasSuffix(_ suffix: Affix, from start: Int = 0) -> Bool {
        suffix.matches(tail: tail) && count - suffix.count >= start
    }

    func hasPrefix(_ prefix: Affix) -> Bool {
        count >= prefix.count && (0..<prefix.count).allSatisfy { self[$0] == prefix[$0] }
    }

    /// The first of some suffixes that the word ends with; the longest, where longer ones stand first.
    func first(of suffixes: [Affix], from start: Int = 0) -> Affix? {
        let tail = tail
        return suffixes.first { $0.matches(tail: tail) && count - $0.count >= start }
    }
}
