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
        let index: Mutex<VectorIndex>
        init(_ model: EmbeddingModel) { index = Mutex(VectorIndex(model: model)) }
    }

    private struct State {
        var boxes: [Key: (box: Box, lastUse: UInt64, size: Int)] = [:]
        var uses: UInt64 = 0
        /// What all of them take.
        var size = 0
    }

    private let state = Mutex(State())
    /// How much all indexes take together at most, in bytes. The one in use is kept in any case.
    private let maximumSize: Int
    private let commits: RecentCommits

    init(maximumSize: Int = 512 << 20, commits: RecentCommits) {
        self.maximumSize = maximumSize
        self.commits = commits
    }

    /// Whether vectors of a user are in memory, at any state of the file.
    func holds(user: Int64) -> Bool {
        state.withLock { state in state.boxes.keys.contains { $0.user == user } }
    }

    /// Reads a user's vectors of a model before a search asks for them.
    func load(_ user: Int64, model: EmbeddingModel, in snapshot: Snapshot) throws {
        try box(of: Key(user: user, model: model.key), model).index
            .withLock { index in
                guard index.sequence == 0 else { return }
                try index.catchUp(
                    user: user,
                    keys: snapshot.keyring.loaded(user),
                    connection: snapshot.connection,
                    to: snapshot.state.sequence
                )
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
        -> VectorIndex
    {
        let key = Key(user: user, model: model.key)
        let box = box(of: key, model)
        let vectors = try box.index.withLock { index in
            guard index.sequence <= snapshot.state.sequence else { throw StaleSnapshot() }
            let keys = snapshot.keyring.loaded(user)
            if let added = commits.added(to: user, after: index.sequence, upTo: snapshot.state.sequence) {
                index.add(added, upTo: snapshot.state.sequence)
            }
            if index.isBehind(snapshot.state.sequence, withKeys: keys != nil) {
                try snapshot.connection.begin()
                do {
                    try index.catchUp(
                        user: user,
                        keys: keys,
                        connection: snapshot.connection,
                        to: snapshot.state.sequence
                    )
                } catch {
                    // Nothing half-read is left behind.
                    index = VectorIndex(model: model)
                    throw error
                }
            }
            index.findSlots(in: catalog)
            return index
        }
        count(vectors.size, of: key)
        return vectors
    }

    /// Forgets a user who is erased.
    func forget(_ user: Int64) {
        state.withLock { state in
            for key in state.boxes.keys.filter({ $0.user == user }) {
                state.size -= state.boxes.removeValue(forKey: key)?.size ?? 0
            }
        }
    }

    /// Notes how much a user's vectors take, and forgets those whose last use is oldest if all take too much.
    private func count(_ size: Int, of key: Key) {
        state.withLock { state in
            if let known = state.boxes[key] {
                state.size += size - known.size
                state.boxes[key]?.size = size
            }
            while state.size > maximumSize,
                let oldest = state.boxes.filter({ $0.key != key }).min(by: { $0.value.lastUse < $1.value.lastUse })
            {
                state.size -= oldest.value.size
                state.boxes[oldest.key] = nil
            }
        }
    }
}
