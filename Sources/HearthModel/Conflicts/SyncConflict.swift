public import FoundationEssentials

/// Concurrent edits of one memory that wait for a decision.
public struct SyncConflict: Hashable, Sendable, Codable {
    /// The conflict.
    public var id: ConflictID
    /// The memory, as its owner calls it.
    public var memoryID: MemoryID
    /// What the edits disagree about.
    public var kind: ConflictKind
    /// The authors of the versions, without repetition.
    public var agents: [AgentID]
    /// The strategy under which it arose.
    public var strategy: ConflictResolution
    /// The version that they were all made from; nil where they have none in common.
    public var base: MemoryVersion?
    /// One version for each head, the published one first.
    public var versions: [MemoryVersion]
    /// When it arose.
    public var createdAt: Date
    /// Whose memory it is; nil in what an earlier release encoded.
    public var userID: UserID?
    /// The memory's owner; nil in what an earlier release encoded.
    public var ownerID: AgentID?

    /// Describes a conflict.
    public init(
        id: ConflictID,
        memoryID: MemoryID,
        kind: ConflictKind,
        agents: [AgentID],
        strategy: ConflictResolution,
        base: MemoryVersion?,
        versions: [MemoryVersion],
        createdAt: Date,
        userID: UserID? = nil,
        ownerID: AgentID? = nil
    ) {
        self.id = id
        self.memoryID = memoryID
        self.kind = kind
        self.agents = agents
        self.strategy = strategy
        self.base = base
        self.versions = versions
        self.createdAt = createdAt
        self.userID = userID
        self.ownerID = ownerID
    }
}

/// How concurrent edits of one field are settled.
public enum ConflictResolution: String, CaseIterable, Sendable, Codable {
    /// The latest edit wins, by hybrid time.
    case latestWins = "latest_wins"
    /// The version with the greatest importance wins.
    case highestImportance = "highest_importance"
    /// The edit of the agent with the highest priority wins.
    case agentPriority = "agent_priority"
    /// A person or a critical agent decides; until then the published head stays.
    case manualReview = "manual_review"
    /// Contents are merged sentence by sentence against their common ancestor.
    case mergeContent = "merge_content"
}

/// What concurrent edits disagree about.
public enum ConflictKind: String, Sendable, Codable {
    /// The content, perhaps with other fields.
    case content
    /// Fields other than the content.
    case metadata
    /// One side deletes what the other edits.
    case deletion
}

/// What a person decides about a conflict.
public enum ManualDecision: Hashable, Sendable {
    /// Keep one of the conflict's versions as a whole.
    case keep(VersionID)
    /// Use this content. Other fields that are contested are taken from the latest edit.
    case content(String)
    /// Delete the memory.
    case delete
}

/// How a conflict was settled.
public struct ResolvedConflict: Hashable, Sendable, Codable {
    /// The conflict.
    public var conflictID: ConflictID
    /// The memory.
    public var memoryID: MemoryID
    /// The strategy that settled it; ``ConflictResolution/manualReview`` for a decision.
    public var strategy: ConflictResolution
    /// The version that resulted: the memory's published head.
    public var version: VersionID
    /// When it was settled.
    public var resolvedAt: Date

    /// Describes how a conflict was settled.
    public init(
        conflictID: ConflictID,
        memoryID: MemoryID,
        strategy: ConflictResolution,
        version: VersionID,
        resolvedAt: Date
    ) {
        self.conflictID = conflictID
        self.memoryID = memoryID
        self.strategy = strategy
        self.version = version
        self.resolvedAt = resolvedAt
    }
}
