public import FoundationEssentials

/// A lease on a memory: the right to publish edits of it until it expires.
///
/// It belongs to one acquisition, not to the agent. The fencing token grows with every acquisition of the memory and is
/// checked inside the write, so that a holder that was stopped past its deadline can't overwrite what came after.
public struct MemoryLock: Hashable, Sendable, Codable {
    /// The memory.
    public let memoryID: MemoryID
    /// The holder.
    public let agentID: AgentID
    /// Distinct and growing for one memory, from 1.
    public let fencingToken: Int64
    /// When it was acquired, for people.
    public let acquiredAt: Date
    /// When it expires, for people. What counts is a clock that never jumps.
    public let expiresAt: Date
    /// Whose memory it is; nil in what an earlier release encoded.
    public let userID: UserID?
    /// The memory's owner; nil in what an earlier release encoded.
    public let ownerID: AgentID?

    /// Describes a lease.
    public init(
        memoryID: MemoryID,
        agentID: AgentID,
        fencingToken: Int64,
        acquiredAt: Date,
        expiresAt: Date,
        userID: UserID? = nil,
        ownerID: AgentID? = nil
    ) {
        self.memoryID = memoryID
        self.agentID = agentID
        self.fencingToken = fencingToken
        self.acquiredAt = acquiredAt
        self.expiresAt = expiresAt
        self.userID = userID
        self.ownerID = ownerID
    }
}

/// The last lease of a memory, as the file holds it.
package struct Lease: Hashable, Sendable {
    /// The memory's key.
    package var memory: Int64
    /// The holder's key.
    package var holder: Int64
    /// The fencing token: it counts the acquisitions of this memory, and a holder with an older one is refused.
    package var token: Int64
    /// When it was acquired.
    package var since: BootInstant
    /// When it expires.
    package var deadline: BootInstant
    /// When it was acquired and when it expires, on the wall clock, for people.
    package var acquiredAt: Timestamp
    package var expiresAt: Timestamp
    /// Whether it was given back, taken by force or swept, or ended with its process.
    var isReleased: Bool

    package init(
        memory: Int64,
        holder: Int64,
        token: Int64,
        since: BootInstant,
        deadline: BootInstant,
        acquiredAt: Timestamp,
        expiresAt: Timestamp,
        isReleased: Bool
    ) {
        self.memory = memory
        self.holder = holder
        self.token = token
        self.since = since
        self.deadline = deadline
        self.acquiredAt = acquiredAt
        self.expiresAt = expiresAt
        self.isReleased = isReleased
    }

    /// Whether the holder may still publish.
    package func isLive(at now: BootInstant) -> Bool {
        !isReleased && !deadline.hasPassed(at: now)
    }
}
