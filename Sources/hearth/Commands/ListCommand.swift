import ArgumentParser
import HearthMemory

struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Browse the memories that an agent may see, newest first.",
        discussion: """
            JSON: memories, and next, which --after takes, where there are more. \(MemoryJSON.keys)
            """
    )

    @OptionGroup var agent: ActingAgentOptions
    @OptionGroup var user: OwningUserOptions
    @OptionGroup var filter: FilterOptions

    @Flag(help: "Only the agent's own memories.")
    var own = false

    @Option(help: "How many memories at most.")
    var limit = 20

    @Option(help: ArgumentHelp("Go on behind an earlier page.", valueName: "cursor"))
    var after: PageCursor?

    @OptionGroup var store: StoreOptions

    func run() async throws {
        let (agent, user) = (try agent.id, try user.id)
        let page = try await store.withStore(.existing, as: [agent]) { coordinator in
            try await coordinator.memories(
                agentID: agent,
                userID: user,
                filter: filter.filter(),
                includeSharedMemories: !own,
                limit: limit,
                after: after?.cursor
            )
        }
        try store.output.print(MemoryListReport(memories: page.memories, next: page.next))
    }
}
