import HearthRules

/// How `roster_images.data` is laid out: one block after the other, each of 1,024 entries, the last of fewer.
///
/// A block has twelve columns. A column stores its least value, and for each entry the difference from it, in as many
/// bytes as the greatest difference needs ("frame of reference": Goldstein, Ramakrishnan and Shaft, "Compressing
/// Relations and Indexes", ICDE 1998). Neighbouring entries are mostly alike, and a column of equal values takes no
/// bytes. A block is:
///
/// 1. for each column, its least value (8 bytes) and how many bytes a difference takes (1 byte, 0…8);
/// 2. column after column, the differences of the block's entries;
/// 3. seven bytes of 0, so that the last difference can be read as 8 bytes too.
///
/// All numbers are little-endian. The columns are: document, memory minus document, agent, owner, session, created,
/// expires, importance (its bits by IEEE 754), length, category, flags, type. Differences are computed modulo 2⁶⁴, so
/// any value can be written.
enum CatalogBlock {
    /// Entries in a block: few enough that a block fits in the processor's cache while it is packed or unpacked.
    static let capacity = 1_024

    /// The size of a block's head, which is part 1, in bytes.
    static let headSize = columns.count * columnHeadSize

    /// How many bytes a block takes at most.
    static let maximumSize = headSize + capacity * columns.count * 8 + padding

    private static let columnHeadSize = 9
    private static let padding = 7

    private static let columns: [@Sendable (DocumentEntry) -> Int64] = [
        { $0.document },
        { $0.memory &- $0.document },
        { $0.agent },
        { $0.owner },
        { $0.session },
        { $0.createdAt },
        { $0.expiresAt },
        { Int64(bitPattern: $0.importance.bitPattern) },
        { Int64($0.length) },
        { Int64($0.category) },
        { Int64($0.flags.rawValue) },
        { Int64($0.type) },
    ]

    /// Appends a block.
    ///
    /// - Parameter entries: At least one, at most ``capacity``.
    static func append(_ entries: ArraySlice<DocumentEntry>, to bytes: inout [UInt8]) {
        let columns = columns.map { value in Column(entries.map(value)) }
        for column in columns {
            append(UInt64(bitPattern: column.least), width: 8, to: &bytes)
            bytes.append(UInt8(column.width))
        }
        for column in columns {
            for difference in column.differences { append(difference, width: column.width, to: &bytes) }
        }
        bytes.append(contentsOf: repeatElement(0, count: padding))
    }

    private struct Column {
        let least: Int64
        let width: Int
        let differences: [UInt64]

        init(_ values: [Int64]) {
            let least = values.min() ?? 0
            self.least = least
            differences = values.map { UInt64(bitPattern: $0 &- least) }
            let bits = UInt64.bitWidth - (differences.max() ?? 0).leadingZeroBitCount
            width = (bits + 7) / 8
        }
    }

    private static func append(_ value: UInt64, width: Int, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0.prefix(width)) }
    }

    /// How many bytes follow the head of a block.
    ///
    /// - Parameters:
    ///   - head: The head of the block, ``headSize`` bytes.
    ///   - count: How many entries the block has.
    /// - Returns: The number of bytes; nil if this is not the head of a block.
    static func bodySize(after head: UnsafeRawBufferPointer, count: Int) -> Int? {
        var width = 0
        for column in columns.indices {
            let bytes = head[column * columnHeadSize + 8]
            guard bytes <= 8 else { return nil }
            width += Int(bytes)
        }
        return width * count + padding
    }

    /// Reads the entries of a block.
    ///
    /// - Parameters:
    ///   - block: Head and body. The body has the length that ``bodySize(after:count:)`` gave.
    ///   - entries: Where the entries are put. It has as many places as the block has entries.
    static func unpack(_ block: UnsafeRawBufferPointer, into entries: UnsafeMutableBufferPointer<DocumentEntry>) {
        var columns = ColumnCursor(block, count: entries.count)
        let document = columns.next()
        let memory = columns.next()
        let agent = columns.next()
        let owner = columns.next()
        let session = columns.next()
        let createdAt = columns.next()
        let expiresAt = columns.next()
        let importance = columns.next()
        let length = columns.next()
        let category = columns.next()
        let flags = columns.next()
        let type = columns.next()
        for index in entries.indices {
            let key = document[index]
            entries.initializeElement(
                at: index,
                to: DocumentEntry(
                    document: key,
                    memory: key &+ memory[index],
                    agent: agent[index],
                    owner: owner[index],
                    session: session[index],
                    createdAt: createdAt[index],
                    expiresAt: expiresAt[index],
                    importance: Double(bitPattern: UInt64(bitPattern: importance[index])),
                    length: Int32(truncatingIfNeeded: length[index]),
                    category: Int32(truncatingIfNeeded: category[index]),
                    flags: DocumentFlags(rawValue: UInt16(truncatingIfNeeded: flags[index])),
                    type: UInt8(truncatingIfNeeded: type[index])
                )
            )
        }
    }

    /// A column of a packed block.
    private struct PackedColumn {
        let least: Int64
        let width: Int
        /// Which bits of 8 bytes belong to a difference. The others belong to what follows it.
        let mask: UInt64
        let differences: UnsafeRawPointer

        subscript(index: Int) -> Int64 {
            let bytes = differences.loadUnaligned(fromByteOffset: index * width, as: UInt64.self)
            return least &+ Int64(bitPattern: UInt64(littleEndian: bytes) & mask)
        }
    }

    /// Goes through the columns of a block whose length was checked.
    private struct ColumnCursor {
        private var head: UnsafeRawPointer
        private var differences: UnsafeRawPointer
        private let count: Int

        init(_ block: UnsafeRawBufferPointer, count: Int) {
            precondition(
                block.count >= headSize && bodySize(after: block, count: count) == block.count - headSize,
                "a block of a catalog image is not of the length that its head says"
            )
            // The block is not empty, because its length was checked.
            head = block.baseAddress.unsafelyUnwrapped
            differences = head + headSize
            self.count = count
        }

        mutating func next() -> PackedColumn {
            let width = Int(head.load(fromByteOffset: 8, as: UInt8.self))
            let column = PackedColumn(
                least: Int64(littleEndian: head.loadUnaligned(as: Int64.self)),
                width: width,
                // A shift by 64 gives 0.
                mask: ~(UInt64.max << (width * 8)),
                differences: differences
            )
            head += columnHeadSize
            differences += width * count
            return column
        }
    }
}
