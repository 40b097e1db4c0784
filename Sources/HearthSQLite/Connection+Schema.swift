internal import CSQLite

extension Connection {
    /// Brings a file, new or old, to the present schema and then to write-ahead logging.
    ///
    /// A file gets its id, its schema and its version in one transaction, with a rollback journal, and becomes a WAL file
    /// after that: a kill at any point leaves an empty file or one of ours. Several processes may do this at once; the write
    /// lock decides who does the work and the others find it done.
    func bringUpToDate(_ options: DatabaseOptions) throws {
        if try integer(ofPragma: "page_count") == 0 || schemaVersion() < options.schemaVersion {
            try migrate(options)
        }
        try StoreFile.check(schemaVersion(), options)
    }

    /// Switches to write-ahead logging, unless the file already has it.
    ///
    /// - Returns: Whether it could; a database in memory can't.
    func switchToLog() throws {
        // The answer is the mode there is now: while others use the file it may be refused without an error.
        guard try rowsDynamic("PRAGMA journal_mode = WAL", as: { $0.string(0) }).first == "wal" else {
            throw SQLiteError(.busy, "the file could not be switched to write-ahead logging")
        }
    }

    private func migrate(_ options: DatabaseOptions) throws {
        // In a new file the first write lock writes the header, so `auto_vacuum` has to be known before `BEGIN IMMEDIATE`
        // would take it: inside a deferred transaction the pragma both sets the mode and takes the lock.
        try execute("BEGIN DEFERRED; PRAGMA auto_vacuum = INCREMENTAL;")
        do {
            try applyMigrations(options)
            try commit()
        } catch {
            rollback()
            throw error
        }
    }

    private func applyMigrations(_ options: DatabaseOptions) throws {
        let isNew = try integer(ofPragma: "application_id") == 0
        if isNew {
            // Who else may have filled the file since it was probed?
            guard try rowsDynamic("SELECT 1 FROM sqlite_schema LIMIT 1", as: { _ in }).isEmpty else {
                throw StoreFileError.foreign(path: "the file", reason: "a database of another program")
            }
            try execute("PRAGMA application_id = \(options.applicationID)")
        }
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
