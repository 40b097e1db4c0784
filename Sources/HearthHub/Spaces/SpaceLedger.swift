internal import Crypto
internal import HearthModel

/// How much of a space a device had seen when it sealed a row, so that others find out if they were shown something else.
struct SeenRows: Hashable, Sendable {
    /// How many whole blocks of ``SpaceLedger/blockSize`` rows from the first row on; 0 says nothing.
    var blocks: UInt32
    /// SHA-256 of the fingerprints of these blocks, one behind the other.
    var digest: [UInt8]

    static let nothing = SeenRows(blocks: 0, digest: [UInt8](repeating: 0, count: 32))
}

/// What a device remembers of the rows that a hub has shown it: enough to find out when the hub later shows others.
struct SpaceLedger: Hashable, Sendable {
    /// How many rows share one fingerprint.
    static let blockSize: Int64 = 256
    /// A hole of more rows than this is not filled: what was remembered before it is given up.
    static let largestHole: Int64 = 65_536

    /// A row behind the last whole block; a row that was withheld has neither.
    struct Row: Hashable, Sendable {
        var id: [UInt8]
        var kind: Int32
    }

    /// The number in front of the first row that is remembered: a multiple of the block size.
    private(set) var origin: Int64 = 0
    private(set) var blocks: [[UInt8]] = []
    private(set) var tail: [Row] = []
    /// Emptied rows for which no erasure has been seen, by their ids on the hub.
    private(set) var unexplained: Set<[UInt8]> = []

    private static let hole = Row(id: [UInt8](repeating: 0, count: 32), kind: 0)
    /// What stands for the fingerprint of a block of which a row was withheld.
    private static let unknown = [UInt8](repeating: 0, count: 32)

    /// What became of a row that was noted.
    enum Noting: Equatable {
        case noted
        /// It was noted before, and is the same or too long ago to tell.
        case known
        /// Another row has been at this place.
        case differs
        /// The rows of these numbers were not shown.
        case afterHole(ClosedRange<Int64>)
    }

    /// The number of the last row that is remembered.
    var end: Int64 { tailStart + Int64(tail.count) }

    private var tailStart: Int64 { origin + Int64(blocks.count) * Self.blockSize }

    /// Notes a row of a hub.
    ///
    /// - Parameter wasReadBefore: Whether the row was looked at already, and is only remembered anew.
    @discardableResult
    mutating func note(_ row: HubRow, wasReadBefore: Bool = false) -> Noting {
        guard row.seq > 0, row.seq <= 1 << 62 else { return .known }
        if row.ciphertext.isEmpty, !wasReadBefore { unexplained.insert(row.id) }
        let noted = Row(id: row.id, kind: row.kind.rawValue)
        if row.seq <= end {
            guard row.seq > tailStart else { return .known }
            let place = Int(row.seq - tailStart) - 1
            guard tail[place] == Self.hole else { return tail[place] == noted ? .known : .differs }
            tail[place] = noted
            return .noted
        }
        guard row.seq > end + 1 else {
            append(noted)
            return .noted
        }
        let hole = end + 1...row.seq - 1
        if Int64(hole.count) > Self.largestHole { start(behind: row.seq) }
        while end + 1 < row.seq { append(Self.hole) }
        if end < row.seq { append(noted) }
        return .afterHole(hole)
    }

    /// Begins to remember with the block that a number is in, where the rows in front of it have been seen but are not
    /// known any more. It never ends behind that number, so a hub that has the row has all that is remembered.
    mutating func start(behind seq: Int64) {
        // No hub that is sound has so many rows; what one says must not make a sum overflow.
        let sound = min(max(0, seq), 1 << 62)
        self = SpaceLedger(origin: sound / Self.blockSize * Self.blockSize, unexplained: unexplained)
    }

    private init(origin: Int64, unexplained: Set<[UInt8]>) {
        self.origin = origin
        self.unexplained = unexplained
    }

    init() {}

    private mutating func append(_ row: Row) {
        tail.append(row)
        guard tail.count == Self.blockSize else { return }
        guard !tail.contains(Self.hole) else {
            tail = []
            return blocks.append(Self.unknown)
        }
        let start = tailStart
        let rows = tail.enumerated()
            .map { (seq: start + Int64($0) + 1, id: $1.id, kind: HubRow.Kind(rawValue: $1.kind)) }
        tail = []
        blocks.append(HubFingerprint(of: rows).digest)
    }

    /// Forgets everything behind a number.
    mutating func forget(behind seq: Int64) {
        guard seq < end else { return }
        guard seq > origin else { return start(behind: seq) }
        if seq >= tailStart {
            tail.removeLast(Int(end - seq))
        } else {
            tail = []
            blocks.removeLast(blocks.count - Int((seq - origin) / Self.blockSize))
        }
    }

    /// Takes note that an erasure asked for rows to be emptied.
    mutating func explain(_ ids: [[UInt8]]) {
        unexplained.subtract(ids)
    }
}

// MARK: - Comparing

extension SpaceLedger {
    /// A range to ask a hub about, with the digest that it must have.
    typealias Expectation = (range: ClosedRange<Int64>, digest: [UInt8])

    /// All ranges to ask a hub about.
    var expected: [Expectation] { blocks.indices.compactMap(expectedBlock) + expectedTail }

    /// The ranges that tell soonest that a hub went back: the last rows, the last whole block, and some other blocks.
    ///
    /// A hub that went back and was filled up again has other rows at the end of what was remembered, but for a chance;
    /// the other blocks, new ones each time, tell in the end what that chance hid.
    func samples(_ count: Int, using generator: inout some RandomNumberGenerator) -> [Expectation] {
        let last = blocks.indices.last { blocks[$0] != Self.unknown }
        var indices: Set<Int> = last.map { [$0] } ?? []
        if !blocks.isEmpty {
            for _ in 0..<count { indices.insert(Int.random(in: blocks.indices, using: &generator)) }
        }
        return indices.sorted().compactMap(expectedBlock) + expectedTail
    }

    private func expectedBlock(_ index: Int) -> Expectation? {
        guard blocks[index] != Self.unknown else { return nil }
        let start = origin + Int64(index) * Self.blockSize
        return (start + 1...start + Self.blockSize, blocks[index])
    }

    /// The rows behind the last whole block, in one range for each run without a hole.
    private var expectedTail: [Expectation] {
        var expected: [Expectation] = []
        var run: [(seq: Int64, id: [UInt8], kind: HubRow.Kind)] = []
        func finish() {
            guard let first = run.first, let last = run.last else { return }
            expected.append((first.seq...last.seq, HubFingerprint(of: run).digest))
            run = []
        }
        for (index, row) in tail.enumerated() {
            guard row != Self.hole else {
                finish()
                continue
            }
            run.append((tailStart + Int64(index) + 1, row.id, HubRow.Kind(rawValue: row.kind)))
        }
        finish()
        return expected
    }

    /// What this device can say of what it has seen.
    var seen: SeenRows {
        let known = blocks.prefix { $0 != Self.unknown }
        guard origin == 0, !known.isEmpty else { return .nothing }
        return SeenRows(blocks: UInt32(clamping: known.count), digest: Self.digest(of: known))
    }

    /// Whether another device saw what this one saw; nil if this one can't tell.
    func agrees(with seen: SeenRows) -> Bool? {
        guard origin == 0, seen.blocks > 0, Int(seen.blocks) <= blocks.count else { return nil }
        let same = blocks.prefix(Int(seen.blocks))
        return same.contains(Self.unknown) ? nil : Self.digest(of: same) == seen.digest
    }

    private static func digest(of blocks: ArraySlice<[UInt8]>) -> [UInt8] {
        var hash = SHA256()
        for block in blocks { hash.update(data: block) }
        return Array(hash.finalize())
    }
}

// MARK: - As bytes

extension SpaceLedger {
    private static let format: UInt8 = 1

    /// The ledger as a file has it, with a digest at its end.
    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.append(Self.format)
        writer.append(origin)
        writer.append(UInt32(blocks.count))
        for block in blocks { writer.append(fixed: block) }
        writer.append(UInt32(tail.count))
        for row in tail {
            writer.append(fixed: row.id)
            writer.append(row.kind)
        }
        writer.append(UInt32(unexplained.count))
        for id in unexplained.sorted(by: { $0.lexicographicallyPrecedes($1) }) { writer.append(fixed: id) }
        let digest = Array(SHA256.hash(data: writer.bytes))
        writer.append(fixed: digest)
        return writer.bytes
    }

    /// Reads a ledger; nil if the bytes are anything else: then nothing is remembered.
    init?(_ bytes: [UInt8]) {
        guard bytes.count > 32, Array(SHA256.hash(data: bytes.dropLast(32))) == Array(bytes.suffix(32)) else {
            return nil
        }
        var reader = ByteReader(bytes.dropLast(32))
        guard (try? reader.number(UInt8.self)) == Self.format, let origin = try? reader.number(Int64.self),
            let blocks = try? reader.list({ reader throws(ByteReader.Malformed) in try reader.fixed(32) }),
            let tail = try? reader.list({ reader throws(ByteReader.Malformed) in
                Row(id: try reader.fixed(32), kind: try reader.number(Int32.self))
            }),
            let unexplained = try? reader.list({ reader throws(ByteReader.Malformed) in try reader.fixed(32) }),
            reader.isAtEnd
        else { return nil }
        // An earlier release began in front of rows that were still to come, where a hub has none to compare.
        self.origin = blocks.isEmpty && tail.isEmpty ? 0 : origin
        self.blocks = blocks
        self.tail = tail
        self.unexplained = Set(unexplained)
    }
}
