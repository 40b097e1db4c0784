internal import Glibc

/// The thread that writes.
///
/// A thread of its own, because it waits for locks and disks, which a task must not do to the shared pool of threads.
///
/// Sendable without the compiler's proof: after ``start()`` only its thread touches it.
final class Writer<Group: WriteGroup>: @unchecked Sendable {
    /// After the writer has held the write lock nearly all of this time, it leaves other processes a moment to take it:
    /// they poll.
    static var longestHold: Duration { .milliseconds(100) }
    /// How long that moment is.
    static var breath: Duration { .milliseconds(1) }

    private let queue: WriteQueue<Group>
    private let pool: ReaderPool
    private let checkpointFailure: LastFailure
    private let observer: (any DatabaseObserver)?
    /// Removes what must not outlive the database.
    private let cleanUp: @Sendable () -> Void
    /// Both hold the writing connection, and are dropped to close it.
    private var groups: GroupCommit<Group>?
    /// Nil for a database in memory.
    private var checkpointer: Checkpointer?
    private var lastBreath = ContinuousClock.now

    init(
        groups: GroupCommit<Group>,
        checkpointer: Checkpointer?,
        pool: ReaderPool,
        checkpointFailure: LastFailure,
        observer: (any DatabaseObserver)? = nil,
        cleanUp: @escaping @Sendable () -> Void
    ) {
        self.queue = groups.queue
        self.groups = groups
        self.checkpointer = checkpointer
        self.pool = pool
        self.checkpointFailure = checkpointFailure
        self.observer = observer
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
                write { $0.run() }
            case .writeThatGivesWay:
                write { $0.runOneThatGivesWay() }
            case .checkpoint(let requests):
                let removesTraces = requests.contains(where: \.removesTraces)
                let result = Result { try checkpointer?.drainAndShorten(removingTraces: removesTraces) ?? true }
                for request in requests { request.continuation.resume(with: result) }
            case .finish:
                queue.finish(Result { try finish() })
                return
            }
        }
    }

    private func write(_ run: (inout GroupCommit<Group>) -> Void) {
        guard let checkpointer else { return writeInMemory(run) }
        runGroups(run)
        // The commits are done and acknowledged whatever comes of this.
        let result = Result { try checkpointer.keepLogSmall() }
        checkpointFailure.note(result)
        observer?.didKeepLogSmall(result)
        giveOthersATurn()
    }

    private func runGroups(_ run: (inout GroupCommit<Group>) -> Void) {
        guard var present = groups.take() else { return }
        run(&present)
        groups = present
    }

    /// Takes the one connection away from the readers for as long as a group takes.
    private func writeInMemory(_ run: (inout GroupCommit<Group>) -> Void) {
        do {
            try pool.borrow { _, _ in runGroups(run) }
        } catch {
            // Nobody but this thread closes the pool, so there is a connection.
            queue.pop()?.answer(error)
        }
    }

    private func giveOthersATurn() {
        guard queue.count > 0 else {
            lastBreath = .now
            return
        }
        guard .now - lastBreath > Self.longestHold else { return }
        Backoff.sleep(Self.breath)
        lastBreath = .now
    }

    /// Closes every connection, the writing one last: SQLite then copies and removes the log if no other process uses
    /// it.
    private func finish() throws {
        defer {
            checkpointer = nil
            groups = nil
            cleanUp()
        }
        pool.close()
        do {
            _ = try checkpointer?.drainAndShorten()
        } catch let error as SQLiteError where error.isLackOfRoom {
            // What was committed is on the disk all the same: in the log, which the next opening finds.
            checkpointFailure.note(.failure(error))
            observer?.didKeepLogSmall(.failure(error))
        }
    }
}
