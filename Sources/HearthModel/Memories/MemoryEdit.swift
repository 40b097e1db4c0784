/// One of several edits that are published together.
public struct MemoryEdit: Hashable, Sendable {
    /// What becomes of the memory.
    public enum Action: Hashable, Sendable {
        /// It is changed.
        case change(MemoryChange)
        /// It is deleted.
        case delete
    }

    /// The memory.
    public var memoryID: MemoryID
    /// What becomes of it.
    public var action: Action
    /// The number of the published head that the edit expects, as ``Memory/version`` gave it; nil means any.
    public var ifVersion: Int?

    /// Describes an edit.
    public init(_ memoryID: MemoryID, _ action: Action, ifVersion: Int? = nil) {
        self.memoryID = memoryID
        self.action = action
        self.ifVersion = ifVersion
    }
}

/// What an edit of all memories that a filter finds did, or would do.
public struct BulkEditReport: Hashable, Sendable, Codable {
    /// The memories that were changed or deleted, or would be, newest first.
    public var memoryIDs: [MemoryID]
    /// Whether nothing was changed, because only a look was asked for.
    public var isDryRun: Bool

    /// Reports on an edit.
    public init(memoryIDs: [MemoryID], isDryRun: Bool) {
        self.memoryIDs = memoryIDs
        self.isDryRun = isDryRun
    }

    /// How many memories they are.
    public var count: Int { memoryIDs.count }
}
