public import FoundationEssentials

/// Concurrent edits of one memory that wait for a decision.
public struct SyncConflict: Hashable, Sendable, Codable {
    /// The conflict.
    public var id: ConflictID
    /// The memory.
    public var memoryID: MemoryID
    /// What the edits disagree about.
    public var kind: ConflictKind
    /// The authors of the versions, without repetition.
    public var agents: [AgentID]
    /// The strategy under which it arose.
    public var strategy: ConflictResolution
    /// What the versions were made from; nil where they have nothing in common.
    public var base: MemoryVersion?
    /// One version for each head, the published one first.
    public var versions: [MemoryVersion]
    /// When it arose.
    public var createdAt: Date

    /// Describes a conflict.
    public init(
        id: ConflictID,
        memoryID: MemoryID,
        kind: ConflictKind,
        agents: [AgentID],
        strategy: ConflictResolution,
        base: MemoryVersion?,
        versions: [MemoryVersion],
        createdAt: Date
    ) {
        self.id = id
        self.memoryID = memoryID
        self.kind = kind
        self.agents = agents
        self.strategy = strategy
        self.base = base
        self.versions = versions
        self.createdAt = createdAt
    }
}
