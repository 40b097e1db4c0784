import HearthModel
import HearthSQLite

/// The third schema of the file: rows without what another row says, or what can be computed from them.
///
/// - Of the head of a memory that has only its first version, eight bytes are kept. The version's id is computed
///   whenever the memory is read, and these bytes check it.
/// - The index of identifiers holds the first half of those of the engine's own form.
/// - When a memory came into the file is said by its document, if it was made then too.
/// - A document says only of a change after it was written when that was. What is new is found by its key.
/// - A vector's slot names its document by the distance from the block's key.
///
/// The conventions are those of ``SchemaV1``.
enum SchemaV3 {
    /// How many bytes of a version's id check it where it is the only version.
    static let checkLength = 8

    /// What is in the way of tables that change their place.
    private static let removal = """
        DROP VIEW all_versions;
        DROP VIEW first_versions;
        """

    private static let memories = """
        CREATE TABLE memories_3 (
            -- A memory with the fields of its published head.
            memory_key INTEGER PRIMARY KEY,
            -- Its identifier: the 16 bytes that the digits of 'mem_…' stand for, or any other text as it is. If somebody else's memory
            -- is spelled so already, char(31) and the keys of its user and its owner follow: '…' || char(31) || '1.2'.
            identifier ANY NOT NULL,
            -- What the index has of it: the first 8 of 16 bytes, or the text. Look memories up by this and by the identifier; a trigger
            -- sees to it that no two have one.
            identifier_start ANY AS (iif(typeof(identifier) = 'blob', substr(identifier, 1, 8), identifier)),
            -- The identifier as hosts know it.
            memory_id TEXT AS (iif(typeof(identifier) = 'blob', 'mem_' || lower(hex(identifier)),
                iif(instr(identifier, char(31)), substr(identifier, 1, instr(identifier, char(31)) - 1), identifier))),
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
            -- When the memory came into this file: retention counts from the later of this and the last edit. NULL: at the created_at
            -- of its document.
            arrived_at INTEGER,
            -- NULL: when it came into this file.
            created_at INTEGER,
            expires_at INTEGER,
            -- The memory it continues or belongs to, by identifier as hosts know it: that one may be gone.
            parent_id TEXT,
            -- The published head: its digest, of which the first 8 bytes are kept where the memory has no rows in versions; its number;
            -- and its hybrid time less that of the memory's arrival, which is (arrived_at / 1000 << 16) + arrived_at % 1000.
            head BLOB NOT NULL CHECK (length(head) = 8 OR length(head) = 32),
            head_number INTEGER NOT NULL CHECK (head_number > 0),
            head_lag INTEGER NOT NULL,
            -- NULL: live. 1: a tombstone: history and restore work until it is purged. 2: a duplicate, see folded_into.
            ended INTEGER CHECK (ended = 1 OR ended = 2),
            -- The same in a word.
            state TEXT AS (iif(ended IS NULL, 'live', iif(ended = 1, 'deleted', 'folded'))),
            -- The memory that stands for this duplicate.
            folded_into INTEGER REFERENCES memories
        ) STRICT;

        INSERT INTO memories_3 (memory_key, identifier, user_key, owner_key, session_key, type, category_key, content, tags, metadata,
            importance, confidence, is_sensitive, sealed, arrived_at, created_at, expires_at, parent_id, head, head_number, head_lag,
            ended, folded_into)
        -- In the order of keys, so that pages of the new table fill up.
        SELECT m.memory_key, m.identifier, m.user_key, m.owner_key, m.session_key, m.type, m.category_key, m.content, m.tags,
            m.metadata, m.importance, m.confidence, m.is_sensitive, m.sealed,
            iif(m.created_at IS NULL AND d.created_at = m.arrived_at, NULL, m.arrived_at), m.created_at, m.expires_at, m.parent_id,
            iif(EXISTS (SELECT 1 FROM versions AS v WHERE v.memory_key = m.memory_key), m.head, substr(m.head, 1, 8)), m.head_number,
            m.head_lag - m.arrived_at % 1000, nullif(instr('df', substr(m.state, 1, 1)), 0), m.folded_into
        FROM memories AS m LEFT JOIN documents AS d ON d.user_key = m.user_key AND d.document_key = m.memory_key
        ORDER BY m.memory_key;
        DROP TABLE memories;
        ALTER TABLE memories_3 RENAME TO memories;
        CREATE INDEX memories_by_identifier ON memories (identifier_start);
        CREATE TRIGGER memories_identifier_once BEFORE INSERT ON memories
            WHEN EXISTS (SELECT 1 FROM memories WHERE identifier = NEW.identifier
                AND identifier_start = iif(typeof(NEW.identifier) = 'blob', substr(NEW.identifier, 1, 8), NEW.identifier))
            BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: memories.identifier'); END;
        CREATE INDEX memories_by_parent ON memories (parent_id) WHERE parent_id IS NOT NULL;
        CREATE INDEX memories_by_expiry ON memories (expires_at) WHERE expires_at IS NOT NULL;
        """

    private static let documents = """
        CREATE TABLE documents_3 (
            -- What search and slices need to know of each text that can be found: one for a published head (the key is the memory's)
            -- and one for a draft (the key is the draft's). Small rows, kept apart from the texts, so that a cache fills fast; what
            -- belongs to a user is found through them. User, owner, session and category are the memory's, which vouches for them.
            document_key INTEGER NOT NULL,
            user_key INTEGER NOT NULL,
            -- The memory that a draft changes; NULL for a published head.
            drafted_key INTEGER,
            memory_key INTEGER AS (coalesce(drafted_key, document_key)) REFERENCES memories,
            -- The draft's author; NULL for a published head.
            agent_key INTEGER REFERENCES agents,
            owner_key INTEGER NOT NULL,
            session_key INTEGER,
            -- The memory type's place in: episodic, semantic, procedural, working, contextual.
            type INTEGER NOT NULL,
            category_key INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER,
            -- NULL: 0.5.
            importance REAL,
            -- Words in the index.
            length INTEGER NOT NULL,
            -- 1 gone (drop it from caches), 2 deleted by this draft, 4 ever shared by call or propagation, 8 ever drafted, 16 ever leased,
            -- 32 ever in conflict.
            flags INTEGER NOT NULL,
            -- Where its vector is: the model, the block, the place in the block; NULL while it has none.
            model_key INTEGER,
            block_key INTEGER,
            block_slot INTEGER,
            -- The sequence of the last change; NULL: none since it was written. Keys rise, so a cache finds what is new by its key.
            changed INTEGER,
            PRIMARY KEY (user_key, document_key)
        ) STRICT, WITHOUT ROWID;

        INSERT INTO documents_3 (document_key, user_key, drafted_key, agent_key, owner_key, session_key, type, category_key, created_at,
            expires_at, importance, length, flags, model_key, block_key, block_slot, changed)
        SELECT d.document_key, d.user_key, nullif(d.memory_key, d.document_key), d.agent_key, d.owner_key, d.session_key, d.type,
            d.category_key, d.created_at, d.expires_at, nullif(d.importance, 0.5), d.length, d.flags, d.model_key, d.block_key,
            d.block_slot, iif(d.changed > i.sequence, d.changed, NULL)
        FROM documents AS d LEFT JOIN roster_images AS i ON i.user_key = d.user_key
        ORDER BY d.user_key, d.document_key;
        DROP TABLE documents;
        ALTER TABLE documents_3 RENAME TO documents;
        CREATE INDEX documents_by_change ON documents (user_key, changed) WHERE changed IS NOT NULL;
        CREATE INDEX documents_by_memory ON documents (memory_key) WHERE agent_key IS NOT NULL;
        """

    private static let blocks = """
        CREATE TABLE vector_blocks_3 (
            -- Vectors of one user and model, many to a row, so that opening reads blocks and not rows. Every slot of the data is:
            -- the document's key less the block's (4 bytes, signed), the scale (the upper 3 bytes of a 4-byte IEEE 754 number), the
            -- vector's int8 values; all little-endian. An empty slot begins with 0. Slots are written in place, so a row is never
            -- rewritten as a whole.
            block_key INTEGER PRIMARY KEY,
            data BLOB NOT NULL
        ) STRICT;
        """

    private static let replacement = """
        CREATE TABLE index_progress (
            -- How far memory_index is while it is made anew, which store.analyser says by a negative number: the last document whose
            -- words it holds. One row, or none.
            id INTEGER PRIMARY KEY CHECK (id = 1),
            user_key INTEGER NOT NULL,
            document_key INTEGER NOT NULL
        ) STRICT;

        DROP TABLE vector_blocks;
        ALTER TABLE vector_blocks_3 RENAME TO vector_blocks;

        CREATE VIEW first_versions AS
            -- The versions that are not in versions: of a memory that has only its first one, the memory says everything. Of its id
            -- there are the first 8 bytes.
            SELECT m.memory_key, m.head_number AS number, m.head AS version_id, x'' AS parents, m.owner_key AS author_key, NULL AS node,
                m.head_lag + (coalesce(m.arrived_at, d.created_at) / 1000 << 16) + coalesce(m.arrived_at, d.created_at) % 1000 AS time,
                c.name AS category, coalesce(m.tags, '[]') AS tags, coalesce(m.metadata, '{}') AS metadata,
                coalesce(m.importance, 0.5) AS importance, coalesce(m.confidence, 0.8) AS confidence, m.expires_at, 0 AS is_deleted,
                'head' AS content_form, NULL AS content_base, NULL AS content, NULL AS sealed, 1 AS is_head,
                coalesce(m.arrived_at, d.created_at) AS published_at, m.memory_key AS published_order
            FROM memories AS m JOIN categories AS c ON c.category_key = m.category_key
            JOIN documents AS d ON d.user_key = m.user_key AND d.document_key = m.memory_key
            WHERE NOT EXISTS (SELECT 1 FROM versions AS v WHERE v.memory_key = m.memory_key);

        CREATE VIEW all_versions AS
            -- Every version of every memory.
            SELECT memory_key, number, version_id, parents, author_key, node, time, category, tags, metadata, importance, confidence,
                expires_at, is_deleted, content_form, content_base, content, sealed, is_head, published_at, published_order
            FROM versions
            UNION ALL SELECT * FROM first_versions;
        """

    /// Takes a file from the second schema to this one, in the transaction that is open.
    ///
    /// Rows pass one by one, so that the memory it takes does not grow with the file.
    static func migrate(_ connection: Connection) throws {
        try connection.execute(removal)
        try connection.execute(memories)
        try connection.execute(documents)
        try connection.execute(blocks)
        try connection.forEach(
            """
            SELECT b.block_key, b.data, m.dimension FROM vector_blocks AS b
            JOIN vector_block_states AS s ON s.block_key = b.block_key JOIN models AS m ON m.model_key = s.model_key
            ORDER BY b.block_key
            """
        ) { row in
            let dimension = try VectorBlock.checked(dimension: row.int(2))
            let data = try row.withBytes(1) { try packed($0, block: row.int64(0), dimension: dimension) }
            try connection.run("INSERT INTO vector_blocks_3 (block_key, data) VALUES (?1, ?2)", row.int64(0), data)
        }
        try connection.execute(replacement)
        // The old tables' pages.
        try connection.execute("PRAGMA incremental_vacuum")
    }

    /// The slots of a block of the first schemas, in which a key took 8 bytes and a scale 4.
    private static func packed(
        _ data: UnsafeRawBufferPointer,
        block: Int64,
        dimension: Int
    ) throws -> [UInt8] {
        let headerSize = 12
        var slots: [UInt8] = []
        slots.reserveCapacity(data.count / (headerSize + dimension) * VectorBlock.slotSize(dimension: dimension))
        for start in stride(from: 0, through: data.count - headerSize - dimension, by: headerSize + dimension) {
            let document = Int64(littleEndian: data.loadUnaligned(fromByteOffset: start, as: Int64.self))
            let scale = UInt32(littleEndian: data.loadUnaligned(fromByteOffset: start + 8, as: UInt32.self))
            // A key that can't be is no reason to refuse the whole file: its slot becomes empty.
            let isKept =
                document != 0 && Int32(exactly: document.subtractingReportingOverflow(block).partialValue) != nil
            try VectorBlock.appendHeader(
                of: isKept ? document : nil,
                scale: Float(bitPattern: scale),
                block: block,
                to: &slots
            )
            slots += data[(start + headerSize)..<(start + headerSize + dimension)]
        }
        return slots
    }
}
