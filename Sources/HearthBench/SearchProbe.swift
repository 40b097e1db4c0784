import ArgumentParser
import CSQLite
import Foundation
import HearthMemory

/// A fresh process that opens a store and searches. It measures the time to the first answer, the answers once warm,
/// and the memory it takes.
struct SearchProbe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "search-probe", shouldDisplay: false)

    @Argument var path: String
    @Option var type: String = SearchType.hybrid.rawValue
    @Option var queries: Int = 0
    /// Whether the file is a stock full-text table.
    @Flag var stock = false

    /// What the process measured; times in seconds, memory in MiB.
    struct Findings: Codable {
        var toFirst: Double
        var warm: [Double] = []
        var resident: Double = 0
    }

    /// Searches before those that are measured.
    private static let warmUp = 10

    func run() async throws {
        var corpus = Corpus(seed: 7)
        let texts = (0..<Self.warmUp + queries).map { _ in corpus.query() }
        var findings = stock ? try searchStock(texts) : try await searchOurs(texts)
        findings.resident = try ProcessMemory.resident()
        print(String(decoding: try JSONEncoder().encode(findings), as: UTF8.self))
    }

    private func searchOurs(_ texts: [String]) async throws -> Findings {
        guard let type = SearchType(rawValue: type) else { throw ValidationError("There is no search \(type).") }
        let start = ContinuousClock.now
        let coordinator = try await MultiAgentMemoryCoordinator.benchmark(path)
        func search(_ text: String) async throws {
            let results = try await coordinator.searchAgentMemories(
                agentID: "alden",
                userID: Population.user,
                query: text,
                searchType: type
            )
            guard !results.isEmpty else { throw ValidationError("Nothing was found for \"\(text)\".") }
        }
        try await search(texts[0])
        var findings = Findings(toFirst: (ContinuousClock.now - start).inSeconds)
        for text in texts.prefix(Self.warmUp) where queries > 0 { try await search(text) }
        for text in texts.dropFirst(Self.warmUp) {
            findings.warm.append(try await Stopwatch.seconds { try await search(text) })
        }
        return findings
    }

    private func searchStock(_ texts: [String]) throws -> Findings {
        let start = ContinuousClock.now
        let index = try StockIndex(path: path)
        _ = try index.search(texts[0])
        var findings = Findings(toFirst: (ContinuousClock.now - start).inSeconds)
        for text in texts.prefix(Self.warmUp) where queries > 0 { _ = try index.search(text) }
        for text in texts.dropFirst(Self.warmUp) {
            findings.warm.append(try Stopwatch.seconds { _ = try index.search(text) })
        }
        return findings
    }

    /// Runs the probe on a file: a store, or a stock full-text table.
    ///
    /// - Parameters:
    ///   - path: The file, which no other process has open.
    ///   - type: How to search; nil for the stock table.
    ///   - queries: How many searches to measure.
    /// - Returns: What it measured.
    static func findings(path: String, type: SearchType?, queries: Int) throws -> Findings {
        let kind = type.map { ["--type", $0.rawValue] } ?? ["--stock"]
        let output = try Child.output(of: ["search-probe", path, "--queries", String(queries)] + kind)
        return try JSONDecoder().decode(Findings.self, from: output)
    }

    /// The median over five processes of the seconds from opening the file to the first answer.
    static func secondsToFirst(path: String, type: SearchType?) throws -> Double {
        try (0..<5).map { _ in try findings(path: path, type: type, queries: 0).toFirst }.percentile(0.5)
    }
}

/// What SQLite offers by itself: a full-text table ordered by its own rank, with a scope column.
struct StockIndex {
    private let floor: BareConnection
    private let statement: BareStatement

    /// Opens an index that was made.
    init(path: String) throws {
        floor = try BareConnection(path: path)
        statement = try floor.prepare(
            "SELECT rowid, content FROM stock WHERE stock MATCH ?1 AND scope = ?2 ORDER BY rank LIMIT 10"
        )
    }

    /// Makes an index of texts and whose they are.
    static func make(path: String, of texts: some Sequence<(scope: String, content: String)>) throws {
        let floor = try BareConnection(path: path)
        try floor.execute(
            "CREATE VIRTUAL TABLE stock USING fts5(content, scope UNINDEXED, tokenize='porter unicode61')"
        )
        let insert = try floor.prepare("INSERT INTO stock (content, scope) VALUES (?1, ?2)")
        try floor.execute("BEGIN")
        for text in texts { try insert.run([.text(text.content), .text(text.scope)]) }
        try floor.execute("COMMIT")
    }

    /// Reads the ten best of the user that is searched, and returns how many there are.
    func search(_ query: String) throws -> Int {
        let words = query.split(separator: " ").map { "\"\($0)\"" }.joined(separator: " OR ")
        statement.bind(.text(words), at: 1)
        statement.bind(.text(Population.user.rawValue), at: 2)
        var found = 0
        while try statement.step() {
            _ = statement.row
            found += 1
        }
        statement.reset()
        return found
    }
}
