import ArgumentParser
import HearthMemory

struct RollbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Publish what an old version says as a new one, at once.",
        discussion: """
            Nothing is taken out of the history; a conflict that waits is settled by it. Only the owner and critical agents do this.

            JSON: the memory afterwards. \(MemoryJSON.keys)
            """
    )

    @Argument(help: "The memory.")
    var id: MemoryID

    @Option(
        help: ArgumentHelp(
            "The version: its id, the beginning of it, or its number where only one has it. `hearth history` lists them.",
            valueName: "version"
        )
    )
    var to: VersionReference

    @OptionGroup var agent: ActingAgentOptions
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let agent = try agent.id
        let memory = try await store.withStore(.existing, as: [agent]) { coordinator in
            let version: VersionID
            if let id = to.id {
                version = id
            } else {
                let history = try await coordinator.history(of: id, agentID: agent)
                version = try to.pick(from: history, listedBy: "`hearth history \(id)`")
            }
            return try await coordinator.rollbackMemory(id, to: version, agentID: agent)
        }
        try store.output.print(MemoryReport(memory))
    }
}
