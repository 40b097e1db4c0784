/// The fields that an edit can change. A version holds all of them; a draft changes some.
package struct MemoryFields: Hashable, Sendable, Codable {
    /// The text, at most 4 MiB of UTF-8.
    package var content: String
    /// What it is about.
    package var category: MemoryCategory
    /// Labels, without duplicates.
    package var tags: [String]
    /// How much it matters, 0…1.
    package var importance: Double
    /// How sure the author is, 0…1.
    package var confidence: Double
    /// The host's own values.
    package var metadata: [String: String]
    /// When it stops being returned.
    package var expiresAt: Timestamp?
    /// Whether this is a deletion; the other fields then say what was deleted.
    package var isDeleted: Bool
    /// Where the text came from.
    package var provenance: Provenance

    /// Assembles fields.
    package init(
        content: String,
        category: MemoryCategory = .general,
        tags: [String] = [],
        importance: Double = 0.5,
        confidence: Double = 0.8,
        metadata: [String: String] = [:],
        expiresAt: Timestamp? = nil,
        isDeleted: Bool = false,
        provenance: Provenance = .standard
    ) {
        self.content = content
        self.category = category
        self.tags = tags
        self.importance = importance
        self.confidence = confidence
        self.metadata = metadata
        self.expiresAt = expiresAt
        self.isDeleted = isDeleted
        self.provenance = provenance
    }
}

extension MemoryFields {
    /// Checks that a store accepts the fields as they are.
    ///
    /// - Throws: `.invalidArgument` that names the field.
    package func validate() throws(MemoryError) {
        _ = try FieldLimits.content(content)
        guard try FieldLimits.tags(tags).count == tags.count else { throw .invalidArgument("A tag is there twice.") }
        _ = try FieldLimits.metadata(metadata)
        _ = try FieldLimits.unit(importance, name: "importance")
        _ = try FieldLimits.unit(confidence, name: "confidence")
        _ = try category.validated()
        _ = try provenance.validated()
    }

    /// The most UTF-8 bytes that ``content`` may have: 4 MiB.
    package static let maximumContentLength = 4 << 20
}

/// Limits on the fields of a memory, which every store, edit, import and filter keeps to.
package enum FieldLimits {
    /// The longest content, in UTF-8 bytes.
    package static let maximumContentLength = MemoryFields.maximumContentLength
    /// The most tags, and the longest tag in UTF-8 bytes.
    static let maximumTags = 256
    static let maximumTagLength = 256
    /// The longest metadata, keys and values together, in UTF-8 bytes: 1 MiB.
    static let maximumMetadataLength = 1 << 20

    package static func content(_ content: String) throws(MemoryError) -> String {
        guard content.utf8.count <= maximumContentLength else {
            throw .invalidArgument(
                """
                The content has \(content.utf8.count) bytes of UTF-8; at most \(maximumContentLength) (4 MiB) are \
                allowed. Split it into several memories.
                """
            )
        }
        return content
    }

    /// Tags without duplicates, in the order given.
    static func tags(_ tags: [String]) throws(MemoryError) -> [String] {
        guard tags.count <= maximumTags else {
            throw .invalidArgument("There are \(tags.count) tags; at most \(maximumTags) are allowed.")
        }
        var seen: Set<String> = []
        for tag in tags {
            guard !tag.isEmpty, tag.utf8.count <= maximumTagLength else {
                throw .invalidArgument("A tag has 1 to \(maximumTagLength) bytes of UTF-8; one has \(tag.utf8.count).")
            }
            seen.insert(tag)
        }
        return seen.count == tags.count ? tags : tags.filter { seen.remove($0) != nil }
    }

    static func unit(_ value: Double, name: String) throws(MemoryError) -> Double {
        guard value >= 0, value <= 1 else {
            throw .invalidArgument("The \(name) is \(value); it must be a number from 0 to 1.")
        }
        // A negative zero is a zero, also in the digest.
        return value == 0 ? 0 : value
    }

    static func metadata(_ metadata: [String: String]) throws(MemoryError) -> [String: String] {
        let length = metadata.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        guard length <= maximumMetadataLength else {
            throw .invalidArgument(
                "The metadata has \(length) bytes of UTF-8; at most \(maximumMetadataLength) are allowed."
            )
        }
        return metadata
    }
}
