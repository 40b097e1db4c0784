internal import DequeModule

/// Runs waiting operations together in one transaction, so that they share the cost of one commit.
///
/// Each operation has a savepoint: one that fails takes only its own changes with it. Callers hear of success and
/// failure after the commit, because until then both may depend on changes of the same group that may still be rolled
/// back.
///
/// Some failures (a full disk, an I/O error) roll back the whole transaction. The operation that ran into one is
/// answered with it and the others run again without it. When the commit itself fails, nobody knows whose fault it is:
/// each operation runs again alone, and those that can commit do.
///
/// Callers that write one thing after another come back as soon as they are answered. So a group that is smaller than
/// the one before waits a moment for them: otherwise the callers fall into two halves that take turns, and each commit
/// serves one.
struct GroupCommit<Group: WriteGroup> {
    /// The greatest number of operations in one group: past some hundreds the cost of the commit no longer shows.
    static var operationLimit: Int { 512 }
    /// How long a group accepts operations, so that other processes get their turn at the write lock, and the first
    /// callers their answer, while more are still coming.
    static var timeLimit: Duration { .milliseconds(100) }

    /// How long a group waits for more operations, as a share of the time that the latest commit took.
    static var patience: Double { 0.25 }
    /// The shortest such wait: the time in which some dozens of tasks come back.
    static var leastPatience: Duration { .microseconds(100) }
    /// The longest such wait: the same share of a commit on a slow disk, which takes some 40 ms. After a commit that
    /// hung, the next group must not hang too.
    static var mostPatience: Duration { .milliseconds(10) }

    /// How long a group waits for callers to come back after a commit that took this long.
    static func waitingTime(after commit: Duration) -> Duration {
        min(max(commit * patience, leastPatience), mostPatience)
    }

    let connection: Connection
    let queue: WriteQueue<Group>
    let busyTimeout: Duration
    let makeGroup: (Connection) throws -> Group
    private let observer: (any DatabaseObserver)?

    /// How many callers the latest commit answered, and how long it took.
    private var latest = (count: 0, duration: Duration.zero)

    init(
        connection: Connection,
        queue: WriteQueue<Group>,
        busyTimeout: Duration,
        observer: (any DatabaseObserver)? = nil,
        makeGroup: @escaping (Connection) throws -> Group
    ) {
        self.connection = connection
        self.queue = queue
        self.busyTimeout = busyTimeout
        self.makeGroup = makeGroup
        self.observer = observer
    }

    /// Takes what waits and settles it.
    mutating func run() { run([]) }

    /// Takes one operation that gives way to others, and settles it in a transaction of its own: the others neither
    /// wait for it nor share its failure.
    mutating func runOneThatGivesWay() {
        guard let write = queue.popGivingWay() else { return }
        run([write])
    }

    /// - Parameter operations: What to settle; if empty, what waits.
    private mutating func run(_ operations: [PendingWrite<Group>]) {
        // Batches of operations that ran already and have to run again, because their transaction failed.
        var again = attempt(operations, takesWaiting: operations.isEmpty)
        while !again.isEmpty {
            let batch = again.removeFirst()
            again = attempt(batch, takesWaiting: false) + again
        }
    }

    /// Runs one transaction and answers the callers whose operations it settles.
    ///
    /// - Parameters:
    ///   - operations: Those to run first.
    ///   - takesWaiting: Whether to go on with those that wait.
    /// - Returns: The operations that are not settled, in the batches in which to try them next.
    private mutating func attempt(_ operations: [PendingWrite<Group>], takesWaiting: Bool) -> [[PendingWrite<Group>]] {
        let began = ContinuousClock.now
        let group: Group
        let version: CommittedVersion?
        do {
            try connection.beginWriting(waitingAtMost: busyTimeout)
            version = connection.committedVersion
            group = try makeGroup(connection)
        } catch {
            connection.rollback()
            // Callers that came while we waited for the lock have a deadline of their own.
            let waited = operations.isEmpty ? queue.pop(enqueuedBefore: began) : operations
            for write in waited { write.answer(error) }
            return []
        }

        var rest = Deque(operations)
        var done: [PendingWrite<Group>] = []
        var patience = Self.waitingTime(after: latest.duration)
        while let write = rest.popFirst() ?? (takesWaiting ? next(after: done.count, since: began, &patience) : nil) {
            do {
                try perform(write, in: group, isFirst: done.isEmpty)
                done.append(write)
            } catch {
                // Its error depends only on what is committed already. The others begin again without it.
                connection.rollback()
                write.answer(error)
                return [done + rest].filter { !$0.isEmpty }
            }
        }
        guard !done.isEmpty else {
            // The caller that woke us was cancelled meanwhile.
            connection.rollback()
            return []
        }
        return commit(done, in: group, after: version)
    }

    /// Takes an operation that waits, or comes soon enough.
    ///
    /// - Parameters:
    ///   - count: How many the group has.
    ///   - began: When it began.
    ///   - patience: How long the group may still wait for more.
    /// - Returns: The operation; `nil` when the group is complete.
    private func next(
        after count: Int,
        since began: ContinuousClock.Instant,
        _ patience: inout Duration
    ) -> PendingWrite<Group>? {
        guard count < Self.operationLimit, count == 0 || .now - began < Self.timeLimit else { return nil }
        if let write = queue.pop() { return write }
        guard count > 0, latest.count > count, patience > .zero else { return nil }
        queue.gather(latest.count - count, atMost: patience)
        patience = .zero
        return queue.pop()
    }

    /// Runs one operation in the open transaction.
    ///
    /// - Throws: When the transaction is lost, or has to go because of the operation. An ordinary failure is kept in
    ///   `write`.
    private func perform(_ write: PendingWrite<Group>, in group: Group, isFirst: Bool) throws {
        // Alone in the transaction it needs no savepoint: a rollback of everything harms nobody.
        guard !isFirst else {
            group.mark()
            try write.perform(in: group)
            try connection.checkTransaction()
            return
        }
        try connection.run("SAVEPOINT operation")
        group.mark()
        do {
            try write.perform(in: group)
            try connection.checkTransaction()
            try connection.run("RELEASE operation")
        } catch {
            guard !connection.isAutocommit else { throw error }
            connection.resetRunningStatements()
            try connection.run("ROLLBACK TO operation")
            try connection.run("RELEASE operation")
            group.rollbackToMark()
            write.fail(error)
        }
    }

    /// Ends the transaction and answers everybody in it.
    ///
    /// - Parameter version: The version of the file before it.
    private mutating func commit(
        _ done: [PendingWrite<Group>],
        in group: Group,
        after version: CommittedVersion?
    ) -> [[PendingWrite<Group>]] {
        let duration: Duration
        do {
            try group.flush()
            try connection.checkTransaction()
            let start = ContinuousClock.now
            try connection.commit()
            duration = .now - start
            // Callers who write one thing after another are expected back, and upkeep is none of them.
            if !done[0].givesWay { latest = (done.count, duration) }
        } catch {
            connection.rollback()
            guard done.count == 1 else { return done.map { [$0] } }
            done[0].answer(error)
            return []
        }
        // Another process may have committed since.
        let present = connection.committedVersion
        let isOurs = if let version, let present { present.isNext(after: version) } else { false }
        group.didCommit(as: isOurs ? present : nil)
        for write in done { write.answer() }
        observer?.didCommit(operations: done.count, in: duration)
        return []
    }
}

/// What a domain keeps while one group of writes is being made.
///
/// A group is the work of one transaction: several callers' operations, each in a savepoint of its own. Some work is
/// cheaper when it is done once for all of them, such as full-text rows, which SQLite writes out at every savepoint.
/// The operations note that work, and ``flush()`` does it.
///
/// A group is made, used and dropped on the writer's thread. When a transaction fails its group is dropped with it, and
/// the operations that can still succeed run again with a new one.
package protocol WriteGroup: AnyObject, SendableMetatype {
    /// Makes the group of a transaction that has just begun.
    init(connection: Connection) throws

    /// Notes where the deferred work stands, before an operation begins.
    func mark()

    /// Forgets the work deferred since the latest ``mark()``: its operation failed and left nothing behind.
    func rollbackToMark()

    /// Does the deferred work, before the commit.
    func flush() throws

    /// Learns that the transaction is committed, before its callers are answered.
    ///
    /// - Parameter version: The version of the file that it made; nil where that can't be told.
    func didCommit(as version: CommittedVersion?)
}
