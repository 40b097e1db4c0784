/// One agent's unpublished edit of one memory: which fields it changes, and the version it was made from.
package struct Draft: Hashable, Sendable {
    /// The key of the draft, which is also that of its document.
    package var key: Int64
    package var memory: Int64
    package var agent: Int64
    package var user: Int64
    /// The version it was made from.
    package var base: VersionID
    package var baseNumber: Int
    /// When it was last amended: the time of the version that it becomes.
    package var time: HybridTime
    package var createdAt: Timestamp
    package var change: FieldChange
    /// What its digest is made with; nil unless the memory is sensitive.
    package var digestKey: DigestKey?
    /// The number of the data key that it is sealed with; nil unless the memory is sensitive.
    package var sealedWith: UInt32?

    package init(
        key: Int64,
        memory: Int64,
        agent: Int64,
        user: Int64,
        base: VersionID,
        baseNumber: Int,
        time: HybridTime,
        createdAt: Timestamp,
        change: FieldChange,
        digestKey: DigestKey? = nil
    ) {
        self.key = key
        self.memory = memory
        self.agent = agent
        self.user = user
        self.base = base
        self.baseNumber = baseNumber
        self.time = time
        self.createdAt = createdAt
        self.change = change
        self.digestKey = digestKey
    }
}

extension Draft {
    /// Begins the encoding, so that no other encoding can ever give the same bytes.
    private static let domain = "hearth.draft.1"

    /// SHA-256, or with a key an HMAC, over everything but the keys. When the draft is read, this shows that it is the one that was written.
    package var digest: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.append(Self.domain)
        encoder.append(base.rawValue)
        encoder.append(Int64(baseNumber))
        encoder.append(time.rawValue)
        encoder.append(createdAt.rawValue)
        encoder.append(Int64(change.fields.rawValue))
        if let content = change.content { encoder.append(contentsOf: ContentDigest.exact(content)) }
        if let category = change.category { encoder.append(category.rawValue) }
        if let tags = change.tags { encoder.append(FieldText.array(tags)) }
        if let importance = change.importance { encoder.append(importance) }
        if let confidence = change.confidence { encoder.append(confidence) }
        if let metadata = change.metadata { encoder.append(FieldText.object(metadata)) }
        if let expiresAt = change.expiresAt {
            encoder.append(Int64(expiresAt == nil ? 0 : 1))
            encoder.append(expiresAt?.rawValue ?? 0)
        }
        if let provenance = change.provenance { encoder.append(provenance) }
        return encoder.digest(key: digestKey)
    }
}
