public import HearthModel
import HearthStore

extension MemorySyncService {
    /// Acquires the lease of a memory: the right to publish edits of it until it expires. Committed on return.
    ///
    /// First come, first served, across tasks and processes. A lease belongs to one acquisition: another by the same
    /// agent waits.
    ///
    /// - Parameters:
    ///   - memoryID: The memory.
    ///   - agentID: The owner, or an agent that sees the memory and whose priority is not below the owner's; `system`
    ///     may lease any.
    ///   - lockDuration: How long the lease lasts, more than 0, to a day; nil:
    ///     ``CoordinatorConfiguration/lockDuration``.
    ///   - waitForLock: Whether to wait in the queue while others have it.
    ///   - timeout: How long to wait at most.
    ///   - userID: Whose memory it is, for an identifier that several users' memories have.
    /// - Returns: The lease; nil where it could not be had at once, or in time.
    /// - Throws: `.memoryNotFound`; `.accessDenied`; `.locked` where waiting would close a cycle, which the message
    ///   names; `.invalidArgument`; `CancellationError` where the task is cancelled, and then the agent has neither a
    ///   place in the queue nor the lease.
    public func acquireMemoryLock(
        memoryID: MemoryID,
        agentID: AgentID,
        lockDuration: Duration? = nil,
        waitForLock: Bool = true,
        timeout: Duration = .seconds(30),
        userID: UserID? = nil
    ) async throws -> MemoryLock? {
        try await operations.perform { store in
            try await store.acquireLease(
                on: memoryID,
                as: agentID,
                for: lockDuration ?? configuration.lockDuration,
                waitingAtMost: waitForLock ? timeout : .zero,
                userID: userID
            )
        }
    }

    /// Extends a lease to a duration from now, with the same token; committed on return.
    ///
    /// - Throws: `.lockLost` where it has expired, was released or was taken; `.invalidArgument`.
    public func renewMemoryLock(_ lock: MemoryLock, lockDuration: Duration? = nil) async throws -> MemoryLock {
        try await operations.perform { store in
            try await store.renewLease(lock, for: lockDuration ?? configuration.lockDuration)
        }
    }

    /// Gives back the lease that an agent has on a memory; with `force`, takes it from its holder, which is audited.
    ///
    /// Committed on return, even in a task that is cancelled.
    ///
    /// - Returns: False where none was held.
    /// - Throws: `.lockNotHeld` where another agent holds it; with `force`, `.accessDenied` where the agent is not
    ///   critical; `.memoryNotFound`.
    @discardableResult
    public func releaseMemoryLock(
        memoryID: MemoryID,
        agentID: AgentID,
        force: Bool = false,
        userID: UserID? = nil
    ) async throws -> Bool {
        try await operations.perform { store in
            try await store.releaseLease(on: memoryID, as: agentID, force: force, userID: userID)
        }
    }

    /// Gives back the lease of one acquisition, and no other that the agent may have since.
    ///
    /// Committed on return, even in a task that is cancelled.
    ///
    /// - Returns: False where it has expired, was released or was taken.
    @discardableResult
    public func releaseMemoryLock(_ lock: MemoryLock) async throws -> Bool {
        try await operations.perform { store in
            try await store.releaseLease(lock)
        }
    }

    /// Takes every lease from its holder. This is maintenance, for critical agents. It is audited, and committed on
    /// return.
    ///
    /// - Returns: How many leases were held.
    /// - Throws: `.accessDenied` where the agent is not critical.
    @discardableResult
    public func releaseAllLocks(agentID: AgentID) async throws -> Int {
        try await operations.perform { store in
            try await store.releaseAllLeases(as: agentID)
        }
    }

    /// Holds the lease of a memory while a closure runs: renews it meanwhile, and gives it back however the closure
    /// ends.
    ///
    /// ```swift
    /// try await service.withMemoryLock(memoryID: id, agentID: "alden") { lock in
    ///     let memory = try await coordinator.memory(id, agentID: "alden")
    ///     let change = MemoryChange(content: memory.content + " And tea.")
    ///     try await coordinator.updateMemory(id, agentID: "alden", change: change, lock: lock)
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - memoryID: The memory.
    ///   - agentID: As ``acquireMemoryLock(memoryID:agentID:lockDuration:waitForLock:timeout:userID:)``.
    ///   - lockDuration: How long the lease outlives a process that hangs, or of which others can't see that it is gone,
    ///     such as one in another container; nil: 30 s, or ``CoordinatorConfiguration/lockDuration`` if that is shorter.
    ///     Where its process is certainly gone, the lease is free at once.
    ///   - timeout: How long to wait for the lease at most.
    ///   - userID: As there.
    ///   - isolation: Where the closure runs: where the caller does, so that it may use what belongs to the caller's actor.
    ///   - body: What to do under the lease.
    /// - Returns: What the closure returned.
    /// - Throws: What the closure threw; `.locked` where the lease could not be had in time; and as
    ///   ``acquireMemoryLock(memoryID:agentID:lockDuration:waitForLock:timeout:userID:)``.
    public func withMemoryLock<R>(
        memoryID: MemoryID,
        agentID: AgentID,
        lockDuration: Duration? = nil,
        timeout: Duration = .seconds(30),
        userID: UserID? = nil,
        isolation: isolated (any Actor)? = #isolation,
        _ body: (MemoryLock) async throws -> R
    ) async throws -> R {
        try await operations.perform { store in
            try await store.withLease(
                on: memoryID,
                as: agentID,
                for: lockDuration ?? min(configuration.lockDuration, MemoryStore.renewedLeaseDuration),
                waitingAtMost: timeout,
                userID: userID,
                body
            )
        }
    }

    /// The leases that are held, longest held first: an administrator's view over all users.
    public var activeLocks: [MemoryLock] {
        get async throws { try await operations.administer { try $0.activeLeases() } }
    }
}
