import HearthStore
import Synchronization

/// The way from a host's calls to the store: every call that an agent makes goes through here, and is counted.
final class HostOperations: Sendable {
    private let store: MemoryStore
    private let begun = Mutex(0)

    init(_ store: MemoryStore) {
        self.store = store
    }

    /// How many were begun, those refused among them.
    var count: Int { begun.withLock { $0 } }

    /// Runs an operation; whether its agent may act is asked where it acts, in its own transaction or snapshot.
    func perform<R>(_ operation: (MemoryStore) async throws -> R) async throws -> R {
        begun.withLock { $0 += 1 }
        return try await operation(store)
    }
}
