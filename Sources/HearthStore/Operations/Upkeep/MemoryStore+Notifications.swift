package import HearthModel

extension MemoryStore {
    /// What an administrator should know: first what nobody has acknowledged yet, then what arises in this process, until the store is closed.
    ///
    /// Each stream is a listener of its own. A notification is committed before it is handed on.
    package func notificationStream() -> AsyncStream<AdministratorNotification> {
        notifications.stream {
            do {
                return try pendingNotifications()
            } catch {
                // A file that can't be read has nothing to tell; every other call says why.
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
    /// - Throws: `.invalidArgument` where there is none of that number.
    package func acknowledgeNotification(_ id: Int) async throws {
        let now = clock.now()
        try await write { try NotificationTable.acknowledge(id, at: now, in: $0) }
    }
}
