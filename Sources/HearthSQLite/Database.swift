/// A database: one writer that commits in groups, and readers beside it.
///
/// `Group` is what the domain keeps during one group of writes; see ``WriteGroup``.
///
/// ```swift
/// let database = try Database<MyGroup>.open(.file("/home/me/store.db"), options: options)
/// let id = try await database.write { group in try group.insert("a memory") }
/// let text = try database.read { connection in
///     try connection.first("SELECT content FROM memories WHERE id = ?1", id) { $0.string(0) }
/// }
/// try await database.close()
/// ```
package final class Database<Group: WriteGroup>: Sendable {
    /// The path of the file, with the links in its directory resolved; `nil` in memory.
    package let path: String?

    private let pool: ReaderPool
    /// Nil when the database is open for reading only.
    let queue: WriteQueue<Group>?
    private let file: StoreFile?
    private let checkpointFailure: LastFailure

    init(file: StoreFile?, pool: ReaderPool, queue: WriteQueue<Group>?, checkpointFailure: LastFailure = .init()) {
        self.path = file?.path
        self.checkpointFailure = checkpointFailure
        self.file = file
        self.pool = pool
        self.queue = queue
    }

    deinit {
        queue?.close()
    }

    // MARK: Writing

    /// Writes, in one transaction with whatever else waits to be written.
    ///
    /// When it returns, the changes are committed as durably as the options say. When it throws, the operation left no
    /// trace, whatever became of the others. A caller that is cancelled gets `CancellationError` if its operation has
    /// not begun; one that has begun is finished and answered.
    ///
    /// - Parameters:
    ///   - givesWay: Whether the operations of others go first, and it goes alone when they leave a moment, at the latest
    ///     after some milliseconds. It should be short.
    ///   - body: The operation. It may run more than once, because another operation can make the transaction fail: it must
    ///     have no effect except on the group, and only the result of its last run counts. It must not call
    ///     ``write(givingWay:_:)`` of the same database.
    /// - Returns: What the operation returned.
    /// - Throws: What the operation threw, ``SQLiteError``, ``StoreFileError`` or `CancellationError`.
    package func write<R: Sendable>(
        givingWay givesWay: Bool = false,
        _ body: @escaping @Sendable (Group) throws -> R
    ) async throws -> R {
        guard let queue else { throw StoreFileError.readOnly }
        let ticket = WriteTicket()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                queue.add(PendingWrite(ticket: ticket, givesWay: givesWay, answering: continuation, body))
            }
        } onCancel: {
            queue.cancel(ticket)
        }
    }

    // MARK: Reading

    /// Reads one consistent state, on the calling thread.
    ///
    /// The connection can't write. A read inside a read shares its snapshot.
    ///
    /// It may block its thread: until another read ends, when there are as many as the options allow, and while the
    /// write-ahead log is cut back, which waits at most two seconds for the reads under way. Those reads already have a
    /// connection and a thread, and wait for nobody. So tasks that read on the few threads of the shared pool can't
    /// wait for each other in a circle, unless `body` blocks on a task, which nothing may do on that pool.
    ///
    /// - Parameter beginsLate: Whether the transaction begins with the closure's first statement. A closure that finds all it
    ///   needs in memory then costs no look at the file; it has to know from ``Connection/committedVersion`` that what it
    ///   has is still true.
    /// - Throws: What `body` throws, ``SQLiteError``, and `CancellationError` where the task is cancelled already.
    package func read<R>(beginningLate beginsLate: Bool = false, _ body: (Connection) throws -> R) throws -> R {
        guard !Task.isCancelled else { throw CancellationError() }
        return try ReadingTime.counting { try pool.read(beginningLate: beginsLate, body) }
    }

    /// Whether the calling thread is inside a read.
    package var isReading: Bool { pool.isLendingToThisThread }

    /// Reads like ``read(beginningLate:_:)``, but on a thread of its own, and stops half-way when the task is cancelled.
    ///
    /// For reads that may take long. On a thread of the shared pool, such a read could hold up the very task that is to
    /// cancel it.
    package func readUntilCancelled<R: Sendable>(_ body: @escaping @Sendable (Connection) throws -> R) async throws -> R
    {
        let interrupter = ReadInterrupter()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                do {
                    try startThread { [pool] in
                        continuation.resume(with: Result { try pool.read(interruptedBy: interrupter, body) })
                    }
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        } onCancel: {
            interrupter.cancel()
        }
    }

    // MARK: Upkeep

    /// The size of the write-ahead log's file in bytes; 0 where none exists.
    package var walBytes: Int { file?.logSize ?? 0 }

    /// The space that is left for the file, in bytes; `nil` in memory, and where the system doesn't tell.
    package var freeBytes: Int? { file?.freeBytes }

    /// Why the latest attempt to copy the write-ahead log failed; `nil` after one that worked.
    ///
    /// Nothing is lost by such a failure, but the log grows until an attempt works.
    package var lastCheckpointError: (any Error)? { checkpointFailure.error }

    /// Copies the write-ahead log into the file and cuts it back. New readers wait meanwhile.
    ///
    /// Readers in other processes may need a part of the log; that part stays.
    ///
    /// - Parameter removesTraces: Whether to overwrite what pages of the file still hold of removed rows; see
    ///   ``UnusedSpace``. That reads the whole file.
    /// - Returns: Whether the log was copied and cut off.
    @discardableResult
    package func checkpoint(removingTraces removesTraces: Bool = false) async throws -> Bool {
        guard let queue else { throw StoreFileError.readOnly }
        return try await withCheckedThrowingContinuation {
            queue.add(CheckpointRequest(removesTraces: removesTraces, continuation: $0))
        }
    }

    /// Does the operations that wait, copies the write-ahead log and closes the file.
    ///
    /// Later calls of anything but this throw ``StoreFileError/closed``; calling it again waits for the same end.
    package func close() async throws {
        guard let queue else { return pool.close() }
        try await withCheckedThrowingContinuation { queue.close($0) }
    }
}
