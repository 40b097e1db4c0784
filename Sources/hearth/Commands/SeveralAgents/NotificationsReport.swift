import HearthMemory

/// What nobody has acknowledged yet.
struct NotificationsReport: Report {
    private let notifications: [NotificationJSON]

    init(_ notifications: [AdministratorNotification]) {
        self.notifications = notifications.map(NotificationJSON.init)
    }

    func render(on page: inout Page) {
        guard !notifications.isEmpty else { return page.line(Styled("Nothing to tell.", .faint)) }
        for (index, notification) in notifications.enumerated() {
            if index > 0 { page.gap() }
            notification.render(on: &page)
        }
    }
}

/// One notification, as JSON and as text.
struct NotificationJSON: Report {
    let notification: AdministratorNotification

    private enum CodingKeys: String, CodingKey {
        case id, severity, kind, message, memory, user, owner, conflict, count
        case createdAt = "created_at"
        case lastRaisedAt = "last_raised_at"
        case escalatedAt = "escalated_at"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(notification.id, forKey: .id)
        try container.encode(notification.severity, forKey: .severity)
        try container.encode(notification.kind, forKey: .kind)
        try container.encode(notification.message, forKey: .message)
        try container.encodeIfPresent(notification.memoryID, forKey: .memory)
        try container.encodeIfPresent(notification.userID, forKey: .user)
        try container.encodeIfPresent(notification.ownerID, forKey: .owner)
        try container.encodeIfPresent(notification.conflictID, forKey: .conflict)
        try container.encode(notification.createdAt, forKey: .createdAt)
        try container.encode(notification.count, forKey: .count)
        try container.encode(notification.lastRaisedAt, forKey: .lastRaisedAt)
        try container.encodeIfPresent(notification.escalatedAt, forKey: .escalatedAt)
    }

    func render(on page: inout Page) {
        let again = notification.count > 1 ? ", \(notification.count) times" : ""
        let escalated = notification.escalatedAt == nil ? "" : ", escalated"
        page.line(
            Styled("\(notification.id)", .heading),
            "  ",
            Styled(notification.severity.rawValue, Self.style(of: notification.severity)),
            "  \(RFC3339.minutes(notification.createdAt))\(again)\(escalated)"
        )
        page.line("\(notification.message)")
    }

    private static func style(of severity: AdministratorNotification.Severity) -> Style {
        switch severity {
        case .information: .plain
        case .warning: .caution
        case .critical: .bad
        }
    }
}
