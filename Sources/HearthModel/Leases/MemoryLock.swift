public import FoundationEssentials

/// A lease on a memory: the right to publish edits of it until it expires.
///
/// It belongs to its acquisition, not to the agent. The fencing token grows with every acquisition of the memory and is checked inside
/// the write, so that a holder that was stopped past its deadline can't overwrite what came after.
public struct MemoryLock: Hashable, Sendable, Codable {
    /// The memory.
    public let memoryID: MemoryID
    /// The holder.
    public let agentID: AgentID
    /// Distinct and growing for one memory, from 1.
    public let fencingToken: Int64
    /// When it was acquired, for people.
    public let acquiredAt: Date
    /// When it expires, for people: what counts is a clock that never jumps.
    public let expiresAt: Date

    /// Describes a lease.
    public init(memoryID: MemoryID, agentID: AgentID, fencingToken: Int64, acquiredAt: Date, expiresAt: Date) {
        self.memoryID = memoryID
        self.agentID = agentID
        self.fencingToken = fencingToken
        self.acquiredAt = acquiredAt
        self.expiresAt = expiresAt
    }
}
