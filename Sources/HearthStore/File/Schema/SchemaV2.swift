import HearthModel
import HearthSQLite

/// The second schema of the file: memories take about two thirds of the room.
///
/// - An identifier of the engine's own form is kept as 16 bytes instead of 36 characters, in the table and in its index.
/// - What most memories have in common is NULL or a small number.
/// - The version of a memory that has only its first one is not stored a second time beside the memory.
/// - An index leads to the block that a user's next vector goes into.
///
/// The conventions are those of ``SchemaV1``.
enum SchemaV2 {
    /// What `memories.importance` and `memories.confidence` stand for where they are NULL.
    ///
    /// They were a draft's defaults when the schema was made. They belong to the schema and never change.
    static let usualImportance = 0.5
    static let usualConfidence = 0.8

    static let memories = """
        CREATE TABLE memories_2 (
            -- A memory with the fields of its published head.
            memory_key INTEGER PRIMARY KEY,
            -- Its identifier: the 16 bytes that the digits of 'mem_…' stand for, or any other text as it is.
            identifier ANY NOT NULL UNIQUE,
            -- The identifier as hosts know it. Look memories up by the column above, which has the index.
            memory_id TEXT AS (iif(typeof(identifier) = 'blob', 'mem_' || lower(hex(identifier)), identifier)),
            user_key INTEGER NOT NULL REFERENCES users,
            owner_key INTEGER NOT NULL REFERENCES agents,
            session_key INTEGER REFERENCES sessions,
            -- The memory type's place in: episodic, semantic, procedural, working, contextual.
            type INTEGER NOT NULL,
            category_key INTEGER NOT NULL REFERENCES categories,
            -- The text; empty for a sensitive memory, whose payload is sealed.
            content TEXT NOT NULL,
            -- A JSON array of strings, and an object of strings; NULL: empty.
            tags TEXT,
            metadata TEXT,
            -- 0…1; NULL: 0.5, and 0.8.
            importance REAL CHECK (importance BETWEEN 0 AND 1),
            confidence REAL CHECK (confidence BETWEEN 0 AND 1),
            is_sensitive INTEGER NOT NULL,
            -- Nonce, ciphertext and tag of content, tags and metadata together; NULL unless sensitive.
            sealed BLOB,
            -- When the memory came into this file: retention counts from the later of this and the last edit.
            arrived_at INTEGER NOT NULL,
            -- NULL: when it came into this file.
            created_at INTEGER,
            expires_at INTEGER,
            -- The memory it continues or belongs to, by identifier as hosts know it: that one may be gone.
            parent_id TEXT,
            -- The published head: its digest, its number, and its hybrid time less that of the memory's arrival, which is
            -- arrived_at / 1000 << 16.
            head BLOB NOT NULL CHECK (length(head) = 32),
            head_number INTEGER NOT NULL CHECK (head_number > 0),
            head_lag INTEGER NOT NULL,
            -- 'live', 'deleted' (a tombstone: history and restore work until it is purged), 'folded' (a duplicate, see folded_into).
            state TEXT NOT NULL CHECK (state = 'live' OR state = 'deleted' OR state = 'folded'),
            -- The memory that stands for this duplicate.
            folded_into INTEGER REFERENCES memories
        ) STRICT;
        """

    /// What takes the place of the old table.
    static let replacement = """
        DROP TABLE memories;
        ALTER TABLE memories_2 RENAME TO memories;
        CREATE INDEX memories_by_parent ON memories (parent_id) WHERE parent_id IS NOT NULL;
        CREATE INDEX memories_by_expiry ON memories (expires_at) WHERE expires_at IS NOT NULL;

        CREATE VIEW first_versions AS
            -- The versions that are not in versions: of a memory that has only its first one, the memory says everything.
            SELECT m.memory_key, m.head_number AS number, m.head AS version_id, x'' AS parents, m.owner_key AS author_key, NULL AS node,
                m.head_lag + (m.arrived_at / 1000 << 16) AS time, c.name AS category, coalesce(m.tags, '[]') AS tags,
                coalesce(m.metadata, '{}') AS metadata, coalesce(m.importance, 0.5) AS importance,
                coalesce(m.confidence, 0.8) AS confidence, m.expires_at, 0 AS is_deleted, 'head' AS content_form,
                NULL AS content_base, NULL AS content, NULL AS sealed, 1 AS is_head, m.arrived_at AS published_at,
                m.memory_key AS published_order
            FROM memories AS m JOIN categories AS c ON c.category_key = m.category_key
            WHERE NOT EXISTS (SELECT 1 FROM versions AS v WHERE v.memory_key = m.memory_key);

        CREATE VIEW all_versions AS
            -- Every version of every memory.
            SELECT memory_key, number, version_id, parents, author_key, node, time, category, tags, metadata, importance, confidence,
                expires_at, is_deleted, content_form, content_base, content, sealed, is_head, published_at, published_order
            FROM versions
            UNION ALL SELECT * FROM first_versions;

        -- Block keys grow, and every index ends with the table's key: the last row of a user and model is the open block.
        CREATE INDEX vector_block_states_open ON vector_block_states (user_key, model_key);
        """
}

extension SchemaV2 {
    /// Takes a file from the first schema to this one, in the transaction that is open.
    ///
    /// Rows pass one by one, and versions by spans of keys, so that the memory it takes does not grow with the file.
    static func migrate(_ connection: Connection) throws {
        try connection.execute(memories)
        try connection.run("INSERT OR IGNORE INTO categories (name) SELECT DISTINCT category FROM memories")
        // In the order of keys, so that pages of the new table fill up.
        try connection.forEach("SELECT memory_key, memory_id FROM memories ORDER BY memory_key") { row in
            try copyMemory(row.int64(0), id: MemoryID(rawValue: row.string(1)), in: connection)
        }
        try connection.execute(replacement)
        try forgetLoneVersions(connection)
        // The old table's pages.
        try connection.execute("PRAGMA incremental_vacuum")
    }

    private static func copyMemory(_ key: Int64, id: MemoryID, in connection: Connection) throws {
        // A type that does not read is no reason to refuse the whole file: its memory is refused when it is read.
        try connection.run(
            """
            INSERT INTO memories_2 (memory_key, identifier, user_key, owner_key, session_key, type, category_key, content, tags,
                metadata, importance, confidence, is_sensitive, sealed, arrived_at, created_at, expires_at, parent_id, head,
                head_number, head_lag, state, folded_into)
            SELECT m.memory_key, ?2, m.user_key, m.owner_key, m.session_key,
                CASE m.type WHEN 'episodic' THEN 0 WHEN 'semantic' THEN 1 WHEN 'procedural' THEN 2 WHEN 'working' THEN 3
                    WHEN 'contextual' THEN 4 ELSE -1 END,
                (SELECT category_key FROM categories WHERE name = m.category), m.content, nullif(m.tags, '[]'),
                nullif(m.metadata, '{}'), nullif(m.importance, 0.5), nullif(m.confidence, 0.8), m.is_sensitive, m.sealed,
                m.arrived_at, nullif(m.created_at, m.arrived_at), m.expires_at, m.parent_id, m.head, m.head_number,
                m.head_time - (m.arrived_at / 1000 << 16), m.state, m.folded_into
            FROM memories AS m WHERE m.memory_key = ?1
            """,
            key,
            id.stored
        )
    }

    /// How many keys a deletion looks at, which first notes the rows that it will delete.
    private static let keySpan: Int64 = 4_096

    /// Deletes the versions of which their memory says everything.
    private static func forgetLoneVersions(_ connection: Connection) throws {
        let last = try connection.first("SELECT max(memory_key) FROM memories", as: { $0.int64(0) }) ?? 0
        for start in stride(from: 0, through: last, by: Int64.Stride(keySpan)) {
            try connection.run(
                """
                DELETE FROM versions WHERE memory_key BETWEEN ?1 AND ?2 AND number = 1 AND length(parents) = 0 AND node IS NULL
                    AND is_deleted = 0 AND is_head = 1 AND content_form = 'head' AND sealed IS NULL
                    AND NOT EXISTS (SELECT 1 FROM versions AS w
                        WHERE w.memory_key = versions.memory_key AND w.version_id != versions.version_id)
                    AND EXISTS (SELECT 1 FROM memories AS m JOIN categories AS c ON c.category_key = m.category_key
                        WHERE m.memory_key = versions.memory_key AND m.head_number = 1 AND m.head = versions.version_id
                            AND m.owner_key = versions.author_key AND m.head_lag + (m.arrived_at / 1000 << 16) = versions.time
                            AND c.name = versions.category AND coalesce(m.tags, '[]') = versions.tags
                            AND coalesce(m.metadata, '{}') = versions.metadata
                            AND coalesce(m.importance, 0.5) = versions.importance
                            AND coalesce(m.confidence, 0.8) = versions.confidence AND m.expires_at IS versions.expires_at
                            AND m.arrived_at = versions.published_at AND m.memory_key = versions.published_order)
                """,
                start,
                start + keySpan - 1
            )
        }
    }
}
