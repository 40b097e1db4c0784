import ArgumentParser
import Foundation

/// Prints what the engine costs beside the least it could cost: bare SQLite calls on the same rows, in the same run.
@main struct HearthBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "HearthBench",
        abstract: "Measures the engine against bare SQLite on the same machine, in the same run.",
        discussion: """
            A ratio above 1 means slower, or larger, than the floor. Nothing is asserted: machines are noisy. With --json an array of \
            {"name", "ours", "floor", "ratio", "unit"} is printed; a number without a floor has null for it.
            """,
        subcommands: [Measure.self, OpenProbe.self],
        defaultSubcommand: Measure.self
    )
}

/// Runs the benchmarks.
struct Measure: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure",
        abstract: "Run the benchmarks (the default)."
    )

    @Flag(help: "Small sizes, for a glance.")
    var short = false

    @Flag(help: "Print one JSON array.")
    var json = false

    @Option(help: "Only benchmarks whose name contains this.")
    var only: String?

    func run() async throws {
        let scale = short ? Scale.short : .full
        var measurements: [Measurement] = []
        for benchmark in Benchmark.all where only.map(benchmark.name.contains) ?? true {
            let results = try await benchmark.run(scale)
            measurements += results
            guard !json else { continue }
            // Not through `print`: lines are to appear as they are measured, also in a pipe.
            for result in results { FileHandle.standardOutput.write(Data((result.line + "\n").utf8)) }
        }
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(measurements), as: UTF8.self))
        }
    }
}

/// How much each benchmark does.
struct Scale: Sendable {
    /// Operations that each wait for the disk.
    var singles: Int
    /// Memories of the bulk import.
    var bulk: Int
    /// Memories of one user that are searched.
    var corpora: [Int]
    /// Repetitions of a quick read.
    var reads: Int

    static let full = Scale(singles: 2_000, bulk: 100_000, corpora: [10_000, 100_000], reads: 20_000)
    static let short = Scale(singles: 200, bulk: 5_000, corpora: [5_000], reads: 2_000)
}

/// A named group of measurements.
struct Benchmark: Sendable {
    var name: String
    var run: @Sendable (Scale) async throws -> [Measurement]

    static let all: [Benchmark] = [
        Benchmark(name: "store", run: StoreBenchmarks.run),
        Benchmark(name: "read", run: ReadBenchmarks.run),
        Benchmark(name: "search", run: SearchBenchmarks.run),
        Benchmark(name: "log", run: LogBenchmarks.run),
        Benchmark(name: "reconcile", run: ReconcileBenchmarks.run),
    ]
}
