/// What an erasure has done.
public struct ErasureReport: Hashable, Sendable, Codable {
    /// How many memories were erased.
    public var memories: Int
    /// Whether no byte of them is left in the file and its write-ahead log. If a reader of another process kept the log,
    /// the rest goes when the file is next opened, or at the next erasure.
    public var isComplete: Bool
    /// Why bytes may be left, and what to do; nil if it is complete.
    public var problem: String?
    /// How many of the memories left no marks of their texts, because they could not be read: they were sensitive and there was
    /// no key, or they were damaged. An import of such a text under another identifier stores it.
    public var unmarkedMemories: Int

    /// Assembles a report.
    public init(memories: Int, isComplete: Bool, problem: String? = nil, unmarkedMemories: Int = 0) {
        self.memories = memories
        self.isComplete = isComplete
        self.problem = problem
        self.unmarkedMemories = unmarkedMemories
    }
}
