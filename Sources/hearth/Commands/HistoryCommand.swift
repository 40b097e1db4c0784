import ArgumentParser
import HearthMemory

struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show the versions of a memory, oldest first.",
        discussion: """
            The owner sees all of them, also of a deleted memory; another agent those published since it could see the memory, and its own. Each \
            is checked against its id, which is a digest of all that it holds.

            JSON: id, versions. \(VersionJSON.keys)
            """
    )

    @Argument(help: "The memory.")
    var id: MemoryID

    @OptionGroup var agent: ActingAgentOptions
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let agent = try agent.id
        let versions = try await store.withStore(.existing, as: [agent]) { coordinator in
            try await coordinator.history(of: id, agentID: agent)
        }
        try store.output.print(HistoryReport(id: id, versions: versions))
    }
}
