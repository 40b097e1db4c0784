import CSQLite
import HearthMemory
import HearthStore

/// What SQLite offers by itself: a full-text table ordered by its own rank, with a scope column.
struct StockIndex {
    private let floor: Floor
    private let statement: BareStatement

    /// Opens an index that was made.
    init(path: String) throws {
        floor = try Floor(path: path)
        statement = try floor.prepare(
            "SELECT rowid, content FROM stock WHERE stock MATCH ?1 AND scope = ?2 ORDER BY rank LIMIT 10"
        )
    }

    /// Makes an index of texts and whose they are.
    static func make(path: String, of texts: some Sequence<(scope: String, content: String)>) throws {
        let floor = try Floor(path: path)
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
