public import FoundationEssentials

/// A user, and how much is remembered of them.
public struct UserSummary: Identifiable, Hashable, Sendable, Codable {
    /// The user.
    public var id: UserID
    /// How many published memories there are, expired ones among them until they are purged.
    public var memories: Int
    /// How many agents own some of those.
    public var agents: Int

    /// Assembles a summary.
    public init(id: UserID, memories: Int = 0, agents: Int = 0) {
        self.id = id
        self.memories = memories
        self.agents = agents
    }
}

/// A session of a user, as far as an agent sees it.
public struct SessionSummary: Identifiable, Hashable, Sendable, Codable {
    /// The session.
    public var id: SessionID
    /// The name that the agent gave it; nil for a session that another agent began.
    public var name: String?
    /// When the agent began it; nil for a session that another agent began, or that came into being on first use.
    public var startedAt: Date?
    /// When it ended; nil where it goes on, and for a session that the agent did not begin.
    public var endedAt: Date?
    /// How many memories of it the agent sees.
    public var memories: Int
    /// When the latest of those came about; nil where there are none.
    public var lastMemoryAt: Date?

    /// Assembles a summary.
    public init(
        id: SessionID,
        name: String? = nil,
        startedAt: Date? = nil,
        endedAt: Date? = nil,
        memories: Int = 0,
        lastMemoryAt: Date? = nil
    ) {
        self.id = id
        self.name = name
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.memories = memories
        self.lastMemoryAt = lastMemoryAt
    }
}

/// A tag, and how many memories have it.
public struct TagCount: Hashable, Sendable, Codable {
    /// The tag.
    public var tag: String
    /// How many of the memories that the agent sees have it.
    public var count: Int

    /// Assembles a count.
    public init(tag: String, count: Int) {
        self.tag = tag
        self.count = count
    }
}

/// An edit of an agent's that is not published yet.
public struct PendingEdit: Hashable, Sendable, Codable {
    /// The memory.
    public var memoryID: MemoryID
    /// Whether the edit deletes it.
    public var isDeletion: Bool
    /// The number of the version that the edit was made from.
    public var baseVersion: Int
    /// When the edit was begun.
    public var begunAt: Date
    /// When it was last amended.
    public var updatedAt: Date
    /// The memory as the agent sees it, with the edit; nil for one that the agent no longer sees, and for a deletion.
    public var memory: Memory?

    /// Assembles an edit.
    public init(
        memoryID: MemoryID,
        isDeletion: Bool,
        baseVersion: Int,
        begunAt: Date,
        updatedAt: Date,
        memory: Memory?
    ) {
        self.memoryID = memoryID
        self.isDeletion = isDeletion
        self.baseVersion = baseVersion
        self.begunAt = begunAt
        self.updatedAt = updatedAt
        self.memory = memory
    }
}

/// A memory that was deleted and can still be restored.
public struct DeletedMemory: Hashable, Sendable, Codable {
    /// The memory as it was.
    public var memory: Memory
    /// When the deletion was published.
    public var deletedAt: Date

    /// Assembles a deleted memory.
    public init(memory: Memory, deletedAt: Date) {
        self.memory = memory
        self.deletedAt = deletedAt
    }
}
