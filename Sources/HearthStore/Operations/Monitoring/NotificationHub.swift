import HearthModel
import Synchronization

/// Delivers notifications to the listeners of this process.
final class NotificationHub: Sendable {
    /// What a listener is told once: that there is a notification, of a kind and of a severity.
    private struct News: Hashable {
        var id: Int
        var kind: AdministratorNotification.Kind
        var severity: AdministratorNotification.Severity

        init(_ notification: AdministratorNotification) {
            id = notification.id
            kind = notification.kind
            severity = notification.severity
        }
    }

    private struct Listener {
        let continuation: AsyncStream<AdministratorNotification>.Continuation
        /// Whether earlier notifications are still being read; what is published meanwhile waits.
        var isReading = true
        var early: [AdministratorNotification] = []
        /// What it was told: the same may be published here and then found in the file.
        var told: Set<News> = []

        mutating func yield(_ notification: AdministratorNotification) {
            // One that the file could not take has no number to know it by.
            guard notification.id == 0 || told.insert(News(notification)).inserted else { return }
            continuation.yield(notification)
            guard told.count > 2 * NotificationHub.bufferLimit else { return }
            // Numbers count up, so what comes again is among the latest.
            let latest = told.map(\.id).sorted().suffix(NotificationHub.bufferLimit)
            told = told.filter { $0.id >= latest.first ?? 0 }
        }
    }

    private struct State {
        var listeners: [Int: Listener] = [:]
        var nextListener = 0
        var isClosed = false
        /// Looks for what other processes have raised. There is one while anybody listens.
        var watcher: Task<Void, Never>?
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
            continuation.onTermination = { [weak self] _ in self?.remove(listener) }
            let earlier = earlier()
            state.withLock { state in
                guard var known = state.listeners[listener] else { return }
                for notification in earlier { known.yield(notification) }
                for notification in known.early { known.yield(notification) }
                known.early = []
                known.isReading = false
                state.listeners[listener] = known
            }
        }
    }

    /// Runs a closure on a task of its own while anybody listens, unless one runs already.
    func watchWhileHeard(_ watch: @escaping @Sendable () async -> Void) {
        state.withLock { state in
            guard !state.isClosed, !state.listeners.isEmpty, state.watcher == nil else { return }
            state.watcher = Task { await watch() }
        }
    }

    private func remove(_ listener: Int) {
        let idle = state.withLock { state -> Task<Void, Never>? in
            state.listeners[listener] = nil
            guard state.listeners.isEmpty else { return nil }
            defer { state.watcher = nil }
            return state.watcher
        }
        idle?.cancel()
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

    /// Ends every stream, and the task that watches.
    func close() async {
        let (listeners, watcher) = state.withLock { state in
            defer { (state.listeners, state.watcher) = ([:], nil) }
            state.isClosed = true
            return (Array(state.listeners.values), state.watcher)
        }
        for listener in listeners { listener.continuation.finish() }
        watcher?.cancel()
        await watcher?.value
    }
}
