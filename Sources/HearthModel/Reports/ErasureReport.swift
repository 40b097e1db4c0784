/// What an erasure has done.
public struct ErasureReport: Hashable, Sendable, Codable {
    /// How many memories were erased.
    public var memories: Int
    /// Whether no byte of them is left in the file and its write-ahead log. If a reader of another process kept the log,
    /// the rest goes when the file is next opened, or at the next erasure.
    public var isComplete: Bool

    /// Assembles a report.
    public init(memories: Int, isComplete: Bool) {
        self.memories = memories
        self.isComplete = isComplete
    }
}
