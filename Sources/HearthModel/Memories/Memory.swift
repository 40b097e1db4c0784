public import FoundationEssentials

/// One agent's view of one memory.
public struct Memory: Identifiable, Hashable, Sendable, Codable {
    /// The memory.
    public var id: MemoryID
    /// The owner.
    public var agentID: AgentID
    /// The user it belongs to.
    public var userID: UserID
    /// The session it was stored in.
    public var sessionID: SessionID?
    /// The text, at most 4 MiB of UTF-8.
    public var content: String
    /// The kind of remembering.
    public var type: MemoryType
    /// What it is about.
    public var category: MemoryCategory
    /// Labels, without duplicates, in the order given.
    public var tags: [String]
    /// The host's own values.
    public var metadata: [String: String]
    /// How much it matters, 0…1.
    public var importance: Double
    /// How sure the owner is of it, 0…1.
    public var confidence: Double
    /// Whether the payload is encrypted at rest.
    public var isSensitive: Bool
    /// When it came about, to the microsecond.
    public var createdAt: Date
    /// When this view's fields were last edited.
    public var updatedAt: Date
    /// When an agent last read it. Reads are noted in batches, so a crash may lose the last few.
    public var lastAccessedAt: Date?
    /// When it stops being returned.
    public var expiresAt: Date?
    /// How often agents have read it, as exact as ``lastAccessedAt``.
    public var accessCount: Int
    /// The number of the published version that this view is based on, from 1.
    public var version: Int
    /// The published version that this view is based on.
    public var versionID: VersionID
    /// The state of the memory for the viewing agent.
    public var syncStatus: SyncStatus
    /// The memory it continues or belongs to, where the viewing agent may see that one.
    public var parentID: MemoryID?
    /// Lower-case hexadecimal SHA-256 of the content in Unicode normalisation form C; of a sensitive memory, an HMAC of
    /// that under a key of its user, which does not change.
    public var checksum: String
    /// Where the text came from.
    public var provenance: Provenance

    /// Assembles a view.
    public init(
        id: MemoryID,
        agentID: AgentID,
        userID: UserID,
        sessionID: SessionID?,
        content: String,
        type: MemoryType,
        category: MemoryCategory,
        tags: [String],
        metadata: [String: String],
        importance: Double,
        confidence: Double,
        isSensitive: Bool,
        createdAt: Date,
        updatedAt: Date,
        lastAccessedAt: Date?,
        expiresAt: Date?,
        accessCount: Int,
        version: Int,
        versionID: VersionID,
        syncStatus: SyncStatus,
        parentID: MemoryID?,
        checksum: String,
        provenance: Provenance = .standard
    ) {
        self.id = id
        self.agentID = agentID
        self.userID = userID
        self.sessionID = sessionID
        self.content = content
        self.type = type
        self.category = category
        self.tags = tags
        self.metadata = metadata
        self.importance = importance
        self.confidence = confidence
        self.isSensitive = isSensitive
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.lastAccessedAt = lastAccessedAt
        self.expiresAt = expiresAt
        self.accessCount = accessCount
        self.version = version
        self.versionID = versionID
        self.syncStatus = syncStatus
        self.parentID = parentID
        self.checksum = checksum
        self.provenance = provenance
    }
}

/// The state of a memory, as one agent sees it.
public enum SyncStatus: String, CaseIterable, Sendable, Codable, CodingKeyRepresentable {
    /// There is no draft, no conflict, and no lease of another agent.
    case synced
    /// The agent has an unpublished draft.
    case pending
    /// A conflict waits for a decision.
    case conflict
    /// The agent's draft deletes the memory.
    case deleted
    /// Another agent holds the lease.
    case locked
}

/// The kind of remembering a memory is, after Tulving's division of long-term memory and the working memory of
/// cognitive psychology.
public enum MemoryType: String, CaseIterable, Sendable, Codable, CodingKeyRepresentable {
    /// Something that happened.
    case episodic
    /// Something that is known.
    case semantic
    /// How something is done.
    case procedural
    /// Something needed for a while; bounded in number per agent.
    case working
    /// What surrounds other memories.
    case contextual
}

extension MemoryType {
    /// The number that stands for the type in the file; it never changes.
    package var place: UInt8 {
        switch self {
        case .episodic: 0
        case .semantic: 1
        case .procedural: 2
        case .working: 3
        case .contextual: 4
        }
    }

    package init?(place: UInt8) {
        guard let type = Self.allCases.first(where: { $0.place == place }) else { return nil }
        self = type
    }
}
