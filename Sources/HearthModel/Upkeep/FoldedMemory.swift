public import FoundationEssentials

/// A duplicate that upkeep has folded into another memory.
public struct FoldedMemory: Hashable, Sendable, Codable {
    /// The memory that was folded.
    public var id: MemoryID
    /// Whose it is.
    public var userID: UserID
    /// Its text.
    public var content: String
    /// The memory that stands for it.
    public var representativeID: MemoryID
    /// The text of that one; nil if it was deleted since.
    public var representativeContent: String?
    /// When it was folded. It is purged ``MaintenancePolicy/deletedMemoriesKept`` later.
    public var foldedAt: Date

    /// Describes a folded memory.
    public init(
        id: MemoryID,
        userID: UserID,
        content: String,
        representativeID: MemoryID,
        representativeContent: String?,
        foldedAt: Date
    ) {
        self.id = id
        self.userID = userID
        self.content = content
        self.representativeID = representativeID
        self.representativeContent = representativeContent
        self.foldedAt = foldedAt
    }

    private enum CodingKeys: String, CodingKey {
        case id
        case content = "text"
        case userID = "user"
        case representativeID = "representative"
        case representativeContent = "representative_text"
        case foldedAt = "folded_at"
    }
}
