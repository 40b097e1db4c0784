package import HearthModel

/// When a notification is news, and when it is made more severe.
package enum NotificationRules {
    /// How long the cause of an acknowledged notification may come again before it is raised anew: whoever has acknowledged
    /// it knows of it, but should be reminded of it every day.
    package static let silenceAfterAcknowledgement = Duration.seconds(86_400)

    /// The notification that results from raising one again whose cause is the same.
    ///
    /// It keeps its number and the time at which it arose, and is never less severe than before.
    package static func merged(
        _ earlier: AdministratorNotification,
        with later: AdministratorNotification
    ) -> AdministratorNotification {
        var merged = later
        merged.id = earlier.id
        merged.createdAt = earlier.createdAt
        merged.escalatedAt = earlier.escalatedAt
        merged.severity = max(earlier.severity, later.severity)
        merged.count = earlier.count.saturatingSuccessor
        return merged
    }

    /// Whether those who were told of a notification should be told of it again.
    package static func isNews(
        _ notification: AdministratorNotification,
        after told: AdministratorNotification
    ) -> Bool {
        notification.kind != told.kind || notification.severity > told.severity
    }

    /// The next severity; nil for the greatest.
    package static func escalated(
        _ severity: AdministratorNotification.Severity
    ) -> AdministratorNotification.Severity? {
        AdministratorNotification.Severity.allCases.first { $0 > severity }
    }

    /// Whether a notification that nobody has acknowledged is to be made more severe: once, after a time.
    ///
    /// - Parameters:
    ///   - time: How long it may wait; zero: for ever.
    ///   - isMoot: Whether what it is about is settled.
    package static func shouldEscalate(
        _ notification: AdministratorNotification,
        after time: Duration,
        isMoot: Bool,
        at now: Timestamp
    ) -> Bool {
        guard time > .zero, !isMoot, notification.escalatedAt == nil, escalated(notification.severity) != nil else {
            return false
        }
        return notification.createdAt <= now.advanced(by: .zero - time).date
    }
}
