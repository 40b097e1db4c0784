/// The result of syncing the drafts of one agent.
public struct AgentSyncResult: Hashable, Sendable, Codable {
    /// The operation, as the file records it.
    public var operationID: OperationID
    /// The agent.
    public var agentID: AgentID
    /// The user.
    public var userID: UserID
    /// Drafts taken up, and with `forceSync` every entry of the slice.
    public var memoriesProcessed: Int
    /// Those of them that are settled: published, merged or found in order.
    public var successfulSyncs: Int
    /// Drafts that other edits contested.
    public var conflictsDetected: Int
    /// Conflicts that a strategy settled.
    public var conflictsResolved: Int
    /// Drafts that wait with others for a decision.
    public var conflictsPending: Int
    /// Drafts that stay as they are because another agent holds the lease.
    public var draftsBehindLeases: Int
    /// What was not done and why, one sentence for each memory.
    public var errors: [String]
    /// How long it took.
    public var duration: Duration

    /// Assembles a result.
    public init(
        operationID: OperationID,
        agentID: AgentID,
        userID: UserID,
        memoriesProcessed: Int = 0,
        successfulSyncs: Int = 0,
        conflictsDetected: Int = 0,
        conflictsResolved: Int = 0,
        conflictsPending: Int = 0,
        draftsBehindLeases: Int = 0,
        errors: [String] = [],
        duration: Duration = .zero
    ) {
        self.operationID = operationID
        self.agentID = agentID
        self.userID = userID
        self.memoriesProcessed = memoriesProcessed
        self.successfulSyncs = successfulSyncs
        self.conflictsDetected = conflictsDetected
        self.conflictsResolved = conflictsResolved
        self.conflictsPending = conflictsPending
        self.draftsBehindLeases = draftsBehindLeases
        self.errors = errors
        self.duration = duration
    }
}
