/// Why a database could not be opened or used, beyond what SQLite itself reports as ``SQLiteError``.
public enum StoreFileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file belongs to another program, or is no database. It was not changed.
    case foreign(path: String, reason: String)
    /// A later release of the program wrote the schema. The file was not changed.
    case tooNew(found: Int, supported: Int)
    /// The file is opened read-only and its schema is an earlier one.
    case tooOld(found: Int, supported: Int)
    /// There is nothing at the path, or its directory does not exist.
    case notFound(path: String)
    /// What is at the path is a symbolic link, a directory or a device.
    case notARegularFile(path: String)
    /// The path is empty, ends in a slash or holds a NUL.
    case invalidPath(String)
    /// The operating system refused; `errno` says why.
    case system(path: String, errno: Int32, message: String)
    /// The database is open for reading only.
    case readOnly
    /// The database was closed.
    case closed

    /// A sentence for people, with the remedy where there is one.
    public var description: String {
        switch self {
        case .foreign(let path, let reason):
            "\(path) is not one of our stores (\(reason)); it was left as it is. Choose another path."
        case .tooNew(let found, let supported):
            "The file's schema is version \(found); this release knows up to \(supported). Use a later release."
        case .tooOld(let found, let supported):
            "The file's schema is version \(found) and this release needs \(supported). Open it for writing once."
        case .notFound(let path):
            "There is nothing at \(path)."
        case .notARegularFile(let path):
            "\(path) is a symbolic link or no regular file. Give the path of the file itself."
        case .invalidPath(let path):
            "\"\(path)\" is not the path of a file."
        case .system(let path, _, let message):
            "\(path): \(message)"
        case .readOnly:
            "The store was opened read-only."
        case .closed:
            "The store is closed."
        }
    }
}
