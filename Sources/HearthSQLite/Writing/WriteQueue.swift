internal import DequeModule

/// The operations that wait for the writer.
final class WriteQueue<Group: WriteGroup>: Sendable {
    /// What the writer's thread does next.
    enum Task {
        case writes
        /// One operation that gives way to others, alone.
        case writeThatGivesWay
        case checkpoint([CheckpointRequest])
        case finish
    }

    /// How long the writer has had nothing to do when an operation that gives way begins: callers that write one thing
    /// after another come back within this time, and other processes can take the lock.
    static var quiet: Duration { .milliseconds(1) }
    /// How long an operation that gives way waits at most while others keep coming. As such operations are short, the
    /// others have the writer for most of the time.
    static var longestWait: Duration { .milliseconds(20) }

    private struct State {
        var waiting = Deque<PendingWrite<Group>>()
        var givingWay = Deque<PendingWrite<Group>>()
        /// Whether the operation before was one that others had kept waiting too long: now it is their turn.
        var wasLastToGiveWay = false
        /// When the writer was last done with something.
        var quietSince = ContinuousClock.now
        /// How many operations the writer wants to see before it is woken: a thread woken for each would do little
        /// else.
        var wakesWriterAt = 1
        var checkpoints: [CheckpointRequest] = []
        var closers: [CheckedContinuation<Void, any Error>] = []
        var phase = Phase.open
        /// How finishing ended, once it is done.
        var end: Result<Void, any Error>?
    }

    private enum Phase {
        case open
        case closing
        case closed
    }

    private let monitor = Monitor(State())

    // MARK: The callers' side

    /// Adds an operation, or answers it at once if it was cancelled already or the database is closed.
    func add(_ write: PendingWrite<Group>) {
        let (refusal, isEnough): ((any Error)?, Bool) = monitor.withLock { state in
            guard state.phase == .open else { return (StoreFileError.closed, false) }
            guard !write.ticket.isCancelled else { return (CancellationError(), false) }
            guard !write.givesWay else {
                state.givingWay.append(write)
                return (nil, true)
            }
            state.waiting.append(write)
            return (nil, state.waiting.count >= state.wakesWriterAt)
        }
        if isEnough { monitor.wakeAll() }
        if let refusal { write.answer(refusal) }
    }

    /// Removes the operation of a ticket if it has not begun.
    func cancel(_ ticket: WriteTicket) {
        let removed: PendingWrite<Group>? = monitor.withLock { state in
            ticket.isCancelled = true
            if let place = state.waiting.firstIndex(where: { $0.ticket === ticket }) {
                return state.waiting.remove(at: place)
            }
            let place = state.givingWay.firstIndex { $0.ticket === ticket }
            return place.map { state.givingWay.remove(at: $0) }
        }
        removed?.answer(CancellationError())
    }

    /// Asks for a complete checkpoint, and is resumed after it.
    func add(_ request: CheckpointRequest) {
        let isOpen = monitor.change { state in
            if state.phase == .open { state.checkpoints.append(request) }
            return state.phase == .open
        }
        if !isOpen { request.continuation.resume(throwing: StoreFileError.closed) }
    }

    /// Takes no more operations.
    ///
    /// The thread does those that wait and then finishes.
    ///
    /// - Parameter continuation: Resumed when everything is done; at once where it already is.
    func close(_ continuation: CheckedContinuation<Void, any Error>? = nil) {
        let end: Result<Void, any Error>? = monitor.change { state in
            if state.phase == .open { state.phase = .closing }
            if state.phase == .closing, let continuation { state.closers.append(continuation) }
            return state.end
        }
        if let end { continuation?.resume(with: end) }
    }

    // MARK: The writer's side

    /// Waits for something to do.
    func next() -> Task {
        monitor.withLock { $0.quietSince = .now }
        while true {
            let next: (task: Task?, pause: Duration) = monitor.wait { state in
                if let task = Self.task(&state) { return (task, .zero) }
                let pause = Self.pause(state)
                return pause.map { $0 > .zero ? (nil, $0) : (.writeThatGivesWay, $0) }
            }
            if let task = next.task { return task }
            _ = monitor.wait(atMost: next.pause) { $0.waiting.isEmpty && $0.checkpoints.isEmpty ? nil : true }
        }
    }

    /// What comes before the operations that give way.
    private static func task(_ state: inout State) -> Task? {
        if let first = state.givingWay.first, first.enqueued + longestWait <= .now, !state.wasLastToGiveWay {
            state.wasLastToGiveWay = true
            return .writeThatGivesWay
        }
        state.wasLastToGiveWay = false
        if !state.waiting.isEmpty { return .writes }
        if !state.checkpoints.isEmpty {
            defer { state.checkpoints = [] }
            return .checkpoint(state.checkpoints)
        }
        return state.phase == .closing && state.givingWay.isEmpty ? .finish : nil
    }

    /// How long the first operation that gives way still has to wait if no other comes; `nil` without one.
    private static func pause(_ state: State) -> Duration? {
        guard let first = state.givingWay.first else { return nil }
        guard state.phase == .open else { return .zero }
        return min(state.quietSince + quiet, first.enqueued + longestWait) - .now
    }

    /// How many operations wait.
    var count: Int {
        // A closure: a key path would be made anew after every commit, which takes some 20 µs.
        monitor.withLock { $0.waiting.count }
    }

    /// How many operations give way to others.
    var countGivingWay: Int { monitor.withLock { $0.givingWay.count } }

    /// Takes the operation that has waited longest.
    func pop() -> PendingWrite<Group>? {
        monitor.withLock { $0.waiting.popFirst() }
    }

    /// Takes the operation that has given way longest.
    func popGivingWay() -> PendingWrite<Group>? {
        monitor.withLock { $0.givingWay.popFirst() }
    }

    /// Waits until a number of operations wait, but not beyond a time.
    func gather(_ count: Int, atMost limit: Duration) {
        monitor.withLock { $0.wakesWriterAt = count }
        _ = monitor.wait(atMost: limit) { $0.waiting.count >= count ? true : nil }
        monitor.withLock { $0.wakesWriterAt = 1 }
    }

    /// Takes every operation that has waited since before an instant.
    func pop(enqueuedBefore instant: ContinuousClock.Instant) -> [PendingWrite<Group>] {
        monitor.withLock { state in
            var taken: [PendingWrite<Group>] = []
            while let first = state.waiting.first, first.enqueued < instant, let write = state.waiting.popFirst() {
                taken.append(write)
            }
            return taken
        }
    }

    /// Answers those who closed the database.
    func finish(_ end: Result<Void, any Error>) {
        let closers = monitor.change { state in
            state.phase = .closed
            state.end = end
            defer { state.closers = [] }
            return state.closers
        }
        for closer in closers { closer.resume(with: end) }
    }
}

/// One caller's wish for a complete checkpoint.
struct CheckpointRequest: Sendable {
    /// Whether what pages keep of rows that were moved is overwritten too.
    let removesTraces: Bool
    let continuation: CheckedContinuation<Bool, any Error>
}

/// One caller's operation on its way through the writer.
///
/// Sendable without the compiler's proof: until the queue hands it out it is only kept and removed there, under the
/// queue's mutex; after that only the writer's thread touches it.
final class PendingWrite<Group: WriteGroup>: @unchecked Sendable {
    /// When it began to wait.
    let enqueued = ContinuousClock.now
    /// What the caller cancels it with.
    let ticket: WriteTicket
    /// Whether the others go first.
    let givesWay: Bool

    private let body: (Group) throws -> Void
    private let keepFailure: (any Error) -> Void
    private let resume: () -> Void

    init<R: Sendable>(
        ticket: WriteTicket,
        givesWay: Bool = false,
        answering continuation: CheckedContinuation<R, any Error>,
        _ body: @escaping @Sendable (Group) throws -> R
    ) {
        var outcome = Result<R, any Error>.failure(StoreFileError.closed)
        self.ticket = ticket
        self.givesWay = givesWay
        self.body = { outcome = .success(try body($0)) }
        self.keepFailure = { outcome = .failure($0) }
        self.resume = { continuation.resume(with: outcome) }
    }

    /// Runs the operation and keeps its result.
    ///
    /// It may run several times; the latest result counts.
    func perform(in group: Group) throws {
        try body(group)
    }

    /// Keeps a failure as what came of the operation.
    func fail(_ error: any Error) {
        keepFailure(error)
    }

    /// Tells the caller what came of the operation, once.
    func answer() {
        resume()
    }

    /// Tells the caller that the operation failed, once.
    func answer(_ error: any Error) {
        keepFailure(error)
        resume()
    }
}

/// Connects a caller that is cancelled with its operation.
///
/// Sendable without the compiler's proof because its one variable is touched only under the queue's mutex.
final class WriteTicket: @unchecked Sendable {
    /// Set by a cancellation that may come before the operation is in the queue.
    var isCancelled = false
}
