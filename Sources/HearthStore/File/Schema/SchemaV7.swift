/// The schema that takes erasure: what keeps erased memories away, and what is still to be scrubbed.
///
/// Nothing in it says what was erased. Numbers of documents and users are never used again, and a mark tells nobody
/// what it was made of who does not guess it.
enum SchemaV7 {
    static let statements = """
        -- The sequence of the last change that may have left bytes outside of the tables: in segments of memory_index, in free pages, in
        -- the write-ahead log. 0: they are gone.
        ALTER TABLE store ADD COLUMN scrub_due INTEGER NOT NULL DEFAULT 0;
        -- The sequence at which keys in data_keys were last replaced or dropped. Whoever holds keys from before reads them anew.
        ALTER TABLE store ADD COLUMN keys_changed INTEGER NOT NULL DEFAULT 0;
        -- What the marks of erased memories are made with: 32 random bytes. NULL while nothing was erased.
        ALTER TABLE store ADD COLUMN erasure_secret BLOB;

        CREATE TABLE erasure_marks (
            -- The first half of an HMAC-SHA-256 of the identifier or of the text of an erased memory.
            mark BLOB PRIMARY KEY CHECK (length(mark) = 16)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE erased_documents (
            -- The documents of erased memories, so that caches drop them.
            user_key INTEGER NOT NULL,
            document_key INTEGER NOT NULL,
            changed INTEGER NOT NULL,
            PRIMARY KEY (user_key, document_key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX erased_documents_by_change ON erased_documents (user_key, changed);

        CREATE TABLE erased_users (
            -- The numbers of erased users. The audit speaks of them, so no other user gets one.
            user_key INTEGER PRIMARY KEY
        ) STRICT;

        -- Words have keys that are never used again, like everything that caches count on by.
        UPDATE store SET next_row = max(next_row, (SELECT coalesce(max(word_key), 0) + 1 FROM sealed_words));
        """
}
