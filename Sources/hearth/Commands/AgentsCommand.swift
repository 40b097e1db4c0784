import ArgumentParser
import HearthMemory

struct AgentsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agents",
        abstract: "List the agents that the store knows.",
        discussion: """
            JSON: agents, each with id, name, priority (critical, high, medium, low), retention_days, conflict_resolution, memory_types, \
            categories, working_memory_limit and automatic_sync.
            """
    )

    @OptionGroup var store: StoreOptions

    func run() async throws {
        let profiles = try await store.withStore(.existing) { try await $0.agents() }
        try store.output.print(AgentsReport(profiles))
    }
}
