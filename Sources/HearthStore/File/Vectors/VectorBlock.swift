import HearthEmbedding
import HearthModel

/// How `vector_blocks.data` is laid out: slots of equal size, one after the other, little-endian.
///
/// A slot is the document's key less the block's (4 bytes), the scale (the upper 3 bytes of an IEEE 754 number, rounded)
/// and the components (a byte each). No document has the key of a block: if the difference is 0, the slot is empty, and
/// nothing is left of the vector that was there.
enum VectorBlock {
    /// Slots in a block. With the built-in embedder a block is 34 KiB and fills its pages, opening reads few rows, and a
    /// write changes one page.
    static let capacity = 256

    static let headerSize = 7

    static func slotSize(dimension: Int) -> Int { headerSize + dimension }

    /// Appends a slot that holds a document's vector.
    ///
    /// - Throws: `.storeFull` if the keys of document and block are too far apart.
    static func append(
        _ vector: QuantizedVector,
        of document: Int64,
        in block: Int64,
        to bytes: inout [UInt8]
    ) throws(MemoryError) {
        try appendHeader(of: document, scale: vector.scale, block: block, to: &bytes)
        vector.components.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    /// Appends what leads a vector's components; nil: what leads an empty slot.
    static func appendHeader(
        of document: Int64?,
        scale: Float,
        block: Int64,
        to bytes: inout [UInt8]
    ) throws(MemoryError) {
        guard let distance = Int32(exactly: document.map { $0.subtractingReportingOverflow(block).partialValue } ?? 0)
        else {
            throw MemoryError(
                code: .storeFull,
                message:
                    "The file has given out too many row ids: document \(document ?? 0) is too far from block \(block)."
            )
        }
        withUnsafeBytes(of: distance.littleEndian) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: (roundedBits(of: scale) >> 8).littleEndian) { bytes.append(contentsOf: $0.prefix(3)) }
    }

    /// A scale as it comes back from a slot: within one part in 130,000.
    static func rounded(_ scale: Float) -> Float {
        Float(bitPattern: roundedBits(of: scale) & ~0xFF)
    }

    private static func roundedBits(of scale: Float) -> UInt32 {
        let rounded = Float(bitPattern: scale.bitPattern &+ 0x80)
        return rounded.isFinite ? rounded.bitPattern : scale.bitPattern
    }

    static func slot(document: Int64, in block: Int64, vector: QuantizedVector) throws(MemoryError) -> [UInt8] {
        var bytes: [UInt8] = []
        try append(vector, of: document, in: block, to: &bytes)
        return bytes
    }

    /// The document whose vector is in the slot that begins at an offset; 0 if the slot is empty.
    @inline(__always)
    static func document(_ bytes: UnsafeRawBufferPointer, at offset: Int, block: Int64) -> Int64 {
        let distance = Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
        return distance == 0 ? 0 : block &+ Int64(distance)
    }

    /// The scale of the vector in the slot that begins at an offset.
    @inline(__always)
    static func scale(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Float {
        // The byte before the scale belongs to the distance.
        let bits = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 3, as: UInt32.self))
        return Float(bitPattern: bits & ~0xFF)
    }

    /// The vector that a slot holds for a document; nil if the slot is empty or another document's.
    static func vector(in slot: ArraySlice<UInt8>, of document: Int64, block: Int64) -> QuantizedVector? {
        slot.withUnsafeBytes { bytes in
            guard bytes.count >= headerSize, Self.document(bytes, at: 0, block: block) == document else { return nil }
            return QuantizedVector(
                components: Array(bytes[headerSize...].bindMemory(to: Int8.self)),
                scale: scale(bytes, at: 0)
            )
        }
    }
}

// MARK: - Numbers of the file

extension VectorBlock {
    /// More components than any model has; with so many a block has 256 MiB.
    static let maximumDimension = 1 << 20

    /// A dimension that was read, if it can be one.
    static func checked(dimension: Int) throws(MemoryError) -> Int {
        guard (1...maximumDimension).contains(dimension) else {
            throw .corrupt("An embedding model has \(dimension) components.")
        }
        return dimension
    }

    /// A place in a block that was read, if there is such a place.
    static func checked(slot: Int) throws(MemoryError) -> Int {
        guard (0..<capacity).contains(slot) else { throw .corrupt("A vector is in place \(slot) of its block.") }
        return slot
    }

    /// A number of places in use that was read, if there can be so many.
    static func checked(used: Int) throws(MemoryError) -> Int {
        guard (0...capacity).contains(used) else { throw .corrupt("A vector block has \(used) places in use.") }
        return used
    }
}

/// Where a document's vector is.
struct VectorPlace: Hashable, Sendable {
    var model: Int64
    var block: Int64
    var slot: Int

    /// Whether it is among the sealed vectors, in no block.
    var isSealed: Bool { block == SealedVectorTable.block }
}

/// A row of `models`: an embedding model that the file has vectors of.
struct EmbeddingModel: Hashable, Sendable {
    var key: Int64
    var identifier: String
    var dimension: Int
}
