import ArgumentParser
import FoundationEssentials
import HearthMemory

struct DraftsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drafts",
        abstract: "List the agent's edits that are not published, in the order in which they were begun.",
        discussion: """
            `hearth sync` publishes them, and `hearth discard ID` drops one. Of a memory that the agent no longer sees there is only the id.

            JSON: drafts, each with id, deletes (true: the edit deletes the memory), base_version (the number that it was made from), \
            begun_at, updated_at, and text with the edit where there is one.
            """
    )

    @OptionGroup var agent: Required<AgentOptions>
    @OptionGroup var user: Required<UserOptions>
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let drafts = try await store.withStore(.existing, as: agent, of: user) { coordinator, agent, user in
            try await coordinator.drafts(agentID: agent, userID: user)
        }
        try store.output.print(DraftsReport(drafts: drafts.map(DraftJSON.init)))
    }
}

/// The edits of an agent that wait for a sync.
private struct DraftsReport: Report {
    let drafts: [DraftJSON]

    func render(on page: inout Page) {
        var table = Table(.leading("ID"), .leading("BEGUN"), .trailing("FROM"), .flexible("TEXT"))
        for draft in drafts {
            table.row(
                "\(draft.id)",
                Styled(RFC3339.minutes(draft.begunAt), .faint),
                "\(draft.baseVersion)",
                draft.deletes ? Styled("deletes it", .caution) : Styled(draft.text ?? "")
            )
        }
        page.table(table, none: "No drafts.")
    }
}

/// An edit as the JSON that is printed.
private struct DraftJSON: Encodable {
    let id: MemoryID
    let deletes: Bool
    let baseVersion: Int
    let begunAt: Date
    let updatedAt: Date
    let text: String?

    private enum CodingKeys: String, CodingKey {
        case id, deletes, text
        case baseVersion = "base_version"
        case begunAt = "begun_at"
        case updatedAt = "updated_at"
    }

    init(_ draft: PendingEdit) {
        (id, deletes, baseVersion) = (draft.memoryID, draft.isDeletion, draft.baseVersion)
        (begunAt, updatedAt, text) = (draft.begunAt, draft.updatedAt, draft.memory?.content)
    }
}
