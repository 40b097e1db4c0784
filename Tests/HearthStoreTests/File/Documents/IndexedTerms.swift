import TestSupport
import Testing

@testable import HearthSQLite
@testable import HearthStore
@testable import HearthText

/// The terms that the analyser writes are the terms that FTS5 reads.
@Suite struct IndexedTerms {
    private let user = UserKey(12_345)

    @Test(arguments: [
        "The user's 10,000 naïve cafés", "東京タワー ｶﾞ 한국어 สวัสดี", "👍🏽 👩‍👩‍👧 🇩🇪 ❤️", "Ёлка кошки المدرسة שָׁלוֹם हिन्दी",
        "NEAR OR and NOT", "C++ .NET #tag @name wi-fi O'Brien getUserById 10.000 R&D U.S.A. 16GB צה\"ל",
        "a:b \"c\" 'd' (e) f*",
    ])
    func `every term is one token behind its user's key`(text: String) throws {
        let table = try FullTextTable()
        try table.insert(text, as: 1, user: user)
        #expect(try table.tokens(of: 1) == TextAnalyzer().tokens(of: text).indexedTerms.map { "9ix:" + $0 })
    }

    @Test func `any text is indexed token by token and leaves nothing behind when it is removed`() throws {
        var generator = SeededGenerator()
        let table = try FullTextTable()
        let texts = (0..<250).map { _ in generator.text(upTo: 80) }
        for (row, text) in texts.enumerated() { try table.insert(text, as: Int64(row), user: UserKey(Int64(row % 3))) }
        for (row, text) in texts.enumerated() {
            #expect(
                try table.tokens(of: Int64(row)).count == TextAnalyzer().tokens(of: text).indexedTerms.count,
                "\(text.debugDescription)"
            )
        }
        for (row, text) in texts.enumerated() { try table.remove(text, as: Int64(row), user: UserKey(Int64(row % 3))) }
        #expect(try table.tokenCount() == 0)
        try table.checkIntegrity()
    }

    @Test func `any string is a query that FTS5 takes, and finds the text it is`() throws {
        var generator = SeededGenerator()
        let table = try FullTextTable()
        for row in Int64(0)..<500 {
            let text = generator.text(upTo: 40)
            let query = KeywordQuery(text)
            #expect(try table.postings(query, user: user).rowIDs.allSatisfy { $0 < row })
            try table.insert(text, as: row, user: user)
            let found = try table.postings(query, user: user)
            // A prefix with a star need not begin any of the text's own stems.
            let isPlain = query.clauses.contains { !$0.phrase.isPrefix && !$0.isRequired }
            if isPlain { #expect(found.rowIDs.contains(row), "\(text.debugDescription)") }
        }
    }

    @Test func `one user's words are invisible to another's query`() throws {
        let table = try FullTextTable()
        try table.insert("secret garden", as: 1, user: UserKey(1))
        try table.insert("secret plan", as: 2, user: UserKey(36))
        try table.insert("secret agent", as: 3, user: UserKey(37))
        for query in ["secret", "secr*", "\"secret garden\"", "*", "s*"] {
            #expect(try table.postings(KeywordQuery(query), user: UserKey(1)).rowIDs.allSatisfy { $0 == 1 })
        }
        #expect(try table.postings(KeywordQuery("sec*"), user: UserKey(36)).rowIDs == [2])
    }

    @Test func `FTS5 counts a query's clauses in their order`() throws {
        let table = try FullTextTable()
        let texts = [
            "the red bike and the red car", "a red bike", "bikes, bikes, bikes", "a car that is red",
            "computation of bikes",
        ]
        for (row, text) in texts.enumerated() { try table.insert(text, as: Int64(row), user: user) }
        let index = InMemoryIndex(texts)
        for text in ["\"red bike\" car", "red bike car", "comp* bikes", "red red red \"car\"", "bi*"] {
            let query = KeywordQuery(text)
            let (postings, expected) = (try table.postings(query, user: user), index.collect(query))
            #expect(postings.rowIDs == expected.texts.map { Int64($0) }, "\(text)")
            #expect(postings.counts == expected.counts, "\(text)")
        }
    }

    @Test func `the longest query is one that FTS5 takes`() throws {
        let table = try FullTextTable()
        let text = (0..<200_000).map { "word\($0)" }.joined(separator: " ")
        try table.insert("word7", as: 1, user: user)
        let whole = KeywordQuery(text)
        #expect(whole.clauses.count > KeywordQuery.mostClauses)
        let query = whole.keeping(Array(0..<KeywordQuery.mostClauses))
        #expect(try table.postings(query, user: user).rowIDs == [1])
        let phrase = KeywordQuery("\"\(text.prefix(10_000))\"")
        #expect(phrase.clauses.count == 1)
        #expect(try table.postings(phrase, user: user).rowIDs.isEmpty)
        let marks = KeywordQuery(String(repeating: "\"a\"* ", count: 100_000))
        #expect(try table.postings(marks, user: user).rowIDs.isEmpty)
    }
}

/// An FTS5 table like the store's, alone in memory.
private final class FullTextTable {
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

    /// The rows that have any clause of a query, ascending, and how often each clause occurs in each: the counts of a row
    /// side by side.
    func postings(_ query: KeywordQuery, user: UserKey) throws -> (rowIDs: [Int64], counts: [UInt16]) {
        guard let expression = query.matchExpression(userKey: user) else { return ([], []) }
        let clauses = query.clauses.count
        let postings = try connection.withPostings(index: "words", matching: expression, phraseCount: clauses) { $0 }
        var counts: [Int64: [UInt16]] = [:]
        for clause in 0..<clauses {
            for place in postings.rows(of: clause) {
                let row = postings.rowIDs[place]
                counts[row, default: Array(repeating: 0, count: clauses)][clause] = postings.counts[place]
            }
        }
        let rows = counts.keys.sorted()
        return (rows, rows.flatMap { counts[$0] ?? [] })
    }

    private func indexText(_ text: String, _ user: UserKey) -> String {
        TextAnalyzer().tokens(of: text).indexText(userKey: user)
    }
}
