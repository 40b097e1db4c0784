import ArgumentParser
import FoundationEssentials
import HearthMemory

struct SessionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sessions",
        abstract: "List a user's sessions that the agent began or sees memories of.",
        discussion: """
            The one with the latest memory comes first. `hearth list --in-session ID` lists the memories of one.

            JSON: sessions, each with id and memories (how many the agent sees), and where they are known name, started_at, ended_at and \
            last_memory_at.
            """
    )

    @OptionGroup var agent: Required<AgentOptions>
    @OptionGroup var user: Required<UserOptions>
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let sessions = try await store.withStore(.existing, as: agent, of: user) { coordinator, agent, user in
            try await coordinator.sessions(agentID: agent, userID: user)
        }
        try store.output.print(SessionsReport(sessions: sessions.map(SessionJSON.init)))
    }
}

/// The sessions of a user, as an agent sees them.
private struct SessionsReport: Report {
    let sessions: [SessionJSON]

    func render(on page: inout Page) {
        var table = Table(.leading("SESSION"), .trailing("MEMORIES"), .leading("LATEST"), .flexible("NAME"))
        for session in sessions.map(\.session) {
            table.row(
                "\(session.id)",
                "\(session.memories)",
                Styled((session.lastMemoryAt ?? session.startedAt).map(RFC3339.minutes) ?? "", .faint),
                Styled(session.name ?? "")
            )
        }
        page.table(table, none: "No sessions.")
    }
}

/// A session as the JSON that is printed.
private struct SessionJSON: Encodable {
    let session: SessionSummary

    private enum CodingKeys: String, CodingKey {
        case id, name, memories
        case startedAt = "started_at"
        case endedAt = "ended_at"
        case lastMemoryAt = "last_memory_at"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(session.id, forKey: .id)
        try container.encodeIfPresent(session.name, forKey: .name)
        try container.encode(session.memories, forKey: .memories)
        try container.encodeIfPresent(session.startedAt, forKey: .startedAt)
        try container.encodeIfPresent(session.endedAt, forKey: .endedAt)
        try container.encodeIfPresent(session.lastMemoryAt, forKey: .lastMemoryAt)
    }
}
