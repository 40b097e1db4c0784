public import HearthModel
import HearthStore

extension MultiAgentMemoryCoordinator {
    /// Saves several edits in one transaction, all or none: each is published at once, together with the agent's draft of the
    /// memory. Durable on return.
    ///
    /// No lease is taken, because nobody else can come in between. An edit that changes nothing publishes the draft alone.
    ///
    /// ```swift
    /// try await coordinator.publishMemories(
    ///     [
    ///         MemoryEdit(from, .change(MemoryChange(tags: [])), ifVersion: 3),
    ///         MemoryEdit(to, .change(MemoryChange(tags: ["shopping"])), ifVersion: 7),
    ///         MemoryEdit(old, .delete),
    ///     ],
    ///     agentID: "alden"
    /// )
    /// ```
    ///
    /// - Parameters:
    ///   - edits: At most 10,000. Several of one memory go one after the other.
    ///   - agentID: The owner, or for a change an agent that may propose and whose priority is not below the owner's.
    ///   - userID: Whose memories they are, where several users have one of an identifier.
    /// - Returns: The memories afterwards, in the order given; nil for one that was deleted.
    /// - Throws: `.versionMismatch`; `.memoryNotFound`; `.accessDenied`; `.locked` while another agent holds the lease of
    ///   one; `.invalidArgument`. Then nothing is changed.
    @discardableResult
    public func publishMemories(
        _ edits: [MemoryEdit],
        agentID: AgentID,
        userID: UserID? = nil
    ) async throws -> [Memory?] {
        try await operations.perform { store in try await store.publish(edits, as: agentID, userID: userID) }
    }

    /// Saves one edit of all of an agent's own memories that a filter finds, in one transaction, all or none; durable on
    /// return.
    ///
    /// Look first: with `dryRun` it says which memories they are, and changes nothing. Those that come to fit the filter, or
    /// no longer fit it, until the second call are then what counts; to edit just those that you saw, give
    /// ``publishMemories(_:agentID:userID:)`` their identifiers. Shared memories of other agents are never among them.
    ///
    /// - Parameters:
    ///   - filter: Which memories: at most 10,000. Empty means all.
    ///   - agentID: The owner.
    ///   - userID: The user; one that the file does not know has no memories.
    ///   - change: What to change.
    ///   - dryRun: Whether to change nothing.
    /// - Returns: The memories, newest first.
    /// - Throws: `.invalidArgument`, also where there are more than 10,000; `.locked` while another agent holds the lease of
    ///   one; `.unknownAgent`, `.agentNotActive`. Then nothing is changed.
    @discardableResult
    public func updateMemories(
        matching filter: SearchFilter,
        agentID: AgentID,
        userID: UserID,
        change: MemoryChange,
        dryRun: Bool
    ) async throws -> BulkEditReport {
        try await operations.perform { store in
            try await store.editAll(
                matching: filter,
                as: agentID,
                userID: userID,
                .change(change),
                isDryRun: dryRun
            )
        }
    }

    /// Deletes all of an agent's own memories that a filter finds, in one transaction, all or none; durable on return.
    ///
    /// As ``updateMemories(matching:agentID:userID:change:dryRun:)``. The deletions are published at once, and can be restored
    /// until they are purged.
    @discardableResult
    public func deleteMemories(
        matching filter: SearchFilter,
        agentID: AgentID,
        userID: UserID,
        dryRun: Bool
    ) async throws -> BulkEditReport {
        try await operations.perform { store in
            try await store.editAll(matching: filter, as: agentID, userID: userID, .delete, isDryRun: dryRun)
        }
    }

    /// Stores a memory under a key of the host's, or brings the one up to date that has the key; durable on return, and seen by
    /// everybody who may see it.
    ///
    /// There is one memory for each user, agent and key, also where several processes store at once. A key is no identifier:
    /// the memory has one of its own. What is there gets everything that the draft says, as a new version, unless it says the
    /// same; its type, its parent, its session, its shares and its time stay. A memory that was deleted or has expired comes back with
    /// its history; one that was purged is stored anew; one that was erased does not come back.
    ///
    /// - Parameters:
    ///   - key: The host's name for the memory: 1 to 256 bytes of UTF-8 without control characters.
    ///   - agentID: The owner.
    ///   - userID: The user, who is made on first use.
    ///   - sessionID: The session of a new memory.
    ///   - draft: What it is to say.
    ///   - shareWithAgents: Agents that see a new memory, and may propose edits.
    /// - Returns: The memory, and whether it is new.
    /// - Throws: `.locked` while another agent holds the lease; `.invalidArgument`, also for a key whose memory was erased; and as
    ///   ``storeAgentMemory(agentID:userID:sessionID:_:shareWithAgents:)``.
    @discardableResult
    public func upsertMemory(
        key: String,
        agentID: AgentID,
        userID: UserID,
        sessionID: SessionID? = nil,
        _ draft: MemoryDraft,
        shareWithAgents: [AgentID] = []
    ) async throws -> UpsertedMemory {
        try await operations.perform { store in
            try await store.upsert(
                key: key,
                draft,
                agentID: agentID,
                userID: userID,
                sessionID: sessionID,
                shareWith: shareWithAgents
            )
        }
    }

    /// How many of a user's memories an agent sees that pass a filter.
    ///
    /// It takes a fraction of the time of browsing, reads no text, and leaves no audit row.
    ///
    /// - Parameters:
    ///   - agentID: The agent that asks.
    ///   - userID: The user; one that the file does not know has no memories.
    ///   - filter: What to narrow it to.
    ///   - includeSharedMemories: Whether to count other agents' memories.
    /// - Throws: `.unknownAgent`, `.agentNotActive`; `.invalidArgument` for an invalid identifier or filter;
    ///   `.keyUnavailable` for tags or metadata where sensitive memories may have them.
    public func countMemories(
        agentID: AgentID,
        userID: UserID,
        filter: SearchFilter = .init(),
        includeSharedMemories: Bool = true
    ) async throws -> Int {
        try await operations.perform { store in
            try await store.count(
                as: agentID,
                userID: userID,
                filter: filter,
                includeShared: includeSharedMemories
            )
        }
    }
}
