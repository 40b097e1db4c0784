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
public struct ResultCode: RawRepresentable, Hashable, Sendable {
    /// The number, as in SQLite's documentation.
    public var rawValue: Int32

    /// Makes a code of its number.
    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// The primary code of this one.
    public var primary: ResultCode { ResultCode(rawValue: rawValue & 0xFF) }

    /// Whether an error is one of SQLite with this code or, for a primary code, any of its extended ones.
    public static func ~= (pattern: ResultCode, error: any Error) -> Bool {
        guard let error = error as? SQLiteError else { return false }
        return error.resultCode == pattern || error.resultCode.primary == pattern
    }

    /// A generic error: mostly SQL that does not compile.
    public static let error = ResultCode(rawValue: SQLITE_ERROR)
    /// The transaction around a running statement was rolled back.
    public static let abortRollback = ResultCode(rawValue: SQLITE_ABORT | (2 << 8))
    /// Another connection holds the lock.
    public static let busy = ResultCode(rawValue: SQLITE_BUSY)
    /// A conflict within this connection or its shared cache.
    public static let locked = ResultCode(rawValue: SQLITE_LOCKED)
    /// An allocation failed.
    public static let outOfMemory = ResultCode(rawValue: SQLITE_NOMEM)
    /// The database can't be written.
    public static let readOnly = ResultCode(rawValue: SQLITE_READONLY)
    /// `sqlite3_interrupt` was called.
    public static let interrupted = ResultCode(rawValue: SQLITE_INTERRUPT)
    /// The file is malformed.
    public static let corrupt = ResultCode(rawValue: SQLITE_CORRUPT)
    /// The disk, or the quota of pages, is full.
    public static let full = ResultCode(rawValue: SQLITE_FULL)
    /// The file can't be opened.
    public static let cannotOpen = ResultCode(rawValue: SQLITE_CANTOPEN)
    /// The locking protocol failed.
    public static let `protocol` = ResultCode(rawValue: SQLITE_PROTOCOL)
    /// The library was called wrongly.
    public static let misuse = ResultCode(rawValue: SQLITE_MISUSE)
    /// The file is not a database.
    public static let notADatabase = ResultCode(rawValue: SQLITE_NOTADB)
}
