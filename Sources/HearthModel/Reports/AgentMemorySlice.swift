public import FoundationEssentials

/// A page of everything that an agent may see of a user's memories.
public struct AgentMemorySlice: Sendable {
    /// The agent.
    public var agentID: AgentID
    /// The user.
    public var userID: UserID
    /// The session it was narrowed to.
    public var sessionID: SessionID?
    /// The page, newest first.
    public var entries: [SliceEntry]
    /// Counts over the whole slice, not the page.
    public var statistics: SliceStatistics
    /// Where the next page begins; nil after the last.
    public var next: SliceCursor?
    /// When it was assembled.
    public var generatedAt: Date

    /// Assembles a slice.
    public init(
        agentID: AgentID,
        userID: UserID,
        sessionID: SessionID?,
        entries: [SliceEntry],
        statistics: SliceStatistics,
        next: SliceCursor?,
        generatedAt: Date
    ) {
        self.agentID = agentID
        self.userID = userID
        self.sessionID = sessionID
        self.entries = entries
        self.statistics = statistics
        self.next = next
        self.generatedAt = generatedAt
    }
}

/// One memory of a slice.
public struct SliceEntry: Sendable {
    /// The memory as the agent sees it.
    public var memory: Memory
    /// Its sync state; nil where that was not asked for.
    public var sync: SyncMetadata?

    /// Pairs a memory with its sync state.
    public init(memory: Memory, sync: SyncMetadata?) {
        self.memory = memory
        self.sync = sync
    }
}

/// The sync state of a memory in a slice.
public struct SyncMetadata: Hashable, Sendable {
    /// Whether any agent holds its lease.
    public var isLocked: Bool
    /// The agent that holds it.
    public var lockHolder: AgentID?
    /// Whether a conflict waits for a decision.
    public var hasConflict: Bool
    /// When its published head was published.
    public var lastSyncAt: Date?

    /// Describes the sync state of a memory.
    public init(isLocked: Bool, lockHolder: AgentID?, hasConflict: Bool, lastSyncAt: Date?) {
        self.isLocked = isLocked
        self.lockHolder = lockHolder
        self.hasConflict = hasConflict
        self.lastSyncAt = lastSyncAt
    }
}

/// Counts over a whole slice.
public struct SliceStatistics: Hashable, Sendable, Codable {
    /// Memories the agent sees.
    public var totalMemories: Int
    /// By type; a type without memories is absent.
    public var memoryTypes: [MemoryType: Int]
    /// By their state for the agent; a status without memories is absent. `.deleted` counts the drafts that delete,
    /// which are neither among the entries nor in any other count.
    public var syncStatus: [SyncStatus: Int]
    /// Those whose lease any agent holds, this one included.
    public var lockedMemories: Int
    /// Those with a conflict that waits for a decision.
    public var conflictedMemories: Int
    /// The agent's own.
    public var ownMemories: Int
    /// Other agents'.
    public var sharedMemories: Int

    /// Counts the memories of a slice.
    public init(
        totalMemories: Int = 0,
        memoryTypes: [MemoryType: Int] = [:],
        syncStatus: [SyncStatus: Int] = [:],
        lockedMemories: Int = 0,
        conflictedMemories: Int = 0,
        ownMemories: Int = 0,
        sharedMemories: Int = 0
    ) {
        self.totalMemories = totalMemories
        self.memoryTypes = memoryTypes
        self.syncStatus = syncStatus
        self.lockedMemories = lockedMemories
        self.conflictedMemories = conflictedMemories
        self.ownMemories = ownMemories
        self.sharedMemories = sharedMemories
    }
}

/// Where a page of a slice ended.
///
/// It holds only what the page itself has shown: the identifier and the time of the last memory.
public struct SliceCursor: Hashable, Sendable, Codable {
    /// The time of the last memory, in microseconds since 1970.
    package var createdAt: Int64
    /// The last memory.
    package var memoryID: MemoryID
    /// Its owner, as others may have a memory of the same identifier; nil in a cursor that an earlier version made.
    package var agentID: AgentID?

    package init(createdAt: Int64, memoryID: MemoryID, agentID: AgentID?) {
        self.createdAt = createdAt
        self.memoryID = memoryID
        self.agentID = agentID
    }
}
