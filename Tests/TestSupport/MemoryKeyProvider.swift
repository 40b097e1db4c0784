public import Crypto
public import HearthModel
import Synchronization

/// A key provider that keeps its keys in memory, and that a test can change or make fail.
public final class MemoryKeyProvider: KeyProvider {
    private struct State {
        var current: String
        var keys: [String: SymmetricKey]
        var failure: MemoryError?
        var calls = 0
    }

    private let state: Mutex<State>

    /// A provider of one key.
    public init(_ key: SymmetricKey = SymmetricKey(size: .bits256), identifier: String = "test-1") {
        state = Mutex(State(current: identifier, keys: [identifier: key]))
    }

    /// Gives a key that it has.
    public func key(for identifier: String?) async throws -> (identifier: String, key: SymmetricKey) {
        try state.withLock { state in
            state.calls += 1
            if let failure = state.failure { throw failure }
            let name = identifier ?? state.current
            guard let key = state.keys[name] else {
                throw MemoryError(code: .keyUnavailable, message: "There is no key \(name).")
            }
            return (name, key)
        }
    }

    /// What every further call throws; nil: nothing.
    public func fail(with error: MemoryError?) { state.withLock { $0.failure = error } }

    /// Adds a key, which is the current one from now on.
    public func add(_ key: SymmetricKey = SymmetricKey(size: .bits256), identifier: String) {
        state.withLock { state in
            state.keys[identifier] = key
            state.current = identifier
        }
    }

    /// How often it was asked.
    public var calls: Int { state.withLock { $0.calls } }
}
