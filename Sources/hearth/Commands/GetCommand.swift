import ArgumentParser
import HearthMemory

struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Show a memory as an agent sees it.",
        discussion: "JSON: the memory. \(MemoryJSON.keys)"
    )

    @Argument(help: "The memory.")
    var id: MemoryID

    @OptionGroup var agent: ActingAgentOptions
    @OptionGroup var user: UserOptions
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let agent = try agent.id
        let memory = try await store.withStore(.existing, as: [agent]) { coordinator in
            try await coordinator.memory(id, agentID: agent, userID: user.id)
        }
        try store.output.print(MemoryReport(memory))
    }
}
