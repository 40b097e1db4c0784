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
                With --follow it goes on and prints each that this or another process raises, once, and once more if it becomes more severe \
                because nobody acknowledges it. It ends with Ctrl-C (status 130), SIGTERM (143) or when nobody reads the output (0).

                JSON: notifications, each with id (a number; 0 for one that the file could not take), severity (information, warning, critical), \
                kind, message, memory, user, owner, conflict, created_at, count (how often it was raised), last_raised_at and escalated_at. With --follow each \
                is an object on a line of its own.
                """
        )

        @Flag(help: "Go on, and print each that comes.")
        var follow = false

        @OptionGroup var store: StoreOptions

        func run() async throws {
            guard !follow else {
                return try await store.withStore(.existing) { coordinator in
                    try await NotificationFollower(output: store.output).follow(coordinator.notifications)
                }
            }
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
