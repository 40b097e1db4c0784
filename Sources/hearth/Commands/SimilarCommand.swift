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
    @OptionGroup var filter: FilterOptions

    @Option(help: ArgumentHelp("Only results with at least this score, 0 to 1.", valueName: "score"))
    var minScore: Double?

    @Flag(help: "Only the agent's own memories.")
    var own = false

    @Option(help: "How many results at most.")
    var limit = 10

    @OptionGroup var embedder: EmbedderOptions
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let agent = try agent.id
        let results = try await store.withStore(.existing, as: [agent], embedder: embedder) { coordinator in
            try await coordinator.similar(
                to: id,
                agentID: agent,
                includeSharedMemories: !own,
                filter: filter.filter(minimumScore: minScore),
                limit: limit
            )
        }
        try store.output.print(SearchReport(similarTo: id, results: results))
    }
}
