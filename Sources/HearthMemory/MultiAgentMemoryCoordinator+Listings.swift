public import HearthModel
import HearthStore

extension MultiAgentMemoryCoordinator {
    /// The sessions of a user that an agent began, or of which it sees memories: the one with the latest memory first.
    ///
    /// Of a session that another agent began, its name and its times are not said.
    ///
    /// - Throws: `.unknownAgent`, `.agentNotActive`; `.invalidArgument` for an invalid identifier.
    public func sessions(agentID: AgentID, userID: UserID) async throws -> [SessionSummary] {
        try await operations.perform { store in try await store.sessions(as: agentID, userID: userID) }
    }

    /// The tags of the memories that an agent sees, and how many have each: the most frequent first.
    ///
    /// Tags of other agents' memories leave an audit row, committed before this returns.
    ///
    /// - Parameters:
    ///   - agentID: The agent that asks.
    ///   - userID: The user; one that the file does not know has no memories.
    ///   - filter: Of which memories. Tags of sensitive memories take a key; `includesSensitive: false` leaves them out.
    ///   - includeSharedMemories: Whether to include other agents' memories.
    /// - Throws: `.unknownAgent`, `.agentNotActive`; `.invalidArgument`; `.keyUnavailable`.
    public func tags(
        agentID: AgentID,
        userID: UserID,
        filter: SearchFilter = .init(),
        includeSharedMemories: Bool = true
    ) async throws -> [TagCount] {
        try await operations.perform { store in
            try await store.tags(
                as: agentID,
                userID: userID,
                filter: filter,
                includeShared: includeSharedMemories
            )
        }
    }

    /// The edits of a user's memories that an agent has not published, in the order in which they were begun.
    ///
    /// They are with their author alone. Those of memories that it no longer sees are among them, so that they can be
    /// discarded.
    ///
    /// - Throws: `.unknownAgent`, `.agentNotActive`; `.invalidArgument`; `.keyUnavailable` for a draft of a sensitive memory.
    public func drafts(agentID: AgentID, userID: UserID) async throws -> [PendingEdit] {
        try await operations.perform { store in try await store.drafts(of: agentID, userID: userID) }
    }

    /// The trash: an agent's own memories of a user that are deleted and that ``restoreMemory(_:agentID:userID:)`` brings back,
    /// the latest deletion first.
    ///
    /// Those that are deleted only in a draft are among ``drafts(agentID:userID:)``. What was purged or erased is gone.
    ///
    /// - Parameters:
    ///   - agentID: The owner.
    ///   - userID: The user.
    ///   - limit: How many at most, 1…10,000.
    /// - Throws: `.unknownAgent`, `.agentNotActive`; `.invalidArgument`; `.keyUnavailable` for a sensitive memory.
    public func deletedMemories(agentID: AgentID, userID: UserID, limit: Int = 100) async throws -> [DeletedMemory] {
        try await deletedMemories(agentID: agentID, userID: userID, limit: limit, after: nil).memories
    }

    /// A page of the trash, as ``deletedMemories(agentID:userID:limit:)`` has it.
    ///
    /// - Parameters:
    ///   - agentID: The owner.
    ///   - userID: The user.
    ///   - limit: How many at most, 1…10,000.
    ///   - cursor: The end of the page before, or nil for the first.
    /// - Returns: The memories, and the end of the page where there are more.
    /// - Throws: `.unknownAgent`, `.agentNotActive`; `.invalidArgument`; `.keyUnavailable` for a sensitive memory.
    public func deletedMemories(
        agentID: AgentID,
        userID: UserID,
        limit: Int = 100,
        after cursor: SliceCursor?
    ) async throws -> (memories: [DeletedMemory], next: SliceCursor?) {
        try await operations.perform { store in
            try await store.deleted(of: agentID, userID: userID, limit: limit, after: cursor)
        }
    }
}
