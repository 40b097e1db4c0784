import ArgumentParser
import HearthMemory

struct TagsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tags",
        abstract: "List the tags of the memories that an agent sees, the most frequent first.",
        discussion: """
            JSON: tags, each with tag and count (how many of the memories have it).
            """
    )

    @OptionGroup var agent: Required<AgentOptions>
    @OptionGroup var user: Required<UserOptions>
    @OptionGroup var filter: FilterOptions

    @Flag(help: "Only of the agent's own memories.")
    var own = false

    @OptionGroup var store: StoreOptions

    func run() async throws {
        let filter = filter.filter()
        let tags = try await store.withStore(.existing, as: agent, of: user) { coordinator, agent, user in
            try await coordinator.tags(agentID: agent, userID: user, filter: filter, includeSharedMemories: !own)
        }
        try store.output.print(TagsReport(tags: tags))
    }
}

/// Tags, and how many memories have them.
private struct TagsReport: Report {
    let tags: [TagCount]

    func render(on page: inout Page) {
        var table = Table(.flexible("TAG"), .trailing("MEMORIES"))
        for tag in tags { table.row(Styled(tag.tag), "\(tag.count)") }
        page.table(table, none: "No tags.")
    }
}
