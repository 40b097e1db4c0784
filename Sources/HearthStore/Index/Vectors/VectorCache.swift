import HearthEmbedding
import HearthRules
import HearthSQLite
import Synchronization

/// The vector indexes last searched, each brought to the state of the file that a reader sees.
final class VectorCache: Sendable {
    private struct Key: Hashable {
        var user: Int64
        var model: Int64
    }

    private final class Box: Sendable {
        struct State {
            var index: VectorIndex
            /// The catalog slot of each row, and for which catalog and index that is so.
            var slots: (catalog: UInt64, index: Int64, slots: [Int32])?
        }

        let state: Mutex<State>
        init(_ model: EmbeddingModel) { state = Mutex(State(index: VectorIndex(model: model))) }
    }

    private struct State {
        var boxes: [Key: (box: Box, lastUse: UInt64, size: Int)] = [:]
        var uses: UInt64 = 0
    }

    private let state = Mutex(State())
    /// How much all indexes take together at most, in bytes. The one in use is kept in any case.
    private let maximumSize: Int

    init(maximumSize: Int = 512 << 20) {
        self.maximumSize = maximumSize
    }

    /// Whether vectors of a user are in memory, at any state of the file.
    func holds(user: Int64) -> Bool {
        state.withLock { state in state.boxes.keys.contains { $0.user == user } }
    }

    /// Reads a user's vectors of a model before a search asks for them.
    func load(_ user: Int64, model: EmbeddingModel, in snapshot: Snapshot) throws {
        try box(of: Key(user: user, model: model.key), model).state
            .withLock { state in
                guard state.index.sequence == 0 else { return }
                try state.index.catchUp(user: user, connection: snapshot.connection, to: snapshot.state.sequence)
            }
    }

    private func box(of key: Key, _ model: EmbeddingModel) -> Box {
        state.withLock { state in
            state.uses += 1
            let known = state.boxes[key]
            let box = known?.box ?? Box(model)
            state.boxes[key] = (box, state.uses, known?.size ?? 0)
            return box
        }
    }

    /// A user's vectors of a model, at exactly the state of the snapshot, for a catalog of the same snapshot.
    ///
    /// - Throws: ``StaleSnapshot`` if the cache has a later state by now.
    func current(of user: Int64, model: EmbeddingModel, catalog: DocumentCatalog, in snapshot: Snapshot) throws
        -> CatalogVectors
    {
        let key = Key(user: user, model: model.key)
        let box = box(of: key, model)
        let vectors = try box.state.withLock { state in
            guard state.index.sequence <= snapshot.state.sequence else { throw StaleSnapshot() }
            if state.index.sequence < snapshot.state.sequence {
                try state.index.catchUp(user: user, connection: snapshot.connection, to: snapshot.state.sequence)
            }
            if let known = state.slots, known.catalog == catalog.layout, known.index == state.index.changed {
                return CatalogVectors(index: state.index, slots: known.slots)
            }
            let slots = state.index.slots(in: catalog)
            state.slots = (catalog.layout, state.index.changed, slots)
            return CatalogVectors(index: state.index, slots: slots)
        }
        state.withLock { state in
            state.boxes[key]?.size = vectors.index.size
            var total = state.boxes.values.reduce(0) { $0 + $1.size }
            while total > maximumSize,
                let oldest = state.boxes.filter({ $0.key != key }).min(by: { $0.value.lastUse < $1.value.lastUse })
            {
                total -= oldest.value.size
                state.boxes[oldest.key] = nil
            }
        }
        return vectors
    }
}

/// The vectors of a user, and which document of a catalog each belongs to.
struct CatalogVectors: Sendable {
    let index: VectorIndex
    /// The catalog slot of each row of the index; -1 for an empty row, and for a document that is not in the catalog.
    let slots: [Int32]

    /// The cosine of a query and each of `count` slots; 0 for a document that has no vector yet.
    func cosines(with query: QuantizedVector, count: Int, in buffers: inout SearchBuffers) -> [Float] {
        index.cosines(with: query, at: slots, count: count, in: &buffers)
    }
}
