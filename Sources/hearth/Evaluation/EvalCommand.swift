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
            corpus: LineSource(path: StoreLocation.expandingHome(in: corpus), progress: progress),
            queries: LineSource(path: StoreLocation.expandingHome(in: queries), progress: progress)
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

/// Which constants of ranking differ from the defaults.
struct TuningOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Leave out a part of ranking; may be given several times.",
            valueName: "part"
        )
    )
    var without: [RankingPart] = []

    @Option(
        help: ArgumentHelp(
            "Set a constant of SearchTuning, as in semanticShare=0.3; may be given several times.",
            valueName: "name=value"
        )
    )
    var set: [TuningSetting] = []

    /// The defaults, with the given constants set and the given parts left out.
    var value: SearchTuning {
        var tuning = SearchTuning()
        for setting in set { tuning[keyPath: setting.path] = setting.value }
        for part in without { part.leave(&tuning) }
        return tuning
    }
}

/// A part of ranking that can be left out, to see what it is worth.
enum RankingPart: String, CaseIterable, ExpressibleByArgument {
    /// What the neighbouring memories of the session say.
    case context
    /// Dates in the question.
    case dates
    /// Words that stand side by side as they do in the question.
    case pairs
    /// The embeddings.
    case meaning
    /// How new a memory is.
    case recency
    /// How important it is.
    case importance
    /// That near-copies step back.
    case crowding

    /// Sets the constants of the part so that it counts for nothing.
    func leave(_ tuning: inout SearchTuning) {
        switch self {
        case .context: (tuning.nearContext, tuning.farContext) = (0, 0)
        case .dates: tuning.dateWeight = 0
        case .pairs: tuning.pairWeight = 0
        case .meaning: (tuning.semanticShare, tuning.semanticFloor) = (0, 2)
        case .recency: tuning.recencyBoost = 0
        case .importance: tuning.importanceBoost = 0
        case .crowding: tuning.nearCopyThreshold = SearchTuning.noThreshold
        }
    }
}

/// One constant and its new value.
struct TuningSetting: ExpressibleByArgument {
    var path: any WritableKeyPath<SearchTuning, Float> & Sendable
    var value: Float

    init?(argument: String) {
        let parts = argument.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, let path = SearchTuning.constants[String(parts[0])], let value = Float(parts[1]),
            value.isFinite
        else { return nil }
        self.path = path
        self.value = value
    }
}

/// How well a collection's questions were answered, and how fast.
struct EvaluationReport: Report {
    var metrics: RetrievalMetrics
    var latency: Percentiles
    var documents: Int
    var unanswerable: Int

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private var measures: [(name: String, value: Double)] {
        RetrievalMetrics.recallDepths.map { ("recall@\($0)", metrics.recall[$0] ?? 0) } + [
            ("mrr@\(RetrievalMetrics.depth)", metrics.meanReciprocalRank),
            ("ndcg@\(RetrievalMetrics.depth)", metrics.normalizedDiscountedGain),
        ]
    }

    private var milliseconds: [(name: String, value: Double)] {
        [50, 95, 99].map { ("p\($0)_ms", latency.milliseconds($0)) }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        for (name, value) in measures + milliseconds { try container.encode(value, forKey: Key(stringValue: name)) }
        try container.encode(metrics.questions, forKey: Key(stringValue: "queries"))
    }

    func render(on page: inout Page) {
        page.facts(measures.map { ($0.name, Styled(Decimals.string($0.value, digits: 3), .good)) })
        page.facts(milliseconds.map { ($0.name, Styled(Decimals.string($0.value, digits: 2))) })
        page.facts([("queries", "\(metrics.questions)"), ("memories", "\(documents)")])
        if unanswerable > 0 { page.line("\(unanswerable) questions without a relevant memory were left out.") }
    }
}
