import HearthModel

/// A memory, without what its versions say.
struct ExportedMemory: Codable {
    /// What became of a memory.
    enum State: String, Codable {
        case live, deleted, folded
    }

    /// The memory that stands for a duplicate.
    struct Representative: Codable {
        var id: MemoryID
        var owner: AgentID
    }

    var id: MemoryID
    var user: UserID
    var owner: AgentID
    var session: SessionID?
    var type: MemoryType
    var isSensitive: Bool
    var createdAt: Int64
    var arrivedAt: Int64
    var parent: MemoryID?
    /// The published head.
    var head: VersionID
    var state: State
    var foldedInto: Representative?
    var reads: Int64?
    var lastReadAt: Int64?
    /// The last token of a lease.
    var fencingToken: Int64?
    /// True if a person took it out of the memory that stood for it, so that it is not folded again.
    var isKeptApart: Bool?

    private enum CodingKeys: String, CodingKey {
        case id, user, owner, session, type, parent, head, state, reads
        case isSensitive = "is_sensitive"
        case createdAt = "created_at"
        case arrivedAt = "arrived_at"
        case foldedInto = "folded_into"
        case lastReadAt = "last_read_at"
        case fencingToken = "fencing_token"
        case isKeptApart = "is_kept_apart"
    }
}

/// A hybrid time: milliseconds since 1970, and a counter.
struct ExportedTime: Codable {
    var milliseconds: Int64
    var counter: Int64

    init(_ time: HybridTime) {
        (milliseconds, counter) = (time.rawValue >> 16, time.rawValue & 0xFFFF)
    }

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        milliseconds = try container.decode(Int64.self)
        counter = try container.decode(Int64.self)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(milliseconds)
        try container.encode(counter)
    }

    /// The time; nil if there is none such.
    var time: HybridTime? {
        guard (0..<1 << 46).contains(milliseconds), (0..<1 << 16).contains(counter) else { return nil }
        return HybridTime(rawValue: milliseconds << 16 | counter)
    }
}

/// A version as it is written out, the same wherever it is stored.
struct WrittenVersion: Codable {
    var id: VersionID
    var number: Int
    var parents: [VersionID]
    var author: AgentID
    /// The file in which the edit was made; empty for a merge that every file makes alike.
    var node: String
    var time: ExportedTime
    var content: String
    var category: MemoryCategory
    var tags: [String]
    var importance: Double
    var confidence: Double
    var metadata: [String: String]
    var expiresAt: Int64?
    var isDeleted: Bool
    var provenance: Provenance

    private enum CodingKeys: String, CodingKey {
        case id, number, parents, author, node, time, content, category, tags, importance, confidence, metadata,
            provenance
        case expiresAt = "expires_at"
        case isDeleted = "is_deleted"
    }

    init(_ version: Version) {
        let fields = version.fields
        id = version.id
        number = version.number
        parents = version.parents
        author = version.author
        node = version.node
        time = ExportedTime(version.time)
        content = fields.content
        category = fields.category
        tags = fields.tags
        importance = fields.importance
        confidence = fields.confidence
        metadata = fields.metadata
        expiresAt = fields.expiresAt?.rawValue
        isDeleted = fields.isDeleted
        provenance = fields.provenance
    }
}

/// A version of the memory before, and its place in this file.
@dynamicMemberLookup
struct ExportedVersion: Codable {
    var written: WrittenVersion
    /// Whether no version was made from it.
    var isHead: Bool
    var publishedAt: Int64
    /// The order in which versions of this memory were published, and shares of it made.
    var order: Int

    private enum CodingKeys: String, CodingKey {
        case order
        case isHead = "is_head"
        case publishedAt = "published_at"
    }

    init(_ written: WrittenVersion, isHead: Bool, publishedAt: Int64, order: Int) {
        self.written = written
        self.isHead = isHead
        self.publishedAt = publishedAt
        self.order = order
    }

    init(_ stored: StoredVersion, order: Int) {
        written = WrittenVersion(stored.version)
        isHead = stored.isHead
        publishedAt = stored.publishedAt.rawValue
        self.order = order
    }

    subscript<Value>(dynamicMember member: KeyPath<WrittenVersion, Value>) -> Value { written[keyPath: member] }

    init(from decoder: any Decoder) throws {
        written = try WrittenVersion(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        isHead = try container.decode(Bool.self, forKey: .isHead)
        publishedAt = try container.decode(Int64.self, forKey: .publishedAt)
        order = try container.decode(Int.self, forKey: .order)
    }

    func encode(to encoder: any Encoder) throws {
        try written.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(isHead, forKey: .isHead)
        try container.encode(publishedAt, forKey: .publishedAt)
        try container.encode(order, forKey: .order)
    }
}

/// An unpublished edit of the memory before.
struct ExportedDraft: Codable {
    var agent: AgentID
    var base: VersionID
    var baseNumber: Int
    var time: ExportedTime
    var createdAt: Int64
    var content: String?
    var category: MemoryCategory?
    var tags: [String]?
    var importance: Double?
    var confidence: Double?
    var metadata: [String: String]?
    var changesExpiry: Bool
    var expiresAt: Int64?
    var isDeletion: Bool
    var provenance: Provenance?
    var grantsTrust: Bool
    /// 64 hexadecimal digits.
    var digest: String

    private enum CodingKeys: String, CodingKey {
        case agent, base, time, content, category, tags, importance, confidence, metadata, provenance, digest
        case baseNumber = "base_number"
        case createdAt = "created_at"
        case changesExpiry = "changes_expiry"
        case expiresAt = "expires_at"
        case isDeletion = "is_deletion"
        case grantsTrust = "grants_trust"
    }

    init(_ draft: Draft, agent: AgentID) {
        let change = draft.change
        self.agent = agent
        base = draft.base
        baseNumber = draft.baseNumber
        time = ExportedTime(draft.time)
        createdAt = draft.createdAt.rawValue
        content = change.content
        category = change.category
        tags = change.tags
        importance = change.importance
        confidence = change.confidence
        metadata = change.metadata
        changesExpiry = change.expiresAt != nil
        expiresAt = change.expiresAt.flatMap { $0?.rawValue }
        isDeletion = change.isDeletion
        provenance = change.provenance
        grantsTrust = change.grantsTrust
        digest = Hexadecimal.string(draft.digest)
    }

    /// What the draft changes.
    var change: FieldChange {
        FieldChange(
            content: content,
            category: category,
            tags: tags,
            importance: importance,
            confidence: confidence,
            metadata: metadata,
            expiresAt: changesExpiry ? .some(expiresAt.map(Timestamp.init(rawValue:))) : nil,
            isDeletion: isDeletion,
            provenance: provenance,
            grantsTrust: grantsTrust
        )
    }
}

/// A share of the memory before, or a revocation.
struct ExportedShare: Codable {
    var agent: AgentID
    /// The propagation rule that made it; nil: made by call.
    var rule: String?
    var permission: SharePermission
    var isRevoked: Bool
    var grantedAt: Int64
    /// The head when the agent first could see the memory by it.
    var sinceHead: VersionID
    /// See the order of versions.
    var order: Int

    private enum CodingKeys: String, CodingKey {
        case agent, rule, permission, order
        case isRevoked = "is_revoked"
        case grantedAt = "granted_at"
        case sinceHead = "since_head"
    }
}

/// A conflict on the memory before, waiting or settled.
struct ExportedConflict: Codable {
    var id: ConflictID
    var conflictKind: ConflictKind
    var strategy: ConflictResolution
    var base: VersionID?
    var createdAt: Int64
    var resolvedAt: Int64?
    var resolution: String?
    var resolvedBy: AgentID?
    var resolvedVersion: VersionID?

    private enum CodingKeys: String, CodingKey {
        case id, strategy, base, resolution
        case conflictKind = "conflict_kind"
        case createdAt = "created_at"
        case resolvedAt = "resolved_at"
        case resolvedBy = "resolved_by"
        case resolvedVersion = "resolved_version"
    }
}
