internal import CSQLite
internal import Glibc

/// A failure that SQLite reported.
///
/// The values bound to the statement are not part of it: they are people's memories and don't belong in a log.
package struct SQLiteError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The extended result code, such as 2067 for a violated unique constraint.
    package var extendedCode: Int32

    /// SQLite's own words, in English.
    package var message: String

    /// The statement that failed, with its parameters as placeholders; `nil` where no statement was involved.
    package var sql: String?

    /// `errno` of the system call that failed; 0 where none did.
    package var systemError: Int32

    /// Makes an error of an extended result code.
    package init(extendedCode: Int32, message: String, sql: String? = nil, systemError: Int32 = 0) {
        self.extendedCode = extendedCode
        self.message = message
        self.sql = sql
        self.systemError = systemError
    }

    /// Makes an error that this layer, not SQLite, found.
    init(_ code: ResultCode, _ message: String, sql: String? = nil) {
        self.init(extendedCode: code.rawValue, message: message, sql: sql)
    }

    /// Reads the latest error of a connection.
    ///
    /// - Parameters:
    ///   - code: What the failing call returned. The connection's own code is used where it says more.
    ///   - handle: The connection, or `nil` when SQLite had no memory to make one.
    ///   - sql: The statement.
    init(code: Int32, handle: OpaquePointer?, sql: String? = nil) {
        let extended = handle.map(sqlite3_extended_errcode) ?? code
        // A misused call leaves the connection's error as it was; then only the returned code is true.
        let isOfThisCall = extended & 0xFF == code & 0xFF
        self.init(
            extendedCode: isOfThisCall ? extended : code,
            message: String(cString: isOfThisCall && handle != nil ? sqlite3_errmsg(handle) : sqlite3_errstr(code)),
            sql: sql,
            systemError: isOfThisCall && handle != nil ? sqlite3_system_errno(handle) : 0
        )
        // SQLite drops the `errno` of some failures. A file that could not grow on a disk without room is put down to that.
        if systemError == 0, ResultCode.failedGrowths.contains(resultCode), handle.map(Self.lacksRoom) == true {
            systemError = ENOSPC
        }
    }

    /// How much the memory beside the log grows at once, in bytes.
    private static let sharedMemory: UInt = 32 << 10

    /// Whether the disk that a database is on has less room than its files grow by.
    private static func lacksRoom(_ handle: OpaquePointer) -> Bool {
        var status = statvfs()
        guard let path = sqlite3_db_filename(handle, "main"), path.pointee != 0, statvfs(path, &status) == 0 else {
            return false
        }
        let (bytes, overflows) = UInt(status.f_bavail).multipliedReportingOverflow(by: UInt(status.f_frsize))
        return !overflows && bytes < sharedMemory
    }

    /// The extended result code as a value to compare and switch over.
    package var resultCode: ResultCode { ResultCode(rawValue: extendedCode) }

    /// Whether another connection held a lock that was needed.
    package var isBusy: Bool {
        // PROTOCOL is what SQLite says after losing too many races for the write-ahead log's locks.
        [.busy, .protocol].contains(resultCode.primary)
    }

    /// Whether a write went beyond the limit on the size of files, which SQLite reports as an I/O error.
    ///
    /// What SQLite does after the failure may hide its `errno`. Then a write that failed under such a limit is put down
    /// to the limit.
    package var isFileSizeLimit: Bool {
        guard resultCode.primary == .inputOutput else { return false }
        return systemError == EFBIG || (ResultCode.failedGrowths.contains(resultCode) && Self.fileSizeIsLimited)
    }

    /// Whether the disk or the quota was full, which SQLite reports as an I/O error where it is not the file itself that
    /// could not grow, such as the memory shared beside the log.
    package var isFullDisk: Bool {
        resultCode.primary == .full || resultCode.primary == .inputOutput && [ENOSPC, EDQUOT].contains(systemError)
    }

    /// Whether there was no room for what was to be written.
    package var isLackOfRoom: Bool { isFullDisk || isFileSizeLimit }

    /// Whether a table, a column or an index is missing, is there where none should be, or takes other values.
    ///
    /// SQLite has one code for everything that a statement can be wrong in; only its words tell them apart.
    package var isSchemaDamage: Bool {
        resultCode == .wrongType
            || resultCode == .error && Self.schemaDamage.contains { message.contains($0) }
    }

    private static let schemaDamage = [
        "no such table", "no such fts5 table", "no such column", "no such index", "has no column named",
        "already exists", "malformed database schema", "vtable constructor failed", "no such module",
        "views may not be indexed",
        "is not a table", "not a virtual table", "use DROP VIEW", "use DROP TABLE", "unsupported file format",
    ]

    private static var fileSizeIsLimited: Bool {
        var limit = rlimit()
        return getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 && limit.rlim_cur != .max
    }

    /// The message, the code and the statement.
    package var description: String {
        "SQLite error \(extendedCode): \(message)" + (sql.map { " - while executing `\($0)`" } ?? "")
    }
}
