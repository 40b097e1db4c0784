import HearthModel
import HearthSQLite

/// The rows of `notifications`.
enum NotificationTable {
    /// Stores a notification.
    ///
    /// - Returns: The notification with its number.
    static func insert(
        _ notification: AdministratorNotification,
        memory: Int64? = nil,
        conflict: Int64? = nil,
        in transaction: StoreTransaction
    ) throws -> AdministratorNotification {
        let key = try transaction.connection.first(
            """
            INSERT INTO notifications (created_at, severity, kind, message, memory_key, conflict_key) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            RETURNING notification_key
            """,
            try Timestamp(notification.createdAt, name: "createdAt").rawValue,
            notification.severity.rawValue,
            notification.kind.rawValue,
            notification.message,
            memory,
            conflict,
            as: { $0.int(0) }
        )
        guard let key else { throw MemoryError.corrupt("A notification was not stored.") }
        _ = transaction.sequence
        var numbered = notification
        numbered.id = key
        return numbered
    }

    /// The notifications that nobody has acknowledged. The oldest comes first.
    static func unacknowledged(in connection: Connection) throws -> [AdministratorNotification] {
        try connection.rows(
            """
            SELECT n.notification_key, n.severity, n.kind, n.message, m.identifier, c.conflict_id, n.created_at
            FROM notifications AS n LEFT JOIN memories AS m ON m.memory_key = n.memory_key
            LEFT JOIN conflicts AS c ON c.conflict_key = n.conflict_key
            WHERE n.acknowledged_at IS NULL ORDER BY n.notification_key
            """,
            as: { row in
                guard let severity = AdministratorNotification.Severity(rawValue: row.string(1)) else {
                    throw MemoryError.corrupt("Notification \(row.int(0)) does not read.")
                }
                return AdministratorNotification(
                    id: row.int(0),
                    severity: severity,
                    kind: AdministratorNotification.Kind(rawValue: row.string(2)),
                    message: row.string(3),
                    memoryID: row.optionalMemoryID(4),
                    conflictID: row.optionalString(5).map(ConflictID.init(rawValue:)),
                    createdAt: Timestamp(rawValue: row.int64(6)).date
                )
            }
        )
    }

    /// Whether there is a notification of a kind that nobody has acknowledged.
    static func isWaiting(_ kind: AdministratorNotification.Kind, in connection: Connection) throws -> Bool {
        try connection.first(
            "SELECT 1 FROM notifications WHERE acknowledged_at IS NULL AND kind = ?1 LIMIT 1",
            kind.rawValue,
            as: { _ in true }
        ) ?? false
    }

    /// Acknowledges the notifications of a kind, whose reason is gone.
    static func acknowledge(
        _ kind: AdministratorNotification.Kind,
        at now: Timestamp,
        in transaction: StoreTransaction
    ) throws {
        try transaction.connection.run(
            "UPDATE notifications SET acknowledged_at = ?2 WHERE acknowledged_at IS NULL AND kind = ?1",
            kind.rawValue,
            now.rawValue
        )
        if transaction.connection.changes > 0 { _ = transaction.sequence }
    }

    static func acknowledge(_ id: Int, at now: Timestamp, in transaction: StoreTransaction) throws {
        try transaction.connection.run(
            "UPDATE notifications SET acknowledged_at = coalesce(acknowledged_at, ?2) WHERE notification_key = ?1",
            id,
            now.rawValue
        )
        guard transaction.connection.changes > 0 else {
            throw MemoryError.invalidArgument("There is no notification \(id).")
        }
        _ = transaction.sequence
    }
}
