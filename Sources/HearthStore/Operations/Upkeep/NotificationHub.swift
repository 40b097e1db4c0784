import HearthModel
import Synchronization

/// Hands what an administrator should know to whoever listens in this process.
final class NotificationHub: Sendable {
    private struct Listener {
        let continuation: AsyncStream<AdministratorNotification>.Continuation
        /// Whether what came before is still being read; what is published meanwhile waits.
        var isReading = true
        var early: [AdministratorNotification] = []
        /// The numbers of those that it was told when it began: they may be published only now.
        var told: Set<Int> = []

        mutating func yield(_ notification: AdministratorNotification) {
            guard told.remove(notification.id) == nil else { return }
            continuation.yield(notification)
        }
    }

    private struct State {
        var listeners: [Int: Listener] = [:]
        var nextListener = 0
        var isClosed = false
    }

    /// How many notifications a listener that doesn't listen is kept; all of them are in the file.
    private static let bufferLimit = 1_024

    private let state = Mutex(State())

    /// A stream of what came before, as a closure reads it, and of what is published from now on; nothing comes twice.
    func stream(beginningWith earlier: () -> [AdministratorNotification]) -> AsyncStream<AdministratorNotification> {
        AsyncStream(bufferingPolicy: .bufferingNewest(Self.bufferLimit)) { continuation in
            // Listening comes before reading, so that nothing falls between the two.
            let listener: Int? = state.withLock { state in
                guard !state.isClosed else { return nil }
                defer { state.nextListener += 1 }
                state.listeners[state.nextListener] = Listener(continuation: continuation)
                return state.nextListener
            }
            guard let listener else { return continuation.finish() }
            continuation.onTermination = { [weak self] _ in
                self?.state.withLock { _ = $0.listeners.removeValue(forKey: listener) }
            }
            let earlier = earlier()
            state.withLock { state in
                guard var known = state.listeners[listener] else { return }
                for notification in earlier { known.continuation.yield(notification) }
                known.told = Set(earlier.map(\.id))
                for notification in known.early { known.yield(notification) }
                known.early = []
                known.isReading = false
                state.listeners[listener] = known
            }
        }
    }

    func publish(_ notifications: [AdministratorNotification]) {
        guard !notifications.isEmpty else { return }
        state.withLock { state in
            for key in state.listeners.keys {
                if state.listeners[key]?.isReading == true {
                    state.listeners[key]?.early += notifications
                } else {
                    for notification in notifications { state.listeners[key]?.yield(notification) }
                }
            }
        }
    }

    /// Ends every stream.
    func close() {
        let listeners = state.withLock { state in
            defer { state.listeners = [:] }
            state.isClosed = true
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.continuation.finish() }
    }
}
