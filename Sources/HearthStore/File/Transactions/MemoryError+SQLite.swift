import Glibc
import HearthModel
import HearthSQLite

extension MemoryError {
    /// Runs something that uses the file, and turns the errors of SQLite and of opening into a `MemoryError`.
    static func mapping<R>(_ body: () throws -> R) throws -> R {
        do {
            return try body()
        } catch let error as SQLiteError {
            throw MemoryError(error)
        } catch let error as StoreFileError {
            throw MemoryError(error)
        }
    }

    /// Runs something that uses the file, and turns the errors of SQLite and of opening into a `MemoryError`.
    static func mapping<R>(_ body: () async throws -> R) async throws -> R {
        do {
            return try await body()
        } catch let error as SQLiteError {
            throw MemoryError(error)
        } catch let error as StoreFileError {
            throw MemoryError(error)
        }
    }

    private init(_ error: SQLiteError) {
        let (code, message): (Code, String) =
            switch error.resultCode.primary {
            case .busy, .locked, .protocol:
                (.storeBusy, "Another process keeps the file busy; try again, or give writes more time.")
            case .full:
                (.storeFull, "The disk or the quota is full; nothing of this call was stored. Make room and try again.")
            case _ where error.isFileSizeLimit:
                (
                    .storeFull,
                    """
                    The limit on the size of files that this process may write is reached (`ulimit -f`, LimitFSIZE of a service); \
                    nothing of this call was stored. Raise it and try again.
                    """
                )
            case .readOnly:
                (.storeReadOnly, "The file or its directory cannot be written; check the permissions.")
            case .corrupt:
                (.storeCorrupt, "The file is damaged (\(error.message)). Run `hearth verify` and restore a backup.")
            case _ where error.isSchemaDamage:
                // Our statements are fixed, so what they name is missing or was changed.
                (
                    .storeCorrupt,
                    "The file's tables are not what its schema version says (\(error.message)). Restore a backup."
                )
            case .notADatabase:
                (.notAHearthStore, "The file is not a database of this engine; it was left as it is.")
            case .outOfMemory:
                (.storeUnavailable, "There was not enough memory; nothing of this call was stored. Try again.")
            case _ where error.isFullDisk:
                (.storeFull, "The disk or the quota is full; nothing of this call was stored. Make room and try again.")
            default:
                (.storeUnavailable, "The file could not be used: \(error.message).")
            }
        self.init(code: code, message: message, sqliteCode: error.extendedCode)
    }

    private init(_ error: StoreFileError) {
        let code: Code =
            switch error {
            case .foreign: .notAHearthStore
            case .tooNew: .schemaTooNew
            case .readOnly, .tooOld: .storeReadOnly
            case .closed: .closed
            case .exists: .invalidArgument
            case .inUse: .storeBusy
            case .system(_, ENOSPC, _), .system(_, EDQUOT, _), .system(_, EFBIG, _): .storeFull
            case .notFound, .noDirectory, .tooLong, .notARegularFile, .invalidPath, .system: .storeUnavailable
            }
        guard case .system(let path, let number, _) = error else {
            self.init(code: code, message: error.description)
            return
        }
        self.init(code: code, message: "\(path): \(SystemError.reason(number, writing: path))")
    }
}

extension MemoryError {
    /// Whether it says that something in the file is not what was written there.
    var isDamage: Bool { code == .storeCorrupt || code == .decryptionFailed }
}
