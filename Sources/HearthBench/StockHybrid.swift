import Foundation
import HearthMemory

/// What a host would build of stock SQLite to search by word and by meaning: a full-text table, a table of vectors that
/// is read whole, and reciprocal rank fusion.
final class StockHybrid {
    private let connection: BareConnection
    private let embedder = StaticEmbedder()
    private let words: BareStatement
    private let sharedWords: BareStatement
    private let vectors: BareStatement
    private let sharedVectors: BareStatement
    private let memory: BareStatement
    private let named: BareStatement
    private let inserts: [BareStatement]
    private let audit: BareStatement
    private let share: BareStatement

    /// How many candidates each of both searches gives.
    private static let candidates = 50
    private static let limit = 10
    /// The constant of reciprocal rank fusion that its paper suggests.
    private static let rankOffset = 60.0

    /// Opens a file, and makes its tables if there are none.
    init(path: String) throws {
        connection = try BareConnection(path: path)
        try connection.execute(
            """
            PRAGMA busy_timeout=10000;
            CREATE TABLE IF NOT EXISTS memories (
                key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, scope TEXT NOT NULL, content TEXT NOT NULL
            ) STRICT;
            CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(content, scope UNINDEXED, tokenize='porter unicode61');
            CREATE TABLE IF NOT EXISTS vectors (key INTEGER PRIMARY KEY, scope TEXT NOT NULL, vector BLOB NOT NULL) STRICT;
            CREATE INDEX IF NOT EXISTS vectors_by_scope ON vectors (scope);
            CREATE TABLE IF NOT EXISTS shares (
                agent TEXT NOT NULL, key INTEGER NOT NULL, PRIMARY KEY (agent, key)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS audit (position INTEGER PRIMARY KEY, agent TEXT NOT NULL, keys TEXT NOT NULL) STRICT;
            """
        )
        let matching = "SELECT rowid FROM words WHERE words MATCH ?1 AND scope = ?2"
        let shared = "IN (SELECT key FROM shares WHERE agent = ?3)"
        // The plus keeps SQLite from asking the index once for every shared memory.
        let order = "ORDER BY rank LIMIT \(Self.candidates)"
        words = try connection.prepare("\(matching) \(order)")
        sharedWords = try connection.prepare("\(matching) AND +rowid \(shared) \(order)")
        vectors = try connection.prepare("SELECT key, vector FROM vectors WHERE scope = ?2")
        sharedVectors = try connection.prepare("SELECT key, vector FROM vectors WHERE scope = ?2 AND +key \(shared)")
        memory = try connection.prepare("SELECT * FROM memories WHERE key = ?1")
        named = try connection.prepare("SELECT * FROM memories WHERE id = ?1")
        inserts = [
            try connection.prepare("INSERT INTO memories (key, id, scope, content) VALUES (?1, ?2, ?3, ?4)"),
            try connection.prepare("INSERT INTO words (rowid, content, scope) VALUES (?1, ?4, ?3)"),
            try connection.prepare("INSERT INTO vectors (key, scope, vector) VALUES (?1, ?3, ?5)"),
        ]
        audit = try connection.prepare("INSERT INTO audit (agent, keys) VALUES (?1, ?2)")
        share = try connection.prepare("INSERT INTO shares (agent, key) VALUES (?1, ?2)")
    }

    /// Stores texts in one transaction.
    func store(_ texts: [(id: String, content: String)], scope: String, sharedWith agent: String? = nil) async throws {
        let vectors = try await embedder.embed(texts.map(\.content))
        try inTransaction {
            for (text, vector) in zip(texts, vectors) {
                let key = Int64(bitPattern: UInt64(text.id.hashedStably >> 1))
                for insert in inserts {
                    // A statement takes those of these values that it names.
                    insert.bind(.integer(key), at: 1)
                    insert.bind(.text(text.id), at: 2)
                    insert.bind(.text(scope), at: 3)
                    insert.bind(.text(text.content), at: 4)
                    insert.bind(.blob(vector.withUnsafeBytes(Array.init)), at: 5)
                    while try insert.step() {}
                    insert.reset()
                }
                if let agent { try share.run([.text(agent), .integer(key)]) }
            }
        }
    }

    /// Reads the best of a user's, or of those that are shared with an agent.
    func search(_ query: String, scope: String, sharedWith agent: String? = nil) async throws -> Int {
        let vector = try await embedder.embed([query])[0]
        let matching = query.split(separator: " ").map { "\"\($0)\"" }.joined(separator: " OR ")
        var scores: [Int64: Double] = [:]
        func count(_ keys: [Int64]) {
            for (rank, key) in keys.enumerated() { scores[key, default: 0] += 1 / (Self.rankOffset + Double(rank + 1)) }
        }
        count(try byWord(matching, scope: scope, agent: agent))
        count(try byMeaning(vector, scope: scope, agent: agent))
        let best = scores.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.prefix(Self.limit)
        for (key, _) in best { try read(.integer(key), by: memory) }
        return best.count
    }

    /// Reads one memory.
    func read(_ id: String) throws {
        try read(.text(id), by: named)
    }

    /// Notes in a transaction of its own that an agent has read something.
    func note(_ agent: String) throws {
        try inTransaction { try audit.run([.text(agent), .text("[1,2,3,4,5,6,7,8,9,10]")]) }
    }

    private func read(_ value: BareValue, by statement: BareStatement) throws {
        statement.bind(value, at: 1)
        guard try statement.step() else { throw FloorError(message: "a memory is missing") }
        _ = statement.row
        statement.reset()
    }

    private func byWord(_ query: String, scope: String, agent: String?) throws -> [Int64] {
        let statement = agent == nil ? words : sharedWords
        statement.bind(.text(query), at: 1)
        statement.bind(.text(scope), at: 2)
        if let agent { statement.bind(.text(agent), at: 3) }
        var keys: [Int64] = []
        while try statement.step() { keys.append(statement.integer(0)) }
        statement.reset()
        return keys
    }

    private func byMeaning(_ query: [Float], scope: String, agent: String?) throws -> [Int64] {
        let statement = agent == nil ? vectors : sharedVectors
        statement.bind(.text(scope), at: 2)
        if let agent { statement.bind(.text(agent), at: 3) }
        var found: [(score: Float, key: Int64)] = []
        while try statement.step() {
            found.append((statement.product(of: query, withBlob: 1), statement.integer(0)))
        }
        statement.reset()
        return found.sorted { $0.score > $1.score }.prefix(Self.candidates).map(\.key)
    }

    private func inTransaction(_ body: () throws -> Void) throws {
        try connection.execute("BEGIN IMMEDIATE")
        try body()
        try connection.execute("COMMIT")
    }
}

extension String {
    /// A number that is the same in every process (FNV-1a).
    fileprivate var hashedStably: UInt64 {
        utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
