import HearthMemory
import Synchronization

/// The leases that a model holds between its calls.
final class HeldLeases: Sendable {
    private let locks = Mutex<[MemoryID: MemoryLock]>([:])

    subscript(id: MemoryID) -> MemoryLock? {
        get { locks.withLock { $0[id] } }
        set { locks.withLock { $0[id] = newValue } }
    }

    /// Gives back all of them.
    func releaseAll(_ service: MemorySyncService) async {
        let held = locks.withLock { locks in
            defer { locks = [:] }
            return Array(locks.values)
        }
        for lock in held {
            do {
                try await service.releaseMemoryLock(lock)
            } catch {
                // It ends by itself at its deadline.
                continue
            }
        }
    }
}
