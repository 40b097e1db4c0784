public import HearthModel
import HearthStore

extension MemorySyncService {
    /// The conflicts that wait for a decision, oldest first: an administrator's view over all users.
    public var pendingConflicts: [SyncConflict] {
        get async throws { try await operations.administer { try await $0.pendingConflicts() } }
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
