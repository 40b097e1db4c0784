public import FoundationEssentials

/// Everything an agent may see of a user's memories, by page.
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
    /// When it was put together.
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
    /// How it stands; nil where that was not asked for.
    public var sync: SyncMetadata?

    /// Pairs a memory with how it stands.
    public init(memory: Memory, sync: SyncMetadata?) {
        self.memory = memory
        self.sync = sync
    }
}

/// How a memory of a slice stands.
public struct SyncMetadata: Hashable, Sendable {
    /// Whether any agent holds its lease.
    public var isLocked: Bool
    /// Which one.
    public var lockHolder: AgentID?
    /// Whether a conflict waits for a decision.
    public var hasConflict: Bool
    /// When its published head was published.
    public var lastSyncAt: Date?

    /// Says how a memory stands.
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
    /// By how they stand for the agent; a status without memories is absent. `.deleted` counts drafts that delete, which are not among
    /// the entries nor in any other count.
    public var syncStatus: [SyncStatus: Int]
    /// Those that another agent or this one holds the lease of.
    public var lockedMemories: Int
    /// Those with a conflict that waits.
    public var conflictedMemories: Int
    /// Its own.
    public var ownMemories: Int
    /// Other agents'.
    public var sharedMemories: Int

    /// Counts.
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
/// It holds nothing but what the page itself has shown: the last memory's identifier and time.
public struct SliceCursor: Hashable, Sendable, Codable {
    /// The time of the last memory, in microseconds since 1970.
    package var createdAt: Int64
    /// The last memory.
    package var memoryID: MemoryID

    package init(createdAt: Int64, memoryID: MemoryID) {
        self.createdAt = createdAt
        self.memoryID = memoryID
    }
}
