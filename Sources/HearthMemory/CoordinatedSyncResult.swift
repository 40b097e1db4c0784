public import HearthModel
import HearthStore

/// What a sync of every active agent came to.
public struct CoordinatedSyncResult: Hashable, Sendable, Codable {
    /// The whole; each agent's sync is an operation of its own.
    public var coordinationID: OperationID
    /// The user.
    public var userID: UserID
    /// The agents whose sync ran to its end, in that order.
    public var agentsSynced: [AgentID]
    /// Drafts taken up, and with `forceSync` the entries of every slice.
    public var totalMemoriesProcessed: Int
    /// Drafts that other edits contested.
    public var conflictsDetected: Int
    /// Conflicts that a strategy settled.
    public var conflictsResolved: Int
    /// What was not done and why, each sentence led by its agent.
    public var syncErrors: [String]
    /// The results by agent.
    public var agentResults: [AgentID: AgentSyncResult]
    /// Whether there are no errors.
    public var success: Bool
    /// How long it took.
    public var duration: Duration

    /// Counts syncs.
    public init(
        coordinationID: OperationID,
        userID: UserID,
        agentsSynced: [AgentID] = [],
        totalMemoriesProcessed: Int = 0,
        conflictsDetected: Int = 0,
        conflictsResolved: Int = 0,
        syncErrors: [String] = [],
        agentResults: [AgentID: AgentSyncResult] = [:],
        success: Bool = true,
        duration: Duration = .zero
    ) {
        self.coordinationID = coordinationID
        self.userID = userID
        self.agentsSynced = agentsSynced
        self.totalMemoriesProcessed = totalMemoriesProcessed
        self.conflictsDetected = conflictsDetected
        self.conflictsResolved = conflictsResolved
        self.syncErrors = syncErrors
        self.agentResults = agentResults
        self.success = success
        self.duration = duration
    }

    mutating func add(_ result: AgentSyncResult) {
        agentsSynced.append(result.agentID)
        totalMemoriesProcessed += result.memoriesProcessed
        conflictsDetected += result.conflictsDetected
        conflictsResolved += result.conflictsResolved
        syncErrors += result.errors.map { "\(result.agentID): \($0)" }
        agentResults[result.agentID] = result
    }
}
