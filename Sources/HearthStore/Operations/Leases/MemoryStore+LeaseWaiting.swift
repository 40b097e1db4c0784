import HearthModel
import HearthSQLite

extension MemoryStore {
    /// The pause before a waiter's second look at the file; each further one is twice as long. Most leases are held for moments.
    private static let firstPause = Duration.milliseconds(2)
    /// The longest pause: how late a waiter may notice a release in another process. A look takes some 20 µs, so looking this often
    /// costs a thousandth of a core.
    private static let longestPause = Duration.milliseconds(20)

    /// Tries for a lease in the next commit.
    func attempt(_ request: LeaseRequest, holding ticket: Int64? = nil) async throws -> LeaseRequest.Outcome {
        try await write { [directories, clock] transaction in
            try request.attempt(holding: ticket, directories: directories, clock: clock, in: transaction)
        }
    }

    /// Hands a lease on, unless the task was cancelled while it was granted: then it goes back.
    func keepUnlessCancelled(_ lock: MemoryLock) async throws -> MemoryLock {
        guard Task.isCancelled else { return lock }
        try await releaseLease(lock, agentWasChecked: true)
        throw CancellationError()
    }

    /// Waits in the queue with a ticket until the lease is had or the time is over.
    ///
    /// A release in this process wakes the first waiter at once. One in another process, and an expiry, it notices by looking. However
    /// it ends, the ticket is out of the queue, and whoever is next is woken.
    func wait(for request: LeaseRequest, memory: Int64, ticket: Int64) async throws -> MemoryLock? {
        let waiter = LeaseWaiter(memory: memory, ticket: ticket)
        waitingRoom.enter(waiter)
        defer { waitingRoom.leave(waiter) }
        do {
            if let lock = try await waitForTurn(of: waiter, request) { return try await keepUnlessCancelled(lock) }
        } catch {
            // The ticket is good for nothing, whatever went wrong. If it can't be taken out, it lapses with the time-out, and what went
            // wrong first is what the caller should hear of.
            try? await leaveQueue([ticket])
            throw error
        }
        try await leaveQueue([ticket])
        return nil
    }

    private func waitForTurn(of waiter: LeaseWaiter, _ request: LeaseRequest) async throws -> MemoryLock? {
        var pause = Self.firstPause
        while let deadline = request.waitDeadline, !deadline.hasPassed(at: clock.bootInstant) {
            try Task.checkCancellation()
            guard !waitingRoom.isClosed else { throw MemoryError(code: .closed, message: "The store was closed.") }
            guard waitingRoom.isFirst(waiter) else {
                await waiter.rest(until: deadline, on: clock)
                continue
            }
            if try isTurn(of: waiter) {
                switch try await attempt(request, holding: waiter.ticket) {
                case .granted(let lock): return lock
                case .unavailable: return nil
                case .waiting: break
                }
            }
            await waiter.rest(until: min(deadline, clock.bootInstant.advanced(by: pause)), on: clock)
            pause = min(pause * 2, Self.longestPause)
        }
        return nil
    }

    /// Whether a waiter would get the lease, by a read alone.
    private func isTurn(of waiter: LeaseWaiter) throws -> Bool {
        try read { snapshot in
            let now = clock.bootInstant
            guard try LeaseTable.live(memory: waiter.memory, at: now, in: snapshot.connection) == nil else {
                return false
            }
            return try !LeaseQueue.hasWaiter(
                memory: waiter.memory,
                before: waiter.ticket,
                at: now,
                in: snapshot.connection
            )
        }
    }

    /// Takes tickets out of the queue.
    private func leaveQueue(_ tickets: [Int64]) async throws {
        try await writeThoughCancelled { transaction in
            for ticket in tickets { try LeaseQueue.remove(ticket, in: transaction.connection) }
        }
    }

    /// Ends every wait of this process, so that no ticket of its stays in the queue.
    func endLeaseWaits() async throws {
        let tickets = waitingRoom.close()
        if !tickets.isEmpty { try await leaveQueue(tickets) }
    }

    /// Writes what must be written though the task is cancelled: giving something back.
    func writeThoughCancelled<R: Sendable>(
        _ body: @escaping @Sendable (StoreTransaction) throws -> R
    ) async throws -> R {
        try await Task { try await write(body) }.value
    }
}
