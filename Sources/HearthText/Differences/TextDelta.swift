/// One text written as its differences from another, so that a long text that is edited often need not be stored in
/// full each time.
///
/// The encoding is a list of instructions in the manner of VCDIFF (RFC 3284): copy so many bytes of the reference from
/// there, insert these. The store keeps the newest version of a memory in full and each older one against the next,
/// with a full one at intervals. The store decides how long a chain may get.
///
/// ```
/// encoded     = "D" version(1) length(target) length(reference) instruction…
/// instruction = number(length << 1)     offset          copy; the offset is from the end of the last copy, zigzag
///             | number(length << 1 | 1) byte…           insert
/// number      = seven bits a byte, the least first, the eighth set on all but the last (LEB128)
/// ```
package enum TextDelta {
    /// Leads every encoding: what it is, and its version.
    private static let header: [UInt8] = [UInt8(ascii: "D"), 1]

    /// Writes `target` as its differences from `reference`.
    ///
    /// The result is never much longer than the target: a text that has nothing in common with the reference is
    /// inserted whole.
    package static func encode(target: [UInt8], reference: [UInt8]) -> [UInt8] {
        var writer = Writer(header)
        writer.number(target.count)
        writer.number(reference.count)

        let prefix = zip(target, reference).prefix { $0 == $1 }.count
        let shorter = min(target.count, reference.count) - prefix
        var suffix = 0
        while suffix < shorter, target[target.count - 1 - suffix] == reference[reference.count - 1 - suffix] {
            suffix += 1
        }

        writer.copy(0..<prefix)
        let middle = prefix..<target.count - suffix
        if !middle.isEmpty {
            let blocks = BlockIndex(reference)
            var inserted = middle.lowerBound
            var position = middle.lowerBound
            while position < middle.upperBound {
                guard let match = blocks.match(for: target, at: position, in: inserted..<middle.upperBound) else {
                    position += 1
                    continue
                }
                writer.insert(target[inserted..<match.target])
                writer.copy(match.reference)
                position = match.target + match.reference.count
                inserted = position
            }
            writer.insert(target[inserted..<middle.upperBound])
        }
        writer.copy(reference.count - suffix..<reference.count)
        return writer.bytes
    }

    /// Reads a target back.
    ///
    /// - Parameters:
    ///   - delta: What ``encode(target:reference:)`` wrote, or any bytes.
    ///   - reference: The reference it was written against.
    ///   - limit: The most bytes that a target may have. Never more are made.
    /// - Throws: ``DamagedDelta`` when the delta is not well formed, names bytes that the reference does not have, or
    ///   was made against a reference of another length.
    package static func decode(
        _ delta: [UInt8],
        reference: [UInt8],
        limit: Int
    ) throws(DamagedDelta) -> [UInt8] {
        var reader = Reader(delta[...])
        for byte in header where try reader.byte() != byte { throw .header }
        let length = try reader.number()
        guard length <= limit else { throw .beyondLimit }
        guard try reader.number() == reference.count else { throw .otherReference }

        var target: [UInt8] = []
        target.reserveCapacity(length)
        var copied = 0
        while !reader.isAtEnd {
            let instruction = try reader.number()
            let count = instruction >> 1
            guard count <= length - target.count else { throw .tooLong }
            if instruction & 1 == 1 {
                target.append(contentsOf: try reader.bytes(count))
            } else {
                let (offset, overflows) = copied.addingReportingOverflow(try reader.signedNumber())
                guard !overflows, offset >= 0, offset <= reference.count, count <= reference.count - offset else {
                    throw .foreignCopy
                }
                target.append(contentsOf: reference[offset..<offset + count])
                copied = offset + count
            }
        }
        guard target.count == length else { throw .tooShort }
        return target
    }
}

/// Why a delta can't be read.
package enum DamagedDelta: Error {
    case header, truncated, endlessNumber, beyondLimit, otherReference, foreignCopy, tooLong, tooShort

    /// The reason for people: the rest of a sentence that begins with what can't be read.
    package var reason: String {
        switch self {
        case .header: "it doesn't begin as one"
        case .truncated: "it ends too early"
        case .endlessNumber: "it holds a number without an end"
        case .beyondLimit: "its text would have more bytes than any has"
        case .otherReference: "it was made against another text"
        case .foreignCopy: "it copies what isn't there"
        case .tooLong: "its text is longer than it says"
        case .tooShort: "its text is shorter than it says"
        }
    }
}

// MARK: - Bytes

extension TextDelta {
    private struct Writer {
        private(set) var bytes: [UInt8]
        private var copied = 0

        init(_ header: [UInt8]) {
            bytes = header
        }

        mutating func number(_ value: Int) {
            var rest = UInt(bitPattern: value)
            while rest >= 0x80 {
                bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
                rest >>= 7
            }
            bytes.append(UInt8(rest))
        }

        mutating func copy(_ range: Range<Int>) {
            guard !range.isEmpty else { return }
            number(range.count << 1)
            let distance = range.lowerBound - copied
            number(distance << 1 ^ distance >> (Int.bitWidth - 1))
            copied = range.upperBound
        }

        mutating func insert(_ inserted: ArraySlice<UInt8>) {
            guard !inserted.isEmpty else { return }
            number(inserted.count << 1 | 1)
            bytes.append(contentsOf: inserted)
        }
    }

    private struct Reader {
        private var rest: ArraySlice<UInt8>

        init(_ bytes: ArraySlice<UInt8>) {
            rest = bytes
        }

        var isAtEnd: Bool { rest.isEmpty }

        mutating func byte() throws(DamagedDelta) -> UInt8 {
            guard let byte = rest.popFirst() else { throw .truncated }
            return byte
        }

        mutating func bytes(_ count: Int) throws(DamagedDelta) -> ArraySlice<UInt8> {
            guard count <= rest.count else { throw .truncated }
            defer { rest.removeFirst(count) }
            return rest.prefix(count)
        }

        /// A number of up to 63 bits.
        mutating func number() throws(DamagedDelta) -> Int {
            var value = 0
            for shift in stride(from: 0, to: Int.bitWidth - 1, by: 7) {
                let byte = try byte()
                value |= Int(byte & 0x7F) << shift
                if byte < 0x80 { return value }
            }
            throw .endlessNumber
        }

        mutating func signedNumber() throws(DamagedDelta) -> Int {
            let value = try number()
            return value >> 1 ^ -(value & 1)
        }
    }
}

// MARK: - Blocks

/// Which blocks of bytes the reference has, and where.
private struct BlockIndex {
    /// Shorter repetitions cost as much to name as to write out.
    private static let blockLength = 16
    /// How many places of one block are tried: a text of nothing but repetitions must not take quadratic time.
    private static let attempts = 8

    private let reference: [UInt8]
    private var firstWithHash: [Int32]
    private var nextWithHash: [Int32]
    private let shift: Int

    init(_ reference: [UInt8]) {
        self.reference = reference
        let count = reference.count / Self.blockLength
        let bits = max(1, Int.bitWidth - count.leadingZeroBitCount + 1)
        shift = UInt64.bitWidth - bits
        firstWithHash = Array(repeating: -1, count: 1 << bits)
        nextWithHash = Array(repeating: -1, count: count)
        // From the end, so that the first in a chain is the first in the text.
        for block in (0..<count).reversed() {
            let slot = slot(of: reference, at: block * Self.blockLength)
            nextWithHash[block] = firstWithHash[slot]
            firstWithHash[slot] = Int32(block)
        }
    }

    /// A stretch of the reference that is also in the target.
    struct Match {
        let target: Int
        let reference: Range<Int>
    }

    /// The longest of some stretches that share the block at a position, each extended both ways within bounds.
    func match(for target: [UInt8], at position: Int, in bounds: Range<Int>) -> Match? {
        guard position + Self.blockLength <= bounds.upperBound, !nextWithHash.isEmpty else { return nil }
        var best: Match?
        var block = firstWithHash[slot(of: target, at: position)]
        for _ in 0..<Self.attempts where block >= 0 {
            let start = Int(block) * Self.blockLength
            block = nextWithHash[Int(block)]
            var end = 0
            while position + end < bounds.upperBound, start + end < reference.count,
                target[position + end] == reference[start + end]
            {
                end += 1
            }
            guard end >= Self.blockLength else { continue }
            var back = 0
            while position - back > bounds.lowerBound, start - back > 0,
                target[position - back - 1] == reference[start - back - 1]
            {
                back += 1
            }
            if back + end > best?.reference.count ?? 0 {
                best = Match(target: position - back, reference: start - back..<start + end)
            }
        }
        return best
    }

    /// The slot of the block that begins at an index, by multiplication with the golden ratio (Knuth, volume 3, 6.4).
    private func slot(of bytes: [UInt8], at index: Int) -> Int {
        let (low, high) = bytes.withUnsafeBytes {
            (
                $0.loadUnaligned(fromByteOffset: index, as: UInt64.self),
                $0.loadUnaligned(fromByteOffset: index + 8, as: UInt64.self)
            )
        }
        let mixed = (low ^ high.byteSwapped) &* 0x9E37_79B9_7F4A_7C15
        return Int(mixed >> UInt64(shift))
    }
}
