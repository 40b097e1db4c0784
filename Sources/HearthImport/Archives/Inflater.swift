/// Reads bytes that were packed by DEFLATE (RFC 1951), in pieces.
///
/// It keeps the last 32 KiB, to which packed bytes refer, and one piece.
struct Inflater {
    private enum Block {
        case none
        case stored(Int)
        case coded(literals: HuffmanTable, distances: HuffmanTable)
        case end
    }

    private var bits: BitReader
    private var block = Block.none
    private var isLast = false
    /// The last bytes that were given, and those of the present piece.
    private var buffer: [UInt8] = []

    private static let windowLength = 1 << 15
    private static let pieceLength = 1 << 16

    init(_ chunks: any Chunks) {
        bits = BitReader(chunks)
        buffer.reserveCapacity(Self.windowLength + Self.pieceLength + 258)
    }

    var fractionRead: Double { bits.fractionRead }

    /// The next bytes; nil at the end of the packed ones.
    mutating func next() throws -> [UInt8]? {
        if buffer.count > Self.windowLength { buffer.removeFirst(buffer.count - Self.windowLength) }
        let start = buffer.count
        let limit = start + Self.pieceLength
        while buffer.count < limit {
            switch block {
            case .none: try beginBlock()
            case .stored(let count): try copyStored(count, upTo: limit)
            case .coded(let literals, let distances): try decode(literals, distances, upTo: limit)
            case .end: return buffer.count > start ? Array(buffer[start...]) : nil
            }
        }
        return Array(buffer[start...])
    }

    private mutating func endBlock() { block = isLast ? .end : .none }

    private mutating func beginBlock() throws {
        isLast = try bits.take(1) == 1
        switch try bits.take(2) {
        case 0:
            bits.skipToByte()
            let count = try bits.take(16)
            guard try bits.take(16) == ~count & 0xFFFF else { throw bits.damaged }
            block = .stored(count)
        case 1: block = Self.fixed
        case 2: block = try dynamicBlock()
        default: throw bits.damaged
        }
    }

    private mutating func copyStored(_ count: Int, upTo limit: Int) throws {
        let now = min(count, limit - buffer.count)
        for _ in 0..<now { buffer.append(UInt8(try bits.take(8))) }
        if now == count { endBlock() } else { block = .stored(count - now) }
    }

    private mutating func decode(_ literals: HuffmanTable, _ distances: HuffmanTable, upTo limit: Int) throws {
        while buffer.count < limit {
            let symbol = try bits.symbol(literals)
            if symbol < 256 {
                buffer.append(UInt8(symbol))
            } else if symbol == 256 {
                return endBlock()
            } else {
                guard symbol <= 285 else { throw bits.damaged }
                let length = try Self.lengths[symbol - 257] + bits.take(Self.lengthBits[symbol - 257])
                let place = try bits.symbol(distances)
                guard place < 30 else { throw bits.damaged }
                let distance = try Self.distances[place] + bits.take(Self.distanceBits[place])
                guard distance <= buffer.count else { throw bits.damaged }
                var source = buffer.count - distance
                for _ in 0..<length {
                    buffer.append(buffer[source])
                    source += 1
                }
            }
        }
    }

    // Section 3.2.5.
    private static let lengths = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227,
        258,
    ]
    private static let lengthBits = [
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
    ]
    private static let distances = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1_025, 1_537, 2_049, 3_073,
        4_097,
        6_145, 8_193, 12_289, 16_385, 24_577,
    ]
    private static let distanceBits = [
        0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
    ]

    // Section 3.2.6.
    private static let fixed: Block = {
        let lengths: [UInt8] = (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }
        let distances = [UInt8](repeating: 5, count: 32)
        guard let literals = HuffmanTable(lengths[...]), let distances = HuffmanTable(distances[...]) else {
            return .end
        }
        return .coded(literals: literals, distances: distances)
    }()

    // Section 3.2.7.
    private static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

    private mutating func dynamicBlock() throws -> Block {
        let literalCount = try bits.take(5) + 257
        let distanceCount = try bits.take(5) + 1
        let lengthCount = try bits.take(4) + 4
        guard literalCount <= 286, distanceCount <= 30 else { throw bits.damaged }
        var lengths = [UInt8](repeating: 0, count: 19)
        for place in Self.order.prefix(lengthCount) { lengths[place] = UInt8(try bits.take(3)) }
        guard let table = HuffmanTable(lengths[...]) else { throw bits.damaged }
        var all: [UInt8] = []
        while all.count < literalCount + distanceCount {
            let symbol = try bits.symbol(table)
            switch symbol {
            case 16:
                guard let last = all.last else { throw bits.damaged }
                all += repeatElement(last, count: 3 + (try bits.take(2)))
            case 17: all += repeatElement(0, count: 3 + (try bits.take(3)))
            case 18: all += repeatElement(0, count: 11 + (try bits.take(7)))
            default: all.append(UInt8(symbol))
            }
        }
        guard all.count == literalCount + distanceCount, all[256] > 0,
            let literals = HuffmanTable(all[..<literalCount], mayBeIncomplete: true),
            let distances = HuffmanTable(all[literalCount...], mayBeIncomplete: true)
        else { throw bits.damaged }
        return .coded(literals: literals, distances: distances)
    }
}

/// Reads bits, the lowest of each byte first.
private struct BitReader {
    private var chunks: any Chunks
    private var chunk: [UInt8] = []
    private var position = 0
    private var bits: UInt64 = 0
    private var count = 0

    init(_ chunks: any Chunks) {
        self.chunks = chunks
    }

    var fractionRead: Double { chunks.fractionRead }

    var damaged: ForeignFileError { .damaged(chunks.name, "its packed bytes make no sense") }

    /// The next bits as a number, the first one lowest; at most 16.
    mutating func take(_ wanted: Int) throws -> Int {
        try fill(wanted)
        guard count >= wanted else { throw ended }
        let value = Int(bits & (1 << UInt64(wanted) - 1))
        bits >>= UInt64(wanted)
        count -= wanted
        return value
    }

    mutating func symbol(_ table: HuffmanTable) throws -> Int {
        try fill(HuffmanTable.longestCode)
        guard let (symbol, length) = table.symbol(bits) else {
            throw count < HuffmanTable.longestCode ? ended : damaged
        }
        guard length <= count else { throw ended }
        bits >>= UInt64(length)
        count -= length
        return symbol
    }

    mutating func skipToByte() {
        bits >>= UInt64(count & 7)
        count &= ~7
    }

    private var ended: ForeignFileError { .damaged(chunks.name, "its packed bytes end in the middle") }

    /// Has at least so many bits, if there are any more.
    private mutating func fill(_ wanted: Int) throws {
        while count < wanted {
            if position == chunk.count {
                guard let next = try chunks.next() else { return }
                (chunk, position) = (next, 0)
            }
            bits |= UInt64(chunk[position]) << UInt64(count)
            position += 1
            count += 8
        }
    }
}
