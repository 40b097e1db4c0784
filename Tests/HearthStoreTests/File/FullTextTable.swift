@testable import HearthSQLite
@testable import HearthStore
@testable import HearthText

/// An FTS5 table like the store's, alone in memory.
final class FullTextTable {
    private let connection: Connection

    init() throws {
        // SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        connection = try Connection(opening: ":memory:", flags: 0x6)
        try connection.execute(
            """
            CREATE VIRTUAL TABLE words USING fts5(content, content='', columnsize=0, tokenize="ascii tokenchars ':'");
            CREATE VIRTUAL TABLE places USING fts5vocab(words, instance);
            """
        )
    }

    func insert(_ text: String, as row: Int64, user: UserKey) throws {
        try connection.run("INSERT INTO words (rowid, content) VALUES (?1, ?2)", row, indexText(text, user))
    }

    func remove(_ text: String, as row: Int64, user: UserKey) throws {
        try connection.run(
            "INSERT INTO words (words, rowid, content) VALUES ('delete', ?1, ?2)",
            row,
            indexText(text, user)
        )
    }

    /// The tokens of a row as FTS5 counted them.
    func tokens(of row: Int64) throws -> [String] {
        try connection.rows("SELECT term FROM places WHERE doc = ?1 ORDER BY offset", row) { $0.string(0) }
    }

    func tokenCount() throws -> Int {
        try connection.first("SELECT count(*) FROM places") { Int($0.int64(0)) } ?? 0
    }

    func checkIntegrity() throws {
        try connection.run("INSERT INTO words (words) VALUES ('integrity-check')")
    }

    func postings(_ query: KeywordQuery, user: UserKey) throws -> Postings {
        guard let expression = query.matchExpression(userKey: user) else { return Postings(phraseCount: 0) }
        return try connection.collectPostings(index: "words", matching: expression, phraseCount: query.clauses.count)
    }

    private func indexText(_ text: String, _ user: UserKey) -> String {
        TextAnalyzer().tokens(of: text).indexText(userKey: user)
    }
}
