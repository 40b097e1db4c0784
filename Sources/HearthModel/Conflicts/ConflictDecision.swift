public import FoundationEssentials

/// What a person decides about a conflict.
public enum ManualDecision: Hashable, Sendable {
    /// One of the conflict's versions, whole.
    case keep(VersionID)
    /// Other words; the fields that nobody contests as they are, the others as the latest edit has them.
    case content(String)
    /// Nothing is kept: the memory is deleted.
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
    /// The version that came of it: the memory's published head.
    public var version: VersionID
    /// When it was settled.
    public var resolvedAt: Date

    /// Says how a conflict was settled.
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
