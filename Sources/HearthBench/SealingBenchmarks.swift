import Crypto
import HearthMemory

/// What sensitive memories cost beside plain ones: the same memories, of which none, some or all are sealed.
enum SealingBenchmarks {
    private static let searches = 200

    static func run(_ count: Int, reads: Int) async throws -> [Measurement] {
        let plain = try await times(count, reads: reads, sealing: 0)
        var measurements: [Measurement] = []
        for percent in [10, 100] {
            let sealed = try await times(count, reads: reads, sealing: percent)
            let pairs = zip(sealed.values, plain.values)
            measurements += zip(Times.names, pairs)
                .map { name, times in
                    Measurement(
                        name: "\(name.what), \(percent) % of \(count) sensitive",
                        ours: times.0,
                        floor: times.1,
                        unit: "\(name.unit); floor: all plain"
                    )
                }
        }
        return measurements
    }

    private struct Times {
        static let names: [(what: String, unit: String)] = [
            ("store in bulk", "µs each"), ("read by identifier", "µs each"), ("first hybrid search", "ms"),
            ("keyword search, p50", "ms"), ("hybrid search, p50", "ms"),
        ]

        var values: [Double]
    }

    private static func times(_ count: Int, reads: Int, sealing percent: Int) async throws -> Times {
        let place = try Workplace()
        let key = SymmetricKey(size: .bits256)
        var corpus = Corpus()
        var drafts = corpus.drafts(count)
        for index in drafts.indices where index * 7 % 100 < percent { drafts[index].isSensitive = true }
        var coordinator = try await open(place, key)
        var ids: [MemoryID] = []
        let storing = try await Stopwatch.seconds { ids = try await coordinator.fill(drafts, user: "bench") }
        let chosen = (0..<reads).map { _ in ids[corpus.next(below: ids.count)] }
        let reading = try await Stopwatch.seconds {
            for id in chosen { _ = try await coordinator.memory(id, agentID: "alden") }
        }
        try await coordinator.close()
        coordinator = try await open(place, key)
        let query = corpus.query()
        let first = try await Stopwatch.seconds { _ = try await search(query, .hybrid, coordinator) }
        var medians: [Double] = []
        for type in [SearchType.keyword, .hybrid] {
            var times: [Double] = []
            for _ in 0..<searches {
                let query = corpus.query()
                times.append(try await Stopwatch.seconds { _ = try await search(query, type, coordinator) })
            }
            medians.append(times.sorted()[searches / 2] * 1e3)
        }
        try await coordinator.close()
        return Times(
            values: [storing / Double(count) * 1e6, reading / Double(reads) * 1e6, first * 1e3] + medians
        )
    }

    private static func search(
        _ query: String,
        _ type: SearchType,
        _ coordinator: MultiAgentMemoryCoordinator
    ) async throws -> [MemorySearchResult] {
        try await coordinator.searchAgentMemories(
            agentID: "alden",
            userID: "bench",
            query: query,
            searchType: type
        )
    }

    private static func open(_ place: Workplace, _ key: SymmetricKey) async throws -> MultiAgentMemoryCoordinator {
        var configuration = CoordinatorConfiguration()
        configuration.keyProvider = FixedKeyProvider(symmetric: key)
        let coordinator = try await MultiAgentMemoryCoordinator.open(
            .file(place.file("ours.db")),
            configuration: configuration
        )
        try await coordinator.registerAgent("alden")
        return coordinator
    }
}

/// A provider of one key.
private struct FixedKeyProvider: KeyProvider {
    let symmetric: SymmetricKey

    func key(for identifier: String?) async throws -> (identifier: String, key: SymmetricKey) { ("bench", symmetric) }
}
