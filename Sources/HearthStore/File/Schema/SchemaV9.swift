/// The schema that takes work in the background: causes of notifications, and the lease of upkeep.
enum SchemaV9 {
    static let statements = """
        -- What it was raised because of: nothing is raised twice for one cause. NULL: for nothing that can come again.
        ALTER TABLE notifications ADD COLUMN cause TEXT;
        -- How often it was raised, and when last. NULL: once, at created_at.
        ALTER TABLE notifications ADD COLUMN count INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE notifications ADD COLUMN last_raised_at INTEGER;
        -- When it was made more severe because nobody acknowledged it.
        ALTER TABLE notifications ADD COLUMN escalated_at INTEGER;
        -- The sequence at which it last became news; other processes look for it.
        ALTER TABLE notifications ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
        UPDATE notifications SET cause = 'conflict ' || conflict_key WHERE conflict_key IS NOT NULL;
        CREATE INDEX notifications_by_cause ON notifications (cause) WHERE cause IS NOT NULL;
        CREATE INDEX notifications_by_change ON notifications (changed);
        CREATE INDEX notifications_unacknowledged ON notifications (notification_key) WHERE acknowledged_at IS NULL;

        CREATE TABLE upkeep_lease (
            -- Which of several coordinators on the file does the upkeep. No row: none does.
            id INTEGER PRIMARY KEY CHECK (id = 1),
            -- A random name of the coordinator, and its process, so that others see when that is gone.
            holder TEXT NOT NULL,
            process TEXT NOT NULL,
            boot_id TEXT NOT NULL,
            deadline INTEGER NOT NULL
        ) STRICT;
        """
}
