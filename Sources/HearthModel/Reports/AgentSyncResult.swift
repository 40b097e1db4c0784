/// The result of syncing the drafts of one agent.
public struct AgentSyncResult: Hashable, Sendable, Codable {
    /// The operation, as the file records it.
    public var operationID: OperationID
    /// The agent.
    public var agentID: AgentID
    /// The user.
    public var userID: UserID
    /// Drafts taken up, and with `forceSync` every entry of the slice.
    public var memoriesProcessed: Int
    /// Those of them that are settled: published, merged or found in order.
    public var successfulSyncs: Int
    /// Drafts that other edits contested.
    public var conflictsDetected: Int
    /// Conflicts that a strategy settled.
    public var conflictsResolved: Int
    /// Drafts that wait with others for a decision.
    public var conflictsPending: Int
    /// Drafts that stay as they are because another agent holds the lease.
    public var draftsBehindLeases: Int
    /// What was not done and why, one sentence for each memory.
    public var errors: [String]
    /// What was published, one entry for each draft, in the order of the drafts.
    public var published: [PublishedMemory]
    /// The drafts that stay as they are and why, as ``errors`` has them for people.
    public var failures: [SyncFailure]
    /// How long it took.
    public var duration: Duration

    /// Assembles a result.
    public init(
        operationID: OperationID,
        agentID: AgentID,
        userID: UserID,
        memoriesProcessed: Int = 0,
        successfulSyncs: Int = 0,
        conflictsDetected: Int = 0,
        conflictsResolved: Int = 0,
        conflictsPending: Int = 0,
        draftsBehindLeases: Int = 0,
        errors: [String] = [],
        duration: Duration = .zero,
        published: [PublishedMemory] = [],
        failures: [SyncFailure] = []
    ) {
        self.operationID = operationID
        self.agentID = agentID
        self.userID = userID
        self.memoriesProcessed = memoriesProcessed
        self.successfulSyncs = successfulSyncs
        self.conflictsDetected = conflictsDetected
        self.conflictsResolved = conflictsResolved
        self.conflictsPending = conflictsPending
        self.draftsBehindLeases = draftsBehindLeases
        self.errors = errors
        self.duration = duration
        self.published = published
        self.failures = failures
    }
}

/// A memory that a sync published a draft of.
public struct PublishedMemory: Hashable, Sendable, Codable {
    /// The memory.
    public var memoryID: MemoryID
    /// What is published since: the draft, or what it was merged with other edits into.
    public var version: VersionID

    /// Names a memory and its version.
    public init(memoryID: MemoryID, version: VersionID) {
        self.memoryID = memoryID
        self.version = version
    }
}

/// A draft that a sync left as it is.
public struct SyncFailure: Hashable, Sendable, Codable {
    /// The memory.
    public var memoryID: MemoryID
    /// Why, for programs: ``MemoryError/Code/locked`` for a draft behind another agent's lease.
    public var code: MemoryError.Code
    /// Why, for people.
    public var message: String

    /// Describes a draft that stayed.
    public init(memoryID: MemoryID, code: MemoryError.Code, message: String) {
        self.memoryID = memoryID
        self.code = code
        self.message = message
    }
}

extension KeyedDecodingContainer {
    /// Results that were encoded by an earlier release don't say it.
    func decode(_ type: [PublishedMemory].Type, forKey key: Key) throws -> [PublishedMemory] {
        try decodeIfPresent(type, forKey: key) ?? []
    }

    /// Results that were encoded by an earlier release don't say it.
    func decode(_ type: [SyncFailure].Type, forKey key: Key) throws -> [SyncFailure] {
        try decodeIfPresent(type, forKey: key) ?? []
    }
}
