/// What an edit can change: the fields that a version fixes and a draft lays over the head.
public struct MemoryFields: Hashable, Sendable, Codable {
    /// The text, at most 4 MiB of UTF-8.
    public var content: String
    /// What it is about.
    public var category: MemoryCategory
    /// Labels, without duplicates.
    public var tags: [String]
    /// How much it matters, 0…1.
    public var importance: Double
    /// How sure the author is, 0…1.
    public var confidence: Double
    /// The host's own values.
    public var metadata: [String: String]
    /// When it stops being returned.
    public var expiresAt: Timestamp?
    /// Whether this is a deletion; the other fields then say what was deleted.
    public var isDeleted: Bool

    /// Assembles fields.
    public init(
        content: String,
        category: MemoryCategory = .general,
        tags: [String] = [],
        importance: Double = 0.5,
        confidence: Double = 0.8,
        metadata: [String: String] = [:],
        expiresAt: Timestamp? = nil,
        isDeleted: Bool = false
    ) {
        self.content = content
        self.category = category
        self.tags = tags
        self.importance = importance
        self.confidence = confidence
        self.metadata = metadata
        self.expiresAt = expiresAt
        self.isDeleted = isDeleted
    }
}

extension MemoryFields {
    /// The most UTF-8 bytes that ``content`` may have: 4 MiB.
    package static let maximumContentLength = 4 << 20
}
