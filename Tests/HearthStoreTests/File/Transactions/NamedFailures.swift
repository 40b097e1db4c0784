import Glibc
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// What a failure of SQLite is called.
@Suite struct NamedFailures {
    /// SQLite's codes for a write, and for the memory shared beside the log, which is a file too.
    private static let write: Int32 = 10 | (3 << 8)
    private static let sharedMemory: Int32 = 10 | (19 << 8)

    private func named(_ error: SQLiteError) -> MemoryError.Code? {
        do {
            try MemoryError.mapping { throw error }
            return nil
        } catch {
            return (error as? MemoryError)?.code
        }
    }

    @Test(arguments: [write, sharedMemory], [ENOSPC, EDQUOT])
    func `a full disk and a full quota are called so, also where SQLite calls them an I-O error`(
        code: Int32,
        systemError: Int32
    ) {
        let error = SQLiteError(extendedCode: code, message: "disk I/O error", systemError: systemError)
        #expect(named(error) == .storeFull)
        #expect(error.isLackOfRoom)
    }

    @Test func `a disk that fails is no full one`() {
        let error = SQLiteError(extendedCode: Self.write, message: "disk I/O error", systemError: EIO)
        #expect(named(error) == .storeUnavailable)
        #expect(!error.isLackOfRoom)
    }
}
