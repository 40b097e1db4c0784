internal import CVectorKernels
internal import HearthEmbedding
internal import HearthSQLite

/// The vectors of one user and model in memory: components of all slots in one stretch, for the kernel to run over.
struct VectorTable: Sendable {
    /// The state of the file it mirrors.
    private(set) var sequence: Int64
    let model: EmbeddingModel
    /// The documents of the slots, 0 for an empty one.
    private(set) var documents: [Int64] = []
    private var scales: [Float] = []
    private var components: [Int8] = []
    /// The places of blocks, in the order in which they were met.
    private var blocks: [Int64: Int] = [:]

    /// Nothing yet.
    init(model: EmbeddingModel) {
        self.model = model
        sequence = 0
    }

    /// What it takes, in bytes.
    var size: Int { components.count + documents.count * 12 }

    /// Reads the blocks that were changed since.
    mutating func catchUp(user: Int64, connection: Connection, to sequence: Int64) throws {
        try connection.forEach(
            """
            SELECT s.block_key, s.used, b.data FROM vector_block_states AS s JOIN vector_blocks AS b ON b.block_key = s.block_key
            WHERE s.user_key = ?1 AND s.model_key = ?2 AND s.changed > ?3
            """,
            user,
            model.key,
            self.sequence,
            do: { row in
                let key = row.int64(0)
                let used = row.int(1)
                try row.withBytes(2) { try read($0, used: used, block: key) }
            }
        )
        self.sequence = sequence
    }

    private mutating func read(_ data: UnsafeRawBufferPointer, used: Int, block: Int64) throws {
        let slotSize = VectorBlock.slotSize(dimension: model.dimension)
        guard data.count == VectorBlock.capacity * slotSize, (0...VectorBlock.capacity).contains(used) else {
            throw MemoryError.corrupt("Vector block \(block) has not the length that its model asks for.")
        }
        let place = blocks[block] ?? blocks.count
        if blocks.updateValue(place, forKey: block) == nil {
            documents += [Int64](repeating: 0, count: VectorBlock.capacity)
            scales += [Float](repeating: 0, count: VectorBlock.capacity)
            components += [Int8](repeating: 0, count: VectorBlock.capacity * model.dimension)
        }
        let first = place * VectorBlock.capacity
        components.withUnsafeMutableBytes { components in
            for slot in 0..<used {
                let start = slot * slotSize
                documents[first + slot] = Int64(littleEndian: data.loadUnaligned(fromByteOffset: start, as: Int64.self))
                let bits = UInt32(littleEndian: data.loadUnaligned(fromByteOffset: start + 8, as: UInt32.self))
                let scale = Float(bitPattern: bits)
                scales[first + slot] = scale.isFinite ? scale : 0
                let source = UnsafeRawBufferPointer(
                    rebasing: data[start + VectorBlock.headerSize..<start + slotSize]
                )
                let target = (first + slot) * model.dimension
                UnsafeMutableRawBufferPointer(rebasing: components[target..<target + model.dimension])
                    .copyMemory(from: source)
            }
        }
    }

    /// The cosine of a query and every slot, in the order of ``documents``; 0 for an empty slot.
    func cosines(with query: QuantizedVector) -> [Float] {
        let count = documents.count
        let products = [Int32](unsafeUninitializedCapacity: count) { products, initialized in
            hearth_dot_i8_rows(query.components, components, count, model.dimension, products.baseAddress)
            initialized = count
        }
        return [Float](unsafeUninitializedCapacity: count) { cosines, initialized in
            for slot in 0..<count { cosines[slot] = Float(products[slot]) * scales[slot] * query.scale }
            initialized = count
        }
    }

    /// Leaves out of a ranked list what means nearly the same as something better in it.
    ///
    /// - Parameter threshold: The cosine from which two are the same.
    func distinct(_ ranked: [Ranked], threshold: Float, document: (Int) -> Int64) -> [Ranked] {
        let wanted = Set(ranked.map { document($0.slot) })
        var rows: [Int64: Int] = [:]
        for (row, document) in documents.enumerated() where wanted.contains(document) { rows[document] = row }
        var kept: [(ranked: Ranked, vector: QuantizedVector?)] = []
        for item in ranked {
            let vector = rows[document(item.slot)].map(vector(at:))
            let repeats = kept.contains { other in
                guard let vector, let earlier = other.vector else { return false }
                return vector.dot(earlier) >= threshold
            }
            if !repeats { kept.append((item, vector)) }
        }
        return kept.map(\.ranked)
    }

    private func vector(at row: Int) -> QuantizedVector {
        let start = row * model.dimension
        return QuantizedVector(components: Array(components[start..<start + model.dimension]), scale: scales[row])
    }
}
