import CSQLite
import Foundation
import HearthMemory

/// Keyword search over what one agent may see, and the way from a closed file to the first answer.
enum SearchBenchmarks {
    static func run(_ scale: Scale) async throws -> [Measurement] {
        var measurements: [Measurement] = []
        for count in scale.corpora { measurements += try await search(count) }
        return measurements
    }

    private static func search(_ count: Int) async throws -> [Measurement] {
        let place = try Workplace()
        let coordinator = try await MultiAgentMemoryCoordinator.benchmark(place.file("ours.db"))
        var corpus = Corpus()
        let drafts = corpus.drafts(count)
        _ = try await coordinator.fill(drafts, user: "bench")
        let queries = (0..<100).map { _ in corpus.query() }
        func search(_ query: String) async throws {
            _ = try await coordinator.searchAgentMemories(
                agentID: "alden",
                userID: "bench",
                query: query,
                searchType: .keyword
            )
        }
        for query in queries.prefix(10) { try await search(query) }
        var ours: [Double] = []
        for query in queries { ours.append(try await Stopwatch.seconds { try await search(query) }) }
        try await coordinator.close()

        let floor = try StockIndex(path: place.file("floor.db"), drafts: drafts)
        var bare: [Double] = []
        for query in queries.prefix(10) { _ = try floor.search(query) }
        for query in queries { bare.append(try Stopwatch.seconds { _ = try floor.search(query) }) }

        let opening = try OpenProbe.seconds(path: place.file("ours.db"), query: queries[0])
        let bareOpening = try Stopwatch.seconds { _ = try StockIndex(path: place.file("floor.db")).search(queries[0]) }
        return [0.5, 0.95, 0.99]
            .map { share in
                Measurement(
                    name: "keyword search, \(count) memories, p\(Int(share * 100))",
                    ours: ours.percentile(share) * 1e3,
                    floor: bare.percentile(share) * 1e3,
                    unit: "ms; floor: FTS5 ORDER BY rank"
                )
            } + [
                Measurement(
                    name: "open to first search in a fresh process, \(count) memories",
                    ours: opening * 1e3,
                    floor: bareOpening * 1e3,
                    unit: "ms; floor: in this process"
                )
            ]
    }
}

/// What SQLite offers by itself: a full-text table ordered by its own rank, with a scope column.
private struct StockIndex {
    private let floor: Floor
    private let statement: BareStatement

    init(path: String, drafts: [MemoryDraft] = []) throws {
        floor = try Floor(path: path)
        if !drafts.isEmpty {
            try floor.execute(
                "CREATE VIRTUAL TABLE stock USING fts5(content, owner UNINDEXED, tokenize='porter unicode61'); BEGIN"
            )
            let insert = try floor.prepare("INSERT INTO stock (content, owner) VALUES (?1, 'bench')")
            for draft in drafts { try insert.run([.text(draft.content)]) }
            try floor.execute("COMMIT")
        }
        statement = try floor.prepare(
            "SELECT rowid, content FROM stock WHERE stock MATCH ?1 AND owner = 'bench' ORDER BY rank LIMIT 10"
        )
    }

    func search(_ query: String) throws -> Int {
        let words = query.split(separator: " ").map { "\"\($0)\"" }.joined(separator: " OR ")
        statement.bind(.text(words), at: 1)
        var found = 0
        while try statement.step() {
            _ = statement.row
            found += 1
        }
        statement.reset()
        return found
    }
}
