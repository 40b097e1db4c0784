import HearthMemory
import HearthStore

/// Keyword search over what one agent may see, and the way from a closed file to the first answer.
enum KeywordBenchmarks {
    private static let queries = 200

    static func run(_ count: Int) async throws -> [Measurement] {
        let place = try Workplace()
        let coordinator = try await MultiAgentMemoryCoordinator.benchmark(place.file("ours.db"))
        var corpus = Corpus()
        let drafts = corpus.drafts(count)
        _ = try await coordinator.fill(drafts, user: Population.user)
        try await coordinator.close()
        try StockIndex.make(
            path: place.file("stock.db"),
            of: drafts.lazy.map { (scope: Population.user.rawValue, content: $0.content) }
        )
        let ours = try SearchProbe.findings(path: place.file("ours.db"), type: .keyword, queries: queries)
        let stock = try SearchProbe.findings(path: place.file("stock.db"), type: nil, queries: queries)
        return [0.5, 0.95, 0.99]
            .map { share in
                Measurement(
                    name: "keyword search, \(count) memories, p\(Int(share * 100))",
                    ours: ours.warm.percentile(share) * 1e3,
                    floor: stock.warm.percentile(share) * 1e3,
                    unit: "ms; floor: FTS5 ORDER BY rank"
                )
            } + [
                Measurement(
                    name: "open to first keyword search, \(count) memories",
                    ours: try SearchProbe.secondsToFirst(path: place.file("ours.db"), type: .keyword) * 1e3,
                    floor: try SearchProbe.secondsToFirst(path: place.file("stock.db"), type: nil) * 1e3,
                    unit: "ms; floor: FTS5"
                )
            ]
    }
}
