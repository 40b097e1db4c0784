import ArgumentParser
import HearthMemory

struct SliceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slice",
        abstract: "Show all that an agent may see, with statistics.",
        discussion: """
            JSON: agent, user, session, generated_at, statistics (of the whole slice: total, own, shared, locked, conflicted, types, \
            sync_status), entries (memory, locked, lock_holder, conflict, last_sync_at) and next, which --after takes, where there are more. \
            \(MemoryJSON.keys)
            """
    )

    @OptionGroup var agent: ActingAgentOptions
    @OptionGroup var user: OwningUserOptions

    @Option(help: "Only memories of this session.")
    var session: SessionID?

    @Option(help: "Only memories of this type; may be given several times.")
    var type: [MemoryType] = []

    @Option(help: "How many memories at most.")
    var limit = 20

    @Option(help: ArgumentHelp("Go on behind an earlier page.", valueName: "cursor"))
    var after: PageCursor?

    @OptionGroup var store: StoreOptions

    func run() async throws {
        let (agent, user) = (try agent.id, try user.id)
        let slice = try await store.withStore(.existing, as: [agent]) { coordinator in
            try await coordinator.syncService.agentMemorySlice(
                agentID: agent,
                userID: user,
                sessionID: session,
                memoryTypes: Set(type),
                limit: limit,
                after: after?.cursor
            )
        }
        try store.output.print(SliceReport(slice))
    }
}
