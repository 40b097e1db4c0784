internal import HearthEmbedding

/// A memory on its way into the store: checked, hashed and analysed before it reaches the writer.
struct NewMemory: Sendable {
    var id: MemoryID
    let agentID: AgentID
    let userID: UserID
    let sessionID: SessionID?
    let type: MemoryType
    let fields: MemoryFields
    let createdAt: Timestamp
    var parentID: MemoryID?
    let contentDigest: [UInt8]
    let document: AnalyzedDocument
    /// Its meaning; nil where that is queued, or nothing embeds.
    var vector: QuantizedVector?

    /// The longest content, in UTF-8 bytes.
    static let maximumContentLength = MemoryFields.maximumContentLength
    /// The most tags, and the longest tag in UTF-8 bytes.
    static let maximumTags = 256
    static let maximumTagLength = 256
    /// The longest metadata, keys and values together, in UTF-8 bytes.
    static let maximumMetadataLength = 1 << 20

    /// - Throws: `.invalidArgument` naming what is out of range; `.keyUnavailable` for a sensitive memory.
    init(
        id: MemoryID?,
        agentID: AgentID,
        userID: UserID,
        sessionID: SessionID?,
        draft: MemoryDraft,
        now: Timestamp
    ) throws(MemoryError) {
        guard !draft.isSensitive else {
            throw MemoryError(
                code: .keyUnavailable,
                message: "No key provider is configured, so a sensitive memory cannot be stored; nothing was stored."
            )
        }
        self.id = try id?.validated() ?? Generated.memoryID(at: now)
        self.agentID = try agentID.validated()
        self.userID = try userID.validated()
        self.sessionID = try sessionID?.validated()
        type = draft.type
        parentID = try draft.parentID?.validated()
        createdAt =
            try draft.createdAt.map { date throws(MemoryError) in try Timestamp(date, name: "createdAt") } ?? now
        fields = try draft.fields()
        contentDigest = ContentDigest.exact(fields.content)
        document = AnalyzedDocument(content: fields.content, tags: fields.tags)
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
    fileprivate func fields() throws(MemoryError) -> MemoryFields {
        MemoryFields(
            content: try NewMemory.content(content),
            category: try category.validated(),
            tags: try NewMemory.tags(tags),
            importance: try NewMemory.unit(importance, name: "importance"),
            confidence: try NewMemory.unit(confidence, name: "confidence"),
            metadata: try NewMemory.metadata(metadata),
            expiresAt: try expiresAt.map { date throws(MemoryError) in try Timestamp(date, name: "expiresAt") }
        )
    }
}

extension NewMemory {
    static func content(_ content: String) throws(MemoryError) -> String {
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
