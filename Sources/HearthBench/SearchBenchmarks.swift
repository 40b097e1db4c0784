import HearthMemory

/// Keyword search over what one agent may see, and the time from a closed file to the first answer.
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

/// Search by word and by meaning among the memories of ten users.
enum HybridBenchmarks {
    private static let queries = 200
    /// The stock index takes long on a large file.
    private static let stockQueries = 50

    static func run(_ population: Population) async throws -> [Measurement] {
        let place = try Workplace()
        let path = place.file("ours.db")
        let coordinator = try await MultiAgentMemoryCoordinator.benchmark(path)
        let filling = try await Stopwatch.seconds { try await population.fill(coordinator) }
        try await coordinator.close()
        try await StockIndex.make(path: place.file("stock.db"), of: population.texts())

        let hybrid = try SearchProbe.findings(path: path, type: .hybrid, queries: queries)
        let semantic = try SearchProbe.findings(path: path, type: .semantic, queries: queries)
        let keyword = try SearchProbe.findings(path: path, type: .keyword, queries: queries)
        let stock = try SearchProbe.findings(path: place.file("stock.db"), type: nil, queries: stockQueries)
        let scope = "\(population.ofUser) of \(population.total)"
        func times(_ kind: String, _ findings: SearchProbe.Findings, floor: SearchProbe.Findings?) -> [Measurement] {
            [0.5, 0.95, 0.99]
                .map { share in
                    Measurement(
                        name: "\(kind) search, \(scope), p\(Int(share * 100))",
                        ours: findings.warm.percentile(share) * 1e3,
                        floor: floor.map { $0.warm.percentile(share) * 1e3 },
                        unit: floor == nil ? "ms" : "ms; floor: FTS5 ORDER BY rank"
                    )
                }
        }
        return times("hybrid", hybrid, floor: nil) + times("semantic", semantic, floor: nil)
            + times("keyword", keyword, floor: stock)
            + [
                Measurement(
                    name: "open to first hybrid search, \(scope)",
                    ours: try SearchProbe.secondsToFirst(path: path, type: .hybrid) * 1e3,
                    floor: try SearchProbe.secondsToFirst(path: place.file("stock.db"), type: nil) * 1e3,
                    unit: "ms; floor: FTS5"
                ),
                Measurement(
                    name: "resident memory of a process that searches, \(scope)",
                    ours: hybrid.resident,
                    floor: stock.resident,
                    unit: "MiB; floor: FTS5"
                ),
                Measurement(
                    name: "import with embedding, \(scope)",
                    ours: Double(population.total) / filling,
                    floor: nil,
                    unit: "a second"
                ),
            ]
    }
}
