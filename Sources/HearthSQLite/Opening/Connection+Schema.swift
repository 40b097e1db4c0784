internal import CSQLite

extension Connection {
    /// Brings a file, new or old, to the present schema.
    ///
    /// A file gets its id, its schema and its version in one transaction, with a rollback journal. Only after that does
    /// it become a WAL file (``switchToLog()``): a kill at any point leaves an empty file or one of ours. Several
    /// processes may do this at once; the write lock decides who does the work, and the others find it done.
    func bringUpToDate(_ options: DatabaseOptions) throws {
        if try integer(ofPragma: "page_count") == 0 || schemaVersion() < options.schemaVersion {
            try migrate(options)
        }
        // The probe saw only the main file, and a moment ago: a log may say more, and another process may have written.
        try refuseForeign(options)
        try StoreFile.check(schemaVersion(), options)
    }

    private func refuseForeign(_ options: DatabaseOptions) throws {
        guard try integer(ofPragma: "application_id") == Int(options.applicationID) else {
            throw StoreFileError.foreign(path: path, reason: "a database of another program")
        }
    }

    /// Switches to write-ahead logging, unless the file already has it.
    ///
    /// - Throws: ``SQLiteError``, of ``ResultCode/busy`` where another process is in the way.
    func switchToLog() throws {
        // The answer is the mode now in force: while others use the file, SQLite may refuse without an error.
        guard try rowsDynamic("PRAGMA journal_mode = WAL", as: { $0.string(0) }).first == "wal" else {
            throw SQLiteError(.busy, "the file could not be switched to write-ahead logging")
        }
    }

    private func migrate(_ options: DatabaseOptions) throws {
        // A step may put a table in another's place, and dropping the old one would ask after every row that refers to
        // it. Inside a transaction this pragma does nothing.
        try execute("PRAGMA foreign_keys = OFF")
        defer { restoreForeignKeys() }
        if try integer(ofPragma: "page_count") == 0 {
            // In a new file the first write lock writes the header, so `auto_vacuum` has to be known before that lock is
            // taken, as `BEGIN IMMEDIATE` does. In a deferred transaction the pragma both sets the mode and takes the
            // lock.
            try execute("BEGIN DEFERRED; PRAGMA auto_vacuum = INCREMENTAL;")
        } else {
            try execute("BEGIN IMMEDIATE")
        }
        do {
            try applyMigrations(options)
            try commit()
        } catch {
            rollback()
            throw error
        }
    }

    private func applyMigrations(_ options: DatabaseOptions) throws {
        // Somebody else may have filled the file since it was probed.
        if try rowsDynamic("SELECT 1 FROM sqlite_schema LIMIT 1", as: { _ in }).isEmpty {
            try execute("PRAGMA application_id = \(options.applicationID)")
        }
        try refuseForeign(options)
        let version = try schemaVersion()
        try StoreFile.check(version, options)
        for migration in options.migrations[version...] {
            try migration.apply(self)
        }
        try execute("PRAGMA user_version = \(options.schemaVersion)")
    }

    func schemaVersion() throws -> Int {
        try integer(ofPragma: "user_version")
    }
}
