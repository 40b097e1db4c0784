/// The schema that takes upkeep: what is due when, what changed since upkeep last looked, and what was removed.
///
/// Storing a memory writes nothing here. Upkeep finds what is new by its key, and what was edited in `upkeep_changes`.
enum SchemaV10 {
    static let statements = """
        CREATE TABLE upkeep_state (
            -- Where upkeep stands: clocks, times and how far it has come, by name.
            name TEXT PRIMARY KEY,
            value ANY NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE upkeep_changes (
            -- Memories that were edited, deleted or restored since a part of upkeep looked at them: 1 ages, 2 duplicates.
            -- 3: restored after it was folded into another one, and not to be folded again.
            part INTEGER NOT NULL,
            memory_key INTEGER NOT NULL,
            PRIMARY KEY (part, memory_key)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE ages (
            -- Memories in the order in which their time comes. A row may be old or its memory gone: upkeep looks at the memory itself
            -- before it does anything. Kind 0: live, by owner; since the later of arrival and last edit. Kind 1: deleted, under agent 0;
            -- since the deletion.
            kind INTEGER NOT NULL,
            agent_key INTEGER NOT NULL,
            since INTEGER NOT NULL,
            memory_key INTEGER NOT NULL,
            PRIMARY KEY (kind, agent_key, since, memory_key)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE tombstones (
            -- Memories that were deleted and whose rows are removed, so that no import brings them back.
            user_key INTEGER NOT NULL,
            owner_key INTEGER NOT NULL,
            -- As in memories.
            identifier ANY NOT NULL,
            deleted_at INTEGER NOT NULL,
            PRIMARY KEY (user_key, owner_key, identifier)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX tombstones_by_age ON tombstones (deleted_at);

        DROP INDEX memories_by_expiry;
        CREATE INDEX memories_by_expiry ON memories (expires_at) WHERE expires_at IS NOT NULL AND ended IS NULL;
        CREATE INDEX memories_folded ON memories (folded_into) WHERE folded_into IS NOT NULL;
        CREATE INDEX documents_working ON documents (user_key, owner_key)
            WHERE type = 3 AND drafted_key IS NULL AND flags & 1 = 0;
        CREATE INDEX documents_dead ON documents (user_key) WHERE drafted_key IS NOT NULL AND flags & 1 = 1;
        CREATE INDEX conflicts_by_memory ON conflicts (memory_key);
        """
}
