import CSQLite
import Synchronization

@testable import HearthSQLite
@testable import HearthStore

/// Counts the steps of SQLite's virtual machine on the connection that writes: how much a store looks at, whatever else
/// the computer does.
final class MachineSteps: Sendable {
    private let count = Atomic(0)

    /// Begins to count. The counter has to outlive the store.
    init(of store: MemoryStore) async throws {
        let this = Unmanaged.passUnretained(self)
        try await store.write { context in
            sqlite3_progress_handler(
                context.connection.handle,
                1,
                { counter in
                    guard let counter else { return 0 }
                    Unmanaged<MachineSteps>.fromOpaque(counter).takeUnretainedValue().count.add(1, ordering: .relaxed)
                    return 0
                },
                this.toOpaque()
            )
        }
    }

    /// How many steps an operation takes.
    func taken(by operation: () async throws -> Void) async rethrows -> Int {
        let before = count.load(ordering: .relaxed)
        try await operation()
        return count.load(ordering: .relaxed) - before
    }
}
