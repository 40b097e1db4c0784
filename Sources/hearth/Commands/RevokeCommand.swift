import ArgumentParser
import HearthMemory

struct RevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Take a memory away from agents it was shared with.",
        discussion: "It holds from their next call, and no rule shares the memory with them again. JSON: id, agents."
    )

    @Argument(help: "The memory.")
    var id: MemoryID

    @Option(
        name: .customLong("from"),
        parsing: .upToNextOption,
        help: ArgumentHelp("The agents that shall see it no more.", valueName: "agent")
    )
    var agents: [AgentID]

    @OptionGroup var agent: ActingAgentOptions
    @OptionGroup var store: StoreOptions

    func validate() throws {
        guard !agents.isEmpty else { throw ValidationError("--from names no agent.") }
    }

    func run() async throws {
        let agent = try agent.id
        try await store.withStore(.existing, as: [agent]) { coordinator in
            try await coordinator.revokeShare(id, agentID: agent, from: agents)
        }
        try store.output.print(RevocationReport(id: id, agents: agents))
    }
}

/// Shares that were taken back.
private struct RevocationReport: Report {
    var id: MemoryID
    var agents: [AgentID]

    func render(on page: inout Page) {
        page.line("\(id) is no longer shared with \(agents.map(\.rawValue).joined(separator: ", ")).")
    }
}
