public import FoundationEssentials

/// A memory that is to be stored.
public struct MemoryDraft: Hashable, Sendable, Codable {
    /// The text, 0 bytes to 4 MiB of UTF-8.
    public var content: String
    /// The kind of remembering.
    public var type: MemoryType
    /// What it is about.
    public var category: MemoryCategory
    /// Labels; a duplicate counts once.
    public var tags: [String]
    /// How much it matters, 0…1.
    public var importance: Double
    /// How sure the owner is of it, 0…1.
    public var confidence: Double
    /// The host's own values.
    public var metadata: [String: String]
    /// Whether the payload is to be encrypted at rest.
    public var isSensitive: Bool
    /// When it is to stop being returned.
    public var expiresAt: Date?
    /// A memory it continues or belongs to; the storing agent must see it.
    public var parentID: MemoryID?
    /// When it came about; nil means now.
    public var createdAt: Date?
    /// Where it came from; nil: nothing is said of it, which counts as ``Provenance/standard``, in an import as imported.
    public var provenance: Provenance?

    /// Describes a memory to store.
    public init(
        content: String,
        type: MemoryType = .episodic,
        category: MemoryCategory = .general,
        tags: [String] = [],
        importance: Double = 0.5,
        confidence: Double = 0.8,
        metadata: [String: String] = [:],
        isSensitive: Bool = false,
        expiresAt: Date? = nil,
        parentID: MemoryID? = nil,
        createdAt: Date? = nil,
        provenance: Provenance? = nil
    ) {
        self.content = content
        self.type = type
        self.category = category
        self.tags = tags
        self.importance = importance
        self.confidence = confidence
        self.metadata = metadata
        self.isSensitive = isSensitive
        self.expiresAt = expiresAt
        self.parentID = parentID
        self.createdAt = createdAt
        self.provenance = provenance
    }
}

extension MemoryDraft {
    /// Checks what can be checked without a store, so that a long import can be refused before its first write.
    ///
    /// - Throws: `.invalidArgument` that names what is out of range.
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
            expiresAt: try expiresAt.map { date throws(MemoryError) in try Timestamp(date, name: "expiresAt") },
            provenance: try provenance?.validated() ?? .standard
        )
    }
}

/// A memory that is to be imported under an identifier of the host's.
public struct MemoryImport: Sendable {
    /// The identifier it is to have: the host's name for it among the memories of this user and agent.
    public var id: MemoryID
    /// The user it belongs to.
    public var userID: UserID
    /// The owner.
    public var agentID: AgentID
    /// The session it was made in.
    public var sessionID: SessionID?
    /// Everything else about it.
    public var draft: MemoryDraft
    /// Whether the identifier is made from what the memory says. If the memory is sealed it gets one that is made from that
    /// with a key, so that it does not tell whether a guess of the text is right.
    package var hasDerivedID = false

    /// Describes a memory to import.
    public init(id: MemoryID, userID: UserID, agentID: AgentID, sessionID: SessionID? = nil, draft: MemoryDraft) {
        self.id = id
        self.userID = userID
        self.agentID = agentID
        self.sessionID = sessionID
        self.draft = draft
    }
}

extension MemoryImport {
    /// What becomes of an import with memories that can't be stored.
    public enum InvalidRows: Hashable, Sendable {
        /// None is stored.
        case refuse
        /// The others are stored.
        case skip
    }
}

/// Why one memory of an import was not stored.
public struct ImportRefusal: Hashable, Sendable, Codable {
    /// Why, for programs.
    public var code: MemoryError.Code
    /// Why, for people.
    public var message: String

    /// Says why.
    public init(code: MemoryError.Code, message: String) {
        self.code = code
        self.message = message
    }
}

/// What an import did, memory by memory.
public struct ImportOutcome: Hashable, Sendable, Codable {
    /// How many of which.
    public var counts: ImportCounts
    /// The identifiers that the memories have in the store, in the order given; nil for those that are not there.
    public var ids: [MemoryID?]
    /// The memories that could not be stored, by their place in the batch.
    public var refused: [Int: ImportRefusal]

    /// Reports on an import.
    public init(counts: ImportCounts, ids: [MemoryID?], refused: [Int: ImportRefusal] = [:]) {
        self.counts = counts
        self.ids = ids
        self.refused = refused
    }
}

/// What an import did.
public struct ImportCounts: Hashable, Sendable, Codable {
    /// Memories stored.
    public var stored: Int
    /// Memories that were there already, from an earlier import or from earlier in this one. They were left as they
    /// are.
    public var present: Int
    /// The memories that were there under another identifier than the given one, by their place in the batch. An
    /// earlier version of the engine stored them so. Every other memory has the identifier that was given.
    public var renamed: [Int: MemoryID]
    /// Memories that were there and that their owner has deleted, if only in a draft. They were left as they are.
    public var deleted: Int
    /// Memories whose expiry has passed: those that were there were left as they are, and no others were stored.
    public var expired: Int
    /// Memories that were erased, or whose text was. They were not stored.
    public var erased: Int
    /// Memories that were stored in plain, though the policy has memories of their category sealed: there is no key
    /// provider.
    public var unsealed: Int
    /// The first hundred of the deleted and expired memories that the file holds. Their owner brings them back by
    /// restoring them.
    public var restorable: [MemoryID]

    /// Counts what an import did.
    public init(
        stored: Int = 0,
        present: Int = 0,
        renamed: [Int: MemoryID] = [:],
        deleted: Int = 0,
        expired: Int = 0,
        restorable: [MemoryID] = [],
        erased: Int = 0,
        unsealed: Int = 0
    ) {
        self.stored = stored
        self.present = present
        self.renamed = renamed
        self.deleted = deleted
        self.expired = expired
        self.restorable = restorable
        self.erased = erased
        self.unsealed = unsealed
    }
}

extension MemoryImport {
    /// Checks what can be checked without a store.
    package func validate() throws(MemoryError) {
        _ = try id.validated()
        _ = try userID.validated()
        _ = try agentID.validated()
        _ = try sessionID?.validated()
        try draft.validate()
    }
}
