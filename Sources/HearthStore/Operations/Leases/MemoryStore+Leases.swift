import CoreMetrics
package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// The longest that a lease may last: a day.
    static let maximumLeaseDuration = Duration.seconds(86_400)

    /// Acquires the lease of a memory; committed on return, with one commit if nobody else has it.
    ///
    /// The first to ask is the first to be served, across tasks and processes: while others wait, a free lease is
    /// theirs. A second acquisition by the same agent waits like any other.
    ///
    /// - Parameters:
    ///   - id: The memory.
    ///   - agentID: The agent: the owner, or one that sees the memory and whose priority is not below the owner's.
    ///     `system` may lease any.
    ///   - duration: How long the lease lasts, more than zero and at most a day.
    ///   - timeout: How long to wait at most; zero to not wait.
    ///   - endsWithProcess: Whether the lease is over at once where this process is certainly gone. Otherwise it lasts
    ///     until its deadline, and another process may go on with it.
    /// - Returns: The lease; nil if it could not be had in time.
    /// - Throws: `.memoryNotFound`; `.accessDenied`; `.locked` if waiting would close a cycle, which the message names;
    ///   `.invalidArgument`; `CancellationError` if the task is cancelled. The agent then has no place in the queue and
    ///   no lease.
    package func acquireLease(
        on id: MemoryID,
        as agentID: AgentID,
        for duration: Duration,
        waitingAtMost timeout: Duration,
        userID: UserID? = nil,
        endsWithProcess: Bool = false
    ) async throws -> MemoryLock? {
        try Self.check(leaseDuration: duration)
        guard timeout >= .zero else {
            throw MemoryError.invalidArgument("The timeout is negative; use zero to not wait at all.")
        }
        let request = LeaseRequest(
            memoryID: try id.validated(),
            agentID: agentID,
            userID: try userID?.validated(),
            duration: duration,
            endsWithProcess: endsWithProcess,
            waitDeadline: timeout == .zero ? nil : clock.bootInstant.advanced(by: timeout)
        )
        return try await auditingRefusal {
            switch try await attempt(request) {
            case .granted(let lock):
                metrics?.leased(waited: false)
                return try await keepUnlessCancelled(lock)
            case .waiting(let memory, let ticket):
                return try await measuringWait { try await wait(for: request, memory: memory, ticket: ticket) }
            case .unavailable:
                metrics?.leaseTimeouts.increment()
                return nil
            }
        }
    }

    /// Makes a lease last for a duration from now; committed on return. The fencing token stays.
    ///
    /// - Throws: `.lockLost` if the lease has expired, was released or was taken; `.invalidArgument`.
    ///
    /// - Parameter agentWasChecked: Whether this continues a call for which the agent was checked. Then nobody asks
    ///   again whether it may act.
    package func renewLease(
        _ lock: MemoryLock,
        for duration: Duration,
        agentWasChecked: Bool = false
    ) async throws -> MemoryLock {
        try Self.check(leaseDuration: duration)
        return try await write { [directories, clock] transaction in
            let now = clock.bootInstant
            let directory = try transaction.directory(directories)
            let agent = try agentWasChecked ? directory.agent(lock.agentID) : directory.acting(lock.agentID)
            guard var lease = try LeaseTable.live(lock, of: agent, at: now, in: transaction.connection) else {
                throw MemoryError.lockLost(lock)
            }
            lease.deadline = now.advanced(by: duration)
            lease.expiresAt = clock.now().advanced(by: duration)
            try LeaseTable.extend(lease, in: transaction.connection)
            return MemoryLock(
                lease,
                on: lock.memoryID,
                of: lock.agentID,
                userID: lock.userID,
                ownerID: lock.ownerID
            )
        }
    }

    /// Gives back the lease of one acquisition and no other lease of the agent; committed on return, even in a
    /// cancelled task.
    ///
    /// - Returns: False if it had expired, or was released or taken before.
    @discardableResult
    package func releaseLease(_ lock: MemoryLock, agentWasChecked: Bool = false) async throws -> Bool {
        let memory = try await writeThoughCancelled { [directories, clock] transaction -> Int64? in
            let directory = try transaction.directory(directories)
            let agent = try agentWasChecked ? directory.agent(lock.agentID) : directory.acting(lock.agentID)
            let lease = try LeaseTable.live(lock, of: agent, at: clock.bootInstant, in: transaction.connection)
            guard let lease else { return nil }
            try LeaseTable.release(memory: lease.memory, in: transaction.connection)
            try Counter.locksReleased.add(1, in: transaction)
            return lease.memory
        }
        if let memory { waitingRoom.wake(memory: memory) }
        return memory != nil
    }

    /// Gives back the lease that an agent has on a memory, or with `force` takes it from whoever has it; committed on
    /// return, even in a cancelled task.
    ///
    /// The holder may release it even if it may no longer see the memory. Force leaves an audit row.
    ///
    /// - Returns: False if no lease was held.
    /// - Throws: `.lockNotHeld` if another agent holds it; with `force`, `.accessDenied` if the agent is not critical;
    ///   `.memoryNotFound`.
    @discardableResult
    package func releaseLease(
        on id: MemoryID,
        as agentID: AgentID,
        force: Bool = false,
        userID: UserID? = nil
    ) async throws -> Bool {
        let id = try id.validated()
        let userID = try userID?.validated()
        let memory = try await auditingRefusal { [directories, clock] in
            try await writeThoughCancelled { transaction in
                try LeaseRelease(memoryID: id, agentID: agentID, userID: userID, isForced: force)
                    .perform(directories: directories, clock: clock, in: transaction)
            }
        }
        if let memory { waitingRoom.wake(memory: memory) }
        return memory != nil
    }

    /// Takes every lease from its holder: maintenance, for critical agents. It leaves an audit row for each user;
    /// committed on return.
    ///
    /// - Returns: How many were held.
    /// - Throws: `.accessDenied` if the agent is not critical.
    @discardableResult
    package func releaseAllLeases(as agentID: AgentID) async throws -> Int {
        let memories = try await auditingRefusal { [directories, clock] in
            try await write { transaction in
                let directory = try transaction.directory(directories)
                let agent = try directory.acting(agentID)
                return try LeaseRelease.all(as: agent, directory: directory, clock: clock, in: transaction)
            }
        }
        for memory in memories { waitingRoom.wake(memory: memory) }
        return memories.count
    }

    /// The leases that are held, longest held first: an administrator's view over all users.
    package func activeLeases() throws -> [MemoryLock] {
        try read { try $0.activeLeases() }
    }

    /// Marks leases that have expired or ended with their process as released and removes the tickets of dead waiters.
    ///
    /// Neither of them delays anyone; this keeps the tables small and the health report clear.
    ///
    /// - Returns: How many leases those were.
    @discardableResult
    package func sweepLeases() async throws -> Int {
        // Seldom is there anything to sweep, and then the file is written.
        let isDue = try read { snapshot in
            let now = clock.bootInstant
            return try LeaseTable.unreleased(in: snapshot.connection).contains { !$0.isLive(at: now) }
                || LeaseQueue.all(in: snapshot.connection).contains { !$0.isLive(at: now) }
        }
        guard isDue else { return 0 }
        let swept = try await write { [clock] transaction in
            let now = clock.bootInstant
            let expired = try LeaseTable.unreleased(in: transaction.connection).filter { !$0.isLive(at: now) }
            for lease in expired { try LeaseTable.release(memory: lease.memory, in: transaction.connection) }
            for ticket in try LeaseQueue.all(in: transaction.connection) where !ticket.isLive(at: now) {
                try LeaseQueue.remove(ticket.number, in: transaction.connection)
            }
            return expired.count
        }
        metrics?.leasesExpired.increment(by: swept)
        return swept
    }

    private static func check(leaseDuration duration: Duration) throws(MemoryError) {
        guard duration > .zero, duration <= maximumLeaseDuration else {
            throw .invalidArgument("The duration of a lease must be more than zero and at most a day.")
        }
    }
}
