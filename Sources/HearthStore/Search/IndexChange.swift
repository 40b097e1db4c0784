internal import HearthSQLite

/// The words of one document, each led by its user's key, as they go into the index.
struct IndexedWords: Hashable, Sendable {
    var content: String
    var tags: String
}

/// One change of the word index.
///
/// The index is contentless: a removal gives exactly the words that went in, or it leaves ghosts behind.
enum IndexChange: Sendable {
    case insert(document: Int64, IndexedWords)
    case remove(document: Int64, IndexedWords)

    func apply(to connection: Connection) throws {
        switch self {
        case .insert(let document, let words):
            try connection.run(
                "INSERT INTO memory_index (rowid, content, tags) VALUES (?1, ?2, ?3)",
                document,
                words.content,
                words.tags
            )
        case .remove(let document, let words):
            try connection.run(
                "INSERT INTO memory_index (memory_index, rowid, content, tags) VALUES ('delete', ?1, ?2, ?3)",
                document,
                words.content,
                words.tags
            )
        }
    }
}
