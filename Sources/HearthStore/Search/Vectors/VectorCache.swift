internal import HearthSQLite
internal import Synchronization

/// The vector tables last searched, each at the state of the file that a reader sees, within a bound of memory.
final class VectorCache: Sendable {
    private struct Key: Hashable {
        var user: Int64
        var model: Int64
    }

    private final class Box: Sendable {
        let table: Mutex<VectorTable>
        init(_ model: EmbeddingModel) { table = Mutex(VectorTable(model: model)) }
    }

    private struct State {
        var boxes: [Key: (box: Box, lastUse: UInt64, size: Int)] = [:]
        var uses: UInt64 = 0
    }

    private let state = Mutex(State())
    /// The most that the tables take together, in bytes; the one in use is kept whatever it takes.
    private let maximumSize: Int

    init(maximumSize: Int = 512 << 20) {
        self.maximumSize = maximumSize
    }

    /// A user's vectors of a model, in exactly the state of the snapshot.
    ///
    /// - Throws: ``StaleSnapshot`` where the cache has gone on to a later state meanwhile.
    func table(of user: Int64, model: EmbeddingModel, in snapshot: Snapshot) throws -> VectorTable {
        let key = Key(user: user, model: model.key)
        let box = state.withLock { state in
            state.uses += 1
            let known = state.boxes[key]
            let box = known?.box ?? Box(model)
            state.boxes[key] = (box, state.uses, known?.size ?? 0)
            return box
        }
        let table = try box.table.withLock { table in
            if table.sequence < snapshot.state.rosterReset { table = VectorTable(model: model) }
            guard table.sequence <= snapshot.state.sequence else { throw StaleSnapshot() }
            if table.sequence < snapshot.state.sequence {
                try table.catchUp(user: user, connection: snapshot.connection, to: snapshot.state.sequence)
            }
            return table
        }
        state.withLock { state in
            state.boxes[key]?.size = table.size
            var total = state.boxes.values.reduce(0) { $0 + $1.size }
            while total > maximumSize,
                let oldest = state.boxes.filter({ $0.key != key }).min(by: { $0.value.lastUse < $1.value.lastUse })
            {
                total -= oldest.value.size
                state.boxes[oldest.key] = nil
            }
        }
        return table
    }
}
