internal import Glibc

extension Database {
    /// Opens a database, and creates it if none exists.
    ///
    /// A file that exists is looked at first without changing it: a file of another program or of a later release stays
    /// exactly as it is. Only its owner can read a new file.
    ///
    /// - Parameters:
    ///   - location: The file; its directory must exist. The file itself must not be a symbolic link.
    ///   - options: Whose file it is, its schema, and how it is used.
    ///   - prepare: Called with every connection once it is open, such as to define SQL functions.
    ///   - makeGroup: Makes the group of each write transaction.
    /// - Returns: The open database.
    /// - Throws: ``StoreFileError`` and ``SQLiteError``.
    package static func open(
        _ location: DatabaseLocation,
        options: DatabaseOptions,
        prepare: @escaping @Sendable (Connection) throws -> Void = { _ in },
        makeGroup: @escaping @Sendable (Connection) throws -> Group = { try Group(connection: $0) }
    ) throws -> Database {
        let opening = Opening(options: options, prepare: prepare, makeGroup: makeGroup)
        switch location {
        case .inMemory:
            return try opening.inMemory()
        case .temporary:
            let directory = try TemporaryDirectory()
            do {
                let file = try StoreFile(resolving: directory.path + "/store.db")
                return try opening.forWriting(file, cleanUp: { directory.remove() })
            } catch {
                directory.remove()
                throw error
            }
        case .file(let path):
            let file = try StoreFile(resolving: path)
            return try options.isReadOnly ? opening.forReading(file) : opening.forWriting(file, cleanUp: {})
        }
    }

    /// Opens like ``open(_:options:prepare:makeGroup:)``, on a thread of its own: it may wait as long as the options say
    /// for the locks of other processes.
    package static func openOnThread(_ location: DatabaseLocation, options: DatabaseOptions) async throws -> Database {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try startThread { continuation.resume(with: Result { try open(location, options: options) }) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// The ways to open a database, and what they have in common.
    private struct Opening {
        let options: DatabaseOptions
        let prepare: @Sendable (Connection) throws -> Void
        let makeGroup: @Sendable (Connection) throws -> Group

        func inMemory() throws -> Database {
            let connection = try Connection(opening: ":memory:", flags: Connection.readWriteCreate)
            try connection.apply(options)
            try connection.bringUpToDate(options)
            try prepare(connection)
            return try start(writer: connection, pool: ReaderPool(sharing: connection))
        }

        func forWriting(_ file: StoreFile, cleanUp: @escaping @Sendable () -> Void) throws -> Database {
            let writer = try writer(of: file)
            try prepare(writer)
            writer.usesLog = true
            // From here on the writer waits in its own way: varied, and within a deadline.
            writer.setBusyTimeout(.zero)

            let pool = ReaderPool(maximum: options.maximumReaders) { [options, prepare] in
                let reader = try file.connect()
                reader.usesLog = true
                try reader.apply(options)
                try reader.setQueryOnly(true)
                try prepare(reader)
                return reader
            }
            let copier = try file.connect()
            try copier.apply(options)
            let checkpointer = try Checkpointer(writer: writer, copier: copier, pool: pool, options: options)
            return try start(writer: writer, pool: pool, file: file, checkpointer: checkpointer, cleanUp: cleanUp)
        }

        /// A connection to a file that has the present schema.
        ///
        /// - Parameter attempts: How often it is begun at most.
        private func writer(of file: StoreFile, attempts: Int = 4) throws -> Connection {
            let identity = try file.probe(options)
            let logBytes = file.logSize
            if identity == .absent { try file.createEmpty() }
            let writer = try file.connect()
            var opening = DatabaseOpening(
                isNew: identity == .absent,
                foundSchema: 0,
                schema: options.schemaVersion,
                logBytes: logBytes
            )
            do {
                try writer.apply(options)
                opening.foundSchema = try retryingWhileBusy(atMost: options.busyTimeout) { try writer.schemaVersion() }
                try retryingWhileBusy(atMost: options.busyTimeout) {
                    try writer.bringUpToDate(options)
                    try writer.switchToLog()
                }
            } catch {
                if identity == .absent { file.removeEmpty(writer) }
                throw error
            }
            // The process that created the file may have failed to fill it, and taken it away while this one waited.
            guard identity != .ours, attempts > 1, writer.hasMoved else {
                options.observer?.didOpen(opening)
                return writer
            }
            return try self.writer(of: file, attempts: attempts - 1)
        }

        func forReading(_ file: StoreFile) throws -> Database {
            guard try file.probe(options) == .ours else { throw StoreFileError.notFound(path: file.path) }
            let isImmutable = try needsImmutable(file)
            let pool = ReaderPool(maximum: options.maximumReaders) { [options, prepare] in
                let reader = try file.connectReadOnly(isImmutable: isImmutable)
                try reader.apply(options)
                try reader.setQueryOnly(true)
                // A file that nobody has opened for writing since it was made may have no log.
                let mode = isImmutable ? nil : try reader.first("PRAGMA journal_mode") { $0.string(0) }
                reader.usesLog = mode == "wal"
                try prepare(reader)
                return reader
            }
            try pool.read { connection in
                // What the probe could not see: a log may hold a later schema than the main file.
                let version = try connection.schemaVersion()
                try StoreFile.check(version, options)
                guard version == options.schemaVersion else {
                    throw StoreFileError.tooOld(found: version, supported: options.schemaVersion)
                }
            }
            return Database(file: file, pool: pool, queue: nil)
        }

        /// Whether the file can only be read as one that never changes.
        ///
        /// Reading beside a write-ahead log needs a shared-memory file, which can't be created where nothing can be
        /// written. Without a log there is nothing to miss: anyone who could write would have one.
        private func needsImmutable(_ file: StoreFile) throws -> Bool {
            do {
                _ = try file.connectReadOnly(isImmutable: false).schemaVersion()
                return false
            } catch
                where (ResultCode.cannotOpen ~= error || ResultCode.readOnly ~= error)
                && file.isUnwritable && file.isDirectoryUnwritable && file.logSize == 0
            {
                return true
            }
        }

        private func start(
            writer connection: Connection,
            pool: ReaderPool,
            file: StoreFile? = nil,
            checkpointer: Checkpointer? = nil,
            cleanUp: @escaping @Sendable () -> Void = {}
        ) throws -> Database {
            let queue = WriteQueue<Group>()
            let groups = GroupCommit(
                connection: connection,
                queue: queue,
                busyTimeout: options.busyTimeout,
                observer: options.observer,
                makeGroup: makeGroup
            )
            let checkpointFailure = LastFailure()
            let writer = Writer(
                groups: groups,
                checkpointer: checkpointer,
                pool: pool,
                checkpointFailure: checkpointFailure,
                observer: options.observer,
                cleanUp: cleanUp
            )
            try writer.start()
            return Database(file: file, pool: pool, queue: queue, checkpointFailure: checkpointFailure)
        }
    }
}

/// A directory that only its owner may enter, under `TMPDIR`.
private struct TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/hearth-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw StoreFile.systemError(parent) }
        self.path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes the files of a database and the directory.
    func remove() {
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink("\(path)/store.db\(suffix)") }
        rmdir(path)
    }
}
