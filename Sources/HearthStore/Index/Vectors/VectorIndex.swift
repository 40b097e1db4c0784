import CVectorKernels
import HearthEmbedding
import HearthModel
import HearthRules
import HearthSQLite

/// The vectors of one user and model in memory. The components of all rows lie one after the other, so that a search
/// can compare all of them in one go.
struct VectorIndex: Sendable {
    /// The state of the file it mirrors.
    private(set) var sequence: Int64
    /// The state that its sealed vectors mirror; 0 before they were read, which takes the user's keys.
    private var sealedSequence: Int64 = 0
    /// The rows of sealed vectors by document, and where the next one goes. They are in blocks that are not in the file.
    private var sealedRows: [Int64: Int] = [:]
    private var nextSealedRow = 0
    let model: EmbeddingModel
    /// The document of each row; 0 for an empty row.
    private(set) var documents: [Int64] = []
    private(set) var scales: [Float] = []
    private(set) var components: [Int8] = []
    /// The place of each block, by its key. Blocks are in the order in which they were first read.
    private(set) var blocks: [Int64: Int] = [:]
    /// The places of the blocks that were read since ``slots`` was last in step.
    private var readPlaces: Set<Int> = []
    /// The slot of each row in a catalog; -1 for an empty row, and for a document that is not in the catalog.
    private var slots: [Int32] = []
    /// The slot of the first row of each block whose rows all have consecutive slots, as most do; -1 for other blocks.
    private var firstSlots: [Int32] = []
    /// The layout of the catalog that ``slots`` belongs to.
    private var layout: UInt64 = 0

    /// An index without vectors, as it is before the first ``catchUp(user:connection:to:)``.
    init(model: EmbeddingModel) {
        self.model = model
        sequence = 0
    }

    /// How much memory it takes, in bytes.
    var size: Int { components.count + documents.count * 16 }

    /// Whether there is something to read up to a state of the file.
    func isBehind(_ sequence: Int64, withKeys hasKeys: Bool) -> Bool {
        self.sequence < sequence || hasKeys && sealedSequence < sequence
    }

    /// Takes in commits that added plain documents and changed nothing else of it.
    mutating func add(_ added: [AddedDocument], upTo sequence: Int64) {
        for document in added {
            guard let vector = document.vector, vector.place.model == model.key else { continue }
            // The file keeps fewer bits of the scale.
            let stored = QuantizedVector(
                components: vector.vector.components,
                scale: VectorBlock.rounded(vector.vector.scale)
            )
            let place = vector.place
            let row = self.place(ofBlock: place.block) * VectorBlock.capacity + place.slot
            put(stored, of: document.entry.document, at: row)
        }
        if sealedSequence == self.sequence { sealedSequence = sequence }
        self.sequence = sequence
    }

    /// Reads the blocks that were changed after the index's own state.
    ///
    /// - Parameter keys: What opens the vectors of sensitive memories; nil leaves those out until there is one.
    mutating func catchUp(user: Int64, keys: UserKeys?, connection: Connection, to sequence: Int64) throws {
        if self.sequence < sequence { try readPlain(user: user, connection: connection, to: sequence) }
        if let keys, sealedSequence < sequence {
            try readSealed(keys, connection: connection)
            sealedSequence = sequence
        }
    }

    private mutating func readPlain(user: Int64, connection: Connection, to sequence: Int64) throws {
        if documents.isEmpty, try makeRoom(user: user, connection: connection) {
            try connection.readingOnce { try readBlocks(of: user, connection: connection) }
        } else {
            try readBlocks(of: user, connection: connection)
        }
        self.sequence = sequence
    }

    private mutating func readBlocks(of user: Int64, connection: Connection) throws {
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
    }

    /// Reads and opens the sealed vectors that were changed after the state of those that it has.
    private mutating func readSealed(_ keys: UserKeys, connection: Connection) throws {
        try connection.forEach(
            """
            SELECT document_key, sealed FROM sealed_vectors WHERE user_key = ?1 AND model_key = ?2 AND changed > ?3
            """,
            keys.user,
            model.key,
            sealedSequence,
            do: { row in
                let document = row.int64(0)
                // One that does not open would keep everybody from searching. A verification names it.
                let vector = try row.optionalBytes(1)
                    .flatMap { sealed in
                        try openingDerived(user: keys.user, in: connection) {
                            try SealedVectorTable.open(sealed, document: document, model: model, keys: keys)
                        }
                    }
                put(vector, of: document)
            }
        )
    }

    private mutating func put(_ vector: QuantizedVector?, of document: Int64) {
        guard sealedRows[document] != nil || vector != nil else { return }
        let row = sealedRows[document] ?? takeSealedRow(for: document)
        guard let vector else {
            readPlaces.insert(row / VectorBlock.capacity)
            (documents[row], scales[row]) = (0, 0)
            return
        }
        put(vector, of: document, at: row)
    }

    private mutating func put(_ vector: QuantizedVector, of document: Int64, at row: Int) {
        readPlaces.insert(row / VectorBlock.capacity)
        documents[row] = document
        scales[row] = vector.scale
        components.replaceSubrange(row * model.dimension..<(row + 1) * model.dimension, with: vector.components)
    }

    private mutating func takeSealedRow(for document: Int64) -> Int {
        if nextSealedRow % VectorBlock.capacity == 0 {
            let place = blocks.count
            // Keys of blocks in the file are positive.
            blocks[-Int64(place) - 1] = place
            addPlace()
            nextSealedRow = place * VectorBlock.capacity
        }
        defer { nextSealedRow += 1 }
        sealedRows[document] = nextSealedRow
        return nextSealedRow
    }

    /// Where a block of the file is; a new one comes at the end.
    private mutating func place(ofBlock block: Int64) -> Int {
        if let place = blocks[block] { return place }
        let place = blocks.count
        blocks[block] = place
        addPlace()
        return place
    }

    private mutating func addPlace() {
        documents += repeatElement(0, count: VectorBlock.capacity)
        scales += repeatElement(0, count: VectorBlock.capacity)
        components += repeatElement(0, count: VectorBlock.capacity * model.dimension)
    }

    /// The row of a sealed vector; nil for any other document.
    func sealedRow(of document: Int64) -> Int? { sealedRows[document] }

    /// Reserves room for everything at once, so that nothing is moved as the arrays grow.
    ///
    /// - Returns: Whether there is anything to read.
    private mutating func makeRoom(user: Int64, connection: Connection) throws -> Bool {
        let blocks =
            try connection.first(
                "SELECT count(*) FROM vector_block_states WHERE user_key = ?1 AND model_key = ?2",
                user,
                model.key,
                as: { $0.int(0) }
            ) ?? 0
        documents.reserveCapacity(blocks * VectorBlock.capacity)
        scales.reserveCapacity(blocks * VectorBlock.capacity)
        let size = blocks * VectorBlock.capacity * model.dimension
        components.reserveCapacity(size)
        components.withUnsafeMutableBufferPointer { components in
            LargePages.prefer(for: UnsafeMutableRawBufferPointer(start: components.baseAddress, count: size))
        }
        return blocks > 0
    }

    private mutating func read(_ data: UnsafeRawBufferPointer, used: Int, block: Int64) throws {
        let slotSize = VectorBlock.slotSize(dimension: model.dimension)
        guard data.count == VectorBlock.capacity * slotSize || used == 0 && data.isEmpty,
            (0...VectorBlock.capacity).contains(used)
        else {
            throw MemoryError.corrupt("Vector block \(block) has not the length that its model asks for.")
        }
        let place = place(ofBlock: block)
        readPlaces.insert(place)
        let first = place * VectorBlock.capacity
        // Upkeep has moved everything out of a block of which nothing is used.
        if used == 0 { for row in first..<first + VectorBlock.capacity { (documents[row], scales[row]) = (0, 0) } }
        let dimension = model.dimension
        documents.withUnsafeMutableBufferPointer { documents in
            scales.withUnsafeMutableBufferPointer { scales in
                components.withUnsafeMutableBytes { components in
                    guard let source = data.baseAddress, let target = components.baseAddress else { return }
                    for slot in 0..<used {
                        let start = slot * slotSize
                        documents[first + slot] = VectorBlock.document(data, at: start, block: block)
                        let scale = VectorBlock.scale(data, at: start)
                        scales[first + slot] = scale.isFinite ? scale : 0
                        (target + (first + slot) * dimension)
                            .copyMemory(from: source + start + VectorBlock.headerSize, byteCount: dimension)
                    }
                }
            }
        }
    }

    /// Finds the slot of each row in a catalog of the same state: of the rows that were read since the last time, or of
    /// all where the catalog's slots are numbered anew.
    mutating func findSlots(in catalog: DocumentCatalog) {
        if layout != catalog.layout {
            layout = catalog.layout
            slots.resize(to: documents.count)
            findSlots(of: 0..<documents.count, in: catalog)
            for place in 0..<blocks.count { noteRun(ofBlockAt: place) }
        } else if !readPlaces.isEmpty {
            slots.resize(to: documents.count)
            for place in readPlaces {
                let first = place * VectorBlock.capacity
                findSlots(of: first..<first + VectorBlock.capacity, in: catalog)
                noteRun(ofBlockAt: place)
            }
        }
        readPlaces.removeAll()
    }

    private mutating func noteRun(ofBlockAt place: Int) {
        firstSlots.resize(to: blocks.count)
        let first = place * VectorBlock.capacity
        let isRun = (0..<VectorBlock.capacity).allSatisfy { slots[first + $0] == slots[first] + Int32($0) }
        firstSlots[place] = isRun ? slots[first] : -1
    }

    private mutating func findSlots(of rows: Range<Int>, in catalog: DocumentCatalog) {
        var slot = -1
        for row in rows {
            let document = documents[row]
            // Vectors are mostly in the order of their documents.
            let isNext = slot + 1 < catalog.documents.count && catalog.documents[slot + 1] == document
            let found = document == 0 ? nil : isNext ? slot + 1 : catalog.slot(of: document)
            slots[row] = Int32(found ?? -1)
            if let found { slot = found }
        }
    }

    /// The dot product of a query's vector and each row.
    func multiply(_ query: QuantizedVector, into products: inout [Int32]) {
        let rows = documents.count
        products.resize(to: rows)
        products.withUnsafeMutableBufferPointer { products in
            hearth_dot_i8_rows(query.components, components, rows, model.dimension, products.baseAddress)
        }
    }

    /// The cosine of a query and each slot of a catalog; 0 for a document without a vector.
    ///
    /// - Parameters:
    ///   - products: The dot product of the query and each row.
    ///   - query: The query's vector.
    ///   - count: How many slots the catalog has, in which the slot of each row was found last.
    ///   - buffers: Where the cosines are put, until they are given back.
    func cosines(
        of products: [Int32],
        with query: QuantizedVector,
        count: Int,
        in buffers: inout SearchBuffers
    ) -> [Float] {
        var cosines: [Float] = []
        swap(&cosines, &buffers.cosines)
        cosines.refill(with: 0, count: count)
        cosines.withUnsafeMutableBufferPointer { cosines in
            products.withUnsafeBufferPointer { products in
                scales.withUnsafeBufferPointer { scales in
                    slots.withUnsafeBufferPointer { slots in
                        for place in 0..<blocks.count {
                            let rows = place * VectorBlock.capacity..<(place + 1) * VectorBlock.capacity
                            guard firstSlots[place] < 0 else {
                                let start = Int(firstSlots[place])
                                for (step, row) in rows.enumerated() {
                                    cosines[start + step] = Float(products[row]) * scales[row] * query.scale
                                }
                                continue
                            }
                            for row in rows where slots[row] >= 0 {
                                cosines[Int(slots[row])] = Float(products[row]) * scales[row] * query.scale
                            }
                        }
                    }
                }
            }
        }
        return cosines
    }
}
