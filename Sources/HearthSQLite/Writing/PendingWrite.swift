/// One caller's operation on its way through the writer.
///
/// Sendable without the compiler's proof: until the queue hands it out it is only kept and removed there, under the queue's
/// mutex, and afterwards the writer's thread alone touches it.
final class PendingWrite<Group: WriteGroup>: @unchecked Sendable {
    /// Since when it waits.
    let enqueued = ContinuousClock.now
    /// What the caller cancels it by.
    let ticket: WriteTicket

    private let body: (Group) throws -> Void
    private let keepFailure: (any Error) -> Void
    private let resume: () -> Void

    init<R: Sendable>(
        ticket: WriteTicket,
        answering continuation: CheckedContinuation<R, any Error>,
        _ body: @escaping @Sendable (Group) throws -> R
    ) {
        var outcome = Result<R, any Error>.failure(StoreFileError.closed)
        self.ticket = ticket
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

/// What connects a caller that is cancelled with its operation.
///
/// Sendable without the compiler's proof because its one variable is touched only under the queue's mutex.
final class WriteTicket: @unchecked Sendable {
    /// Set by a cancellation that may come before the operation is in the queue.
    var isCancelled = false
}
