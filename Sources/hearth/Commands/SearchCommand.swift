import ArgumentParser
import HearthMemory

struct SearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Find memories, best first.",
        discussion: """
            Words are found in their inflected forms, "words in quotation marks" as they stand, and begin* finds what begins so.

            JSON: query, and results with rank, id, score (0 to 1), components (what the score is \
            made of: keyword, semantic, context, recency, importance), shared, source_agent, sharing \
            (why the agent may see it: reason, rule, permission), snippet and memory. \(MemoryJSON.keys)
            """
    )

    @Argument(help: "What to look for. Several words need no quotation marks.")
    var words: [String]

    @OptionGroup var agent: ActingAgentOptions
    @OptionGroup var user: OwningUserOptions

    @Option(help: "How to search.")
    var searchType: SearchType = .hybrid

    @Option(help: "The session that the question comes from.")
    var session: SessionID?

    @OptionGroup var results: ResultOptions
    @OptionGroup var embedder: EmbedderOptions
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let (agent, user) = (try agent.id, try user.id)
        let query = words.joined(separator: " ")
        let found = try await store.withStore(.existing, as: [agent], embedder: embedder) { coordinator in
            try await coordinator.searchAgentMemories(
                agentID: agent,
                userID: user,
                query: query,
                sessionID: session,
                includeSharedMemories: !results.own,
                searchType: searchType,
                filter: results.searchFilter,
                limit: results.limit
            )
        }
        try store.output.print(SearchReport(query: query, results: found))
    }
}
