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
    /// Memories that are plain in the backup and were sensitive in the file that was there, and were sealed again.
    public var sealedMemories: Int
    /// Such memories that are plain now, because there was no key to seal them with.
    public var plainMemories: Int

    /// Assembles a report.
    public init(
        file: String,
        movedAside: String? = nil,
        memories: Int,
        erasedMemories: Int = 0,
        erasedUsers: Int = 0,
        sealedMemories: Int = 0,
        plainMemories: Int = 0
    ) {
        self.file = file
        self.movedAside = movedAside
        self.memories = memories
        self.erasedMemories = erasedMemories
        self.erasedUsers = erasedUsers
        self.sealedMemories = sealedMemories
        self.plainMemories = plainMemories
    }

    private enum CodingKeys: String, CodingKey {
        case file, memories
        case movedAside = "moved_aside"
        case erasedMemories = "erased_memories"
        case erasedUsers = "erased_users"
        case sealedMemories = "sealed_memories"
        case plainMemories = "plain_memories"
    }
}
