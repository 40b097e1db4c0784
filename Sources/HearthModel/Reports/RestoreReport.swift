/// What became of a restored backup.
public struct RestoreReport: Hashable, Sendable, Codable {
    /// The store's file.
    public var file: String
    /// Where the file is now that was there before; nil if there was none.
    public var movedAside: String?
    /// How many memories the store has, those that are deleted and not yet purged included.
    public var memories: Int
    /// Memories of the backup that had been erased meanwhile, and were erased again.
    public var erasedMemories: Int
    /// Users of the backup who had been erased meanwhile, and were erased again.
    public var erasedUsers: Int

    /// Assembles a report.
    public init(
        file: String,
        movedAside: String? = nil,
        memories: Int,
        erasedMemories: Int = 0,
        erasedUsers: Int = 0
    ) {
        self.file = file
        self.movedAside = movedAside
        self.memories = memories
        self.erasedMemories = erasedMemories
        self.erasedUsers = erasedUsers
    }

    private enum CodingKeys: String, CodingKey {
        case file, memories
        case movedAside = "moved_aside"
        case erasedMemories = "erased_memories"
        case erasedUsers = "erased_users"
    }
}
