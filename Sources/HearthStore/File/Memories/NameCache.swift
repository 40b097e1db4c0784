import HearthModel
import HearthSQLite
import Synchronization

/// The names of users, sessions and categories, and the embedding models: what a key stands for as long as its row is
/// there.
///
/// Such a row never changes. Only the erasure of a user removes some, and then ``StoreState/keysChanged`` tells. A
/// transaction has no such cache: what it adds may be rolled back, and the key be another's then.
final class NameCache: Sendable {
    fileprivate struct State {
        /// The state of the file's keys that everything here belongs to.
        var keysChanged: Int64 = -1
        var keys: [UserID: Int64] = [:]
        var users: [Int64: UserID] = [:]
        var sessions: [Int64: SessionID] = [:]
        var categories: [Int64: MemoryCategory] = [:]
        var models: [String: EmbeddingModel] = [:]
    }

    private let state = Mutex(State())

    /// How many names of a kind are kept: those of a house for years, in some hundred KiB. With more, all are forgotten.
    private static let maximum = 4_096

    /// A name from the cache, or else from the file.
    fileprivate func name<Key: Hashable, Name>(
        of key: Key,
        _ names: WritableKeyPath<State, [Key: Name]>,
        in snapshot: Snapshot,
        read: (Connection) throws -> Name?
    ) throws -> Name? where Key: Sendable, Name: Sendable {
        let version = snapshot.state.keysChanged
        if let known = state.withLock({ $0.keysChanged == version ? $0[keyPath: names][key] : nil }) { return known }
        guard let name = try read(snapshot.connection) else { return nil }
        state.withLock { state in
            // A reader of an older state has nothing to add.
            guard state.keysChanged <= version else { return }
            if state.keysChanged < version {
                state = State()
                state.keysChanged = version
            }
            if state[keyPath: names].count >= Self.maximum { state[keyPath: names] = [:] }
            state[keyPath: names][key] = name
        }
        return name
    }
}

extension Snapshot {
    /// The key of a user; nil if the file does not know it.
    func key(of user: UserID) throws -> Int64? {
        try name(of: user, \.keys) { try UserTable.find(user, in: $0) }
    }

    /// The user that a key stands for.
    func user(_ key: Int64) throws -> UserID? {
        try name(of: key, \.users) { connection in
            try connection.first(
                "SELECT user_id FROM users WHERE user_key = ?1",
                key,
                as: { UserID(rawValue: $0.string(0)) }
            )
        }
    }

    /// The session that a key stands for.
    func session(_ key: Int64) throws -> SessionID? {
        try name(of: key, \.sessions) { connection in
            try connection.first(
                "SELECT session_id FROM sessions WHERE session_key = ?1",
                key,
                as: { SessionID(rawValue: $0.string(0)) }
            )
        }
    }

    /// The category that a key stands for.
    func category(_ key: Int64) throws -> MemoryCategory? {
        try name(of: key, \.categories) { connection in
            try connection.first(
                "SELECT name FROM categories WHERE category_key = ?1",
                key,
                as: { MemoryCategory(rawValue: $0.string(0)) }
            )
        }
    }

    /// The model of an embedder; nil if the file has no vectors of it yet.
    func model(_ identifier: String) throws -> EmbeddingModel? {
        try name(of: identifier, \.models) { try VectorTable.model(identifier, in: $0) }
    }

    private func name<Key: Hashable & Sendable, Name: Sendable>(
        of key: Key,
        _ kind: WritableKeyPath<NameCache.State, [Key: Name]>,
        read: (Connection) throws -> Name?
    ) throws -> Name? {
        guard let names else { return try read(connection) }
        return try names.name(of: key, kind, in: self, read: read)
    }
}
