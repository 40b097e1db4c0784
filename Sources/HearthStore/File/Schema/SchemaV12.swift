/// The twelfth schema of the file: what it exchanges with other devices. All of it is empty in a file that never joined
/// a space.
///
/// Every fact that other devices have to learn is noted in `device_outbox` by triggers, which are made when the file joins
/// and dropped when it leaves. So a file that never joined pays nothing.
///
/// The conventions are those of ``SchemaV1``.
enum SchemaV12 {
    static let statements = """
        -- Whether the file exchanges with other devices: 1 while device_space has its row.
        ALTER TABLE store ADD COLUMN exchanges INTEGER NOT NULL DEFAULT 0;

        CREATE TABLE device_space (
            -- The space through which the file exchanges with other devices; no row: it does not.
            id INTEGER PRIMARY KEY CHECK (id = 1),
            space TEXT NOT NULL,
            -- The last row of the hub that was taken over or is held.
            cursor INTEGER NOT NULL,
            -- How conflicts are settled where neither a call nor a profile says. It is the same on every device.
            resolution TEXT NOT NULL,
            joined_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE device_outbox (
            -- What other devices have to learn, in order.
            entry INTEGER PRIMARY KEY AUTOINCREMENT,
            -- 1 a memory that is new, 2 a version, 3 a share, 4 a session, 5 an agent, 6 the policy, 7 a tombstone, 8 an erasure.
            part INTEGER NOT NULL,
            -- The key of the memory, session, agent or user.
            key INTEGER NOT NULL,
            -- The version's id, the agent of the share; of a tombstone the owner, the time and the identifier; an erasure as JSON; else 0.
            item ANY NOT NULL,
            -- The hybrid time of the change, of what is settled by it.
            time INTEGER,
            UNIQUE (part, key, item)
        ) STRICT;

        CREATE TABLE device_facts (
            -- What was exchanged already, so that nothing is sent twice or sent back, and which memory it is about.
            fact BLOB PRIMARY KEY CHECK (length(fact) = 32),
            memory_key INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX device_facts_by_memory ON device_facts (memory_key) WHERE memory_key IS NOT NULL;

        CREATE TABLE device_registers (
            -- Of what the latest change replaces: when that was, and the fact that says it. By name: 'policy', 'agent …', 'share …'.
            name TEXT PRIMARY KEY,
            time INTEGER NOT NULL,
            fact BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE device_held (
            -- Rows of the hub that can't be taken over yet: as records while they wait for others, and sealed as they came where this
            -- release can't read them.
            position INTEGER PRIMARY KEY,
            sealed BLOB NOT NULL,
            reason TEXT NOT NULL,
            held_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE device_removed (
            -- Memories that are gone for good on every device, marked as in erasure_marks. Nothing of another device brings them back.
            mark BLOB PRIMARY KEY CHECK (length(mark) = 16)
        ) STRICT, WITHOUT ROWID;
        """

    /// What notes changes while the file exchanges. An entry of before goes first: the `OR REPLACE` of a trigger's statement
    /// counts for nothing under a statement with an `ON CONFLICT` of its own.
    static let triggers: [(name: String, statement: String)] = [
        (
            "device_notes_memories",
            """
            CREATE TRIGGER device_notes_memories AFTER INSERT ON memories BEGIN
                DELETE FROM device_outbox WHERE part = 1 AND key = NEW.memory_key AND item = 0;
                INSERT INTO device_outbox (part, key, item) VALUES (1, NEW.memory_key, 0);
            END
            """
        ),
        (
            "device_notes_versions",
            """
            CREATE TRIGGER device_notes_versions AFTER INSERT ON versions BEGIN
                DELETE FROM device_outbox WHERE part = 2 AND key = NEW.memory_key AND item = NEW.version_id;
                INSERT INTO device_outbox (part, key, item) VALUES (2, NEW.memory_key, NEW.version_id);
            END
            """
        ),
        (
            "device_notes_shares",
            """
            CREATE TRIGGER device_notes_shares AFTER INSERT ON shares BEGIN
                DELETE FROM device_outbox WHERE part = 3 AND key = NEW.memory_key AND item = NEW.agent_key;
                INSERT INTO device_outbox (part, key, item) VALUES (3, NEW.memory_key, NEW.agent_key);
            END
            """
        ),
        (
            "device_notes_changed_shares",
            """
            CREATE TRIGGER device_notes_changed_shares AFTER UPDATE OF rule, permission, is_revoked, granted_at ON shares BEGIN
                DELETE FROM device_outbox WHERE part = 3 AND key = NEW.memory_key AND item = NEW.agent_key;
                INSERT INTO device_outbox (part, key, item) VALUES (3, NEW.memory_key, NEW.agent_key);
            END
            """
        ),
        (
            "device_notes_sessions",
            """
            CREATE TRIGGER device_notes_sessions AFTER INSERT ON sessions BEGIN
                DELETE FROM device_outbox WHERE part = 4 AND key = NEW.session_key AND item = 0;
                INSERT INTO device_outbox (part, key, item) VALUES (4, NEW.session_key, 0);
            END
            """
        ),
        (
            "device_notes_changed_sessions",
            """
            CREATE TRIGGER device_notes_changed_sessions AFTER UPDATE ON sessions
            WHEN OLD.ended_at IS NOT NEW.ended_at OR OLD.name IS NOT NEW.name OR OLD.agent_key IS NOT NEW.agent_key BEGIN
                DELETE FROM device_outbox WHERE part = 4 AND key = NEW.session_key AND item = 0;
                INSERT INTO device_outbox (part, key, item) VALUES (4, NEW.session_key, 0);
            END
            """
        ),
        (
            "device_notes_agents",
            """
            CREATE TRIGGER device_notes_agents AFTER INSERT ON agents BEGIN
                DELETE FROM device_outbox WHERE part = 5 AND key = NEW.agent_key AND item = 0;
                INSERT INTO device_outbox (part, key, item) VALUES (5, NEW.agent_key, 0);
            END
            """
        ),
        (
            // A host that writes the same profiles at every opening changes nothing.
            "device_notes_changed_agents",
            """
            CREATE TRIGGER device_notes_changed_agents AFTER UPDATE ON agents
            WHEN OLD.name IS NOT NEW.name OR OLD.priority IS NOT NEW.priority OR OLD.retention IS NOT NEW.retention
                OR OLD.conflict_resolution IS NOT NEW.conflict_resolution OR OLD.memory_types IS NOT NEW.memory_types
                OR OLD.categories IS NOT NEW.categories OR OLD.working_memory_limit IS NOT NEW.working_memory_limit
                OR OLD.automatic_sync IS NOT NEW.automatic_sync BEGIN
                DELETE FROM device_outbox WHERE part = 5 AND key = NEW.agent_key AND item = 0;
                INSERT INTO device_outbox (part, key, item) VALUES (5, NEW.agent_key, 0);
            END
            """
        ),
        (
            "device_notes_policy",
            """
            CREATE TRIGGER device_notes_policy AFTER UPDATE ON policies WHEN OLD.json IS NOT NEW.json BEGIN
                DELETE FROM device_outbox WHERE part = 6 AND key = 0 AND item = 0;
                INSERT INTO device_outbox (part, key, item) VALUES (6, 0, 0);
            END
            """
        ),
        (
            "device_notes_tombstones",
            """
            CREATE TRIGGER device_notes_tombstones AFTER INSERT ON tombstones BEGIN
                INSERT OR IGNORE INTO device_outbox (part, key, item) VALUES (7, NEW.user_key, NEW.owner_key || ' ' || NEW.deleted_at
                    || ' ' || iif(typeof(NEW.identifier) = 'blob', 'mem_' || lower(hex(NEW.identifier)), NEW.identifier));
            END
            """
        ),
    ]

    /// Part 9 of `device_outbox` is that a memory has become sensitive, or plain again. No trigger notes that: it needs a time.
    ///
    /// Notes everything that the file holds, in an order in which little has to wait for something else. Profiles and the
    /// policy count as changed at ?1; what was changed or exchanged before keeps the time of its last change.
    static let everything: [StaticString] = [
        """
        INSERT OR REPLACE INTO device_outbox (part, key, item, time)
        SELECT 5, agent_key, 0, coalesce((SELECT time FROM device_outbox WHERE part = 5 AND key = agent_key AND item = 0),
            (SELECT time FROM device_registers WHERE name = 'agent ' || agent_id), ?1)
        FROM agents WHERE agent_id <> 'system'
        """,
        """
        INSERT OR REPLACE INTO device_outbox (part, key, item, time)
        SELECT 6, 0, 0, coalesce((SELECT time FROM device_outbox WHERE part = 6 AND key = 0 AND item = 0),
            (SELECT time FROM device_registers WHERE name = 'policy'), ?1)
        """,
        """
        INSERT OR REPLACE INTO device_outbox (part, key, item, time)
        SELECT 4, session_key, 0, coalesce((SELECT time FROM device_outbox WHERE part = 4 AND key = session_key AND item = 0),
            (SELECT time FROM device_registers WHERE name = 'session ' || session_key), min(?1, 0))
        FROM sessions
        """,
        """
        INSERT OR REPLACE INTO device_outbox (part, key, item) SELECT 1, memory_key, 0 FROM memories WHERE ?1 >= 0
        ORDER BY memory_key
        """,
        """
        INSERT OR REPLACE INTO device_outbox (part, key, item)
        SELECT 2, memory_key, version_id FROM versions WHERE ?1 >= 0 ORDER BY published_order
        """,
        """
        INSERT OR REPLACE INTO device_outbox (part, key, item, time) SELECT 3, memory_key, agent_key,
            coalesce((SELECT time FROM device_outbox WHERE part = 3 AND key = memory_key AND item = agent_key),
                (SELECT time FROM device_registers WHERE name = 'share ' || memory_key || ' ' || agent_key))
        FROM shares WHERE ?1 >= 0
        """,
        """
        INSERT OR REPLACE INTO device_outbox (part, key, item, time)
        SELECT 9, m.memory_key, 0,
            coalesce((SELECT time FROM device_outbox WHERE part = 9 AND key = m.memory_key AND item = 0), r.time, 0)
        FROM memories AS m LEFT JOIN device_registers AS r ON r.name = 'sensitivity ' || m.memory_key
        WHERE ?1 >= 0 AND (m.is_sensitive OR r.name IS NOT NULL)
        """,
        """
        INSERT OR REPLACE INTO device_outbox (part, key, item) SELECT 7, user_key, owner_key || ' ' || deleted_at || ' '
            || iif(typeof(identifier) = 'blob', 'mem_' || lower(hex(identifier)), identifier)
        FROM tombstones WHERE ?1 >= 0
        """,
    ]
}
