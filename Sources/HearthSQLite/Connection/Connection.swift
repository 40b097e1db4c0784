internal import CSQLite

/// One connection to a database.
///
/// It is not safe to share: one thread at a time uses it. ``Database`` hands out connections so that this holds.
@usableFromInline
package final class Connection {
    let handle: OpaquePointer
    private var cache = StatementCache()

    /// Set while the connection is inside a transaction that its owner began.
    ///
    /// A full disk or an interrupt may roll back the whole transaction under the feet of code that catches the error
    /// and goes on: its next statements would each commit alone. From then on every statement is refused until the
    /// owner has begun anew.
    private var transaction = TransactionState.none

    /// Why every statement is refused, where it is.
    private var loss: any Error = Connection.lostTransaction

    /// The latest schema that this release knows; nil until the connection has its options.
    var supportedSchema: Int?

    /// How many bytes of pages it may keep in memory.
    var pageCacheBytes = 0

    /// What may stop the read that borrows this connection.
    var interrupter: ReadInterrupter?

    /// The state of the full-text function that collects postings.
    let postings = PostingsCollector()

    /// Whether the file has a write-ahead log.
    var usesLog = false

    /// Whether the connection has been inside a transaction of a file with such a log.
    private(set) var hasReadLog = false

    /// What is called when a transaction that is due begins.
    private var whenItBegins: ((Connection) throws -> Void)?

    /// How many statements were asked for.
    package private(set) var statementCount = 0

    private enum TransactionState {
        case none
        /// Begins with the first statement.
        case due
        case open
        case lost
    }

    /// Opens a file and applies what every connection has in common.
    ///
    /// - Parameters:
    ///   - name: A path, `:memory:`, or a `file:` URI where the flags say so.
    ///   - flags: SQLite's open flags. The connection is made without a mutex of its own in any case.
    /// - Throws: ``SQLiteError``.
    package init(opening name: String, flags: Int32) throws {
        var handle: OpaquePointer?
        let code = sqlite3_open_v2(name, &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard code == SQLITE_OK, let handle else {
            // A failed open leaves a handle that holds the message.
            var error = SQLiteError(code: code, handle: handle)
            error.message += ": \(name)"
            sqlite3_close_v2(handle)
            throw error
        }
        self.handle = handle
        try harden()
        try postings.register(on: handle)
    }

    deinit {
        cache.removeAll()
        // `close_v2` waits for statements that somebody still holds.
        sqlite3_close_v2(handle)
    }

    // MARK: Running SQL

    /// Runs every statement of a script that takes no values.
    package func execute(_ script: String) throws {
        try prepareToRun()
        let code = sqlite3_exec(handle, script, nil, nil, nil)
        guard code == SQLITE_OK else { throw noting(SQLiteError(code: code, handle: handle, sql: script)) }
    }

    /// The prepared statement of a literal: from the cache, reset and without values.
    ///
    /// Keep it only while you use it. While you hold it, asking for the same SQL again gives another statement.
    @usableFromInline
    package func statement(_ sql: StaticString) throws -> Statement {
        try prepareToRun()
        return try noting { try cache.statement(sql, on: handle) }
    }

    /// The prepared statement of SQL that is put together once: from the cache, reset and without values.
    @usableFromInline
    package func statement(_ sql: ComposedSQL) throws -> Statement {
        try prepareToRun()
        return try noting { try cache.statement(sql, on: handle) }
    }

    /// The prepared statement of SQL put together from a closed set of fragments; never from what a person typed.
    package func statement(dynamic sql: String) throws -> Statement {
        try prepareToRun()
        return try noting { try cache.statement(dynamic: sql, on: handle) }
    }

    /// Passes an error on after looking at what it did to the transaction.
    ///
    /// A statement that no longer compiles may have met the schema of a later release, which another process has opened
    /// the file with meanwhile.
    @usableFromInline
    func noting(_ error: any Error) -> any Error {
        if transaction == .open, isAutocommit { (transaction, loss) = (.lost, Self.lostTransaction) }
        guard let supported = supportedSchema, ResultCode.error ~= error else { return error }
        // If even this can't be read, the first error says more.
        guard let found = try? schemaVersion(), found > supported else { return error }
        return StoreFileError.tooNew(found: found, supported: supported)
    }

    /// Refuses to run anything in a transaction that has ended under its owner's feet, and begins one that is due.
    func prepareToRun() throws {
        statementCount &+= 1
        if transaction != .none, transaction != .open { try beginIfDue() }
        try interrupter?.check()
    }

    private func beginIfDue() throws {
        guard transaction == .due else { throw loss }
        transaction = .none
        do {
            try run("BEGIN DEFERRED")
            transaction = .open
            try whenItBegins.take()?(self)
        } catch {
            // Nothing else may run in its place.
            (transaction, loss) = (.lost, error)
            throw error
        }
    }

    private static let lostTransaction = SQLiteError(.abortRollback, "an earlier error rolled the transaction back")

    // MARK: Transactions

    /// Whether no transaction is open: an error inside one may have rolled it back as a whole.
    var isAutocommit: Bool { sqlite3_get_autocommit(handle) != 0 }

    /// Calls a closure in a transaction that reads.
    ///
    /// - Parameter beginsLate: Whether the transaction begins with the closure's first statement, and not at all where it
    ///   runs none.
    func reading<R>(beginningLate beginsLate: Bool = false, _ body: (Connection) throws -> R) throws -> R {
        transaction = .due
        do {
            if !beginsLate { try beginIfDue() }
            let result = try body(self)
            if isDue { endDue() } else { try commit() }
            return result
        } catch {
            rollback()
            throw error
        }
    }

    /// Whether a transaction begins with the next statement.
    package var isDue: Bool { transaction == .due }

    /// Begins the transaction if one is due: for who lets go of something before its first statement.
    package func begin() throws { if isDue { try prepareToRun() } }

    /// Whether something is to be called when the transaction that is due begins.
    package var expects: Bool { whenItBegins != nil }

    /// Has a closure called when the transaction that is due has begun, before anything else runs in it. If it throws, so
    /// does every further statement of the transaction.
    package func expect(_ body: @escaping (Connection) throws -> Void) { whenItBegins = body }

    private func endDue() {
        transaction = .none
        whenItBegins = nil
    }

    /// Begins a transaction that writes, taking the write lock at once, so that it never has to be upgraded.
    ///
    /// - Parameter limit: How long to try while another process holds it.
    /// - Throws: ``SQLiteError``, of ``ResultCode/busy`` when the time is up.
    func beginWriting(waitingAtMost limit: Duration) throws {
        try retryingWhileBusy(atMost: limit) { try run("BEGIN IMMEDIATE") }
        transaction = .open
    }

    /// Commits; when that fails the transaction is rolled back before the error is thrown.
    func commit() throws {
        // A statement that somebody left half-way would keep its snapshot after the transaction.
        resetRunningStatements()
        do {
            try run("COMMIT")
            transaction = .none
            hasReadLog = usesLog
        } catch {
            rollback()
            throw error
        }
    }

    /// Makes sure that the transaction that was begun is still there.
    func checkTransaction() throws {
        guard transaction == .open, !isAutocommit else { throw Self.lostTransaction }
    }

    /// Ends the transaction if one is still open, and makes the connection usable again.
    func rollback() {
        endDue()
        resetRunningStatements()
        guard !isAutocommit else { return }
        // A ROLLBACK that reports an error has rolled back all the same: SQLite can do nothing else.
        sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
    }

    /// Ends statements that their users left half-way, so that no read transaction outlives its owner's.
    func resetRunningStatements() {
        var next = sqlite3_next_stmt(handle, nil)
        while let statement = next {
            if sqlite3_stmt_busy(statement) != 0 { sqlite3_reset(statement) }
            next = sqlite3_next_stmt(handle, statement)
        }
    }

    // MARK: Facts

    /// The path of the file as SQLite sees it; empty in memory.
    var path: String { sqlite3_db_filename(handle, nil).map { String(cString: $0) } ?? "" }

    /// Whether the file could only be opened for reading.
    var isReadOnly: Bool { sqlite3_db_readonly(handle, nil) == 1 }

    /// Whether the file is no longer at the path that it was opened at.
    var hasMoved: Bool {
        var hasMoved: Int32 = 0
        return sqlite3_file_control(handle, nil, SQLITE_FCNTL_HAS_MOVED, &hasMoved) == SQLITE_OK && hasMoved != 0
    }

    /// The first bytes of the file as they lie there, read past SQLite's caches and locks but through its descriptor.
    ///
    /// - Parameter count: How many bytes.
    /// - Returns: The bytes; `nil` where the file has fewer.
    /// - Throws: ``SQLiteError``.
    func readFile(prefix count: Int) throws -> [UInt8]? {
        var file: UnsafeMutablePointer<sqlite3_file>?
        guard sqlite3_file_control(handle, nil, SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK, let file else {
            return nil
        }
        var bytes = [UInt8](repeating: 0, count: count)
        let code = file.pointee.pMethods.pointee.xRead(file, &bytes, Int32(count), 0)
        guard code != SQLITE_IOERR | (2 << 8) else { return nil }  // SQLITE_IOERR_SHORT_READ
        guard code == SQLITE_OK else { throw SQLiteError(code: code, handle: nil) }
        return bytes
    }

    /// How many rows the latest INSERT, UPDATE or DELETE changed.
    package var changes: Int { Int(sqlite3_changes64(handle)) }

    /// The value of a pragma that answers with one integer.
    package func integer(ofPragma name: String) throws -> Int {
        try rowsDynamic("PRAGMA \(name)") { $0.int(0) }.first ?? 0
    }
}
