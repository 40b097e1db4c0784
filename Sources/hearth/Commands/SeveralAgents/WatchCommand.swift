import ArgumentParser
import HearthMemory

struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Print what becomes different for an agent, as it happens, until it is stopped.",
        discussion: """
            One line an event, from whatever process it came; several edits of one memory at once may be one event. With Ctrl-C it ends.

            JSON, one value a line: kind (stored, updated, deleted, restored, shared, revoked, conflict, resolved, locked, unlocked), \
            id, agent (the owner), user, holder (who holds the lease, of locked) and noticed_at.
            """
    )

    @Option(help: ArgumentHelp("End after so many events.", valueName: "count"))
    var events: Int?

    @OptionGroup var agent: Required<AgentOptions>
    @OptionGroup var user: Required<UserOptions>
    @OptionGroup var store: StoreOptions

    func validate() throws {
        guard events.map({ $0 > 0 }) ?? true else { throw ValidationError("--events must be more than 0.") }
    }

    func run() async throws {
        let json = store.output.json
        try await store.withStore(.existing, as: agent, of: user) { coordinator, agent, user in
            let changes = coordinator.changes(agentID: agent, userID: user)
            if !json { Console.error.note("Watching what \(agent) sees of \(user)'s memories. Ctrl-C ends it.") }
            var count = 0
            for await event in changes {
                try Console.output.write(event, asJSON: json)
                count += 1
                if count == events { break }
            }
        }
    }
}

extension Console {
    /// Writes an event on a line.
    fileprivate func write(_ event: MemoryEvent, asJSON: Bool) throws {
        guard !asJSON else { return try write(bytes: JSONText.encodeLine(EventJSON(event: event))) }
        var page = Page(self)
        let holder = event.holder.map { "  by \($0)" } ?? ""
        page.line(
            Styled(RFC3339.string(event.noticedAt), .faint),
            "  \(event.kind.rawValue)  ",
            Styled(event.memoryID.rawValue, .heading),
            "  \(event.agentID)\(holder)"
        )
        try write(page.text)
    }
}

private struct EventJSON: Encodable {
    let event: MemoryEvent

    private enum CodingKeys: String, CodingKey {
        case kind, id, agent, user, holder
        case noticedAt = "noticed_at"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(event.kind, forKey: .kind)
        try container.encode(event.memoryID, forKey: .id)
        try container.encode(event.agentID, forKey: .agent)
        try container.encode(event.userID, forKey: .user)
        try container.encodeIfPresent(event.holder, forKey: .holder)
        try container.encode(event.noticedAt, forKey: .noticedAt)
    }
}
