internal import Glibc

/// The thread that writes.
///
/// A thread of its own, because it waits for locks and disks, which a task must not do to the shared pool of threads.
///
/// Sendable without the compiler's proof: after ``start()`` only its thread touches it.
final class Writer<Group: WriteGroup>: @unchecked Sendable {
    /// After this long with the write lock in hand nearly all the time, other processes get a moment to take it: they poll.
    static var longestHold: Duration { .milliseconds(100) }
    /// That moment.
    static var breath: Duration { .milliseconds(1) }

    private let queue: WriteQueue<Group>
    private let pool: ReaderPool
    private let options: DatabaseOptions
    private let makeGroup: @Sendable (Connection) throws -> Group
    /// Removes what must not outlive the database.
    private let cleanUp: @Sendable () -> Void
    /// Nil for a database in memory: its one connection is borrowed from the pool for each group.
    private var own: (connection: Connection, checkpointer: Checkpointer)?
    private let checkpointFailure: LastFailure
    private var lastBreath = ContinuousClock.now

    init(
        queue: WriteQueue<Group>,
        pool: ReaderPool,
        own: (connection: Connection, checkpointer: Checkpointer)?,
        options: DatabaseOptions,
        checkpointFailure: LastFailure,
        makeGroup: @escaping @Sendable (Connection) throws -> Group,
        cleanUp: @escaping @Sendable () -> Void
    ) {
        self.queue = queue
        self.pool = pool
        self.own = own
        self.options = options
        self.checkpointFailure = checkpointFailure
        self.makeGroup = makeGroup
        self.cleanUp = cleanUp
    }

    /// Starts the thread; it ends after the queue was closed.
    func start() throws {
        try startThread { self.work() }
    }

    private func work() {
        while true {
            switch queue.next() {
            case .writes:
                write()
            case .checkpoint(let callers):
                let result = Result { _ = try own?.checkpointer.drainAndShorten() }
                for caller in callers { caller.resume(with: result) }
            case .finish:
                queue.finish(Result { try finish() })
                return
            }
        }
    }

    private func write() {
        guard let own else { return writeInMemory() }
        commitGroup(on: own.connection)
        // The commits are done and acknowledged whatever comes of this.
        checkpointFailure.note(Result { try own.checkpointer.keepLogSmall() })
        giveOthersATurn()
    }

    private func writeInMemory() {
        do {
            try pool.borrow { connection, _ in commitGroup(on: connection) }
        } catch {
            // The pool closes only when this thread does it, so there is a connection.
            queue.pop()?.answer(error)
        }
    }

    private func commitGroup(on connection: Connection) {
        GroupCommit(
            connection: connection,
            queue: queue,
            busyTimeout: options.busyTimeout,
            makeGroup: makeGroup
        )
        .run()
    }

    private func giveOthersATurn() {
        guard !queue.isIdle else {
            lastBreath = .now
            return
        }
        guard .now - lastBreath > Self.longestHold else { return }
        Backoff.sleep(Self.breath)
        lastBreath = .now
    }

    /// Closes every connection, the writing one last: SQLite then copies and removes the log if no other process uses it.
    private func finish() throws {
        defer {
            own = nil
            cleanUp()
        }
        pool.close()
        _ = try own?.checkpointer.drainAndShorten()
    }
}

/// Starts a thread that runs a closure.
private func startThread(_ body: @escaping @Sendable () -> Void) throws {
    final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
    var thread = pthread_t()
    let context = Unmanaged.passRetained(Body(body))
    let code = pthread_create(
        &thread,
        nil,
        { context in
            guard let context else { return nil }
            Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
            return nil
        },
        context.toOpaque()
    )
    guard code == 0 else {
        context.release()
        throw StoreFileError.system(path: "the writer's thread", errno: code, message: String(cString: strerror(code)))
    }
    pthread_detach(thread)
}
