public import FoundationEssentials

/// One immutable state of a memory, as reconciliation sees it.
///
/// The id is the ``VersionDigest`` of everything else.
package struct Version: Hashable, Sendable {
    /// The digest of everything below.
    package let id: VersionID
    /// The memory.
    package let memoryID: MemoryID
    /// The versions it was made from, sorted; none for the first.
    package let parents: [VersionID]
    /// Who made the edit; `system` for an automatic merge.
    package let author: AgentID
    /// The file in which the edit was made; ``mergeNode`` for an automatic merge.
    package let node: String
    /// When the edit was made.
    package let time: HybridTime
    /// The full set of fields.
    package let fields: MemoryFields
    /// One more than the greatest number of a parent; 1 for the first.
    package let number: Int
    /// What the id was made with; nil unless the memory is sensitive.
    package let digestKey: DigestKey?

    /// Makes a version and computes its id.
    package init(
        memoryID: MemoryID,
        parents: [VersionID],
        author: AgentID,
        node: String,
        time: HybridTime,
        fields: MemoryFields,
        number: Int,
        digestKey: DigestKey? = nil
    ) {
        self.memoryID = memoryID
        self.parents = parents.sorted()
        self.author = author
        self.node = node
        self.time = time
        self.fields = fields
        self.number = number
        self.digestKey = digestKey
        self.id = VersionDigest.id(
            memoryID: memoryID,
            parents: self.parents,
            author: author,
            node: node,
            time: time,
            fields: fields,
            number: number,
            key: digestKey
        )
    }

    /// The node of an automatic merge, which is made alike in every file and so belongs to none.
    ///
    /// A decision or a rollback by `system` has the node of a file, which tells it from a merge that the engine made.
    package static let mergeNode = ""

    /// What the node of an automatic merge begins with in a file that exchanges with other devices. The name of the policy
    /// follows that settled it.
    package static let policyNodePrefix = "policy:"

    /// Whether the engine made this merge. Such a version is expanded to the edits that it joins before anything is
    /// compared.
    package var isAutomaticMerge: Bool {
        parents.count > 1 && author == AgentProfile.system.id
            && (node == Self.mergeNode || node.utf8.starts(with: Self.policyNodePrefix.utf8))
    }
}

/// One immutable version of a memory, for people and hosts.
public struct MemoryVersion: Hashable, Sendable, Codable {
    /// The digest of everything the version holds.
    public var id: VersionID
    /// The memory.
    public var memoryID: MemoryID
    /// One more than the greatest number of a parent; 1 for the first.
    public var number: Int
    /// The versions it was made from; none for the first.
    public var parents: [VersionID]
    /// Who made the edit; `system` for an automatic merge.
    public var author: AgentID
    /// When the edit was made.
    public var createdAt: Date
    /// The text.
    public var content: String
    /// What it is about.
    public var category: MemoryCategory
    /// Labels.
    public var tags: [String]
    /// How much it matters, 0…1.
    public var importance: Double
    /// How sure the author was, 0…1.
    public var confidence: Double
    /// The host's own values.
    public var metadata: [String: String]
    /// When it stops being returned.
    public var expiresAt: Date?
    /// Whether this version is a deletion.
    public var isDeleted: Bool
    /// Lower-case hexadecimal SHA-256 of the content in Unicode normalisation form C; of a sensitive memory, an HMAC of that.
    public var checksum: String
    /// Where the text came from.
    public var provenance: Provenance

    /// Assembles a version.
    public init(
        id: VersionID,
        memoryID: MemoryID,
        number: Int,
        parents: [VersionID],
        author: AgentID,
        createdAt: Date,
        content: String,
        category: MemoryCategory,
        tags: [String],
        importance: Double,
        confidence: Double = 0.8,
        metadata: [String: String],
        expiresAt: Date? = nil,
        isDeleted: Bool,
        checksum: String,
        provenance: Provenance = .standard
    ) {
        self.id = id
        self.memoryID = memoryID
        self.number = number
        self.parents = parents
        self.author = author
        self.createdAt = createdAt
        self.content = content
        self.category = category
        self.tags = tags
        self.importance = importance
        self.confidence = confidence
        self.metadata = metadata
        self.expiresAt = expiresAt
        self.isDeleted = isDeleted
        self.checksum = checksum
        self.provenance = provenance
    }
}
