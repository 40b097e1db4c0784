import HearthSQLite

/// The fourth schema of the file: the audit refuses to be changed by accident, and may begin behind pruned rows.
///
/// The triggers keep a stray statement, of a shell or of ours, from changing what was written. They are no wall: whoever
/// can write the file can drop them. The chain shows that, with an anchor kept outside the file.
enum SchemaV4 {
    static func migrate(_ connection: Connection) throws {
        try connection.execute(head)
        for trigger in triggers { try connection.execute(trigger.statement) }
    }

    /// How many rows were removed from the chain's beginning, and the hash of the last of them: the chain goes on from it.
    private static let head = """
        ALTER TABLE audit_head ADD COLUMN pruned_count INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE audit_head ADD COLUMN pruned_hash BLOB NOT NULL
            DEFAULT x'0000000000000000000000000000000000000000000000000000000000000000';
        """

    /// What protects the audit. Verification compares the statements with those of the file.
    static let triggers: [(name: String, statement: String)] = [
        (
            "audit_keeps_rows",
            """
            CREATE TRIGGER audit_keeps_rows BEFORE UPDATE ON audit BEGIN
                SELECT raise(ABORT, 'audit rows are never changed');
            END
            """
        ),
        (
            // Pruning first moves the chain's beginning, in the same transaction.
            "audit_loses_no_rows",
            """
            CREATE TRIGGER audit_loses_no_rows BEFORE DELETE ON audit
            WHEN OLD.position > (SELECT pruned_count FROM audit_head WHERE id = 1) BEGIN
                SELECT raise(ABORT, 'audit rows are removed by pruning alone');
            END
            """
        ),
        (
            // INSERT OR REPLACE removes a row without asking the trigger above.
            "audit_only_grows",
            """
            CREATE TRIGGER audit_only_grows BEFORE INSERT ON audit
            WHEN NEW.position <= (SELECT count FROM audit_head WHERE id = 1) BEGIN
                SELECT raise(ABORT, 'audit rows are added at the end alone');
            END
            """
        ),
        (
            "audit_head_advances",
            """
            CREATE TRIGGER audit_head_advances BEFORE UPDATE ON audit_head
            WHEN NEW.id <> OLD.id OR NEW.count < OLD.count OR NEW.pruned_count < OLD.pruned_count OR NEW.pruned_count > NEW.count
            BEGIN
                SELECT raise(ABORT, 'the end of the audit never goes back');
            END
            """
        ),
        (
            "audit_head_stays",
            """
            CREATE TRIGGER audit_head_stays BEFORE DELETE ON audit_head BEGIN
                SELECT raise(ABORT, 'the end of the audit is never removed');
            END
            """
        ),
        (
            "audit_head_is_one",
            """
            CREATE TRIGGER audit_head_is_one BEFORE INSERT ON audit_head BEGIN
                SELECT raise(ABORT, 'the audit has one end');
            END
            """
        ),
    ]
}
