public import HearthModel
import HearthStore

extension MemorySyncService {
    /// Publishes the drafts of one agent for one user, in the order in which they were begun; durable on return.
    ///
    /// A draft whose base is still the head becomes the head; any other is reconciled by the owner's strategy. Drafts
    /// behind another agent's lease, and drafts that the agent may no longer publish, stay as they are and are
    /// reported. Each draft is published whole or not at all. What was published before a task was cancelled stays
    /// published.
    ///
    /// - Parameters:
    ///   - agentID: The agent.
    ///   - userID: The user.
    ///   - sessionID: Narrows it to the memories of a session.
    ///   - forceSync: Whether to also re-examine every entry of the agent's slice: content against its digest, the
    ///     propagation rules as they are now, and vectors that are missing or of another model.
    /// - Throws: `.unknownAgent`, `.agentNotActive`, `.invalidArgument`; `CancellationError` where the task is
    ///   cancelled.
    public func syncAgentMemories(
        agentID: AgentID,
        userID: UserID,
        sessionID: SessionID? = nil,
        forceSync: Bool = false
    ) async throws -> AgentSyncResult {
        try await operations.perform { store in
            try await store.sync(agentID, userID: userID, sessionID: sessionID, force: forceSync)
        }
    }
}

extension MultiAgentMemoryCoordinator {
    /// Publishes the drafts of every active agent for one user: the highest priority first, and among equals by
    /// identifier. What is published is durable on return.
    ///
    /// An agent whose sync fails holds up no other, and its error is in the result.
    /// - Throws: `.invalidArgument` for an invalid user; `CancellationError` where the task is cancelled.
    public func syncAllAgents(userID: UserID, forceSync: Bool = false) async throws -> CoordinatedSyncResult {
        let began = configuration.clock.bootInstant
        var result = CoordinatedSyncResult(
            coordinationID: store.newOperationID(),
            userID: try userID.validated()
        )
        for agent in try activeAgents() {
            try Task.checkCancellation()
            do {
                let synced = try await syncService.syncAgentMemories(
                    agentID: agent,
                    userID: userID,
                    forceSync: forceSync
                )
                result.add(synced)
            } catch let error as CancellationError {
                throw error
            } catch {
                result.syncErrors.append("\(agent): \(error)")
            }
        }
        result.success = result.syncErrors.isEmpty
        result.duration = configuration.clock.bootInstant.duration(since: began)
        return result
    }

    /// The agents that are active in this process, `system` aside, in the order in which they are synced.
    private func activeAgents() throws -> [AgentID] {
        let active = try store.agentStatuses().filter { $0.status == .active }.map(\.profile)
        return
            active
            .filter { $0.id != AgentProfile.system.id }
            .sorted { $0.priority == $1.priority ? $0.id < $1.id : $0.priority > $1.priority }
            .map(\.id)
    }
}

/// The result of syncing every active agent.
public struct CoordinatedSyncResult: Hashable, Sendable, Codable {
    /// The operation as a whole; each agent's sync is an operation of its own.
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
    /// What was not done and why; each sentence begins with its agent.
    public var syncErrors: [String]
    /// The results by agent.
    public var agentResults: [AgentID: AgentSyncResult]
    /// Whether there were no errors.
    public var success: Bool
    /// How long it took.
    public var duration: Duration

    /// Assembles a result.
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
