import HearthModel
import HearthSQLite

/// The pages that words, vectors and look-ups take up, and what they are for: an account to share them out by.
struct IndexPages: Sendable {
    /// Bytes of the word index. They are shared out by words.
    private var wordBytes = 0
    /// Bytes of everything else that is derived. They are shared out by documents.
    private var otherBytes = 0
    private var words = 0
    private var documents = 0
    /// The size of the file when this was counted, in pages.
    private var pageCount: Int

    /// Reads every page of the file: some seconds for one of gigabytes.
    ///
    /// - Throws: SQLite's error where it was built without `dbstat`.
    init(_ connection: Connection) throws {
        pageCount = try connection.integer(ofPragma: "page_count")
        try connection.forEach(
            """
            SELECT s.pgsize, substr(s.name, 1, 13) = 'memory_index_', coalesce(t.type = 'index', 0),
                s.name IN ('documents', 'tags', 'vector_blocks', 'vector_block_states', 'roster_images', 'sealed_vectors')
            FROM dbstat AS s LEFT JOIN sqlite_schema AS t ON t.name = s.name WHERE s.aggregate = TRUE
            """
        ) { row in
            if row.bool(1) {
                wordBytes += row.int(0)
            } else if row.bool(2) || row.bool(3) {
                otherBytes += row.int(0)
            }
        }
        try connection.forEach(
            "SELECT coalesce(sum(length), 0), count(*) FROM documents WHERE flags & 1 = 0"
        ) { row in
            words = row.int(0)
            documents = row.int(1)
        }
    }

    /// Whether this still says how large things are: the file has not grown or shrunk by a twentieth.
    func isFresh(in connection: Connection) throws -> Bool {
        let now = try connection.integer(ofPragma: "page_count")
        return abs(now - pageCount) * 20 <= pageCount
    }

    /// The share of some documents, in bytes.
    func share(words: Int, documents: Int) -> Int {
        func part(of bytes: Int, _ mine: Int, _ all: Int) -> Int {
            all > 0 ? Int(Double(bytes) * Double(max(0, min(mine, all))) / Double(all)) : 0
        }
        return part(of: wordBytes, words, self.words) + part(of: otherBytes, documents, self.documents)
    }
}
