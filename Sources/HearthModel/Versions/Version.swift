/// One immutable state of a memory, as reconciliation sees it.
///
/// Where the id comes from: ``VersionDigest``.
public struct Version: Hashable, Sendable {
    /// The digest of everything below.
    public let id: VersionID
    /// The memory.
    public let memoryID: MemoryID
    /// The versions it was made from, sorted; none for the first.
    public let parents: [VersionID]
    /// Who made the edit; `system` for an automatic merge.
    public let author: AgentID
    /// The file in which the edit was made; ``mergeNode`` for an automatic merge.
    public let node: String
    /// When the edit was made.
    public let time: HybridTime
    /// The full set of fields.
    public let fields: MemoryFields
    /// One more than the greatest number of a parent, from 1.
    public let number: Int

    /// Makes a version and computes its id.
    public init(
        memoryID: MemoryID,
        parents: [VersionID],
        author: AgentID,
        node: String,
        time: HybridTime,
        fields: MemoryFields,
        number: Int
    ) {
        self.memoryID = memoryID
        self.parents = parents.sorted()
        self.author = author
        self.node = node
        self.time = time
        self.fields = fields
        self.number = number
        self.id = VersionDigest.id(
            memoryID: memoryID,
            parents: self.parents,
            author: author,
            node: node,
            time: time,
            fields: fields,
            number: number
        )
    }

    /// The node of an automatic merge: it is made alike in every file, so it belongs to none.
    ///
    /// It also tells a merge that the engine made from a decision or a rollback that `system` made, whose node is a file's.
    public static let mergeNode = ""

    /// Whether this is a merge the engine made: it is expanded to the edits it joined before anything is compared.
    public var isAutomaticMerge: Bool {
        parents.count > 1 && author == AgentProfile.system.id && node == Self.mergeNode
    }
}
