/// The first schema of the file.
///
/// The comments inside the statements are stored with them. Anyone who opens the file with SQLite's own shell can read
/// them by `.schema`. The conventions are:
///
/// - A `…_key` is an integer row id that is never used again. It is taken from `store.next_row`.
/// - A time is in microseconds since 1970 (UTC), unless its comment says otherwise.
/// - A *hybrid* time is milliseconds since 1970 shifted left by 16, plus a counter.
/// - `changed` is the value of `store.sequence` at which the row was last written. Caches catch up by it.
///
/// The checks of what every store writes use `=` and `OR` instead of `IN`. For a list of three, SQLite fills a table of
/// its own at each row.
enum SchemaV1 {
    static let statements = """
        CREATE TABLE store (
            -- What the file as a whole knows; one row.
            id INTEGER PRIMARY KEY CHECK (id = 1),
            -- This file's name inside version ids: 32 hexadecimal digits.
            node TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            -- Counts the commits that changed something.
            sequence INTEGER NOT NULL,
            -- The next row id of memories, drafts and documents, and the next order of publications and shares.
            next_row INTEGER NOT NULL,
            -- The greatest hybrid time given out.
            clock INTEGER NOT NULL,
            -- The sequence at which agents or policy last changed.
            policy_changed INTEGER NOT NULL,
            -- Kept for the files that have it; nothing reads it.
            roster_reset INTEGER NOT NULL,
            -- The version of the text analyser that wrote memory_index; another version rebuilds it.
            analyser INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE users (
            -- The short key that leads every indexed word, so that a query touches one user's postings only.
            user_key INTEGER PRIMARY KEY,
            user_id TEXT NOT NULL UNIQUE,
            created_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE agents (
            agent_key INTEGER PRIMARY KEY,
            agent_id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            -- 1 critical, 2 high, 3 medium, 4 low.
            priority INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 4),
            -- How long memories are kept, in seconds.
            retention REAL NOT NULL CHECK (retention > 0),
            conflict_resolution TEXT NOT NULL,
            -- JSON arrays of names; they describe the agent and refuse nothing.
            memory_types TEXT NOT NULL,
            categories TEXT NOT NULL,
            working_memory_limit INTEGER NOT NULL CHECK (working_memory_limit >= 0),
            automatic_sync INTEGER NOT NULL,
            -- 'inactive', or 'maintenance' and 'error' as an administrator set them. That an agent is active is known to its process alone.
            status TEXT NOT NULL CHECK (status IN ('inactive', 'maintenance', 'error'))
        ) STRICT;

        CREATE TABLE policies (
            -- 'sharing'.
            name TEXT PRIMARY KEY,
            json TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE categories (
            -- A small number for every category in use, for documents.
            category_key INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE
        ) STRICT;

        CREATE TABLE sessions (
            session_key INTEGER PRIMARY KEY,
            user_key INTEGER NOT NULL REFERENCES users,
            session_id TEXT NOT NULL,
            -- The agent that created it; NULL where it came into being on first use.
            agent_key INTEGER REFERENCES agents,
            name TEXT,
            started_at INTEGER NOT NULL,
            ended_at INTEGER,
            UNIQUE (user_key, session_id)
        ) STRICT;
        CREATE INDEX sessions_by_id ON sessions (session_id);

        CREATE TABLE memories (
            -- A memory with the fields of its published head.
            memory_key INTEGER PRIMARY KEY,
            memory_id TEXT NOT NULL UNIQUE,
            user_key INTEGER NOT NULL REFERENCES users,
            owner_key INTEGER NOT NULL REFERENCES agents,
            session_key INTEGER REFERENCES sessions,
            type TEXT NOT NULL,
            category TEXT NOT NULL,
            -- The text; empty for a sensitive memory, whose payload is sealed.
            content TEXT NOT NULL,
            -- A JSON array of strings, and an object of strings.
            tags TEXT NOT NULL,
            metadata TEXT NOT NULL,
            -- 0…1.
            importance REAL NOT NULL CHECK (importance BETWEEN 0 AND 1),
            confidence REAL NOT NULL CHECK (confidence BETWEEN 0 AND 1),
            is_sensitive INTEGER NOT NULL,
            -- Nonce, ciphertext and tag of content, tags and metadata together; NULL unless sensitive.
            sealed BLOB,
            created_at INTEGER NOT NULL,
            -- When the memory came into this file: retention counts from the later of this and the last edit.
            arrived_at INTEGER NOT NULL,
            expires_at INTEGER,
            -- The memory it continues or belongs to, by identifier: that one may be gone.
            parent_id TEXT,
            -- The published head: its digest, its number and its hybrid time.
            head BLOB NOT NULL CHECK (length(head) = 32),
            head_number INTEGER NOT NULL CHECK (head_number > 0),
            head_time INTEGER NOT NULL,
            -- 'live', 'deleted' (a tombstone: history and restore work until it is purged), 'folded' (a duplicate, see folded_into).
            state TEXT NOT NULL CHECK (state = 'live' OR state = 'deleted' OR state = 'folded'),
            -- The memory that stands for this duplicate.
            folded_into INTEGER REFERENCES memories
        ) STRICT;
        CREATE INDEX memories_by_parent ON memories (parent_id) WHERE parent_id IS NOT NULL;
        CREATE INDEX memories_by_expiry ON memories (expires_at) WHERE expires_at IS NOT NULL;

        CREATE TABLE versions (
            -- Every immutable version of every memory.
            memory_key INTEGER NOT NULL REFERENCES memories,
            -- One more than the greatest number of a parent, from 1; concurrent versions may share it.
            number INTEGER NOT NULL CHECK (number > 0),
            -- SHA-256 over everything the version holds; of a sensitive memory, HMAC-SHA-256 under the user's data key.
            version_id BLOB NOT NULL CHECK (length(version_id) = 32),
            -- The parents' version ids in order, 32 bytes each.
            parents BLOB NOT NULL CHECK (length(parents) % 32 = 0),
            author_key INTEGER NOT NULL REFERENCES agents,
            -- The file in which the edit was made; NULL: this one.
            node TEXT,
            -- Hybrid time of the edit.
            time INTEGER NOT NULL,
            category TEXT NOT NULL,
            tags TEXT NOT NULL,
            metadata TEXT NOT NULL,
            importance REAL NOT NULL,
            confidence REAL NOT NULL,
            expires_at INTEGER,
            is_deleted INTEGER NOT NULL,
            -- Where the text is. 'head': in memories.content, for the published head. 'whole': in content. 'delta': content is a delta
            -- against the text of the version whose digest is content_base. 'same': the text of content_base, unchanged.
            content_form TEXT NOT NULL
                CHECK (content_form = 'head' OR content_form = 'whole' OR content_form = 'delta' OR content_form = 'same'),
            content_base BLOB,
            content BLOB,
            -- Payload of a sensitive memory's version.
            sealed BLOB,
            -- Whether it has no children: the published head, and the other sides of a waiting conflict.
            is_head INTEGER NOT NULL,
            -- When it came into this file, and a number that grows from one publication or share to the next.
            published_at INTEGER NOT NULL,
            published_order INTEGER NOT NULL,
            PRIMARY KEY (memory_key, version_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE drafts (
            -- One agent's unpublished edit of one memory. The key is also that of its document.
            draft_key INTEGER PRIMARY KEY,
            memory_key INTEGER NOT NULL REFERENCES memories,
            agent_key INTEGER NOT NULL REFERENCES agents,
            user_key INTEGER NOT NULL REFERENCES users,
            -- The version it was made from, and that one's number.
            base BLOB NOT NULL CHECK (length(base) = 32),
            base_number INTEGER NOT NULL,
            -- Hybrid time of the last amendment.
            time INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            -- Which fields it changes: 1 content, 2 category, 4 tags, 8 importance, 16 confidence, 32 metadata, 64 expires_at,
            -- 128 deletion. A field that is not changed is NULL.
            changed_fields INTEGER NOT NULL CHECK (changed_fields > 0),
            content TEXT,
            category TEXT,
            tags TEXT,
            importance REAL,
            confidence REAL,
            metadata TEXT,
            expires_at INTEGER,
            sealed BLOB,
            -- SHA-256 over everything above but the keys; checked on read.
            digest BLOB NOT NULL CHECK (length(digest) = 32),
            UNIQUE (memory_key, agent_key)
        ) STRICT;
        CREATE INDEX drafts_by_agent ON drafts (agent_key, user_key);

        CREATE TABLE documents (
            -- What search and slices need to know of each text that can be found: one for a published head (the key is the memory's)
            -- and one for a draft (the key is the draft's). Small rows, kept apart from the texts, so that a cache fills fast; what
            -- belongs to a user is found through them. User, owner, session and category are the memory's, which vouches for them.
            document_key INTEGER NOT NULL,
            user_key INTEGER NOT NULL,
            memory_key INTEGER NOT NULL REFERENCES memories,
            -- The draft's author; NULL for a published head.
            agent_key INTEGER REFERENCES agents,
            owner_key INTEGER NOT NULL,
            session_key INTEGER,
            -- The memory type's place in: episodic, semantic, procedural, working, contextual.
            type INTEGER NOT NULL,
            category_key INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER,
            importance REAL NOT NULL,
            -- Words in the index.
            length INTEGER NOT NULL,
            -- 1 gone (drop it from caches), 2 deleted by this draft, 4 ever shared by call or propagation, 8 ever drafted, 16 ever leased,
            -- 32 ever in conflict.
            flags INTEGER NOT NULL,
            -- Where its vector is: the model, the block, the place in the block; NULL while it has none.
            model_key INTEGER,
            block_key INTEGER,
            block_slot INTEGER,
            changed INTEGER NOT NULL,
            PRIMARY KEY (user_key, document_key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX documents_by_change ON documents (user_key, changed);
        CREATE INDEX documents_by_memory ON documents (memory_key) WHERE agent_key IS NOT NULL;

        CREATE TABLE roster_images (
            -- The documents of a user packed into one value, so that opening reads pages and not rows: a shortcut, made on closing, that
            -- may be missing or old. What changed since its sequence is read from documents. Its layout is in CatalogBlock.swift.
            user_key INTEGER PRIMARY KEY REFERENCES users,
            sequence INTEGER NOT NULL,
            -- How many documents it holds.
            count INTEGER NOT NULL,
            -- SHA-256 over user, sequence, count (8 bytes each, little-endian) and data.
            digest BLOB NOT NULL CHECK (length(digest) = 32),
            data BLOB NOT NULL
        ) STRICT;

        -- The words. Contentless: a row is deleted by giving exactly the words it was made from. Words are analysed before they come
        -- here (and led by the user's key), so the tokenizer is the plainest that every SQLite has.
        CREATE VIRTUAL TABLE memory_index USING fts5(
            content, tags, content='', columnsize=0, tokenize="ascii tokenchars ':'"
        );
        -- Segments of one level that are merged together: more than FTS5's own 4, so that a word is written anew less often.
        INSERT INTO memory_index (memory_index, rank) VALUES ('automerge', 8);

        -- Every place of every word, for verification and for people.
        CREATE VIRTUAL TABLE memory_words USING fts5vocab(memory_index, instance);

        CREATE TABLE tags (
            -- The tags of each document, for filters.
            user_key INTEGER NOT NULL REFERENCES users,
            tag TEXT NOT NULL,
            document_key INTEGER NOT NULL,
            PRIMARY KEY (user_key, tag, document_key)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE models (
            -- The embedding models whose vectors the file holds.
            model_key INTEGER PRIMARY KEY,
            identifier TEXT NOT NULL UNIQUE,
            dimension INTEGER NOT NULL CHECK (dimension > 0)
        ) STRICT;

        CREATE TABLE vector_blocks (
            -- Vectors of one user and model, many to a row, so that opening reads blocks and not rows. Every slot of the data is:
            -- the document's key (8 bytes), the scale (4 bytes, IEEE 754), the vector's int8 values; all little-endian. An empty slot
            -- has key 0. Slots are written in place, so a row is never rewritten as a whole.
            block_key INTEGER PRIMARY KEY,
            data BLOB NOT NULL
        ) STRICT;

        CREATE TABLE vector_block_states (
            -- What changes about a block, apart from its data.
            block_key INTEGER PRIMARY KEY REFERENCES vector_blocks,
            user_key INTEGER NOT NULL REFERENCES users,
            model_key INTEGER NOT NULL REFERENCES models,
            -- Slots in use, from the front.
            used INTEGER NOT NULL,
            changed INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX vector_block_states_by_user ON vector_block_states (user_key, model_key, changed);

        CREATE TABLE accesses (
            -- How often agents have read a memory; apart from memories, so that reading never rewrites a text.
            memory_key INTEGER PRIMARY KEY REFERENCES memories,
            count INTEGER NOT NULL,
            last_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE shares (
            -- At most one for a memory and an agent.
            user_key INTEGER NOT NULL REFERENCES users,
            memory_key INTEGER NOT NULL REFERENCES memories,
            agent_key INTEGER NOT NULL REFERENCES agents,
            -- The propagation rule that made it; NULL: made by call.
            rule TEXT,
            permission TEXT NOT NULL CHECK (permission IN ('read', 'propose')),
            -- A revoked share stays, so that no rule shares the memory with the agent again.
            is_revoked INTEGER NOT NULL,
            granted_at INTEGER NOT NULL,
            -- The head when the agent first could see the memory by this share, and the order of then: its history is that version and
            -- what was published after it.
            since_head BLOB NOT NULL CHECK (length(since_head) = 32),
            since_order INTEGER NOT NULL,
            changed INTEGER NOT NULL,
            PRIMARY KEY (user_key, memory_key, agent_key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX shares_by_change ON shares (user_key, changed);

        CREATE TABLE leases (
            -- The last lease of a memory, held or not. A row is never deleted, so that a token never repeats.
            memory_key INTEGER PRIMARY KEY REFERENCES memories,
            holder_key INTEGER NOT NULL REFERENCES agents,
            fencing_token INTEGER NOT NULL,
            -- The boot that the deadline counts from; another boot means expired.
            boot_id TEXT NOT NULL,
            -- When it was acquired and when it expires, in nanoseconds on the clock that counts suspend and never jumps.
            since INTEGER NOT NULL,
            deadline INTEGER NOT NULL,
            -- The same on the wall clock, for people.
            acquired_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            is_released INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX leases_held ON leases (memory_key) WHERE is_released = 0;

        CREATE TABLE lease_waiters (
            -- The queue for leases, across processes: the ticket gives the order and is never given twice.
            ticket INTEGER PRIMARY KEY AUTOINCREMENT,
            memory_key INTEGER NOT NULL REFERENCES memories,
            agent_key INTEGER NOT NULL REFERENCES agents,
            boot_id TEXT NOT NULL,
            -- When the waiter gives up, in nanoseconds on the same clock; a dead waiter blocks no one longer.
            deadline INTEGER NOT NULL,
            -- The waiting process: its namespace, its number and when it started, so that one that is gone needn't be waited for.
            process TEXT NOT NULL
        ) STRICT;
        CREATE INDEX lease_waiters_by_memory ON lease_waiters (memory_key, ticket);

        CREATE TABLE conflicts (
            conflict_key INTEGER PRIMARY KEY,
            conflict_id TEXT NOT NULL UNIQUE,
            memory_key INTEGER NOT NULL REFERENCES memories,
            user_key INTEGER NOT NULL REFERENCES users,
            kind TEXT NOT NULL CHECK (kind IN ('content', 'metadata', 'deletion')),
            -- The strategy under which it arose.
            strategy TEXT NOT NULL,
            -- The version both sides were made from; NULL where they have none in common.
            base BLOB,
            created_at INTEGER NOT NULL,
            -- NULL while it waits.
            resolved_at INTEGER,
            -- How, by whom and into which version it was settled.
            resolution TEXT,
            resolved_by INTEGER REFERENCES agents,
            resolved_version BLOB
        ) STRICT;
        CREATE UNIQUE INDEX conflicts_waiting ON conflicts (memory_key) WHERE resolved_at IS NULL;
        CREATE INDEX conflicts_by_user ON conflicts (user_key, created_at) WHERE resolved_at IS NULL;

        CREATE TABLE operations (
            -- What sync and upkeep did, for statistics and for people.
            operation_key INTEGER PRIMARY KEY,
            operation_id TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            agent_key INTEGER REFERENCES agents,
            user_key INTEGER REFERENCES users,
            started_at INTEGER NOT NULL,
            -- Microseconds.
            duration INTEGER NOT NULL,
            processed INTEGER NOT NULL,
            succeeded INTEGER NOT NULL,
            conflicts_detected INTEGER NOT NULL,
            conflicts_resolved INTEGER NOT NULL,
            conflicts_pending INTEGER NOT NULL,
            -- A JSON array of messages; empty on success.
            errors TEXT NOT NULL
        ) STRICT;
        CREATE INDEX operations_by_start ON operations (started_at);

        CREATE TABLE counters (
            -- Totals since the file was made.
            name TEXT PRIMARY KEY,
            value INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE audit (
            -- Who saw, shared, was refused, forced or decided what: a hash chain. Users and memories are named by key, so that erasing one
            -- leaves nothing to tell whom a row spoke of.
            position INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            action TEXT NOT NULL,
            agent_key INTEGER NOT NULL,
            user_key INTEGER,
            -- A JSON array of memory keys.
            memories TEXT NOT NULL,
            -- A JSON object: the other agents, the permission, the reason.
            detail TEXT NOT NULL,
            -- SHA-256 over the hash before it and everything above.
            hash BLOB NOT NULL CHECK (length(hash) = 32)
        ) STRICT;

        CREATE TABLE audit_head (
            -- The chain's end, so that a removed last row is missed. One row.
            id INTEGER PRIMARY KEY CHECK (id = 1),
            count INTEGER NOT NULL,
            hash BLOB NOT NULL
        ) STRICT;

        CREATE TABLE notifications (
            -- What an administrator should know.
            notification_key INTEGER PRIMARY KEY,
            created_at INTEGER NOT NULL,
            -- 'information', 'warning', 'critical'.
            severity TEXT NOT NULL,
            kind TEXT NOT NULL,
            message TEXT NOT NULL,
            memory_key INTEGER REFERENCES memories,
            conflict_key INTEGER REFERENCES conflicts,
            acknowledged_at INTEGER
        ) STRICT;

        CREATE TABLE data_keys (
            -- The keys that seal a user's sensitive memories, each wrapped by a key of the provider.
            user_key INTEGER NOT NULL REFERENCES users,
            number INTEGER NOT NULL,
            provider_key TEXT NOT NULL,
            wrapped BLOB NOT NULL,
            created_at INTEGER NOT NULL,
            -- NULL while it is the one new memories are sealed with.
            retired_at INTEGER,
            PRIMARY KEY (user_key, number)
        ) STRICT, WITHOUT ROWID;
        """
}
