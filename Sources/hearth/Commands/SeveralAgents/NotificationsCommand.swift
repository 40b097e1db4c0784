import ArgumentParser
import HearthMemory

struct NotificationsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notifications",
        abstract: "Show what an administrator should know, and note that it was seen.",
        subcommands: [ListCommand.self, AcknowledgeCommand.self],
        defaultSubcommand: ListCommand.self
    )

    struct ListCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List what nobody has acknowledged yet, oldest first.",
            discussion: """
                JSON: notifications, each with id (a number), severity (information, warning, critical), kind, message, memory, conflict and \
                created_at.
                """
        )

        @OptionGroup var store: StoreOptions

        func run() async throws {
            let notifications = try await store.withStore(.existing) { try await $0.pendingNotifications() }
            try store.output.print(NotificationsReport(notifications))
        }
    }

    struct AcknowledgeCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "acknowledge",
            abstract: "Note that notifications were seen, so that they are listed no more.",
            discussion: "JSON: acknowledged, the numbers."
        )

        @Argument(help: "The numbers that `hearth notifications` shows.")
        var ids: [Int] = []

        @Flag(help: "All that are listed now.")
        var all = false

        @OptionGroup var store: StoreOptions

        func validate() throws {
            guard ids.isEmpty == all else { throw ValidationError("Give the numbers, or --all.") }
        }

        func run() async throws {
            let acknowledged = try await store.withStore(.existing) { coordinator in
                let ids = all ? try await coordinator.pendingNotifications().map(\.id) : ids
                for id in ids { try await coordinator.acknowledgeNotification(id) }
                return ids
            }
            try store.output.print(AcknowledgementReport(acknowledged: acknowledged))
        }
    }
}

/// What nobody has acknowledged yet.
private struct NotificationsReport: Report {
    private let notifications: [NotificationJSON]

    private struct NotificationJSON: Encodable {
        let notification: AdministratorNotification

        private enum CodingKeys: String, CodingKey {
            case id, severity, kind, message, memory, conflict
            case createdAt = "created_at"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(notification.id, forKey: .id)
            try container.encode(notification.severity, forKey: .severity)
            try container.encode(notification.kind, forKey: .kind)
            try container.encode(notification.message, forKey: .message)
            try container.encodeIfPresent(notification.memoryID, forKey: .memory)
            try container.encodeIfPresent(notification.conflictID, forKey: .conflict)
            try container.encode(notification.createdAt, forKey: .createdAt)
        }
    }

    init(_ notifications: [AdministratorNotification]) {
        self.notifications = notifications.map(NotificationJSON.init)
    }

    func render(on page: inout Page) {
        guard !notifications.isEmpty else { return page.line(Styled("Nothing to tell.", .faint)) }
        for (index, notification) in notifications.map(\.notification).enumerated() {
            if index > 0 { page.gap() }
            page.line(
                Styled("\(notification.id)", .heading),
                "  ",
                Styled(notification.severity.rawValue, Self.style(of: notification.severity)),
                "  \(RFC3339.minutes(notification.createdAt))"
            )
            page.line("\(notification.message)")
        }
    }

    private static func style(of severity: AdministratorNotification.Severity) -> Style {
        switch severity {
        case .information: .plain
        case .warning: .caution
        case .critical: .bad
        }
    }
}

/// The notifications that an administrator has seen.
private struct AcknowledgementReport: Report {
    var acknowledged: [Int]

    func render(on page: inout Page) {
        page.line(
            acknowledged.isEmpty
                ? "There was nothing to acknowledge."
                : "Acknowledged: \(acknowledged.map { "\($0)" }.joined(separator: ", "))."
        )
    }
}
