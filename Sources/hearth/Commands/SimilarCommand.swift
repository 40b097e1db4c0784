import ArgumentParser
import HearthMemory

struct SimilarCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "similar",
        abstract: "Find memories that mean much the same as one of them, best first.",
        discussion: """
            JSON: similar_to, and results as `hearth search` gives them.
            """
    )

    @Argument(help: "The memory.")
    var id: MemoryID

    @OptionGroup var agent: ActingAgentOptions
    @OptionGroup var results: ResultOptions
    @OptionGroup var embedder: EmbedderOptions
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let agent = try agent.id
        let found = try await store.withStore(.existing, as: [agent], embedder: embedder) { coordinator in
            try await coordinator.similar(
                to: id,
                agentID: agent,
                includeSharedMemories: !results.own,
                filter: results.searchFilter,
                limit: results.limit
            )
        }
        try store.output.print(SearchReport(similarTo: id, results: found))
    }
}
