import HearthEmbedding
import HearthModel
import HearthText

/// A memory on its way into the store: checked, hashed and analysed before it reaches the writer.
struct NewMemory: Sendable {
    var id: MemoryID
    /// Whether another user's or owner's memory is spelled like its identifier.
    var hasNamesake = false
    let agentID: AgentID
    let userID: UserID
    let sessionID: SessionID?
    let type: MemoryType
    var fields: MemoryFields
    /// What the host says of where it came from; nil: nothing.
    let provenance: Provenance?
    let createdAt: Timestamp
    var parentID: MemoryID?
    let contentDigest: [UInt8]
    let document: AnalyzedDocument
    /// Its vector; nil if that is made later, or if there is no embedder.
    var vector: QuantizedVector?

    /// - Throws: `.invalidArgument`, which names what is out of range; `.keyUnavailable` for a sensitive memory.
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
                message: """
                    A sensitive memory is encrypted, and there is no key: the configuration has no key provider, and this version \
                    takes none. Store the memory without isSensitive, or keep it elsewhere; nothing was stored.
                    """
            )
        }
        self.id = try id?.validated() ?? IdentifierGenerator.memoryID(at: now)
        self.agentID = try agentID.validated()
        self.userID = try userID.validated()
        self.sessionID = try sessionID?.validated()
        type = draft.type
        parentID = try draft.parentID?.validated()
        createdAt =
            try draft.createdAt.map { date throws(MemoryError) in try Timestamp(date, name: "createdAt") } ?? now
        fields = try draft.fields()
        provenance = try draft.provenance?.validated()
        contentDigest = ContentDigest.exact(fields.content)
        document = AnalyzedDocument(content: fields.content, tags: fields.tags)
    }
}
