public import HearthModel
import HearthStore

extension MemorySyncService {
    /// The conflicts that wait for a decision, oldest first: an administrator's view over all users.
    public var pendingConflicts: [SyncConflict] {
        get async throws { try await operations.administer { try await $0.pendingConflicts() } }
    }

    /// The conflicts of a user's memories that wait for a decision and that an agent may decide on, oldest first.
    ///
    /// Those are the conflicts on its own memories; for a critical agent also those on memories that it sees, with the versions
    /// that ``MultiAgentMemoryCoordinator/history(of:agentID:userID:)`` shows it; for `system` every one. Any other agent that
    /// sees the memory learns from its `syncStatus` that edits wait, and not which. What an agent is shown of another's memory
    /// leaves an audit row, committed before this returns.
    ///
    /// - Throws: `.unknownAgent`, `.agentNotActive`; `.invalidArgument` for an invalid user; `.keyUnavailable` where one is on
    ///   a sensitive memory and there is no key.
    public func pendingConflicts(agentID: AgentID, userID: UserID) async throws -> [SyncConflict] {
        try await operations.perform { store in try await store.pendingConflicts(as: agentID, userID: userID) }
    }

    /// Settles a conflict that waits, by a strategy or by a decision; durable on return.
    ///
    /// - Parameters:
    ///   - conflictID: The conflict.
    ///   - resolutionStrategy: How to settle it; nil means as the owner's profile says.
    ///   - decision: What a person decided; it goes before a strategy.
    ///   - agentID: The memory's owner, or a critical agent.
    /// - Throws: `.conflictNotFound`; `.conflictAlreadyResolved`; `.accessDenied`; `.decisionRequired` where no
    ///   decision is given and the strategy is to ask for one, or can't settle the conflict; `.locked` while another
    ///   agent holds the lease; `.invalidArgument` for a version that is not one of the conflict's.
    @discardableResult
    public func resolveConflict(
        conflictID: ConflictID,
        resolutionStrategy: ConflictResolution? = nil,
        decision: ManualDecision? = nil,
        agentID: AgentID = "system"
    ) async throws -> ResolvedConflict {
        try await operations.perform { store in
            try await store.resolve(conflictID, as: agentID, strategy: resolutionStrategy, decision: decision)
        }
    }
}

extension MultiAgentMemoryCoordinator {
    /// What an administrator should know: first what nobody has acknowledged yet, and then what arises in this process,
    /// until the coordinator is closed. Each access makes a listener of its own.
    public var notifications: AsyncStream<AdministratorNotification> { store.notificationStream() }

    /// The notifications that nobody has acknowledged, oldest first.
    public func pendingNotifications() async throws -> [AdministratorNotification] {
        try await operations.administer { try $0.pendingNotifications() }
    }

    /// Notes that an administrator has seen a notification; durable on return.
    ///
    /// - Throws: `.invalidArgument` where there is no notification of that number.
    public func acknowledgeNotification(_ id: Int) async throws {
        try await store.acknowledgeNotification(id)
    }
}
