internal import Synchronization

/// Hands what an administrator should know to whoever listens in this process.
final class NotificationHub: Sendable {
    private struct State {
        var listeners: [Int: AsyncStream<AdministratorNotification>.Continuation] = [:]
        var nextListener = 0
        var isClosed = false
    }

    /// How many notifications a listener that doesn't listen is kept; all of them are in the file.
    private static let bufferLimit = 1_024

    private let state = Mutex(State())

    /// A stream of what is published from now on, after some that came before.
    func stream(beginningWith earlier: [AdministratorNotification]) -> AsyncStream<AdministratorNotification> {
        AsyncStream(bufferingPolicy: .bufferingNewest(Self.bufferLimit)) { continuation in
            for notification in earlier { continuation.yield(notification) }
            let listener: Int? = state.withLock { state in
                guard !state.isClosed else { return nil }
                defer { state.nextListener += 1 }
                state.listeners[state.nextListener] = continuation
                return state.nextListener
            }
            guard let listener else { return continuation.finish() }
            continuation.onTermination = { [weak self] _ in
                self?.state.withLock { _ = $0.listeners.removeValue(forKey: listener) }
            }
        }
    }

    func publish(_ notifications: [AdministratorNotification]) {
        guard !notifications.isEmpty else { return }
        let listeners = state.withLock { Array($0.listeners.values) }
        for listener in listeners {
            for notification in notifications { listener.yield(notification) }
        }
    }

    /// Ends every stream.
    func close() {
        let listeners = state.withLock { state in
            defer { state.listeners = [:] }
            state.isClosed = true
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.finish() }
    }
}
