public import FoundationEssentials

/// What the memories of a user take up.
public struct MemoryAllocation: Hashable, Sendable, Codable {
    /// Memories that are neither deleted nor folded; those past their expiry are among them until upkeep takes them.
    public var totalMemories: Int
    /// The same by owner.
    public var agentBreakdown: [AgentID: Int]
    /// The same by type.
    public var typeBreakdown: [MemoryType: Int]
    /// What they take up in the file, in megabytes of 1,000,000 bytes: ``payloadBytes`` and ``indexBytes`` together.
    public var storageUtilizationMB: Double
    /// When upkeep last ran over the file; nil if it never did.
    public var lastCleanup: Date?
    /// When it is due next; nil where nobody has started it.
    public var nextCleanup: Date?
    /// Texts, tags, metadata, older versions and drafts, as they are stored.
    public var payloadBytes: Int
    /// Their share of the pages that words, vectors and look-ups take up; nil where SQLite was built without `dbstat`. Of
    /// what an agent sees it is estimated at a fixed rate, because the pages depend on what is hidden from it.
    public var indexBytes: Int?
    /// The payload by owner.
    public var agentBytes: [AgentID: Int]
    /// The payload by type.
    public var typeBytes: [MemoryType: Int]

    /// Assembles an allocation.
    public init(
        totalMemories: Int = 0,
        agentBreakdown: [AgentID: Int] = [:],
        typeBreakdown: [MemoryType: Int] = [:],
        storageUtilizationMB: Double = 0,
        lastCleanup: Date? = nil,
        nextCleanup: Date? = nil,
        payloadBytes: Int = 0,
        indexBytes: Int? = 0,
        agentBytes: [AgentID: Int] = [:],
        typeBytes: [MemoryType: Int] = [:]
    ) {
        self.totalMemories = totalMemories
        self.agentBreakdown = agentBreakdown
        self.typeBreakdown = typeBreakdown
        self.storageUtilizationMB = storageUtilizationMB
        self.lastCleanup = lastCleanup
        self.nextCleanup = nextCleanup
        self.payloadBytes = payloadBytes
        self.indexBytes = indexBytes
        self.agentBytes = agentBytes
        self.typeBytes = typeBytes
    }

    /// Counts one memory.
    package mutating func add(owner: AgentID, type: MemoryType, bytes: Int) {
        totalMemories += 1
        agentBreakdown[owner, default: 0] += 1
        typeBreakdown[type, default: 0] += 1
        payloadBytes += bytes
        agentBytes[owner, default: 0] += bytes
        typeBytes[type, default: 0] += bytes
    }
}
