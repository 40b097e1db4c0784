import ArgumentParser
import HearthMemory

struct EvalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Measure search on questions whose answers are known.",
        discussion: """
            The documents are stored as memories in a temporary store and the questions put to the ordinary search, each among its own \
            user's memories.

            Both files are JSON Lines. A document has id (or _id) and text, and may have title, user, session and created_at. A question has \
            id, text and relevant (the ids of the documents that answer it), and may have user.

            JSON: recall@1, recall@5, recall@10, recall@20, mrr@10, ndcg@10, p50_ms, p95_ms, p99_ms (of one search) and queries (how many \
            were measured).
            """
    )

    @Option(help: ArgumentHelp("The documents.", valueName: "file"), completion: .file())
    var corpus: String

    @Option(help: ArgumentHelp("The questions.", valueName: "file"), completion: .file())
    var queries: String

    @Option(help: "How to search.")
    var type: SearchType = .hybrid

    @Option(help: "How many results a search may give; recall at greater depth is that of so many.")
    var limit = 20

    @OptionGroup var tuning: TuningOptions
    @OptionGroup var embedder: EmbedderOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let progress = ProgressLine()
        let data = try EvaluationData(
            corpus: ImportSource(path: corpus, progress: progress),
            queries: ImportSource(path: queries, progress: progress)
        )
        let named = try await embedder.named()
        let report = try await withOpenStore(
            at: .temporary,
            as: [Evaluation.agent],
            configure: { configuration in
                configuration.searchTuning = tuning.value
                if let named { configuration.embedder = named }
            },
            body: { coordinator in
                let evaluation = Evaluation(data: data, coordinator: coordinator)
                try await evaluation.store(progress: progress)
                if named != nil { try await evaluation.embed(progress: progress) }
                return try await evaluation.ask(type, limit: limit, progress: progress)
            }
        )
        try output.print(report)
    }
}
