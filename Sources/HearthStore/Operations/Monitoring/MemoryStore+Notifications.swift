package import HearthModel
import Synchronization

extension MemoryStore {
    /// Notifications for an administrator: first those that nobody has acknowledged yet, then those that arise in this
    /// process until the store is closed.
    ///
    /// Each stream is a listener of its own. A notification is committed before it is delivered.
    package func notificationStream() -> AsyncStream<AdministratorNotification> {
        notifications.stream {
            do {
                return try pendingNotifications()
            } catch {
                // Every other call throws the reason.
                log.warn(error, "A stream of notifications begins without the earlier ones.")
                return []
            }
        }
    }

    /// The notifications that nobody has acknowledged, oldest first.
    package func pendingNotifications() throws -> [AdministratorNotification] {
        try read { try NotificationTable.unacknowledged(in: $0.connection) }
    }

    /// Notes that an administrator has seen a notification; durable on return. Doing so again is no error.
    ///
    /// - Throws: `.invalidArgument` if there is no notification with this number.
    package func acknowledgeNotification(_ id: Int) async throws {
        let now = clock.now()
        try await write { try NotificationTable.acknowledge(id, at: now, in: $0) }
    }
}

/// Delivers notifications to the listeners of this process.
final class NotificationHub: Sendable {
    private struct Listener {
        let continuation: AsyncStream<AdministratorNotification>.Continuation
        /// Whether earlier notifications are still being read; what is published meanwhile waits.
        var isReading = true
        var early: [AdministratorNotification] = []
        /// The numbers of the earlier ones that it got when it began: they may be published only now.
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

    /// How many notifications are kept for a listener that does not read them; all of them are in the file.
    private static let bufferLimit = 1_024

    private let state = Mutex(State())

    /// A stream of the earlier notifications, which a closure reads, and of those published from now on; none comes
    /// twice.
    func stream(beginningWith earlier: () -> [AdministratorNotification]) -> AsyncStream<AdministratorNotification> {
        AsyncStream(bufferingPolicy: .bufferingNewest(Self.bufferLimit)) { continuation in
            // Listening begins before the reading, so that no notification is missed between the two.
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
