package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// How often somebody who listens makes this process look for what others have raised. A look at a file that did not
    /// change costs some 20 µs.
    static let notificationWatchInterval = Duration.seconds(1)

    /// Notifications for an administrator: first those that nobody has acknowledged yet, then those that this or another
    /// process raises or makes more severe, until the store is closed.
    ///
    /// Each stream is a listener of its own. A notification is committed before it is delivered.
    package func notificationStream() -> AsyncStream<AdministratorNotification> {
        let stream = notifications.stream {
            do {
                return try pendingNotifications()
            } catch {
                // Every other call throws the reason.
                log.warn(error, "A stream of notifications begins without the earlier ones.")
                return []
            }
        }
        // Nobody else sees what is in memory.
        if path != nil { notifications.watchWhileHeard { [weak self, clock] in await Self.watch(clock) { self } } }
        return stream
    }

    /// Delivers what other processes raise, until the task is cancelled or the store is gone.
    private static func watch(_ clock: StoreClock, of store: () -> MemoryStore?) async {
        var seen: Int64 = 0
        while !Task.isCancelled {
            guard
                (try? await clock.sleep(clock.bootInstant.advanced(by: notificationWatchInterval).nanoseconds)) != nil,
                let store = store()
            else { return }
            do {
                seen = try store.deliverNews(since: seen)
            } catch let error as MemoryError where error.code == .closed {
                return
            } catch {
                store.log.trace(error, "Notifications of other processes come later.")
            }
        }
    }

    /// Delivers what became news after a sequence.
    ///
    /// - Returns: The present sequence.
    private func deliverNews(since seen: Int64) throws -> Int64 {
        let (sequence, news) = try read { snapshot in
            let sequence = snapshot.state.sequence
            return (
                sequence,
                sequence == seen ? [] : try NotificationTable.news(since: seen, in: snapshot.connection)
            )
        }
        notifications.publish(news)
        return sequence
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

    /// Makes notifications more severe that nobody has acknowledged in a time.
    ///
    /// - Returns: How many.
    @discardableResult
    package func escalateNotifications(unacknowledgedFor time: Duration) async throws -> Int {
        let now = clock.now()
        // Seldom is one due, and then it is written.
        let pending = try pendingNotifications()
        let mayBeDue = pending.contains {
            NotificationRules.shouldEscalate($0, after: time, isMoot: false, at: now)
        }
        guard mayBeDue else { return 0 }
        let escalated = try await write {
            try NotificationTable.escalate(unacknowledgedFor: time, at: now, in: $0)
        }
        notifications.publish(escalated)
        return escalated.count
    }
}
