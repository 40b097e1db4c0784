import HearthEmbedding
import HearthModel

/// How `vector_blocks.data` is laid out: slots of equal size, one after the other, little-endian.
///
/// A slot is the document's key (8 bytes), the scale (4 bytes, IEEE 754) and the components (a byte each). If the key
/// is 0, the slot is empty, and nothing is left of the vector that was there.
enum VectorBlock {
    /// Slots in a block. With the built-in embedder a block is 35 KiB, so opening reads few rows, and a write changes
    /// one page.
    static let capacity = 256

    static let headerSize = 12

    static func slotSize(dimension: Int) -> Int { headerSize + dimension }

    /// Appends a slot that holds a document's vector.
    static func append(_ vector: QuantizedVector, of document: Int64, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: document.littleEndian) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: vector.scale.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
        vector.components.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    static func slot(document: Int64, vector: QuantizedVector) -> [UInt8] {
        var bytes: [UInt8] = []
        append(vector, of: document, to: &bytes)
        return bytes
    }

    /// The vector that a slot holds for a document; nil if the slot is empty or another document's.
    static func vector(in slot: ArraySlice<UInt8>, of document: Int64) -> QuantizedVector? {
        slot.withUnsafeBytes { bytes in
            guard bytes.count >= headerSize,
                Int64(littleEndian: bytes.loadUnaligned(as: Int64.self)) == document
            else { return nil }
            let scale = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
            return QuantizedVector(
                components: Array(bytes[headerSize...].bindMemory(to: Int8.self)),
                scale: Float(bitPattern: scale)
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
