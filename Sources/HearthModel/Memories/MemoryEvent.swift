public import FoundationEssentials

/// Something that became different for one agent: what it sees of one memory, or who holds the lease on it.
public struct MemoryEvent: Hashable, Sendable, Codable {
    /// What became different.
    public enum Kind: String, CaseIterable, Sendable, Codable {
        /// The agent has a memory that it did not have.
        case stored
        /// What the agent sees of a memory is another: a version was published, or its own draft was begun, amended,
        /// published or dropped.
        case updated
        /// A memory is no longer there: it was deleted, erased, or has expired.
        case deleted
        /// A memory of the agent's own that was not there is there again.
        case restored
        /// The agent sees another's memory that it did not see.
        case shared
        /// Another's memory is no longer shared with the agent.
        case revoked
        /// A conflict waits for a decision.
        case conflict
        /// No conflict waits any more.
        case resolved
        /// An agent holds the lease.
        case locked
        /// Nobody holds the lease.
        case unlocked
    }

    /// What became different.
    public var kind: Kind
    /// The memory, as its owner calls it.
    public var memoryID: MemoryID
    /// Its owner.
    public var agentID: AgentID
    /// The user whom the memory is about.
    public var userID: UserID
    /// Who holds the lease, of `locked`; else nil.
    public var holder: AgentID?
    /// When it was noticed. What happened in one moment is noticed in one.
    public var noticedAt: Date

    /// Describes an event.
    public init(
        kind: Kind,
        memoryID: MemoryID,
        agentID: AgentID,
        userID: UserID,
        holder: AgentID? = nil,
        noticedAt: Date
    ) {
        self.kind = kind
        self.memoryID = memoryID
        self.agentID = agentID
        self.userID = userID
        self.holder = holder
        self.noticedAt = noticedAt
    }
}
