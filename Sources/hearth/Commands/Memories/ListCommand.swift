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

    @OptionGroup var agent: Required<AgentOptions>
    @OptionGroup var user: Required<UserOptions>
    @OptionGroup var filter: FilterOptions

    @Flag(help: "Only the agent's own memories.")
    var own = false

    @OptionGroup var page: PageOptions
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let filter = filter.filter()
        let found = try await store.withStore(.existing, as: agent, of: user) { coordinator, agent, user in
            try await coordinator.memories(
                agentID: agent,
                userID: user,
                filter: filter,
                includeSharedMemories: !own,
                limit: page.limit,
                after: page.after?.cursor
            )
        }
        try store.output.print(MemoryListReport(memories: found.memories, next: found.next))
    }
}

/// Memories one after another, and where the next page begins.
private struct MemoryListReport: Report {
    private let memories: [Memory]
    private let next: SliceCursor?

    init(memories: [Memory], next: SliceCursor?) {
        self.memories = memories
        self.next = next
    }

    private enum CodingKeys: String, CodingKey { case memories, next }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(memories.map(MemoryJSON.init), forKey: .memories)
        try container.encodeIfPresent(next.map(PageCursor.init), forKey: .next)
    }

    func render(on page: inout Page) throws {
        page.table(Table(memories: memories), none: "No memories.")
        try page.continuation(next)
    }
}

extension Table {
    /// Memories, one in each row.
    init(memories: [Memory]) {
        self.init(.leading("ID"), .leading("CREATED"), .leading("AGENT"), .leading("CATEGORY"), .flexible("TEXT"))
        for memory in memories {
            row(
                "\(memory.id)",
                Styled(RFC3339.minutes(memory.createdAt), .faint),
                "\(memory.agentID)",
                "\(memory.category.rawValue)",
                Styled(memory.content)
            )
        }
    }
}
