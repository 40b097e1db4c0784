import HearthSQLite

/// The thirteenth schema of the file: equal texts are found by a number made of the whole text.
///
/// Before, that number was made of a text's length and of two of its characters. Texts of one form, such as "Entry 17 of
/// the diary", had it in common by the thousands, and to store one was to look at all of them.
///
/// The conventions are those of ``SchemaV1``.
enum SchemaV13 {
    private static let column = """
        -- The first 8 bytes of the text's SHA-256, most significant first, where the text's provenance is not the standard one.
        -- NULL for all other texts, for blank ones, and for sensitive memories, of whose text nothing is kept in plain.
        ALTER TABLE memories ADD COLUMN text_key INTEGER;
        """

    private static let index = """
        DROP INDEX memories_by_text;

        -- Leads to the texts that are equal to one: of each owner and provenance to one after the other, so that the rest of
        -- those that say the same can be passed over.
        CREATE INDEX memories_by_text ON memories (text_key, user_key, owner_key, provenance) WHERE text_key IS NOT NULL;
        """

    /// The memories whose provenance is not the standard one, by the index of before, which has no others.
    private static let keys: StaticString = """
        SELECT memory_key FROM memories INDEXED BY memories_by_text WHERE provenance IS NOT NULL ORDER BY memory_key
        """

    /// Takes a file from the twelfth schema to this one, in the transaction that is open.
    ///
    /// Only rows that get a number are read and written, in the order in which they lie in the file.
    static func migrate(_ connection: Connection) throws {
        try connection.execute(column)
        try connection.forEach(keys) { row in
            let key = row.int64(0)
            let textKey = try connection.first(
                "SELECT content FROM memories WHERE memory_key = ?1 AND is_sensitive = 0",
                key,
                as: { EqualTexts.key(of: $0.string(0)) }
            )
            guard let textKey = textKey ?? nil else { return }
            try connection.run("UPDATE memories SET text_key = ?2 WHERE memory_key = ?1", key, textKey)
        }
        try connection.execute(index)
    }
}
