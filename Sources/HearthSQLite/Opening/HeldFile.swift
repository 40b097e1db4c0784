internal import Glibc

/// A database file that nobody else has open, held so that nobody opens it.
///
/// What its log held is in the file, and the log is gone: the file can be moved as one piece.
package final class HeldFile {
    /// The connection that holds it, in a transaction.
    package let connection: Connection
    private let path: String

    /// Takes hold of a file.
    ///
    /// - Returns: Nil if there is none.
    /// - Throws: ``StoreFileError/inUse(path:)``, or what tells that it is no file of ours.
    package init?(at path: String, options: DatabaseOptions) throws {
        let file = try StoreFile(resolving: path)
        self.path = file.path
        guard try file.probe(options) == .ours else { return nil }
        connection = try file.connect()
        do {
            // In this mode a connection to a file with a log takes the lock that every other connection shares.
            try connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            let mode = try connection.rowsDynamic("PRAGMA journal_mode = DELETE", as: { $0.string(0) }).first
            guard mode == "delete" else { throw StoreFileError.inUse(path: file.path) }
            try connection.execute("BEGIN EXCLUSIVE")
        } catch ResultCode.busy {
            throw StoreFileError.inUse(path: file.path)
        } catch ResultCode.locked {
            throw StoreFileError.inUse(path: file.path)
        }
    }

    /// The schema of the file.
    package var schemaVersion: Int {
        get throws { try connection.schemaVersion() }
    }
}

extension NewFile {
    /// Copies a database that may be of an earlier schema, and checks the copy.
    package func copy(databaseAt path: String, options: DatabaseOptions, progress: (Double) -> Void) throws {
        let source = try StoreFile(resolving: path)
        guard try source.probe(options) == .ours else { throw StoreFileError.notFound(path: source.path) }
        // A copy that nobody has open has no log, and then nothing beside it need be made to read it.
        let connection = try source.connectReadOnly(isImmutable: source.logSize == 0)
        try connection.reading { connection in
            _ = try connection.schemaVersion()
            _ = try connection.rowsDynamic("SELECT 1 FROM sqlite_schema LIMIT 1", as: { _ in })
            try connection.copy(into: self, progress: progress)
        }
    }

    /// Brings the file to its place, where another may be, which gets a name of its own, with the log beside it.
    ///
    /// The other has both names before it loses the first, so a process that dies in between leaves one of the two files
    /// at the place, and never none. Where the file system has no links, there is a moment without a file.
    ///
    /// - Parameters:
    ///   - aside: What the other is called afterwards; nil if there must be none.
    ///   - look: Called after every step, for tests of what a process that dies there leaves.
    package func place(movingPresentTo aside: String?, afterEachStep look: () throws -> Void = {}) throws {
        guard let aside else { return try place() }
        try Self.synchronize(temporaryPath)
        let logs = ["-wal", "-journal"].filter { Self.isThere(path + $0) }
        let pairs = (logs + [""]).map { (present: path + $0, aside: aside + $0) }
        guard try Self.link(pairs) else { return try placeByMoving(pairs) }
        do {
            try look()
            // A log must never lie beside a file that is not its own. One that was sound has none by now.
            for suffix in logs + ["-shm"] where unlink(path + suffix) == 0 { try look() }
            guard rename(temporaryPath, path) == 0 else { throw StoreFile.systemError(path) }
        } catch {
            for pair in pairs {
                if !Self.isThere(pair.present) { Glibc.link(pair.aside, pair.present) }
                unlink(pair.aside)
            }
            throw error
        }
        try look()
        try Self.synchronize(Self.directory(of: path))
    }

    /// Gives files a second name.
    ///
    /// - Returns: Whether the file system can do that; if not, nothing has changed.
    private static func link(_ pairs: [(present: String, aside: String)]) throws -> Bool {
        for (index, pair) in pairs.enumerated() where Glibc.link(pair.present, pair.aside) != 0 {
            let (code, error) = (errno, StoreFile.systemError(pair.aside))
            for made in pairs[..<index] { unlink(made.aside) }
            guard [EPERM, EOPNOTSUPP, EMLINK].contains(code) else { throw error }
            return false
        }
        return true
    }

    private func placeByMoving(_ pairs: [(present: String, aside: String)]) throws {
        for pair in pairs.reversed() { try Self.move(pair.present, to: pair.aside) }
        unlink(path + "-shm")
        do {
            try Self.move(temporaryPath, to: path)
        } catch {
            for pair in pairs { try Self.move(pair.aside, to: pair.present) }
            throw error
        }
        try Self.synchronize(Self.directory(of: path))
    }

    /// Whether there is something at the place.
    package var isTaken: Bool { Self.isThere(path) }

    /// Whether nothing of the database is outside of its one file.
    package var isOnePiece: Bool { !Self.isThere(temporaryPath + "-wal") && !Self.isThere(temporaryPath + "-journal") }
}
