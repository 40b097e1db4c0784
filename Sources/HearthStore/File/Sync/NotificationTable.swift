import HearthModel
import HearthRules
import HearthSQLite

/// The rows of `notifications`.
enum NotificationTable {
    private static let columns = """
        SELECT n.notification_key, n.severity, n.kind, n.message, m.identifier, c.conflict_id, n.created_at, n.count,
            coalesce(n.last_raised_at, n.created_at), n.escalated_at, n.acknowledged_at IS NOT NULL,
            c.resolved_at IS NOT NULL, u.user_id, a.agent_id
        FROM notifications AS n LEFT JOIN memories AS m ON m.memory_key = n.memory_key
        LEFT JOIN users AS u ON u.user_key = m.user_key LEFT JOIN agents AS a ON a.agent_key = m.owner_key
        LEFT JOIN conflicts AS c ON c.conflict_key = n.conflict_key
        """
    private static let allUnacknowledged = ComposedSQL(
        columns,
        "WHERE n.acknowledged_at IS NULL ORDER BY n.notification_key"
    )
    private static let changedLater = ComposedSQL(
        columns,
        "WHERE n.changed > ?1 AND n.acknowledged_at IS NULL ORDER BY n.notification_key"
    )
    /// The latest of a cause. One that was acknowledged stands for it for a while.
    private static let ofCause = ComposedSQL(
        columns,
        """
        WHERE n.cause = ?1 AND (n.acknowledged_at IS NULL OR n.acknowledged_at > ?2) ORDER BY n.notification_key DESC LIMIT 1
        """
    )

    private struct Stored {
        var notification: AdministratorNotification
        var isAcknowledged: Bool
        /// Whether it is about a conflict that is settled.
        var isMoot: Bool
    }

    /// Stores a notification, unless there is one of the same cause: then that one counts it.
    ///
    /// - Parameter cause: What it is raised because of. It names no memory and no user by identifier.
    /// - Returns: The notification with its number if those who listen should be told of it; nil if it is no news.
    static func raise(
        _ notification: AdministratorNotification,
        because cause: String,
        memory: Int64? = nil,
        conflict: Int64? = nil,
        in transaction: StoreTransaction
    ) throws -> AdministratorNotification? {
        let now = try Timestamp(notification.createdAt, name: "createdAt")
        let known = try transaction.connection.first(
            ofCause,
            cause,
            now.advanced(by: .zero - NotificationRules.silenceAfterAcknowledgement).rawValue,
            as: stored
        )
        guard let known else {
            return try insert(
                notification,
                because: cause,
                at: now,
                memory: memory,
                conflict: conflict,
                in: transaction
            )
        }
        let merged = NotificationRules.merged(known.notification, with: notification)
        let isNews = !known.isAcknowledged && NotificationRules.isNews(merged, after: known.notification)
        try transaction.connection.run(
            """
            UPDATE notifications SET severity = ?2, kind = ?3, message = ?4, count = ?5, last_raised_at = ?6,
                changed = coalesce(?7, changed)
            WHERE notification_key = ?1
            """,
            merged.id,
            merged.severity.rawValue,
            merged.kind.rawValue,
            merged.message,
            merged.count,
            now.rawValue,
            isNews ? transaction.sequence : nil
        )
        return isNews ? merged : nil
    }

    private static func insert(
        _ notification: AdministratorNotification,
        because cause: String,
        at now: Timestamp,
        memory: Int64?,
        conflict: Int64?,
        in transaction: StoreTransaction
    ) throws -> AdministratorNotification {
        let key = try transaction.connection.first(
            """
            INSERT INTO notifications (created_at, severity, kind, message, memory_key, conflict_key, cause, changed)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING notification_key
            """,
            now.rawValue,
            notification.severity.rawValue,
            notification.kind.rawValue,
            notification.message,
            memory,
            conflict,
            cause,
            transaction.sequence,
            as: { $0.int(0) }
        )
        guard let key else { throw MemoryError.corrupt("A notification was not stored.") }
        var numbered = notification
        numbered.id = key
        return numbered
    }

    /// Notes that a cause is over: if it comes again, it is raised anew, though the last one was acknowledged.
    static func forget(cause: String, in transaction: StoreTransaction) throws {
        try transaction.connection.run(
            "UPDATE notifications SET cause = NULL WHERE cause = ?1 AND acknowledged_at IS NOT NULL",
            cause
        )
    }

    /// The notifications that nobody has acknowledged. The oldest comes first.
    static func unacknowledged(in connection: Connection) throws -> [AdministratorNotification] {
        try connection.rows(allUnacknowledged, as: stored).map(\.notification)
    }

    /// Those of them that became news after a sequence of the store.
    static func news(since sequence: Int64, in connection: Connection) throws -> [AdministratorNotification] {
        try connection.rows(changedLater, sequence, as: stored).map(\.notification)
    }

    /// Makes those more severe that nobody has acknowledged in a time.
    ///
    /// - Returns: What became of them.
    static func escalate(
        unacknowledgedFor time: Duration,
        at now: Timestamp,
        in transaction: StoreTransaction
    ) throws -> [AdministratorNotification] {
        let due = try transaction.connection.rows(allUnacknowledged, as: stored)
            .filter {
                NotificationRules.shouldEscalate($0.notification, after: time, isMoot: $0.isMoot, at: now)
            }
        return try due.compactMap { row in
            guard let severity = NotificationRules.escalated(row.notification.severity) else { return nil }
            try transaction.connection.run(
                "UPDATE notifications SET severity = ?2, escalated_at = ?3, changed = ?4 WHERE notification_key = ?1",
                row.notification.id,
                severity.rawValue,
                now.rawValue,
                transaction.sequence
            )
            var escalated = row.notification
            escalated.severity = severity
            escalated.escalatedAt = now.date
            return escalated
        }
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

    private static func stored(_ row: Row) throws -> Stored {
        guard let severity = AdministratorNotification.Severity(rawValue: row.string(1)) else {
            throw MemoryError.corrupt("Notification \(row.int(0)) does not read.")
        }
        return Stored(
            notification: AdministratorNotification(
                id: row.int(0),
                severity: severity,
                kind: AdministratorNotification.Kind(rawValue: row.string(2)),
                message: row.string(3),
                memoryID: row.optionalMemoryID(4),
                conflictID: row.optionalString(5).map(ConflictID.init(rawValue:)),
                createdAt: Timestamp(rawValue: row.int64(6)).date,
                count: row.int(7),
                lastRaisedAt: Timestamp(rawValue: row.int64(8)).date,
                escalatedAt: row.optionalInt64(9).map { Timestamp(rawValue: $0).date },
                userID: row.optionalString(12).map(UserID.init(rawValue:)),
                ownerID: row.optionalString(13).map(AgentID.init(rawValue:))
            ),
            isAcknowledged: row.bool(10),
            isMoot: row.bool(11)
        )
    }
}
