public import FoundationEssentials

/// One row of the audit: who did what with whose memories.
///
/// A row names agents, users and memories by number. The names here are those that the file still has for the numbers;
/// whatever was erased has none.
public struct AuditRow: Hashable, Sendable {
    /// Its place in the chain; the first row of a file has 1.
    public var position: Int
    /// When it was written, by the wall clock, in microseconds since 1970-01-01T00:00:00Z.
    public var microseconds: Int64
    /// What was done.
    public var action: AuditAction
    /// The number of the agent that acted.
    public var agentKey: Int64
    /// The agent that acted; nil where the file no longer has its name.
    public var agentID: AgentID?
    /// The number of the user whose memories they were; nil where the row is about none.
    public var userKey: Int64?
    /// The user whose memories they were; nil where the row is about none, or the file no longer has the name.
    public var userID: UserID?
    /// The numbers of the memories.
    public var memoryKeys: [Int64]
    /// The memories, in the order of their numbers in the row; nil for each that is erased.
    public var memoryIDs: [MemoryID?]
    /// More about it: other agents, the permission, what was attempted. Never a word of a memory.
    public var detail: [String: String]
    /// The hash of the row, which covers the row before it: 64 hexadecimal digits.
    public var hash: String

    /// Assembles a row.
    public init(
        position: Int,
        microseconds: Int64,
        action: AuditAction,
        agentKey: Int64,
        agentID: AgentID?,
        userKey: Int64?,
        userID: UserID?,
        memoryKeys: [Int64],
        memoryIDs: [MemoryID?],
        detail: [String: String],
        hash: String
    ) {
        self.position = position
        self.microseconds = microseconds
        self.action = action
        self.agentKey = agentKey
        self.agentID = agentID
        self.userKey = userKey
        self.userID = userID
        self.memoryKeys = memoryKeys
        self.memoryIDs = memoryIDs
        self.detail = detail
        self.hash = hash
    }

    /// When it was written.
    public var at: Date { Date(timeIntervalSince1970: Double(microseconds) / 1_000_000) }
}

/// Which rows of the audit are wanted; what is nil or empty leaves nothing out.
public struct AuditFilter: Hashable, Sendable {
    /// Rows of what this agent did.
    public var agentID: AgentID?
    /// Rows about this user's memories.
    public var userID: UserID?
    /// Rows that name this memory, whichever user's it is.
    public var memoryID: MemoryID?
    /// Rows of these actions.
    public var actions: Set<AuditAction>
    /// Rows written then or later.
    public var since: Date?
    /// Rows written before then.
    public var until: Date?

    /// Assembles a filter.
    public init(
        agentID: AgentID? = nil,
        userID: UserID? = nil,
        memoryID: MemoryID? = nil,
        actions: Set<AuditAction> = [],
        since: Date? = nil,
        until: Date? = nil
    ) {
        self.agentID = agentID
        self.userID = userID
        self.memoryID = memoryID
        self.actions = actions
        self.since = since
        self.until = until
    }
}

/// The order in which rows of the audit are read.
public enum AuditOrder: String, CaseIterable, Sendable {
    /// The last row first.
    case newestFirst
    /// The first row first, as the chain goes.
    case oldestFirst
}

/// What pruning the audit has removed.
public struct AuditPruning: Hashable, Sendable, Codable {
    /// How many rows were removed now.
    public var removed: Int
    /// The position of the first row that is left.
    public var firstPosition: Int
    /// The end of the chain afterwards, to be kept outside the file.
    public var anchor: String

    /// Assembles a result.
    public init(removed: Int, firstPosition: Int, anchor: String) {
        self.removed = removed
        self.firstPosition = firstPosition
        self.anchor = anchor
    }
}
