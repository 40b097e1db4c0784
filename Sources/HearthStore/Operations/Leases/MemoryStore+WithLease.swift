package import HearthModel

extension MemoryStore {
    /// A lease is renewed when a third of its time is over, so that one failed renewal, or two, don't lose it.
    private static let renewalsPerDuration = 3

    /// Holds the lease of a memory while a closure runs, and gives it back however that ends.
    ///
    /// It is renewed meanwhile. Should it be lost all the same (taken by force, or the process was stopped past the deadline), what the
    /// closure publishes with it is refused with `.lockLost`.
    ///
    /// - Parameters:
    ///   - id: The memory.
    ///   - agentID: The agent.
    ///   - duration: How long the lease outlives a process that dies, more than 0, to a day.
    ///   - timeout: How long to wait for the lease at the most.
    ///   - body: What to do with it.
    /// - Returns: What the closure returned.
    /// - Throws: What the closure threw; `.locked` where the lease could not be had in time; and as
    ///   ``acquireLease(on:as:for:waitingAtMost:)``.
    package func withLease<R: Sendable>(
        on id: MemoryID,
        as agentID: AgentID,
        for duration: Duration,
        waitingAtMost timeout: Duration,
        _ body: @Sendable (MemoryLock) async throws -> R
    ) async throws -> R {
        guard let lock = try await acquireLease(on: id, as: agentID, for: duration, waitingAtMost: timeout) else {
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
                    // The next one may do it before the lease is over.
                }
            }
        } catch {
            // The closure has ended, or the lease is lost: then the closure hears of it when it publishes something.
        }
    }

    /// Releases a lease; where that fails, it ends by itself, and what the closure did stands all the same.
    private func giveBack(_ lock: MemoryLock) async {
        do {
            try await releaseLease(lock, agentWasChecked: true)
        } catch {}
    }
}
