/// A memory that was stored or brought up to date under a key of the host's.
public struct UpsertedMemory: Hashable, Sendable, Codable {
    /// The memory afterwards.
    public var memory: Memory
    /// Whether it was not there before.
    public var isNew: Bool

    /// Reports on a memory.
    public init(memory: Memory, isNew: Bool) {
        self.memory = memory
        self.isNew = isNew
    }
}
