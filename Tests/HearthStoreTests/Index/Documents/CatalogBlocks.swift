import TestSupport
import Testing

@testable import HearthRules
@testable import HearthStore

@Suite struct CatalogBlocks {
    private static let extremes: [Int64] = [.min, .min + 1, -1, 0, 1, 255, 256, 65_535, 65_536, .max - 1, .max]

    /// Entries whose fields differ in so many bits at most, so that columns of every width occur.
    private func entries(_ count: Int, bits: Int, using random: inout SeededGenerator) -> [DocumentEntry] {
        let base = Self.extremes.randomElement(using: &random) ?? 0
        func number() -> Int64 {
            let difference = bits == 0 ? 0 : random.next() >> UInt64(64 - bits)
            return base &+ Int64(bitPattern: difference)
        }
        return (0..<count)
            .map { _ in
                DocumentEntry(
                    document: number(),
                    memory: number(),
                    agent: number(),
                    owner: number(),
                    session: number(),
                    createdAt: number(),
                    expiresAt: number(),
                    // Made from an integer, because NaN is not equal to itself.
                    importance: Double(number()),
                    length: Int32(truncatingIfNeeded: number()),
                    category: Int32(truncatingIfNeeded: number()),
                    flags: DocumentFlags(rawValue: UInt16(truncatingIfNeeded: number())),
                    type: UInt8(truncatingIfNeeded: number())
                )
            }
    }

    private func unpacked(_ block: [UInt8], count: Int) -> [DocumentEntry] {
        [DocumentEntry](unsafeUninitializedCapacity: count) { entries, initialized in
            block.withUnsafeBytes {
                CatalogBlock.unpack($0, into: UnsafeMutableBufferPointer(rebasing: entries[..<count]))
            }
            initialized = count
        }
    }

    private func bodySize(_ block: [UInt8], count: Int) -> Int? {
        block.withUnsafeBytes {
            CatalogBlock.bodySize(after: UnsafeRawBufferPointer(rebasing: $0[..<CatalogBlock.headSize]), count: count)
        }
    }

    @Test(arguments: [0, 1, 7, 8, 9, 16, 17, 31, 32, 33, 40, 48, 56, 57, 63, 64])
    func `a block gives back what was packed`(bits: Int) throws {
        var random = SeededGenerator()
        for count in [1, 2, 1_023, 1_024] {
            let entries = entries(count, bits: bits, using: &random)
            var block: [UInt8] = []
            CatalogBlock.append(entries[...], to: &block)
            #expect(bodySize(block, count: count) == block.count - CatalogBlock.headSize)
            #expect(block.count <= CatalogBlock.maximumSize)
            #expect(unpacked(block, count: count) == entries)
        }
    }

    @Test func `values at the ends of their ranges stand side by side`() throws {
        let entries = Self.extremes.indices.map { place in
            func number(_ column: Int) -> Int64 { Self.extremes[(place + column) % Self.extremes.count] }
            return DocumentEntry(
                document: number(0),
                memory: number(1),
                agent: number(2),
                owner: number(3),
                session: number(4),
                createdAt: number(5),
                expiresAt: number(6),
                importance: [-.infinity, -0.0, 0, .leastNonzeroMagnitude, .infinity][place % 5],
                length: place.isMultiple(of: 2) ? .min : .max,
                category: place.isMultiple(of: 2) ? .max : .min,
                flags: DocumentFlags(rawValue: place.isMultiple(of: 2) ? .max : .min),
                type: place.isMultiple(of: 2) ? .min : .max
            )
        }
        var block: [UInt8] = []
        CatalogBlock.append(entries[...], to: &block)
        let back = unpacked(block, count: entries.count)
        #expect(back == entries)
        // 0 and -0 are equal.
        #expect(back.map(\.importance.bitPattern) == entries.map(\.importance.bitPattern))
    }

    @Test func `a block is little-endian, as its layout says`() throws {
        let entries = [Int64(1_000), 1_258]
            .map { document in
                DocumentEntry(
                    document: document,
                    memory: document - 2,
                    agent: 0,
                    owner: 3,
                    session: 4,
                    createdAt: -5,
                    expiresAt: .max,
                    importance: 0.5,
                    length: 6,
                    category: 7,
                    flags: [.everShared],
                    type: 2
                )
            }
        var block: [UInt8] = []
        CatalogBlock.append(entries[...], to: &block)
        // A column of equal values has no bytes. All that is left is 1,258 - 1,000 = 0x0102.
        #expect(block.count == 12 * 9 + 2 * 2 + 7)
        #expect(block.prefix(9) == [0xE8, 0x03, 0, 0, 0, 0, 0, 0, 2])
        #expect(block.dropFirst(9).prefix(9) == [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0])
        #expect(block.dropFirst(12 * 9) == [0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test(arguments: 0..<12) func `a head that asks for more than eight bytes is none`(column: Int) throws {
        var random = SeededGenerator()
        var block: [UInt8] = []
        CatalogBlock.append(entries(3, bits: 64, using: &random)[...], to: &block)
        block[column * 9 + 8] = 8
        #expect(bodySize(block, count: 3) != nil)
        for width: UInt8 in [9, 128, 255] {
            block[column * 9 + 8] = width
            #expect(bodySize(block, count: 3) == nil)
        }
    }
}
