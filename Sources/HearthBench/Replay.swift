import CSQLite
import Foundation

/// The very rows that the engine wrote, to be written again by bare calls into a file of the same schema.
struct Replay {
    private static let tables = ["memories", "versions", "documents"]

    private let columns: [Int]
    /// By memory, then table.
    let rows: [[[BareValue]]]
    let words: [(document: Int64, content: String, tags: String)]

    /// Reads the rows of a closed store.
    init(path: String) throws {
        let floor = try Floor(path: path)
        var byTable: [[[BareValue]]] = []
        for (table, order) in zip(Self.tables, ["memory_key", "memory_key", "document_key"]) {
            let statement = try floor.prepare("SELECT * FROM \(table) ORDER BY \(order)")
            var rows: [[BareValue]] = []
            while try statement.step() { rows.append(statement.row) }
            byTable.append(rows)
        }
        columns = byTable.map { $0.first?.count ?? 0 }
        rows = byTable[0].indices.map { index in byTable.map { $0[index] } }
        var words: [Int64: [(offset: Int64, term: String)]] = [:]
        let vocabulary = try floor.prepare("SELECT doc, offset, term FROM memory_words WHERE col = 'content'")
        while try vocabulary.step() {
            words[sqlite3_column_int64(vocabulary.handle, 0), default: []]
                .append(
                    (
                        sqlite3_column_int64(vocabulary.handle, 1),
                        String(cString: sqlite3_column_text(vocabulary.handle, 2))
                    )
                )
        }
        self.words = words.sorted { $0.key < $1.key }
            .map { document, terms in
                (document, terms.sorted { $0.offset < $1.offset }.map(\.term).joined(separator: " "), "")
            }
    }

    /// Empties the store at a path of what is to be replayed and writes it again, so many memories to a transaction.
    ///
    /// - Returns: Seconds.
    func write(into path: String, perTransaction: Int) throws -> Double {
        let floor = try Floor(path: path)
        try floor.execute("PRAGMA foreign_keys=OFF")
        for table in Self.tables.reversed() { try floor.execute("DELETE FROM \(table)") }
        try floor.execute("INSERT INTO memory_index (memory_index) VALUES ('delete-all'); PRAGMA foreign_keys=ON")
        let inserts = try zip(Self.tables, columns)
            .map { table, count in
                try floor.prepare(
                    "INSERT INTO \(table) VALUES (\((1...count).map { "?\($0)" }.joined(separator: ", ")))"
                )
            }
        let index = try floor.prepare("INSERT INTO memory_index (rowid, content, tags) VALUES (?1, ?2, ?3)")
        let state = try floor.prepare("UPDATE store SET sequence = sequence + 1, next_row = ?1")
        return try Stopwatch.seconds {
            for start in stride(from: 0, to: rows.count, by: perTransaction) {
                let end = min(start + perTransaction, rows.count)
                try floor.execute("BEGIN IMMEDIATE")
                for memory in start..<end {
                    for (insert, row) in zip(inserts, rows[memory]) { try insert.run(row) }
                }
                for word in words[start..<end] {
                    try index.run([.integer(word.document), .text(word.content), .text(word.tags)])
                }
                try state.run([.integer(Int64(end))])
                try floor.execute("COMMIT")
            }
        }
    }
}
