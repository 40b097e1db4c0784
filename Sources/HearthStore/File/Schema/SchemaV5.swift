/// The schema that takes sensitive memories: what is sealed of them beside their own rows.
///
/// Their payloads are in the columns `sealed` of `memories`, `versions` and `drafts`, which every schema has had. The
/// text, tags and metadata of a sensitive memory are empty or NULL there. Its document has 64 among its flags.
/// `data_keys` has a user's identity key under number 0, and the data keys from 1 on; the greatest is in use for what is
/// stored now.
enum SchemaV5 {
    static let statements = """
        CREATE TABLE sealed_words (
            -- The words of sensitive memories: what the index has instead of a word, and the word itself, sealed. Beginnings of words
            -- are looked for in it.
            word_key INTEGER PRIMARY KEY,
            user_key INTEGER NOT NULL REFERENCES users,
            token TEXT NOT NULL,
            sealed BLOB NOT NULL,
            UNIQUE (user_key, token)
        ) STRICT;

        CREATE TABLE sealed_vectors (
            -- The vectors of sensitive memories; documents.block_key is 0 for them. Sealed is: the scale (4 bytes, IEEE 754), the
            -- vector's int8 values. NULL: the document has no vector any more.
            user_key INTEGER NOT NULL REFERENCES users,
            document_key INTEGER NOT NULL,
            model_key INTEGER NOT NULL REFERENCES models,
            sealed BLOB,
            changed INTEGER NOT NULL,
            PRIMARY KEY (user_key, document_key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX sealed_vectors_by_change ON sealed_vectors (user_key, model_key, changed);
        """
}
