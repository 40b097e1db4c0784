import HearthEmbedding
import HearthModel
import HearthSQLite

/// Gives vectors their places during a transaction, and writes them at its end. Neighbouring slots are written
/// together.
struct VectorWriter: Sendable {
    private struct Owner: Hashable {
        var user: Int64
        var model: Int64
    }

    private struct OpenBlock {
        var key: Int64
        var used: Int
    }

    /// What will be in some neighbouring slots of a block.
    private struct Write {
        var block: Int64
        var first: Int
        var slotSize: Int
        var bytes: [UInt8]

        var slots: Range<Int> { first..<first + bytes.count / slotSize }

        func bytes(of place: VectorPlace) -> ArraySlice<UInt8>? {
            guard block == place.block, slots.contains(place.slot) else { return nil }
            return bytes[(place.slot - first) * slotSize..<(place.slot - first + 1) * slotSize]
        }
    }

    /// What is restored when an operation fails, besides its writes.
    private struct Progress {
        var open: [Owner: OpenBlock] = [:]
        var models: [String: EmbeddingModel] = [:]
        /// Blocks whose state must be written, and how many slots they use if that has changed.
        var touched: [Int64: Int?] = [:]
        var writes = 0
        /// Blocks whose rows were removed.
        var dropped: Set<Int64> = []
    }

    private var progress = Progress()
    private var marked = Progress()
    private var writes: [Write] = []
    /// The block that was read last, as it is in the file. Vectors that are asked for in turn are mostly in one block.
    private var readBlock: (key: Int64, data: [UInt8])?
    private var dimensions: [Int64: Int] = [:]

    /// Whether there is anything to write.
    var hasWrites: Bool { !progress.touched.isEmpty }

    mutating func mark() {
        progress.writes = writes.count
        marked = progress
    }

    mutating func rollbackToMark() {
        progress = marked
        writes.removeSubrange(marked.writes...)
    }

    /// The model with an identifier. A new model gets a row.
    ///
    /// - Throws: `.embeddingMismatch` if the file has the model with another dimension.
    mutating func model(_ identifier: String, dimension: Int, in connection: Connection) throws -> EmbeddingModel {
        if let model = progress.models[identifier] { return model }
        guard (1...VectorBlock.maximumDimension).contains(dimension) else {
            throw MemoryError(
                code: .embeddingMismatch,
                message: "An embedder of \(dimension) components is none; give it the number that its model has."
            )
        }
        let model =
            try VectorTable.model(identifier, in: connection)
            ?? VectorTable.insertModel(identifier, dimension: dimension, in: connection)
        guard model.dimension == dimension else {
            throw MemoryError(
                code: .embeddingMismatch,
                message: """
                    The file holds vectors of \(identifier) with \(model.dimension) components, and the embedder makes \(dimension). \
                    Give the embedder another identifier, or the model it had.
                    """
            )
        }
        progress.models[identifier] = model
        return model
    }

    /// Takes a new place for a document's vector.
    mutating func append(
        _ vector: QuantizedVector,
        document: Int64,
        user: Int64,
        model: EmbeddingModel,
        in transaction: StoreTransaction
    ) throws -> VectorPlace {
        let owner = Owner(user: user, model: model.key)
        var block =
            try progress.open[owner] ?? VectorTable.openBlock(user: user, model: model.key, in: transaction.connection)
            .map {
                OpenBlock(key: $0.key, used: $0.used)
            } ?? OpenBlock(key: 0, used: VectorBlock.capacity)
        if block.used == VectorBlock.capacity {
            block = OpenBlock(
                key: try VectorTable.insertBlock(user: user, model: model, in: transaction),
                used: 0
            )
        }
        let place = VectorPlace(model: model.key, block: block.key, slot: block.used)
        block.used += 1
        progress.open[owner] = block
        progress.touched[block.key] = .some(block.used)
        try put(vector, of: document, at: place)
        return place
    }

    /// Puts another vector of the same model into a document's place.
    mutating func replace(_ vector: QuantizedVector, document: Int64, at place: VectorPlace) throws {
        touch(place.block)
        try put(vector, of: document, at: place)
    }

    /// A document's vector as this transaction sees it; nil if its place is empty or another document's.
    mutating func vector(
        of document: Int64,
        at place: VectorPlace,
        dimension: Int,
        in connection: Connection
    ) throws -> QuantizedVector? {
        // If this transaction has written nothing to the block, the file has its present state.
        if progress.touched[place.block] != nil,
            let written = writes.lazy.reversed().compactMap({ $0.bytes(of: place) }).first
        {
            return VectorBlock.vector(in: written, of: document, block: place.block)
        }
        if readBlock?.key != place.block {
            let data = try connection.first(
                "SELECT data FROM vector_blocks WHERE block_key = ?1",
                place.block,
                as: { $0.bytes(0) }
            )
            readBlock = (place.block, data ?? [])
        }
        let size = VectorBlock.slotSize(dimension: dimension)
        guard let data = readBlock?.data, data.count >= (place.slot + 1) * size else { return nil }
        let slot = data[place.slot * size..<(place.slot + 1) * size]
        return VectorBlock.vector(in: slot, of: document, block: place.block)
    }

    /// Empties a place.
    mutating func clear(_ place: VectorPlace, in connection: Connection) throws {
        let dimension = try dimensions[place.model] ?? VectorTable.dimension(of: place.model, in: connection)
        dimensions[place.model] = dimension
        touch(place.block)
        let size = VectorBlock.slotSize(dimension: dimension)
        put(size, at: place) { $0 += repeatElement(0, count: size) }
    }

    /// Forgets what was to be written to blocks whose rows are removed.
    mutating func drop(_ blocks: Set<Int64>) {
        progress.dropped.formUnion(blocks)
        for block in blocks { progress.touched[block] = nil }
        progress.open = progress.open.filter { !blocks.contains($0.value.key) }
        readBlock = nil
    }

    private mutating func touch(_ block: Int64) {
        if progress.touched[block] == nil { progress.touched[block] = .some(nil) }
    }

    private mutating func put(_ vector: QuantizedVector, of document: Int64, at place: VectorPlace) throws {
        try put(VectorBlock.slotSize(dimension: vector.components.count), at: place) {
            try VectorBlock.append(vector, of: document, in: place.block, to: &$0)
        }
    }

    private mutating func put(
        _ slotSize: Int,
        at place: VectorPlace,
        _ append: (inout [UInt8]) throws -> Void
    ) rethrows {
        // The writes of an earlier operation stay separate, so that those of a failed one can be dropped.
        let last = writes.count - 1
        if last >= marked.writes, writes[last].block == place.block, writes[last].slots.upperBound == place.slot {
            try append(&writes[last].bytes)
            return
        }
        var write = Write(block: place.block, first: place.slot, slotSize: slotSize, bytes: [])
        try append(&write.bytes)
        writes.append(write)
    }

    /// Writes everything. A later write of a slot replaces an earlier one.
    func flush(into connection: Connection, sequence: Int64) throws {
        var next = 0
        while next < writes.count {
            var write = writes[next]
            next += 1
            // Now neighbouring writes of several operations are written together too.
            while next < writes.count, writes[next].block == write.block, writes[next].first == write.slots.upperBound {
                write.bytes += writes[next].bytes
                next += 1
            }
            if progress.dropped.contains(write.block) { continue }
            try connection.writeBlob(
                table: "vector_blocks",
                column: "data",
                row: write.block,
                at: write.first * write.slotSize,
                write.bytes
            )
        }
        for (block, used) in progress.touched {
            try VectorTable.setState(block, used: used, changed: sequence, in: connection)
        }
    }
}
