import ArgumentParser
import CoreMetrics
import Foundation
import HearthMemory
import HearthMetrics

/// What metrics cost: a store and a search in a process without a backend, and in one with that of HearthMetrics.
enum MetricsBenchmarks {
    /// Processes of each kind, in turns, so that a machine that grows slower is no fault of either.
    private static let turns = 5
    private static let searches = 200

    static func run(_ count: Int, singles: Int) async throws -> [Measurement] {
        let place = try Workplace()
        let coordinator = try await MultiAgentMemoryCoordinator.benchmark(place.file("ours.db"))
        var corpus = Corpus()
        _ = try await coordinator.fill(corpus.drafts(count), user: Population.user)
        try await coordinator.close()
        var without = MetricsProbe.Findings()
        var with = MetricsProbe.Findings()
        for turn in 0..<2 * turns {
            let hasBackend = turn % 2 == 1
            let copy = place.file("copy-\(turn).db")
            try FileManager.default.copyItem(atPath: place.file("ours.db"), toPath: copy)
            let output = try Child.output(
                of: [
                    "metrics-probe", copy, "--searches", String(searches), "--stores", String(singles / turns),
                ] + (hasBackend ? ["--backend"] : [])
            )
            let found = try JSONDecoder().decode(MetricsProbe.Findings.self, from: output)
            if hasBackend { with += found } else { without += found }
            try FileManager.default.removeItem(atPath: copy)
        }
        return [0.5, 0.95]
            .flatMap { share in
                [("hybrid search among \(count)", \MetricsProbe.Findings.searches), ("store", \.stores)]
                    .map { name, times in
                        Measurement(
                            name: "\(name) with a backend for metrics, p\(Int(share * 100))",
                            ours: with[keyPath: times].percentile(share) * 1e6,
                            floor: without[keyPath: times].percentile(share) * 1e6,
                            unit: "µs; floor: without one"
                        )
                    }
            }
    }
}

/// A fresh process that searches and stores, with a backend for metrics or without one. A process can have only one.
struct MetricsProbe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "metrics-probe", shouldDisplay: false)

    @Argument var path: String
    @Option var searches: Int
    @Option var stores: Int
    @Flag var backend = false

    /// Seconds of each call.
    struct Findings: Codable {
        var searches: [Double] = []
        var stores: [Double] = []

        static func += (left: inout Findings, right: Findings) {
            left.searches += right.searches
            left.stores += right.stores
        }
    }

    private static let warmUp = 20

    func run() async throws {
        let metrics = PrometheusMetrics()
        if backend { MetricsSystem.bootstrap(metrics) }
        var configuration = CoordinatorConfiguration()
        // A disk would hide what a counter costs.
        configuration.durability = .normal
        let coordinator = try await MultiAgentMemoryCoordinator.open(.file(path), configuration: configuration)
        try await coordinator.registerAgent("alden")
        var queries = Corpus(seed: 7)
        var texts = Corpus(seed: 8)
        var findings = Findings()
        for number in 0..<Self.warmUp + searches {
            let query = queries.query()
            let seconds = try await Stopwatch.seconds {
                _ = try await coordinator.searchAgentMemories(
                    agentID: "alden",
                    userID: Population.user,
                    query: query
                )
            }
            if number >= Self.warmUp { findings.searches.append(seconds) }
        }
        for number in 0..<Self.warmUp + stores {
            let text = texts.sentence()
            let seconds = try await Stopwatch.seconds {
                try await coordinator.storeAgentMemory(agentID: "alden", userID: Population.user, content: text)
            }
            if number >= Self.warmUp { findings.stores.append(seconds) }
        }
        try await coordinator.close()
        guard !backend || metrics.exposition().contains("hearth_memories_stored_total") else {
            throw ValidationError("The backend has counted nothing.")
        }
        print(String(decoding: try JSONEncoder().encode(findings), as: UTF8.self))
    }
}
