internal import CSQLite
internal import Synchronization

/// Copies the write-ahead log into the file, in the one way that is safe with every SQLite.
///
/// Before 3.44.6, 3.50.7 and 3.51.3 a checkpoint that races a commit of another connection can corrupt the file (the
/// "WAL-reset bug"). So nothing checkpoints by itself; here one connection holds the write lock, so that nobody
/// commits, while a second one does a passive checkpoint.
final class Checkpointer {
    /// How long the present readers may take to finish while new ones wait.
    static let drainTimeout = Duration.seconds(2)

    /// How long to wait for another process's commit.
    ///
    /// A checkpoint that was skipped can be done later.
    static let lockTimeout = Duration.milliseconds(100)

    private let writer: Connection
    private let copier: Connection
    private let pool: ReaderPool
    private let frameSize: Int
    private let ordinaryLimit: Int
    private let softLimit: Int

    /// The frames in the log after the writer's latest commit, other processes' included.
    private var frames: Int32 = 0
    /// The sizes in bytes at which to try next: after a reader was in the way, only once the log has grown again.
    private var nextOrdinary: Int
    private var nextDrain: Int

    /// Sets up checkpoints.
    ///
    /// - Parameters:
    ///   - writer: The connection that commits. Its commits are watched for the size of the log.
    ///   - copier: A connection of its own, able to write.
    ///   - pool: The readers to hold back when the log grows too far.
    ///   - options: The limits.
    /// - Throws: ``SQLiteError``.
    init(writer: Connection, copier: Connection, pool: ReaderPool, options: DatabaseOptions) throws {
        // A connection that has never read does not know that there is a log, and its checkpoint silently does nothing.
        let pageSize = try copier.integer(ofPragma: "page_size")
        _ = try copier.schemaVersion()
        self.writer = writer
        self.copier = copier
        self.pool = pool
        // The file format: each page in the log follows a header of 24 bytes.
        self.frameSize = pageSize + 24
        self.ordinaryLimit = options.walCheckpointBytes
        self.softLimit = options.walSoftLimitBytes
        self.nextOrdinary = options.walCheckpointBytes
        self.nextDrain = options.walSoftLimitBytes
        sqlite3_wal_hook(
            writer.handle,
            { context, _, _, frames in
                guard let context else { return SQLITE_OK }
                Unmanaged<Checkpointer>.fromOpaque(context).takeUnretainedValue().frames = frames
                return SQLITE_OK
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
    }

    deinit {
        sqlite3_wal_hook(writer.handle, nil, nil)
    }

    /// Does what the size of the log asks for; called between groups.
    func keepLogSmall() throws {
        let size = Int(frames) * frameSize
        if size >= nextDrain {
            // Set before trying, so that a failure isn't tried again at every commit.
            nextDrain = size + softLimit
            if try drainAndShorten() { nextDrain = softLimit }
        } else if size >= nextOrdinary {
            nextOrdinary = size + ordinaryLimit / 2
            if try checkpoint() { nextOrdinary = ordinaryLimit }
        }
    }

    /// Holds new readers back, lets the present ones finish, copies the whole log and shortens it.
    ///
    /// - Parameter removesTraces: Whether to overwrite what pages keep of cells that were moved; see ``UnusedSpace``. The
    ///   commit that shortens the log then makes other processes forget the pages that they have.
    /// - Returns: Whether the log was copied completely and cut off; a reader or a writer in another process may prevent it.
    @discardableResult
    func drainAndShorten(removingTraces removesTraces: Bool = false) throws -> Bool {
        try pool.whileDrained(atMost: Self.drainTimeout) {
            guard try checkpoint(removingTraces: removesTraces) else { return false }
            return try shorten()
        }
    }

    /// Copies the part of the log that no reader still needs.
    ///
    /// - Returns: Whether that was all of it.
    private func checkpoint(removingTraces removesTraces: Bool = false) throws -> Bool {
        guard try takeWriteLock() else { return false }
        defer { writer.rollback() }
        var logged: Int32 = -1
        var copied: Int32 = -1
        let code = sqlite3_wal_checkpoint_v2(copier.handle, nil, SQLITE_CHECKPOINT_PASSIVE, &logged, &copied)
        switch code & 0xFF {
        case SQLITE_OK:
            guard logged == copied else { return false }
            frames = 0
            if removesTraces { try UnusedSpace(of: writer).overwrite() }
            return true
        case SQLITE_BUSY:
            return false
        default:
            throw SQLiteError(code: code, handle: copier.handle)
        }
    }

    /// Cuts the log's file down by a commit: the first one after a complete checkpoint starts the log anew.
    ///
    /// - Returns: Whether it was; another process may have committed in between.
    private func shorten() throws -> Bool {
        try writer.execute("PRAGMA journal_size_limit = 0")
        defer { writer.setUnlimitedLogFile() }
        guard try takeWriteLock() else { return false }
        do {
            try writer.execute("PRAGMA user_version = \(writer.schemaVersion())")
            try writer.commit()
            // A log that was begun anew has this commit alone: the first page.
            return frames == 1
        } catch {
            writer.rollback()
            throw error
        }
    }

    /// Begins a transaction that writes, unless another process is doing so for longer than a moment.
    private func takeWriteLock() throws -> Bool {
        do {
            try writer.beginWriting(waitingAtMost: Self.lockTimeout)
            return true
        } catch let error as SQLiteError where error.isBusy {
            return false
        }
    }
}

/// What the latest attempt at something in the background failed with, for reports of health.
final class LastFailure: Sendable {
    private let latest = Mutex<(any Error)?>(nil)

    /// The failure; `nil` after an attempt that worked, and before the first.
    var error: (any Error)? { latest.withLock { $0 } }

    func note(_ attempt: Result<Void, any Error>) {
        latest.withLock { latest in
            switch attempt {
            case .success: latest = nil
            case .failure(let error): latest = error
            }
        }
    }
}
