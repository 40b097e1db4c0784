import ArgumentParser
import HearthMemory

struct UsersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users",
        abstract: "List the users that the store knows, and how many memories each has.",
        discussion: """
            Counted is what is published; `hearth allocation` says how much room it takes.

            JSON: users, each with id, memories (how many) and agents (how many own some of them).
            """
    )

    @OptionGroup var store: StoreOptions

    func run() async throws {
        let users = try await store.withStore(.existing) { try await $0.userSummaries() }
        try store.output.print(UsersReport(users: users))
    }
}

/// The users of a store.
private struct UsersReport: Report {
    let users: [UserSummary]

    func render(on page: inout Page) {
        var table = Table(.flexible("USER"), .trailing("MEMORIES"), .trailing("AGENTS"))
        for user in users { table.row(Styled(user.id.rawValue), "\(user.memories)", "\(user.agents)") }
        page.table(table, none: "No users.")
    }
}
