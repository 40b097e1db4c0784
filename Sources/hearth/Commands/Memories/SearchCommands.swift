import ArgumentParser
import HearthMemory

struct SearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Find memories, best first.",
        discussion: """
            Words are found in their inflected forms, "words in quotation marks" as they stand (or by their words, if \
            nothing has them so), and begin* finds what begins so. A question that is mostly a date, such as "May \
            2025", finds what was stored for that time.

            JSON: query, missing_phrases (what stands in quotation marks and nothing has so), words_alone (whether the embedder failed, \
            so that the meaning was not looked for), and results with rank, id, score (0 to 1), components (what the score is \
            made of: keyword, semantic, context, recency, importance), shared, source_agent, sharing \
            (why the agent may see it: reason, rule, permission), snippet, copies (the ids of the other memories with the same text), \
            trust (the lowest of it and its copies) and memory. \(MemoryJSON.keys)
            """
    )

    @Argument(help: "What to look for. Several words need no quotation marks.")
    var words: [String]

    @OptionGroup var agent: Required<AgentOptions>
    @OptionGroup var user: Required<UserOptions>

    @Option(help: "How to search.")
    var searchType: SearchType = .hybrid

    @Option(help: "The session that the question comes from.")
    var session: SessionID?

    @Flag(help: "Leave memories that say nearly the same where their scores put them, not behind all others.")
    var keepNearCopies = false

    @OptionGroup var results: ResultOptions
    @OptionGroup var embedder: EmbedderOptions
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let query = words.joined(separator: " ")
        let filter = results.searchFilter
        let meaning = AskedMeaning()
        func tune(_ configuration: inout CoordinatorConfiguration) {
            if keepNearCopies { configuration.searchTuning.nearCopyThreshold = SearchTuning.noThreshold }
            meaning.watch(&configuration, for: query)
        }
        let found = try await store.withStore(
            .existing,
            as: agent,
            of: user,
            embedder: embedder,
            configure: tune
        ) { coordinator, agent, user in
            try await coordinator.searchAgentMemories(
                agentID: agent,
                userID: user,
                query: query,
                sessionID: session,
                includeSharedMemories: !results.own,
                searchType: searchType,
                filter: filter,
                limit: results.limit
            )
        }
        meaning.warnIfMissing()
        try store.output.print(SearchReport(query: query, wordsAlone: meaning.isMissing, results: found))
    }
}

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

    @OptionGroup var agent: Required<AgentOptions>
    @OptionGroup var user: UserOptions
    @OptionGroup var results: ResultOptions
    @OptionGroup var embedder: EmbedderOptions
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let filter = results.searchFilter
        let found = try await store.withStore(.existing, as: agent, embedder: embedder) { coordinator, agent in
            try await coordinator.similar(
                to: id,
                agentID: agent,
                includeSharedMemories: !results.own,
                filter: filter,
                limit: results.limit,
                userID: user.id
            )
        }
        try store.output.print(SearchReport(similarTo: id, results: found))
    }
}

/// What a search found, best first.
private struct SearchReport: Report {
    private let query: String?
    private let similarTo: MemoryID?
    /// The same for every result; nil for a search that has no phrases.
    private let missingPhrases: [String]?
    /// Whether the meaning was not looked for because the embedder failed; nil where nothing else is.
    private let wordsAlone: Bool?
    private let results: [ResultJSON]

    private struct ResultJSON: Encodable {
        let rank: Int
        let found: MemorySearchResult

        private enum CodingKeys: String, CodingKey {
            case rank, id, score, components, shared, sharing, snippet, copies, trust, memory
            case sourceAgent = "source_agent"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(rank, forKey: .rank)
            try container.encode(found.memory.id, forKey: .id)
            try container.encode(found.score, forKey: .score)
            try container.encode(found.components, forKey: .components)
            try container.encode(found.isShared, forKey: .shared)
            try container.encode(found.sourceAgent, forKey: .sourceAgent)
            try container.encodeIfPresent(found.sharing, forKey: .sharing)
            try container.encode(found.snippet, forKey: .snippet)
            try container.encode(found.copies, forKey: .copies)
            try container.encode(found.trust, forKey: .trust)
            try container.encode(MemoryJSON(found.memory), forKey: .memory)
        }
    }

    private enum CodingKeys: String, CodingKey {
        case query, results
        case missingPhrases = "missing_phrases"
        case wordsAlone = "words_alone"
        case similarTo = "similar_to"
    }

    init(
        query: String? = nil,
        similarTo: MemoryID? = nil,
        wordsAlone: Bool? = nil,
        results: [MemorySearchResult]
    ) {
        self.wordsAlone = wordsAlone
        self.query = query
        self.similarTo = similarTo
        missingPhrases = query == nil ? nil : results.first?.missingPhrases ?? []
        self.results = results.enumerated().map { ResultJSON(rank: $0 + 1, found: $1) }
    }

    func render(on page: inout Page) {
        var table = Table(.trailing("#"), .trailing("SCORE"), .leading("ID"), .leading("AGENT"), .flexible("SNIPPET"))
        for result in results {
            table.row([
                ["\(result.rank)"],
                [Styled(Decimals.string(result.found.score), .good)],
                ["\(result.found.memory.id)"],
                ["\(result.found.sourceAgent)"],
                SnippetMarks.spans(result.found.snippet) + copies(of: result.found),
            ])
        }
        for phrase in missingPhrases ?? [] {
            page.line("Nothing has \u{201C}\(phrase)\u{201D} as it stands; its words were looked for.")
        }
        page.table(table, none: "Nothing found.")
    }

    /// How many other memories have the text of a result, if any.
    private func copies(of result: MemorySearchResult) -> [Styled] {
        result.copies.isEmpty ? [] : [" (and \(result.copies.count) with the same text)"]
    }
}

/// The words of a snippet that were searched for; the store puts them between asterisks.
enum SnippetMarks {
    private static let mark = "**"

    /// The snippet in pieces, the matches in their style.
    static func spans(_ snippet: String) -> [Styled] {
        let pieces = snippet.split(separator: mark, omittingEmptySubsequences: false)
        // A mark without a partner belongs to the text.
        guard pieces.count % 2 == 1 else { return [Styled(snippet)] }
        return pieces.enumerated().filter { !$1.isEmpty }.map { Styled(String($1), $0 % 2 == 1 ? .match : .plain) }
    }
}
