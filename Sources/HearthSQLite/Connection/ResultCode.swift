internal import CSQLite

/// A result code of SQLite, primary or extended.
///
/// A primary code matches all its extended ones, an extended code only itself:
///
/// ```swift
/// do {
///     try connection.run("INSERT INTO agents (id) VALUES (?1)", id)
/// } catch ResultCode.full {
///     …
/// }
/// ```
package struct ResultCode: RawRepresentable, Hashable, Sendable {
    /// The number, as in SQLite's documentation.
    package var rawValue: Int32

    /// Makes a code of its number.
    package init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// The primary code of this one.
    package var primary: ResultCode { ResultCode(rawValue: rawValue & 0xFF) }

    /// Whether an error is one of SQLite with this code or, for a primary code, any of its extended ones.
    package static func ~= (pattern: ResultCode, error: any Error) -> Bool {
        guard let error = error as? SQLiteError else { return false }
        return error.resultCode == pattern || error.resultCode.primary == pattern
    }

    /// A generic error: mostly SQL that does not compile.
    package static let error = ResultCode(rawValue: SQLITE_ERROR)
    /// The transaction around a running statement was rolled back.
    package static let abortRollback = ResultCode(rawValue: SQLITE_ABORT | (2 << 8))
    /// Another connection holds the lock.
    package static let busy = ResultCode(rawValue: SQLITE_BUSY)
    /// A conflict within this connection or its shared cache.
    package static let locked = ResultCode(rawValue: SQLITE_LOCKED)
    /// An allocation failed.
    package static let outOfMemory = ResultCode(rawValue: SQLITE_NOMEM)
    /// The database can't be written.
    package static let readOnly = ResultCode(rawValue: SQLITE_READONLY)
    /// `sqlite3_interrupt` was called.
    package static let interrupted = ResultCode(rawValue: SQLITE_INTERRUPT)
    /// The operating system failed to read or write.
    package static let inputOutput = ResultCode(rawValue: SQLITE_IOERR)
    /// What a file that could not grow leads to: a write, or the memory shared beside the log.
    static let failedGrowths = [3, 6, 19, 21].map { ResultCode(rawValue: SQLITE_IOERR | ($0 << 8)) }
    /// The file is malformed.
    package static let corrupt = ResultCode(rawValue: SQLITE_CORRUPT)
    /// The disk, or the quota of pages, is full.
    package static let full = ResultCode(rawValue: SQLITE_FULL)
    /// The file can't be opened.
    package static let cannotOpen = ResultCode(rawValue: SQLITE_CANTOPEN)
    /// The locking protocol failed.
    package static let `protocol` = ResultCode(rawValue: SQLITE_PROTOCOL)
    /// There is a row of that key already.
    package static let constraintOfKey = ResultCode(rawValue: SQLITE_CONSTRAINT | (6 << 8))
    /// A column of a STRICT table was given a value of another type.
    package static let wrongType = ResultCode(rawValue: SQLITE_CONSTRAINT | (12 << 8))
    /// The library was called wrongly.
    package static let misuse = ResultCode(rawValue: SQLITE_MISUSE)
    /// The file is not a database.
    package static let notADatabase = ResultCode(rawValue: SQLITE_NOTADB)
}
