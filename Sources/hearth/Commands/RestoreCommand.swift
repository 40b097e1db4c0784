import ArgumentParser
import HearthMemory

struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Bring a memory that is deleted or has expired back, as it was.",
        discussion: """
            Only its owner restores a memory, until it is purged. An expiry that has passed is taken away. Any other memory stays as it is.

            JSON: the memory. \(MemoryJSON.keys)
            """
    )

    @Argument(help: "The memory.")
    var id: MemoryID

    @OptionGroup var agent: ActingAgentOptions
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let agent = try agent.id
        let memory = try await store.withStore(.existing, as: [agent]) { coordinator in
            try await coordinator.restoreMemory(id, agentID: agent)
        }
        try store.output.print(MemoryReport(memory))
    }
}
