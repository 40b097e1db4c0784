package import HearthModel

extension MemoryStore {
    /// A lease is renewed when a third of its time is over, so that one or two failed renewals do not lose it.
    private static let renewalsPerDuration = 3

    /// How long a lease that is renewed lasts, where nobody says how long: short enough to wait for where its process
    /// hangs or can't be seen, as from another container, and three renewals long.
    package static let renewedLeaseDuration = Duration.seconds(30)

    /// Holds the lease of a memory while a closure runs, and gives it back however the closure ends.
    ///
    /// The lease is renewed meanwhile, and it is over at once where this process is certainly gone. It can still be
    /// lost: it may be taken by force, or the process may be stopped past the deadline. What the closure then publishes
    /// with it is refused with `.lockLost`.
    ///
    /// - Parameters:
    ///   - id: The memory.
    ///   - agentID: The agent.
    ///   - duration: How long the lease outlives a process that hangs, or of which others can't see that it is gone; more
    ///     than zero and at most a day.
    ///   - timeout: How long to wait for the lease at most.
    ///   - isolation: Where the closure runs: where the caller does.
    ///   - body: What to do while the lease is held.
    /// - Returns: What the closure returned.
    /// - Throws: What the closure threw; `.locked` if the lease could not be had in time; and what
    ///   ``acquireLease(on:as:for:waitingAtMost:userID:endsWithProcess:)`` throws.
    package func withLease<R>(
        on id: MemoryID,
        as agentID: AgentID,
        for duration: Duration,
        waitingAtMost timeout: Duration,
        userID: UserID? = nil,
        isolation: isolated (any Actor)? = #isolation,
        _ body: (MemoryLock) async throws -> R
    ) async throws -> R {
        let acquired = try await acquireLease(
            on: id,
            as: agentID,
            for: duration,
            waitingAtMost: timeout,
            userID: userID,
            endsWithProcess: true
        )
        guard let lock = acquired else {
            throw MemoryError(
                code: .locked,
                message:
                    "The lease on memory \(id) could not be had in time: others hold it or are before \(agentID). Try again."
            )
        }
        let renewal = Task { await keepRenewing(lock, for: duration) }
        defer { renewal.cancel() }
        let result: R
        do {
            result = try await body(lock)
        } catch {
            await giveBack(lock)
            throw error
        }
        await giveBack(lock)
        return result
    }

    private func keepRenewing(_ lock: MemoryLock, for duration: Duration) async {
        do {
            while true {
                let next = clock.bootInstant.advanced(by: duration / Self.renewalsPerDuration)
                try await clock.sleep(next.nanoseconds)
                do {
                    _ = try await renewLease(lock, for: duration, agentWasChecked: true)
                } catch let error as MemoryError where error.code == .storeBusy || error.code == .storeFull {
                    // The next renewal may succeed before the lease is over.
                }
            }
        } catch {
            // If the closure has ended, that is a cancellation. Else it gets an error when it publishes something.
            log.note(error, "A lease is no longer renewed.")
        }
    }

    /// Releases a lease after the closure has ended, whether or not that succeeds.
    private func giveBack(_ lock: MemoryLock) async {
        do {
            try await releaseLease(lock, agentWasChecked: true)
        } catch {
            // What the closure did is not undone, so the caller gets the closure's result or error and not this one.
            log.warn(error, "A lease was not given back: others wait until it expires.")
        }
    }
}
