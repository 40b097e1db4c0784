import ArgumentParser
import HearthMemory

struct ContextCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "context",
        abstract: "Print what an assistant pastes into a prompt: found, folded, and cut to a budget of tokens.",
        discussion: """
            One line a memory, best first: its id, what it says, and why it is there. Memories that say nearly the same are one line. \
            Tokens are estimated, because the model isn't known; the estimate errs upward.

            JSON: query, text, tokens, is_estimate, left_out (how many the budget has no room for), words_alone (whether the embedder \
            failed, so that the meaning was not looked for) and memories, each with id, score, \
            folded (the ids of those that say nearly the same) and trust.
            """
    )

    @Argument(help: "What the prompt is about. Several words need no quotation marks.")
    var words: [String]

    @Option(help: ArgumentHelp("How many tokens at most.", valueName: "tokens"))
    var budget = 1_000

    @Option(help: "The session that the question comes from.")
    var session: SessionID?

    @Flag(help: "Only the agent's own memories.")
    var own = false

    @OptionGroup var agent: Required<AgentOptions>
    @OptionGroup var user: Required<UserOptions>
    @OptionGroup var filter: FilterOptions
    @OptionGroup var embedder: EmbedderOptions
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let query = words.joined(separator: " ")
        let filter = filter.filter()
        let meaning = AskedMeaning()
        func watch(_ configuration: inout CoordinatorConfiguration) { meaning.watch(&configuration, for: query) }
        let context = try await store.withStore(
            .existing,
            as: agent,
            of: user,
            embedder: embedder,
            configure: watch
        ) { coordinator, agent, user in
            try await coordinator.context(
                agentID: agent,
                userID: user,
                query: query,
                sessionID: session,
                includeSharedMemories: !own,
                filter: filter,
                budget: budget
            )
        }
        meaning.warnIfMissing()
        try store.output.print(ContextReport(query: query, wordsAlone: meaning.isMissing, context: context))
    }
}

/// A context as it is pasted.
private struct ContextReport: Report {
    let query: String
    let wordsAlone: Bool
    let context: MemoryContext

    private struct MemoryJSON: Encodable {
        let id: MemoryID
        let score: Double
        let folded: [MemoryID]
        let trust: Double
    }

    private enum CodingKeys: String, CodingKey {
        case query, text, tokens, memories
        case isEstimate = "is_estimate"
        case leftOut = "left_out"
        case wordsAlone = "words_alone"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(query, forKey: .query)
        try container.encode(context.text, forKey: .text)
        try container.encode(context.tokens, forKey: .tokens)
        try container.encode(context.isEstimate, forKey: .isEstimate)
        try container.encode(context.leftOut, forKey: .leftOut)
        try container.encode(wordsAlone, forKey: .wordsAlone)
        let memories = context.results.map { result in
            MemoryJSON(
                id: result.memory.id,
                score: result.score,
                folded: context.folded[result.memory.id] ?? [],
                trust: result.trust
            )
        }
        try container.encode(memories, forKey: .memories)
    }

    func render(on page: inout Page) {
        if context.text.isEmpty {
            page.line(Styled(context.leftOut == 0 ? "Nothing found." : "Nothing fits into the budget.", .faint))
        } else {
            page.block(context.text)
        }
    }
}
