import ArgumentParser
import Foundation

/// Prints what the engine costs beside the least it could cost: bare SQLite calls on the same rows, in the same run.
@main struct HearthBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "HearthBench",
        abstract: "Measures the engine against bare SQLite on the same machine, in the same run.",
        discussion: """
            A ratio above 1 means slower, or larger, than the floor. Nothing is asserted: machines are noisy. With \
            --json an array of {"name", "ours", "floor", "ratio", "unit"} is printed; a number without a floor has null \
            for it.
            """,
        subcommands: [
            Measure.self, SearchProbe.self, Populate.self, InterplayProbe.self, InterplayWriter.self,
            InterplayPopulate.self, MetricsProbe.self, ExchangeProbe.self,
        ],
        defaultSubcommand: Measure.self
    )
}

/// Runs the benchmarks.
struct Measure: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure",
        abstract: "Run the benchmarks (the default)."
    )

    @Flag(help: "Small sizes, for a glance: less than a minute.")
    var short = false

    @Flag(help: "Print one JSON array.")
    var json = false

    @Flag(help: "Print the names of the benchmarks.")
    var list = false

    @Option(help: "Only the benchmark of this name; may be given several times.")
    var only: [String] = []

    @Flag(help: .private)
    var inThisProcess = false

    func validate() throws {
        let names = Set(benchmarks.map(\.name))
        for name in only where !names.contains(name) {
            throw ValidationError("There is no benchmark \"\(name)\"; --list names them.")
        }
    }

    private var benchmarks: [Benchmark] { Benchmark.all(short ? .short : .full) }

    func run() async throws {
        var measurements: [Measurement] = []
        for benchmark in benchmarks where only.isEmpty || only.contains(benchmark.name) {
            guard !list else {
                print(benchmark.name)
                continue
            }
            let results = inThisProcess ? try await benchmark.run() : try measureInChild(benchmark)
            measurements += results
            guard !json else { continue }
            // Not through `print`: lines are to appear as they are measured, also in a pipe.
            for result in results { FileHandle.standardOutput.write(Data((result.line + "\n").utf8)) }
        }
        if json, !list {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(measurements), as: UTF8.self))
        }
    }

    /// Runs a benchmark in a process of its own, so that none finds another's caches warm or is charged for its memory.
    private func measureInChild(_ benchmark: Benchmark) throws -> [Measurement] {
        let scale = short ? ["--short"] : []
        let output = try Child.output(of: ["measure", "--only", benchmark.name, "--json", "--in-this-process"] + scale)
        return try JSONDecoder().decode([Measurement].self, from: output)
    }
}

/// How much each benchmark does.
struct Scale: Sendable {
    /// Operations that each wait for the disk.
    var singles: Int
    /// Memories of the bulk import.
    var bulk: Int
    /// Memories of the user that is erased.
    var erased: Int
    /// Memories of one user that are searched by word.
    var corpora: [Int]
    /// Repetitions of a quick read.
    var reads: Int
    /// The files that are searched by word and by meaning.
    var populations: [Population]
    /// Memories of one user that are searched between writes, and how many searches of each kind.
    var interplays: [(memories: Int, searches: Int)]
    /// Rows of the vector scan.
    var vectors: Int

    static let full = Scale(
        singles: 2_000,
        bulk: 100_000,
        erased: 20_000,
        corpora: [10_000, 100_000],
        reads: 20_000,
        populations: [
            Population(total: 19_000, ofUser: 10_000),
            Population(total: 109_000, ofUser: 100_000),
            Population(total: 1_000_000, ofUser: 100_000),
        ],
        interplays: [(1_000, 200), (10_000, 200), (100_000, 60)],
        vectors: 100_000
    )
    static let short = Scale(
        singles: 200,
        bulk: 5_000,
        erased: 3_000,
        corpora: [5_000],
        reads: 2_000,
        populations: [Population(total: 10_000, ofUser: 5_000)],
        interplays: [(1_000, 50)],
        vectors: 100_000
    )
}

/// A named group of measurements.
struct Benchmark: Sendable {
    var name: String
    var run: @Sendable () async throws -> [Measurement]

    static func all(_ scale: Scale) -> [Benchmark] {
        [
            Benchmark(name: "store-single") { try await StoreBenchmarks.oneByOne(scale.singles) },
            Benchmark(name: "store-concurrent") {
                try await StoreBenchmarks.concurrently(scale.singles * 5, tasks: 64)
            },
            Benchmark(name: "store-bulk") { try await StoreBenchmarks.inBulk(scale.bulk, perCall: 1_000) },
            Benchmark(name: "store-one-call") { try await StoreBenchmarks.inBulk(scale.bulk, perCall: scale.bulk) },
            Benchmark(name: "read") { try await ReadBenchmarks.run(scale) },
        ]
            + scale.corpora.map { count in
                Benchmark(name: "keyword-\(count)") { try await KeywordBenchmarks.run(count) }
            } + [
                Benchmark(name: "log") { try await LogBenchmarks.run(scale) },
                Benchmark(name: "vectors") { VectorBenchmarks.run(scale.vectors) },
            ]
            + scale.populations.map { population in
                Benchmark(name: "hybrid-\(population.total)") { try await HybridBenchmarks.run(population) }
            }
            + scale.interplays.map { count, searches in
                Benchmark(name: "interplay-\(count)") { try await InterplayBenchmarks.run(count, searches: searches) }
            } + [
                Benchmark(name: "audit") { try await AuditBenchmarks.run(scale) },
                Benchmark(name: "sync") { try await SyncBenchmarks.run(scale) },
                Benchmark(name: "reconcile") { try await ReconcileBenchmarks.run(scale) },
                Benchmark(name: "sealing") { try await SealingBenchmarks.run(scale.bulk, reads: scale.reads) },
                Benchmark(name: "upkeep") { try await UpkeepBenchmarks.run(scale.bulk, singles: scale.singles) },
                Benchmark(name: "erasure") { try await ErasureBenchmarks.run(scale.erased, singles: scale.singles) },
                Benchmark(name: "exchange") { try await ExchangeBenchmarks.run(scale.bulk) },
                Benchmark(name: "metrics") { try await MetricsBenchmarks.run(scale.bulk, singles: scale.singles) },
            ]
    }
}
