internal import CSQLite
internal import Synchronization

/// Lets a cancelled task stop the read that it runs.
///
/// Sendable without the compiler's proof: the handle is used under the mutex and only while the read holds its connection, so
/// never after the connection closed; `sqlite3_interrupt` may be called from any thread.
final class ReadInterrupter: Sendable {
    private struct State: @unchecked Sendable {
        var handle: OpaquePointer?
        var isCancelled = false
    }

    private let state = Mutex(State())

    /// Whether the read was to be stopped.
    var isCancelled: Bool { state.withLock(\.isCancelled) }

    func begin(_ connection: Connection) {
        state.withLock { $0.handle = connection.handle }
    }

    func end() {
        state.withLock { $0.handle = nil }
    }

    /// Stops the statement that runs now.
    func cancel() {
        state.withLock { state in
            state.isCancelled = true
            if let handle = state.handle { sqlite3_interrupt(handle) }
        }
    }
}
