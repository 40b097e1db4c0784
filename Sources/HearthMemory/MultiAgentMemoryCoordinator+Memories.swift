public import FoundationEssentials
public import HearthModel
import HearthStore

extension MultiAgentMemoryCoordinator {
    /// Stores a memory and publishes it as version 1; durable on return.
    ///
    /// - Parameters:
    ///   - agentID: The owner.
    ///   - userID: The user, who is made on first use.
    ///   - sessionID: The session, which is made on first use.
    ///   - content: 0 bytes to 4 MiB of UTF-8.
    ///   - memoryType: The kind of remembering.
    ///   - memoryCategory: What it is about; sharing rules go by it.
    ///   - tags: At most 256, each of 1 to 256 bytes; a duplicate counts once.
    ///   - importanceScore: 0…1.
    ///   - shareWithAgents: Agents that see it from their next call on, and may propose edits.
    ///   - metadata: The host's own values, at most 1 MiB.
    ///   - isSensitive: Whether the payload is to be encrypted at rest.
    ///   - expiresAt: When it is to stop being returned.
    ///   - provenance: Where the text came from; nil: nothing is said of it, which counts as `Provenance.standard`. A text
    ///     that the agent can see already is no more trusted than there, unless a critical agent says this.
    ///   - confidence: How sure the owner is of it, 0…1.
    ///   - parentID: A memory that it continues or belongs to; the agent must see it.
    ///   - createdAt: When it came about; nil means now.
    /// - Throws: `.invalidArgument` that names what is out of range, `.restrictedCategory` for sharing a restricted
    ///   category, `.memoryNotFound` for the parent, `.unknownAgent`, `.agentNotActive`, `.keyUnavailable` for a sensitive memory, `.storeFull`,
    ///   `.storeBusy`, `.storeReadOnly`. Then nothing is stored.
    @discardableResult
    public func storeAgentMemory(
        agentID: AgentID,
        userID: UserID,
        sessionID: SessionID? = nil,
        content: String,
        memoryType: MemoryType = .episodic,
        memoryCategory: MemoryCategory = .general,
        tags: [String] = [],
        importanceScore: Double = 0.5,
        shareWithAgents: [AgentID] = [],
        metadata: [String: String] = [:],
        isSensitive: Bool = false,
        expiresAt: Date? = nil,
        provenance: Provenance? = nil,
        confidence: Double = 0.8,
        parentID: MemoryID? = nil,
        createdAt: Date? = nil
    ) async throws -> MemoryID {
        let draft = MemoryDraft(
            content: content,
            type: memoryType,
            category: memoryCategory,
            tags: tags,
            importance: importanceScore,
            confidence: confidence,
            metadata: metadata,
            isSensitive: isSensitive,
            expiresAt: expiresAt,
            parentID: parentID,
            createdAt: createdAt,
            provenance: provenance
        )
        return try await storeAgentMemory(
            agentID: agentID,
            userID: userID,
            sessionID: sessionID,
            draft,
            shareWithAgents: shareWithAgents
        )
    }

    /// Stores a memory and publishes it as version 1; durable on return.
    ///
    /// - Parameters:
    ///   - agentID: The owner.
    ///   - userID: The user, who is made on first use.
    ///   - sessionID: The session, which is made on first use.
    ///   - draft: The memory.
    ///   - shareWithAgents: Agents that see it from their next call on, and may propose edits.
    /// - Throws: As ``storeAgentMemories(agentID:userID:sessionID:_:shareWithAgents:)``. Then nothing is stored.
    @discardableResult
    public func storeAgentMemory(
        agentID: AgentID,
        userID: UserID,
        sessionID: SessionID? = nil,
        _ draft: MemoryDraft,
        shareWithAgents: [AgentID] = []
    ) async throws -> MemoryID {
        let ids = try await storeAgentMemories(
            agentID: agentID,
            userID: userID,
            sessionID: sessionID,
            [draft],
            shareWithAgents: shareWithAgents
        )
        return ids[0]
    }

    /// Stores memories in one transaction, all or none; durable on return.
    ///
    /// The more memories a call stores, the less time each takes: they share a transaction, and the later ones are
    /// analysed and embedded on other cores while the earlier ones are written. Other writers wait until the call is
    /// done: 10,000 memories take some tenths of a second.
    ///
    /// - Returns: The identifiers in the order given.
    /// - Throws: As for one memory; if one is refused, all are.
    @discardableResult
    public func storeAgentMemories(
        agentID: AgentID,
        userID: UserID,
        sessionID: SessionID? = nil,
        _ drafts: [MemoryDraft],
        shareWithAgents: [AgentID] = []
    ) async throws -> [MemoryID] {
        try await operations.perform { store in
            try await store.store(
                drafts,
                agentID: agentID,
                userID: userID,
                sessionID: sessionID,
                shareWith: shareWithAgents
            )
        }
    }

    /// Stores memories under the host's own identifiers in one transaction, all or none; durable on return.
    ///
    /// A memory that its user and agent already have is left as it is, deleted or not, so that an import can be
    /// repeated. The counts tell apart what is there, what its owner has deleted and what has expired. A memory whose
    /// expiry has passed is not stored.
    ///
    /// An identifier names a memory of one user and one agent. The same identifier under two users is two memories, each
    /// found under its own, and likewise under two agents. So nobody loses a memory to another's identifiers, or learns
    /// that they exist. A call that names a memory and no user, where several users have one that the agent may mean,
    /// throws `.invalidArgument`.
    ///
    /// A memory that was erased is not stored again, and neither is its text under another identifier.
    ///
    /// - Parameters:
    ///   - batch: The memories. What they say of their provenance can lower their trust, and not raise it.
    ///   - maximumTrust: The most trust that any of them gets, 0…1.
    ///   - allowErased: Whether a text that was erased may come back under another identifier.
    /// - Throws: As for storing one memory.
    public func importMemories(
        _ batch: [MemoryImport],
        maximumTrust: Double = Provenance.Origin.import.usualTrust,
        allowErased: Bool = false
    ) async throws -> ImportCounts {
        try await operations.perform { store in
            try await store.importMemories(batch, maximumTrust: maximumTrust, allowErased: allowErased)
        }
    }

    /// Stores memories under the host's own identifiers in one transaction, as ``importMemories(_:maximumTrust:allowErased:)``
    /// does, and says what became of each; durable on return.
    ///
    /// A parent may come behind the memories that name it.
    ///
    /// - Parameters:
    ///   - batch: The memories.
    ///   - onInvalid: Whether a memory that can't be stored (a value out of range, an agent that may not act, a parent that is not
    ///     there) refuses them all, or is left out alone.
    ///   - maximumTrust: The most trust that any of them gets, 0…1.
    ///   - allowErased: Whether a text that was erased may come back under another identifier.
    /// - Returns: The counts, the identifiers, and why which memories were refused.
    /// - Throws: With `.refuse`, as for storing one memory. With `.skip` only what concerns them all, such as `.storeFull`.
    @discardableResult
    public func importMemories(
        _ batch: [MemoryImport],
        onInvalid: MemoryImport.InvalidRows,
        maximumTrust: Double = Provenance.Origin.import.usualTrust,
        allowErased: Bool = false
    ) async throws -> ImportOutcome {
        try await operations.perform { store in
            try await store.importMemories(
                batch,
                onInvalid: onInvalid,
                maximumTrust: maximumTrust,
                allowErased: allowErased
            )
        }
    }

    /// What an import would count, apart from those that it would store. Nothing is written.
    package func importPreview(_ batch: [MemoryImport], allowErased: Bool) async throws -> ImportCounts {
        try await operations.perform { store in try await store.importPreview(batch, allowErased: allowErased) }
    }

    /// Under which identifiers memories of an import are there already, deleted or not; nil for those that are not.
    package func identifiers(ofPresent batch: [MemoryImport]) async throws -> [MemoryID?] {
        try await operations.perform { store in try await store.identifiers(ofPresent: batch) }
    }

    /// One agent's view of one memory.
    ///
    /// A view of another agent's memory leaves an audit row, committed before this returns.
    ///
    /// - Throws: `.memoryNotFound` where there is no such memory, where the agent may not see it, or where it does not
    ///   belong to `userID`.
    public func memory(_ id: MemoryID, agentID: AgentID, userID: UserID? = nil) async throws -> Memory {
        try await operations.perform { store in try await store.memory(id, as: agentID, userID: userID) }
    }

    /// Browses what an agent sees of a user's memories, newest first.
    ///
    /// - Parameters:
    ///   - agentID: The agent that looks.
    ///   - userID: The user; one that the file does not know has no memories.
    ///   - filter: What to narrow it to.
    ///   - includeSharedMemories: Whether to include other agents' memories.
    ///   - limit: How many at most, 1…10,000.
    ///   - cursor: Where the last page ended; nil begins with the newest memory.
    /// - Returns: The page, and the cursor of the next one; nil after the last.
    /// - Throws: `.unknownAgent`, `.agentNotActive`; `.invalidArgument` for an invalid identifier, filter or limit.
    public func memories(
        agentID: AgentID,
        userID: UserID,
        filter: SearchFilter = .init(),
        includeSharedMemories: Bool = true,
        limit: Int = 100,
        after cursor: SliceCursor? = nil
    ) async throws -> (memories: [Memory], next: SliceCursor?) {
        try await operations.perform { store in
            try await store.browse(
                as: agentID,
                userID: userID,
                filter: filter,
                includeShared: includeSharedMemories,
                limit: limit,
                after: cursor
            )
        }
    }

    /// One agent's view of several memories, in the order given. Those that it may not see are left out.
    public func memories(_ ids: [MemoryID], agentID: AgentID) async throws -> [Memory] {
        try await operations.perform { store in try await store.memories(ids, as: agentID) }
    }
}
