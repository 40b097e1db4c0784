import HearthModel
import HearthSQLite
import HearthText

/// Removes the rows of what is erased, and notes for caches that they are gone.
enum ErasedRows {
    /// The documents of a memory: its own, and those of drafts that there are or were.
    static func documents(ofMemory memory: Int64, in connection: Connection) throws -> [Int64] {
        try [memory]
            + connection.rows(
                "SELECT document_key FROM documents WHERE memory_key = ?1 AND agent_key IS NOT NULL",
                memory,
                as: { $0.int64(0) }
            )
    }

    /// Removes every row of a memory whose words, tags and vectors are gone, and that is no other's parent any more.
    static func remove(memory: Int64, user: Int64, in transaction: StoreTransaction) throws {
        let connection = transaction.connection
        for document in try documents(ofMemory: memory, in: connection) {
            try connection.run("DELETE FROM documents WHERE user_key = ?1 AND document_key = ?2", user, document)
            try connection.run(
                "INSERT INTO erased_documents (user_key, document_key, changed) VALUES (?1, ?2, ?3)",
                user,
                document,
                transaction.sequence
            )
        }
        try connection.run(
            """
            DELETE FROM notifications WHERE memory_key = ?1
                OR conflict_key IN (SELECT conflict_key FROM conflicts WHERE memory_key = ?1)
            """,
            memory
        )
        try connection.run("DELETE FROM conflicts WHERE memory_key = ?1", memory)
        try connection.run("DELETE FROM shares WHERE user_key = ?2 AND memory_key = ?1", memory, user)
        // Keys are never used again, so no token is given out a second time.
        try connection.run("DELETE FROM leases WHERE memory_key = ?1", memory)
        try connection.run("DELETE FROM lease_waiters WHERE memory_key = ?1", memory)
        try connection.run("DELETE FROM accesses WHERE memory_key = ?1", memory)
        try connection.run("DELETE FROM drafts WHERE memory_key = ?1", memory)
        try connection.run("DELETE FROM versions WHERE memory_key = ?1", memory)
        try connection.run("UPDATE memories SET folded_into = NULL WHERE folded_into = ?1", memory)
        try connection.run("DELETE FROM upkeep_changes WHERE part IN (1, 2, 3) AND memory_key = ?1", memory)
        try connection.run("DELETE FROM memories WHERE memory_key = ?1", memory)
    }

    /// The words that the index holds of some documents, read from the index itself: their texts are not needed, so they
    /// may be sealed or damaged.
    ///
    /// - Parameters:
    ///   - prefix: What every word of the documents begins with.
    ///   - isWanted: Whether a document is one of them.
    static func indexedWords(
        beginningWith prefix: String,
        in connection: Connection,
        of isWanted: (Int64) -> Bool
    ) throws -> [Int64: IndexedWords] {
        var words: [Int64: IndexedWords] = [:]
        try connection.forEach(
            "SELECT doc, col, term FROM memory_words WHERE term >= ?1 AND term <= ?2",
            prefix,
            prefix + "\u{10FFFF}",
            do: { row in
                let document = row.int64(0)
                guard isWanted(document) else { return }
                var held = words[document] ?? IndexedWords(content: "", tags: "")
                let word = row.string(2) + " "
                if row.string(1) == "content" { held.content += word } else { held.tags += word }
                words[document] = held
            }
        )
        return words
    }
}
