internal import CSQLite
internal import Glibc

/// The file of a store: where it is, whose it is, and how it is created.
///
/// The file is only ever opened through SQLite. POSIX drops all of a process's locks on a file when the process closes
/// *any* descriptor of it, so an `open` and `close` of our own beside a live connection would let another process
/// delete a live write-ahead log.
struct StoreFile {
    /// The path with every symbolic link in its directory resolved.
    let path: String

    /// What a look at the file found, without touching it.
    enum Identity: Equatable {
        /// No file exists.
        case absent
        /// The file has no bytes: `mktemp` makes such a file, and a creation that was killed leaves one.
        case empty
        /// It is one of ours, as far as the main file says: the write-ahead log may hold a later schema.
        case ours
    }

    /// Resolves the directory of `path`.
    ///
    /// The file itself must not be a symbolic link: whoever may write the directory could otherwise point us at another
    /// file.
    init(resolving path: String) throws {
        let separator = path.lastIndex(of: "/")
        let name = separator.map { String(path[path.index(after: $0)...]) } ?? path
        guard !name.isEmpty, name != ".", name != "..", !path.utf8.contains(0) else {
            throw StoreFileError.invalidPath(path)
        }
        let directory = separator.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        guard let resolved = realpath(directory, nil) else {
            throw errno == ENOENT ? StoreFileError.noDirectory(path: directory) : Self.systemError(directory)
        }
        defer { free(resolved) }
        let prefix = String(cString: resolved)
        self.path = prefix == "/" ? "/\(name)" : "\(prefix)/\(name)"
        try Self.checkLength(ofName: name, path: self.path, directory: prefix)
    }

    /// The longest of the names that SQLite makes from the file's own for the files beside it.
    private static let longestSuffix = "-journal"
    /// The longest path that SQLite takes, in bytes: `MAX_PATHNAME` of its VFS for Unix, with the zero at the end.
    private static let longestPath = 511

    /// Refuses names that leave no room for the names of the files beside the store. SQLite would find out only when it
    /// has made the file.
    private static func checkLength(ofName name: String, path: String, directory: String) throws {
        let system = pathconf(directory, Int32(_PC_NAME_MAX))
        let longestName = (system > 0 ? system : Int(NAME_MAX)) - longestSuffix.utf8.count
        guard name.utf8.count <= longestName else {
            throw StoreFileError.tooLong(path: path, part: "name", bytes: name.utf8.count, limit: longestName)
        }
        let limit = longestPath - longestSuffix.utf8.count
        guard path.utf8.count <= limit else {
            throw StoreFileError.tooLong(path: path, part: "path", bytes: path.utf8.count, limit: limit)
        }
    }

    /// Finds out whose file it is, without changing a byte or taking a lock.
    ///
    /// - Throws: ``StoreFileError/foreign(path:reason:)`` or ``StoreFileError/tooNew(found:supported:)``.
    func probe(_ options: DatabaseOptions) throws -> Identity {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return .absent }
            throw Self.systemError(path)
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw StoreFileError.notARegularFile(path: path) }
        if status.st_size == 0 {
            // SQLite deletes a log that lies beside an empty file. It may be all that is left of somebody's database.
            guard Self.size(of: path + "-wal") == 0 else {
                throw StoreFileError.foreign(path: path, reason: "an empty file beside a write-ahead log")
            }
            return .empty
        }
        let (applicationID, version) = try readHeader()
        guard applicationID == options.applicationID else {
            throw StoreFileError.foreign(path: path, reason: "a database of another program")
        }
        try Self.check(Int(version), options)
        return .ours
    }

    /// The application id and schema version in the file's header.
    ///
    /// These are the header's own bytes (https://www.sqlite.org/fileformat2.html#the_database_header), not the pragmas
    /// of the same names: a kill can leave a header that is ahead of the rest, and only the journal or the log beside
    /// it puts that right. An immutable connection looks at neither, so SQLite would call such a file malformed.
    private func readHeader() throws -> (applicationID: Int32, version: Int32) {
        let magic = "SQLite format 3\0"
        let header = try withExtendedLifetime(connectReadOnly(isImmutable: true)) { try $0.readFile(prefix: 100) }
        guard let header, header.starts(with: magic.utf8) else {
            throw StoreFileError.foreign(path: path, reason: "not a database")
        }
        func integer(at offset: Int) -> Int32 {
            header[offset..<offset + 4].reduce(0) { $0 << 8 | Int32($1) }
        }
        return (integer(at: 68), integer(at: 60))
    }

    /// Refuses a schema that this release does not know, and a version that no release has written.
    static func check(_ version: Int, _ options: DatabaseOptions) throws {
        guard version >= 0 else { throw SQLiteError(.corrupt, "the schema version is \(version)") }
        guard version <= options.schemaVersion else {
            throw StoreFileError.tooNew(found: version, supported: options.schemaVersion)
        }
    }

    /// Creates an empty file that only its owner may read or write; a file that exists already is left alone.
    ///
    /// `mknod` makes it without opening it. SQLite gives the log and the journal the same permissions.
    func createEmpty() throws {
        guard mknod(path, S_IFREG | 0o600, 0) == 0 || errno == EEXIST else { throw Self.systemError(path) }
    }

    /// Removes a file that this process has just created and could not fill, if it still has no bytes.
    ///
    /// Meanwhile nobody else can write to it. Whoever waits to do so finds that the file has moved, and opens it anew.
    func removeEmpty(_ connection: Connection) {
        connection.setBusyTimeout(.zero)
        do {
            try connection.execute("BEGIN EXCLUSIVE")
        } catch {
            // Somebody else fills it, or not even a lock can be had: then it stays.
            return
        }
        if !connection.hasMoved, Self.size(of: path) == 0 { unlink(path) }
        connection.rollback()
    }

    /// Opens a connection for reading and writing to a file that exists.
    func connect() throws -> Connection {
        let connection = try Connection(opening: path, flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW)
        // Without the right to write SQLite opens the file all the same, for reading.
        guard !connection.isReadOnly else { throw SQLiteError(.readOnly, "no permission to write \(path)") }
        return connection
    }

    /// Opens a connection that can't write.
    ///
    /// An immutable one reads the main file as it lies there: it takes no lock and ignores a hot journal or log.
    ///
    /// - Parameter isImmutable: Whether the file and its directory can't change, so that no lock and no log is needed.
    /// - Returns: The connection.
    /// - Throws: ``SQLiteError``.
    func connectReadOnly(isImmutable: Bool) throws -> Connection {
        let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_URI
        return try Connection(opening: isImmutable ? "\(uri)?immutable=1" : uri, flags: flags)
    }

    /// The size of the write-ahead log in bytes; 0 when none exists.
    var logSize: Int { Self.size(of: path + "-wal") }

    /// The space left to this user on the file's disk, in bytes; `nil` where the system doesn't tell.
    var freeBytes: Int? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        let (bytes, overflows) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return overflows ? .max : Int(clamping: bytes)
    }

    /// Whether we may not write the file.
    var isUnwritable: Bool { faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) != 0 }

    /// Whether we may not make files beside it.
    var isDirectoryUnwritable: Bool {
        let directory = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
        return faccessat(AT_FDCWD, directory.isEmpty ? "/" : String(directory), W_OK, AT_EACCESS) != 0
    }

    /// The path as a URI, in which characters with a meaning of their own are escaped.
    private var uri: String {
        var escaped: [UInt8] = []
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "#"):
                escaped += "%\(String(byte, radix: 16))".utf8
            default:
                escaped.append(byte)
            }
        }
        return "file:" + String(decoding: escaped, as: UTF8.self)
    }

    private static func size(of path: String) -> Int {
        var status = stat()
        return lstat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    static func systemError(_ path: String) -> StoreFileError {
        let code = errno
        return .system(path: path, errno: code, message: String(cString: strerror(code)))
    }
}

/// Why a database could not be opened or used, beyond what SQLite itself reports as ``SQLiteError``.
package enum StoreFileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file belongs to another program, or is not a database. It was not changed.
    case foreign(path: String, reason: String)
    /// A later release of the program wrote the schema. The file was not changed.
    case tooNew(found: Int, supported: Int)
    /// The file is opened read-only and its schema is an older one.
    case tooOld(found: Int, supported: Int)
    /// Nothing exists at the path.
    case notFound(path: String)
    /// Something exists at a path where a new file is to be.
    case exists(path: String)
    /// Another process, or another part of this one, has the file open.
    case inUse(path: String)
    /// The directory of a file does not exist.
    case noDirectory(path: String)
    /// The name or the path of a file leaves no room for the names of the files beside it.
    case tooLong(path: String, part: String, bytes: Int, limit: Int)
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

    /// A path as a shell takes it: in quotation marks unless it is plain.
    private static func quoted(_ path: String) -> String {
        let isPlain = path.utf8.allSatisfy { byte in
            byte > 0x7F || (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
                || "/._-+,:@%".utf8.contains(byte)
        }
        return isPlain
            ? path : "'\(path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'"
    }

    /// A sentence for people, with the remedy where there is one.
    package var description: String {
        switch self {
        case .foreign(let path, let reason):
            "\(path) is not one of our stores (\(reason)); it was left as it is. Choose another path."
        case .tooNew(let found, let supported):
            "The file's schema is version \(found); this release knows up to \(supported). Use a later release."
        case .tooOld(let found, let supported):
            "The file's schema is version \(found) and this release needs \(supported). Open it for writing once."
        case .notFound(let path):
            "There is nothing at \(path)."
        case .exists(let path):
            "There is something at \(path) already, and nothing is overwritten. Choose another path, or move it away."
        case .inUse(let path):
            "Somebody has \(path) open. Close every program that uses it and try again."
        case .noDirectory(let path):
            "The directory \(path) does not exist. Make it first, as by `mkdir -p \(Self.quoted(path))`."
        case .tooLong(let path, let part, let bytes, let limit):
            "The \(part) of \(path) has \(bytes) bytes; at most \(limit) leave room for the files beside it. Choose a shorter one."
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
