import ArgumentParser
import FoundationEssentials
import HearthMemory

struct TrashCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trash",
        abstract: "List the agent's own memories that are deleted and can be restored, the latest deletion first.",
        discussion: """
            `hearth restore ID` brings one back, until upkeep purges it. A deletion that is not published yet is a draft.

            JSON: deleted, each the memory with deleted_at beside it, and next, which --after takes, where there are more. \(MemoryJSON.keys)
            """
    )

    @OptionGroup var agent: Required<AgentOptions>
    @OptionGroup var user: Required<UserOptions>
    @OptionGroup var page: PageOptions
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let found = try await store.withStore(.existing, as: agent, of: user) { coordinator, agent, user in
            try await coordinator.deletedMemories(
                agentID: agent,
                userID: user,
                limit: page.limit,
                after: page.after?.cursor
            )
        }
        try store.output.print(TrashReport(deleted: found.memories.map(DeletedJSON.init), next: found.next))
    }
}

/// Deleted memories, and where the next page begins.
private struct TrashReport: Report {
    let deleted: [DeletedJSON]
    let next: SliceCursor?

    private enum CodingKeys: String, CodingKey { case deleted, next }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(deleted, forKey: .deleted)
        try container.encodeIfPresent(next.map(PageCursor.init), forKey: .next)
    }

    func render(on page: inout Page) throws {
        var table = Table(.leading("ID"), .leading("DELETED"), .leading("CATEGORY"), .flexible("TEXT"))
        for memory in deleted.map(\.deleted) {
            table.row(
                "\(memory.memory.id)",
                Styled(RFC3339.minutes(memory.deletedAt), .faint),
                "\(memory.memory.category.rawValue)",
                Styled(memory.memory.content)
            )
        }
        page.table(table, none: "Nothing is deleted.")
        try page.continuation(next)
    }
}

/// A deleted memory as the JSON that is printed: the memory's keys, and one more.
private struct DeletedJSON: Encodable {
    let deleted: DeletedMemory

    private enum CodingKeys: String, CodingKey {
        case deletedAt = "deleted_at"
    }

    func encode(to encoder: any Encoder) throws {
        try MemoryJSON(deleted.memory).encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(deleted.deletedAt, forKey: .deletedAt)
    }
}
