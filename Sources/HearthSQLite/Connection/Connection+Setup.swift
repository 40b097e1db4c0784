internal import CSQLite

extension Connection {
    /// Makes the connection distrust the file and leave checkpoints to us.
    func harden() throws {
        // SQL can't write shadow tables or the schema. No extension is ever loaded. Code in the schema of a file runs
        // without rights. A misspelt column in double quotes is an error and not a string.
        for (option, value): (Int32, Int32) in [
            (SQLITE_DBCONFIG_DEFENSIVE, 1),
            (SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
            (SQLITE_DBCONFIG_DQS_DML, 0),
            (SQLITE_DBCONFIG_DQS_DDL, 0),
            (SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0),
            (SQLITE_DBCONFIG_ENABLE_FKEY, 1),
        ] {
            let code = hearth_sqlite_db_config_flag(handle, option, value, nil)
            guard code == SQLITE_OK else { throw SQLiteError(code: code, handle: handle) }
        }
        // SQLite's own checkpoints can race a commit; see `Checkpointer`.
        sqlite3_wal_autocheckpoint(handle, 0)
        // People's content never goes to temporary files, and deleted content is overwritten (a build of SQLite without
        // Debian's SECURE_DELETE would leave it).
        try execute(
            """
            PRAGMA temp_store = MEMORY;
            PRAGMA cell_size_check = ON;
            PRAGMA secure_delete = ON;
            """
        )
    }

    /// The flags of a database in memory.
    static var readWriteCreate: Int32 { SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE }

    /// Applies a store's options to a connection.
    func apply(_ options: DatabaseOptions) throws {
        setBusyTimeout(options.busyTimeout)
        try execute("PRAGMA synchronous = \(options.durability == .full ? "FULL" : "NORMAL")")
        supportedSchema = options.schemaVersion
        pageCacheBytes = options.pageCacheBytes
        setPageCache(pageCacheBytes)
        if let limit = options.maximumPageCount {
            try execute("PRAGMA max_page_count = \(limit)")
        }
    }

    /// Sets how long SQLite itself waits for a lock.
    func setBusyTimeout(_ timeout: Duration) {
        sqlite3_busy_timeout(handle, Int32(clamping: timeout.milliseconds))
    }

    /// Turns away every statement that would write.
    func setQueryOnly(_ isQueryOnly: Bool) throws {
        try isQueryOnly ? run("PRAGMA query_only = ON") : run("PRAGMA query_only = OFF")
    }

    /// Has rows that refer to others checked again, outside a transaction.
    func restoreForeignKeys() {
        // This pragma sets a flag in memory and can't fail.
        sqlite3_exec(handle, "PRAGMA foreign_keys = ON", nil, nil, nil)
    }

    /// Lets the log's file keep the size it has reached, so that it need not grow again.
    func setUnlimitedLogFile() {
        // This pragma sets a number in memory and can't fail.
        sqlite3_exec(handle, "PRAGMA journal_size_limit = -1", nil, nil, nil)
    }

    /// Sets how many bytes of pages may be kept.
    private func setPageCache(_ bytes: Int) {
        // Negative: in KiB, not in pages. This pragma too sets a number in memory and can't fail.
        sqlite3_exec(handle, "PRAGMA cache_size = -\(bytes >> 10)", nil, nil, nil)
    }

    /// The page cache of a long read: it uses every page once, and the processor's own cache holds about as much.
    private static let passingCacheBytes = 256 << 10

    /// Calls a closure that reads megabytes once: the pages pass through a small cache and don't fill the large one.
    ///
    /// A page that is new to a cache takes an allocation and fresh memory from the kernel. That costs several times as
    /// much as reading it, and nobody asks for these pages again.
    package func readingOnce<R>(_ body: () throws -> R) throws -> R {
        // With a small cache a transaction that has written would spill its pages into the log before it commits.
        guard sqlite3_txn_state(handle, nil) != SQLITE_TXN_WRITE else { return try body() }
        setPageCache(Self.passingCacheBytes)
        defer { setPageCache(pageCacheBytes) }
        return try body()
    }

    /// Calls a closure while every statement that would write is turned away.
    func withoutWriting<R>(_ body: () throws -> R) throws -> R {
        try setQueryOnly(true)
        let result = Result { try body() }
        try setQueryOnly(false)
        return try result.get()
    }
}

extension Duration {
    /// Whole milliseconds, rounded down, and at most what 64 bits hold.
    var milliseconds: Int64 {
        let (product, overflows) = components.seconds.multipliedReportingOverflow(by: 1_000)
        let (sum, carries) = product.addingReportingOverflow(components.attoseconds / 1_000_000_000_000_000)
        guard overflows || carries else { return sum }
        return components.seconds < 0 ? .min : .max
    }
}

extension Connection {
    /// Runs something that removes rows together with all that refer to them, without SQLite looking for the latter.
    ///
    /// For a removed row SQLite looks through every table that may refer to it, as a whole where that has no index for it.
    /// Works inside a transaction too. Statements are prepared anew before and after.
    package func withoutForeignKeys<R>(_ body: () throws -> R) throws -> R {
        try setForeignKeys(false)
        do {
            let result = try body()
            try setForeignKeys(true)
            return result
        } catch {
            try setForeignKeys(true)
            throw error
        }
    }

    private func setForeignKeys(_ isOn: Bool) throws {
        let code = hearth_sqlite_db_config_flag(handle, SQLITE_DBCONFIG_ENABLE_FKEY, isOn ? 1 : 0, nil)
        guard code == SQLITE_OK else { throw SQLiteError(code: code, handle: handle) }
    }
}
