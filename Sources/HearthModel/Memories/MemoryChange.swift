public import FoundationEssentials

/// What an edit changes; nil leaves a field as it is.
public struct MemoryChange: Hashable, Sendable, Codable {
    /// The text, 0 bytes to 4 MiB of UTF-8.
    public var content: String?
    /// What it is about; only the owner changes it.
    public var category: MemoryCategory?
    /// All labels, in place of those it had; a duplicate counts once.
    public var tags: [String]?
    /// How much it matters, 0…1.
    public var importance: Double?
    /// How sure the author is of it, 0…1.
    public var confidence: Double?
    /// All of the host's values, in place of those it had.
    public var metadata: [String: String]?
    /// When it is to stop being returned; `.some(nil)` removes the expiry.
    public var expiresAt: Date??
    /// Whether it is to be encrypted at rest; only the owner changes that. It holds at once, whatever becomes of the
    /// rest of the edit.
    public var isSensitive: Bool?
    /// Where the edit came from; nil: nothing is said of it, which counts as ``Provenance/standard``. The memory keeps the lower
    /// of its own and this, unless a critical agent says this; of two with equal trust this, where the edit brings a text.
    public var provenance: Provenance?

    /// Describes an edit.
    public init(
        content: String? = nil,
        category: MemoryCategory? = nil,
        tags: [String]? = nil,
        importance: Double? = nil,
        confidence: Double? = nil,
        metadata: [String: String]? = nil,
        expiresAt: Date?? = nil,
        isSensitive: Bool? = nil,
        provenance: Provenance? = nil
    ) {
        self.content = content
        self.category = category
        self.tags = tags
        self.importance = importance
        self.confidence = confidence
        self.metadata = metadata
        self.expiresAt = expiresAt
        self.isSensitive = isSensitive
        self.provenance = provenance
    }
}

extension MemoryChange {
    private enum CodingKeys: String, CodingKey {
        case content, category, tags, importance, confidence, metadata, expiresAt, isSensitive, provenance
    }

    /// Reads a change; a key that is absent leaves its field as it is, and `"expiresAt": null` removes the expiry.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        content = try container.decodeIfPresent(String.self, forKey: .content)
        category = try container.decodeIfPresent(MemoryCategory.self, forKey: .category)
        tags = try container.decodeIfPresent([String].self, forKey: .tags)
        importance = try container.decodeIfPresent(Double.self, forKey: .importance)
        confidence = try container.decodeIfPresent(Double.self, forKey: .confidence)
        metadata = try container.decodeIfPresent([String: String].self, forKey: .metadata)
        provenance = try container.decodeIfPresent(Provenance.self, forKey: .provenance)
        expiresAt =
            container.contains(.expiresAt)
            ? .some(try container.decodeIfPresent(Date.self, forKey: .expiresAt)) : nil
        isSensitive = try container.decodeIfPresent(Bool.self, forKey: .isSensitive)
    }

    /// Writes only the fields that are changed.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(content, forKey: .content)
        try container.encodeIfPresent(category, forKey: .category)
        try container.encodeIfPresent(tags, forKey: .tags)
        try container.encodeIfPresent(importance, forKey: .importance)
        try container.encodeIfPresent(confidence, forKey: .confidence)
        try container.encodeIfPresent(metadata, forKey: .metadata)
        if let expiresAt { try container.encode(expiresAt, forKey: .expiresAt) }
        try container.encodeIfPresent(isSensitive, forKey: .isSensitive)
        try container.encodeIfPresent(provenance, forKey: .provenance)
    }
}

extension MemoryChange {
    /// Checks every field that is given.
    ///
    /// - Throws: `.invalidArgument` that names what is out of range.
    package func validated() throws(MemoryError) -> FieldChange {
        var change = FieldChange()
        if let content { change.content = try FieldLimits.content(content) }
        if let category { change.category = try category.validated() }
        if let tags { change.tags = try FieldLimits.tags(tags) }
        if let importance { change.importance = try FieldLimits.unit(importance, name: "importance") }
        if let confidence { change.confidence = try FieldLimits.unit(confidence, name: "confidence") }
        if let metadata { change.metadata = try FieldLimits.metadata(metadata) }
        if let expiresAt {
            change.expiresAt = .some(
                try expiresAt.map { date throws(MemoryError) in try Timestamp(date, name: "expiresAt") }
            )
        }
        change.provenance = try provenance?.validated()
        return change
    }
}
