import ArgumentParser
import HearthMemory

struct ShareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "share",
        abstract: "Let other agents see a memory.",
        discussion: "Only its owner shares a memory. JSON: id, agents, permission."
    )

    @Argument(help: "The memory.")
    var id: MemoryID

    @Option(
        name: .customLong("with"),
        parsing: .upToNextOption,
        help: ArgumentHelp("The agents that shall see it.", valueName: "agent")
    )
    var agents: [AgentID]

    @Option(help: "What they may do: see it, or also draft edits of it.")
    var permission: SharePermission = .propose

    @OptionGroup var agent: ActingAgentOptions
    @OptionGroup var store: StoreOptions

    func validate() throws {
        guard !agents.isEmpty else { throw ValidationError("--with names no agent.") }
    }

    func run() async throws {
        let agent = try agent.id
        try await store.withStore(.existing, as: [agent]) { coordinator in
            try await coordinator.shareMemory(id, agentID: agent, with: agents, permission: permission)
        }
        try store.output.print(ShareReport(id: id, agents: agents, permission: permission))
    }
}

/// A share that was made.
private struct ShareReport: Report {
    var id: MemoryID
    var agents: [AgentID]
    var permission: SharePermission

    func render(on page: inout Page) {
        page.line("\(id) is shared with \(agents.map(\.rawValue).joined(separator: ", ")) (\(permission.rawValue)).")
    }
}
