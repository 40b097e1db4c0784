import HearthModel
import HearthSQLite

extension MemoryStore {
    /// The pause before a waiter's second look at the file; each further pause is twice as long. Most leases are held
    /// for moments.
    private static let firstPause = Duration.milliseconds(2)
    /// The longest pause: how late a waiter may notice a release in another process. A look takes some 20 µs, so
    /// looking this often costs a thousandth of a core.
    private static let longestPause = Duration.milliseconds(20)

    /// Tries for a lease in the next commit.
    func attempt(_ request: LeaseRequest, holding ticket: Int64? = nil) async throws -> LeaseRequest.Outcome {
        try await write { [directories, clock] transaction in
            try request.attempt(holding: ticket, directories: directories, clock: clock, in: transaction)
        }
    }

    /// Returns a lease, unless the task was cancelled while it was granted. Then the lease is given back.
    func keepUnlessCancelled(_ lock: MemoryLock) async throws -> MemoryLock {
        guard Task.isCancelled else { return lock }
        try await releaseLease(lock, agentWasChecked: true)
        throw CancellationError()
    }

    /// Waits in the queue with a ticket until the lease is granted or the time is over.
    ///
    /// A release in this process wakes the first waiter at once. A release in another process, or an expiry, is noticed
    /// by looking at the file. However the wait ends, the ticket leaves the queue and the next waiter is woken.
    func wait(for request: LeaseRequest, memory: Int64, ticket: Int64) async throws -> MemoryLock? {
        let waiter = LeaseWaiter(memory: memory, ticket: ticket)
        waitingRoom.enter(waiter)
        defer { waitingRoom.leave(waiter) }
        do {
            if let lock = try await waitForTurn(of: waiter, request) { return try await keepUnlessCancelled(lock) }
        } catch {
            // Whatever went wrong, the ticket is of no more use. The caller should hear of that, and not of this.
            do {
                try await leaveQueue([ticket])
            } catch {
                log.warn(error, "A place in a lease's queue was not given up: it lapses with the time-out.")
            }
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
            // The pause begins with the look: what changes while it takes place is seen by the next one.
            let looked = clock.bootInstant
            if try isTurn(of: waiter) {
                switch try await attempt(request, holding: waiter.ticket) {
                case .granted(let lock): return lock
                case .unavailable: return nil
                case .waiting: break
                }
            }
            await waiter.rest(until: min(deadline, looked.advanced(by: pause)), on: clock)
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

    /// Removes tickets from the queue.
    private func leaveQueue(_ tickets: [Int64]) async throws {
        try await writeThoughCancelled { transaction in
            for ticket in tickets { try LeaseQueue.remove(ticket, in: transaction.connection) }
        }
    }

    /// Ends every wait of this process, so that none of its tickets stays in the queue.
    func endLeaseWaits() async throws {
        let tickets = waitingRoom.close()
        if !tickets.isEmpty { try await leaveQueue(tickets) }
    }

    /// Runs a write even if the task is cancelled: one that gives something back or records an end.
    func writeThoughCancelled<R: Sendable>(
        _ body: @escaping @Sendable (StoreTransaction) throws -> R
    ) async throws -> R {
        try await Task { try await write(body) }.value
    }
}
