/// What the fields of a memory may hold: every store, edit, import and filter is held to it.
package enum FieldLimits {
    /// The longest content, in UTF-8 bytes.
    package static let maximumContentLength = MemoryFields.maximumContentLength
    /// The most tags, and the longest tag in UTF-8 bytes.
    package static let maximumTags = 256
    package static let maximumTagLength = 256
    /// The longest metadata, keys and values together, in UTF-8 bytes.
    package static let maximumMetadataLength = 1 << 20

    package static func content(_ content: String) throws(MemoryError) -> String {
        guard content.utf8.count <= maximumContentLength else {
            throw .invalidArgument(
                """
                The content has \(content.utf8.count) bytes of UTF-8; at most \(maximumContentLength) (4 MiB) are allowed. \
                Split it into several memories.
                """
            )
        }
        return content
    }

    /// Tags without duplicates, in the order given.
    package static func tags(_ tags: [String]) throws(MemoryError) -> [String] {
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

    package static func unit(_ value: Double, name: String) throws(MemoryError) -> Double {
        guard value >= 0, value <= 1 else {
            throw .invalidArgument("The \(name) is \(value); it must be a number from 0 to 1.")
        }
        // A negative zero is a zero, also in the digest.
        return value == 0 ? 0 : value
    }

    package static func metadata(_ metadata: [String: String]) throws(MemoryError) -> [String: String] {
        let length = metadata.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        guard length <= maximumMetadataLength else {
            throw .invalidArgument(
                "The metadata has \(length) bytes of UTF-8; at most \(maximumMetadataLength) are allowed."
            )
        }
        return metadata
    }
}

extension MemoryDraft {
    /// Checks what can be checked without a store, so that a long import can be refused before its first write.
    ///
    /// - Throws: `.invalidArgument` naming what is out of range.
    public func validate() throws(MemoryError) {
        _ = try fields()
        _ = try parentID?.validated()
        _ = try createdAt.map { date throws(MemoryError) in try Timestamp(date, name: "createdAt") }
    }

    /// The fields of the first version.
    package func fields() throws(MemoryError) -> MemoryFields {
        MemoryFields(
            content: try FieldLimits.content(content),
            category: try category.validated(),
            tags: try FieldLimits.tags(tags),
            importance: try FieldLimits.unit(importance, name: "importance"),
            confidence: try FieldLimits.unit(confidence, name: "confidence"),
            metadata: try FieldLimits.metadata(metadata),
            expiresAt: try expiresAt.map { date throws(MemoryError) in try Timestamp(date, name: "expiresAt") }
        )
    }
}
