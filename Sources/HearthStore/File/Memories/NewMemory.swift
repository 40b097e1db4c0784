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
    /// Whether the host says when it was created. If not, it was when it came into the file.
    let isDated: Bool
    var parentID: MemoryID?
    let contentDigest: [UInt8]
    let document: AnalyzedDocument
    /// What seals it, and its words as the index takes them; nil for a plain memory.
    let keys: UserKeys?
    let keyedWords: KeyedWords?
    /// Its vector; nil if that is made later, or if there is no embedder.
    var vector: QuantizedVector?

    /// Checks, hashes and analyses a memory.
    ///
    /// - Parameter keys: The keys of the user, for a memory that is to be sealed; nil for a plain one.
    /// - Throws: `.invalidArgument`, which names what is out of range.
    init(
        id: MemoryID?,
        agentID: AgentID,
        userID: UserID,
        sessionID: SessionID?,
        draft: MemoryDraft,
        keys: UserKeys?,
        now: Timestamp
    ) throws(MemoryError) {
        self.id = try id?.validated() ?? IdentifierGenerator.memoryID(at: now)
        self.agentID = try agentID.validated()
        self.userID = try userID.validated()
        self.sessionID = try sessionID?.validated()
        type = draft.type
        parentID = try draft.parentID?.validated()
        isDated = draft.createdAt != nil
        createdAt =
            try draft.createdAt.map { date throws(MemoryError) in try Timestamp(date, name: "createdAt") } ?? now
        fields = try draft.fields()
        provenance = try draft.provenance?.validated()
        contentDigest = ContentDigest.exact(fields.content)
        let document = AnalyzedDocument(content: fields.content, tags: fields.tags)
        self.document = document
        self.keys = keys
        keyedWords = keys.map { KeyedWords(document, user: $0.user, key: $0.newest) }
    }
}
