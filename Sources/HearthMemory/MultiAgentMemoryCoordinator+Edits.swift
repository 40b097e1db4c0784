public import HearthModel
import HearthStore

extension MultiAgentMemoryCoordinator {
    /// Edits a memory: with a live lease the edit is published at once, without one it is a draft of the agent's until a sync. Durable on
    /// return.
    ///
    /// Until then the agent reads its own draft and nobody else does. Editing again amends the draft; under a lease the draft is published
    /// together with the edit. An edit that changes nothing writes nothing.
    ///
    /// - Parameters:
    ///   - id: The memory.
    ///   - agentID: The owner, or an agent that may propose.
    ///   - change: What to change.
    ///   - lock: The agent's lease on the memory.
    ///   - ifVersion: The number of the published head that the edit expects, as `Memory.version` gave it; nil: whichever.
    ///   - userID: The user the memory is expected to belong to.
    /// - Returns: The agent's view afterwards.
    /// - Throws: `.memoryNotFound`; `.accessDenied` where the agent may only read, and for another's category; `.versionMismatch` where the
    ///   head has moved; `.lockLost` where the lease expired or was taken; `.lockNotHeld` for another's lease; `.invalidArgument`. Nothing
    ///   is changed then.
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

    /// Deletes a memory for its owner: with a live lease at once, without one as a draft until a sync. Durable on return.
    ///
    /// A published deletion leaves a tombstone: ``history(of:agentID:)`` and ``restoreMemory(_:agentID:)`` work for the owner until the
    /// memory is purged.
    ///
    /// - Throws: `.memoryNotFound`; `.accessDenied` for who isn't the owner; `.lockLost`, `.lockNotHeld`; `.invalidArgument`.
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

    /// Drops the agent's draft of a memory, a deletion included; durable on return. Without a draft nothing happens.
    ///
    /// - Throws: `.memoryNotFound` where the agent neither has a draft of the memory nor sees it.
    public func discardDraft(of id: MemoryID, agentID: AgentID) async throws {
        try await operations.perform { store in
            try await store.discardDraft(of: id, as: agentID)
        }
    }

    /// Brings a deleted memory back for its owner, until it is purged; durable on return.
    ///
    /// A deletion that is still a draft is withdrawn. A memory that isn't deleted stays as it is.
    ///
    /// - Returns: The memory afterwards.
    /// - Throws: `.memoryNotFound`; `.accessDenied`; `.locked` while another agent holds the lease.
    @discardableResult
    public func restoreMemory(_ id: MemoryID, agentID: AgentID) async throws -> Memory {
        try await operations.perform { store in
            try await store.restore(id, as: agentID)
        }
    }

    /// The versions of a memory, oldest first, the losers of conflicts among them.
    ///
    /// The owner sees all, also of a deleted memory; any other agent sees those published since it could see the memory, and its own. Each
    /// is checked against its id.
    ///
    /// - Throws: `.memoryNotFound`; `.storeCorrupt` for a version that isn't what its id says.
    public func history(of id: MemoryID, agentID: AgentID) async throws -> [MemoryVersion] {
        try await operations.perform { store in
            try await store.history(of: id, as: agentID)
        }
    }

    /// Publishes what an old version says as a new one, at once; a conflict that waits is settled by it. Durable on return.
    ///
    /// - Parameters:
    ///   - id: The memory.
    ///   - version: A version that isn't a deletion, from the history as the agent sees it; `system`, which maintains every memory, is held to
    ///     none.
    ///   - agentID: The owner, or a critical agent.
    /// - Returns: The memory afterwards.
    /// - Throws: `.memoryNotFound`; `.accessDenied`; `.locked` while another agent holds the lease; `.invalidArgument` for a version that
    ///   isn't of that history.
    @discardableResult
    public func rollbackMemory(_ id: MemoryID, to version: VersionID, agentID: AgentID) async throws -> Memory {
        try await operations.perform { store in
            try await store.rollback(id, to: version, as: agentID)
        }
    }
}
