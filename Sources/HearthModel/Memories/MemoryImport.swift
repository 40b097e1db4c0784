/// A memory with an identifier of the host's, for imports.
public struct MemoryImport: Sendable {
    /// The identifier it is to have: the host's name for it among the memories of this user and agent.
    public var id: MemoryID
    /// The user it belongs to.
    public var userID: UserID
    /// The owner.
    public var agentID: AgentID
    /// The session it was made in.
    public var sessionID: SessionID?
    /// The rest.
    public var draft: MemoryDraft

    /// Describes a memory to import.
    public init(id: MemoryID, userID: UserID, agentID: AgentID, sessionID: SessionID? = nil, draft: MemoryDraft) {
        self.id = id
        self.userID = userID
        self.agentID = agentID
        self.sessionID = sessionID
        self.draft = draft
    }
}

/// What an import did.
public struct ImportCounts: Hashable, Sendable, Codable {
    /// Memories stored.
    public var stored: Int
    /// Memories that were there already, from an earlier import or twice in this one; they were left as they are.
    public var present: Int

    /// Counts.
    public init(stored: Int = 0, present: Int = 0) {
        self.stored = stored
        self.present = present
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
