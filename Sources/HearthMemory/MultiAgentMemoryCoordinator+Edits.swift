public import HearthModel
import HearthStore

extension MultiAgentMemoryCoordinator {
    /// Edits a memory. With a live lease the edit is published at once; without one it is the agent's draft until a
    /// sync. Durable on return.
    ///
    /// Until then the agent reads its own draft, and nobody else does. Editing again amends the draft. Under a lease
    /// the draft is published together with the edit. An edit that changes nothing writes nothing.
    ///
    /// `MemoryChange.isSensitive` takes hold at once. Where the change has nothing else, and no lease, it reaches a deleted
    /// memory of the owner's too.
    ///
    /// Only the owner changes the category and the expiry. For the owner a memory that has expired is there for an edit
    /// that removes the expiry or sets a later one.
    ///
    /// - Parameters:
    ///   - id: The memory.
    ///   - agentID: The owner, or an agent that may propose.
    ///   - change: What to change.
    ///   - lock: The agent's lease on the memory.
    ///   - ifVersion: The number of the published head that the edit expects, as `Memory.version` gave it; nil means
    ///     any.
    ///   - userID: The user to whom the memory is expected to belong.
    /// - Returns: The agent's view afterwards.
    /// - Throws: `.memoryNotFound`; `.accessDenied` where the agent may only read, and for a change of category or
    ///   expiry by an agent that is not the owner; `.versionMismatch` where the head has moved; `.lockLost` where the lease has
    ///   expired or was taken; `.lockNotHeld` for another agent's lease; `.invalidArgument`. Then nothing is changed.
    @discardableResult
    public func updateMemory(
        _ id: MemoryID,
        agentID: AgentID,
        change: MemoryChange,
        lock: MemoryLock? = nil,
        ifVersion: Int? = nil,
        userID: UserID? = nil
    ) async throws -> Memory {
        try await operations.perform { store in
            try await store.update(
                id,
                as: agentID,
                change: change,
                lock: lock,
                ifVersion: ifVersion,
                userID: userID
            )
        }
    }

    /// Saves: takes the lease, publishes an edit together with the agent's draft, and gives the lease back. Durable on
    /// return, and seen by everybody who may see the memory.
    ///
    /// An edit that changes nothing publishes the draft alone; without a draft it writes nothing.
    ///
    /// - Parameters:
    ///   - id: The memory.
    ///   - agentID: The owner, or an agent that may propose and whose priority is not below the owner's. Any other agent
    ///     that may propose drafts its edit, by ``updateMemory(_:agentID:change:lock:ifVersion:userID:)``, and a sync
    ///     brings it to the owner's strategy.
    ///   - change: What to change.
    ///   - ifVersion: The number of the published head that the edit expects; nil means any.
    ///   - userID: Whose memory it is, where several users have one of that identifier.
    ///   - timeout: How long to wait for the lease at most.
    /// - Returns: The memory afterwards.
    /// - Throws: `.locked` where others hold the lease for that long; `.memoryNotFound`; `.accessDenied`;
    ///   `.versionMismatch`; `.invalidArgument`. Then nothing is changed.
    @discardableResult
    public func publishMemory(
        _ id: MemoryID,
        agentID: AgentID,
        change: MemoryChange,
        ifVersion: Int? = nil,
        userID: UserID? = nil,
        timeout: Duration = .seconds(30)
    ) async throws -> Memory {
        try await operations.perform { store in
            try await store.withLease(
                on: id,
                as: agentID,
                for: min(configuration.lockDuration, MemoryStore.renewedLeaseDuration),
                waitingAtMost: timeout,
                userID: userID
            ) { lock in
                try await store.update(
                    id,
                    as: agentID,
                    change: change,
                    lock: lock,
                    ifVersion: ifVersion,
                    userID: userID
                )
            }
        }
    }

    /// Deletes a memory for its owner. With a live lease it is deleted at once; without one the deletion is a draft
    /// until a sync. Durable on return.
    ///
    /// A published deletion leaves a tombstone: ``history(of:agentID:userID:)`` and ``restoreMemory(_:agentID:userID:)`` work for the
    /// owner until the memory is purged.
    ///
    /// - Throws: `.memoryNotFound`; `.accessDenied` for an agent that is not the owner; `.lockLost`, `.lockNotHeld`;
    ///   `.invalidArgument`.
    public func deleteMemory(
        _ id: MemoryID,
        agentID: AgentID,
        lock: MemoryLock? = nil,
        userID: UserID? = nil
    ) async throws {
        try await operations.perform { store in
            try await store.delete(id, as: agentID, lock: lock, userID: userID)
        }
    }

    /// Drops the agent's draft of a memory, even one that deletes it; durable on return. Where there is no draft,
    /// nothing happens.
    ///
    /// - Throws: `.memoryNotFound` where the agent neither sees the memory nor has a draft of it.
    public func discardDraft(of id: MemoryID, agentID: AgentID, userID: UserID? = nil) async throws {
        try await operations.perform { store in
            try await store.discardDraft(of: id, as: agentID, userID: userID)
        }
    }

    /// Brings a memory that is deleted or has expired back for its owner, until upkeep takes it; durable on return.
    ///
    /// An expiry that has passed is removed. A deletion or an expiry that is still a draft is withdrawn. Any other memory
    /// stays as it is.
    ///
    /// - Returns: The memory afterwards.
    /// - Throws: `.memoryNotFound`; `.accessDenied`; `.locked` while another agent holds the lease.
    @discardableResult
    public func restoreMemory(_ id: MemoryID, agentID: AgentID, userID: UserID? = nil) async throws -> Memory {
        try await operations.perform { store in
            try await store.restore(id, as: agentID, userID: userID)
        }
    }

    /// The versions of a memory, oldest first, including those that lost a conflict.
    ///
    /// The owner sees all of them, even those of a memory that is deleted or has expired. Any other agent sees its own,
    /// and what was the published head while it could see the memory. A critical agent that sees the memory may decide
    /// on it, so it is also shown the edits of that time that wait for a decision or have lost. Each version is checked
    /// against its id.
    ///
    /// - Throws: `.memoryNotFound`; `.storeCorrupt` for a version that does not match its id.
    public func history(of id: MemoryID, agentID: AgentID, userID: UserID? = nil) async throws -> [MemoryVersion] {
        try await operations.perform { store in
            try await store.history(of: id, as: agentID, userID: userID)
        }
    }

    /// Publishes the fields of an old version as a new one, at once. This settles a conflict that waits. Durable on
    /// return.
    ///
    /// - Parameters:
    ///   - id: The memory.
    ///   - version: A version that is not a deletion and whose expiry has not passed, from the history that the agent
    ///     sees. `system`, which maintains every memory, is not bound to that history. If the agent is not the owner,
    ///     the category and the expiry stay as they are.
    ///   - agentID: The owner, or a critical agent.
    ///   - userID: Whose memory it is, where several users have one of that identifier.
    /// - Returns: The memory afterwards.
    /// - Throws: `.memoryNotFound`; `.accessDenied`; `.locked` while another agent holds the lease; `.invalidArgument`
    ///   for a version that is not of that history, that is a deletion, or that would have expired.
    @discardableResult
    public func rollbackMemory(
        _ id: MemoryID,
        to version: VersionID,
        agentID: AgentID,
        userID: UserID? = nil
    ) async throws -> Memory {
        try await operations.perform { store in
            try await store.rollback(id, to: version, as: agentID, userID: userID)
        }
    }
}
