public import FoundationEssentials
public import HearthModel
import HearthStore

/// How a coordinator stands.
public struct CoordinatorStatus: Sendable, Codable {
    /// Counts of the whole.
    public struct Counters: Hashable, Sendable, Codable {
        /// The agents the file knows that work for users: the built-in `system`, which registers itself and is always active, isn't
        /// counted here or below.
        public var totalAgents: Int
        /// Those that are active in this process.
        public var activeAgents: Int
        /// Shares across agents that were made, by call and by rule, since the file was made.
        public var crossAgentShares: Int
        /// Calls of this coordinator that read or wrote memories since it was opened.
        public var totalCoordinatedOperations: Int
        /// Upkeep that freed something since the file was made.
        public var resourceOptimizations: Int

        /// Counts.
        public init(
            totalAgents: Int,
            activeAgents: Int,
            crossAgentShares: Int,
            totalCoordinatedOperations: Int,
            resourceOptimizations: Int
        ) {
            self.totalAgents = totalAgents
            self.activeAgents = activeAgents
            self.crossAgentShares = crossAgentShares
            self.totalCoordinatedOperations = totalCoordinatedOperations
            self.resourceOptimizations = resourceOptimizations
        }
    }

    /// Counts of the whole.
    public var coordinator: Counters
    /// Every agent the file knows but `system`, and how it stands in this process.
    public var agents: [AgentID: AgentStatus]
    /// Sync, leases and conflicts.
    public var sync: SyncStatistics
    /// Whether the engine is well.
    public var health: HealthReport
    /// When this was put together.
    public var generatedAt: Date

    /// Assembles a status.
    public init(
        coordinator: Counters,
        agents: [AgentID: AgentStatus],
        sync: SyncStatistics,
        health: HealthReport,
        generatedAt: Date
    ) {
        self.coordinator = coordinator
        self.agents = agents
        self.sync = sync
        self.health = health
        self.generatedAt = generatedAt
    }
}

extension MultiAgentMemoryCoordinator {
    /// How the coordinator, its agents and its store stand.
    public func coordinatorStatus() async throws -> CoordinatorStatus {
        var agents: [AgentID: AgentStatus] = [:]
        for (profile, status) in try store.agentStatuses() where profile.id != AgentProfile.system.id {
            agents[profile.id] = status
        }
        return CoordinatorStatus(
            coordinator: CoordinatorStatus.Counters(
                totalAgents: agents.count,
                activeAgents: agents.values.count { $0 == .active },
                crossAgentShares: try store.crossAgentShares(),
                totalCoordinatedOperations: operations.count,
                resourceOptimizations: 0
            ),
            agents: agents,
            sync: try await store.syncStatistics(),
            health: try await store.healthCheck(),
            generatedAt: Date.now
        )
    }
}

extension MultiAgentMemoryCoordinator {
    /// Recomputes what can be recomputed and compares it with what is stored; findings are values, not errors.
    ///
    /// - Parameter anchor: The anchor of an earlier report, kept outside the file: the audit chain must pass through it.
    public func verify(anchor: String? = nil) async throws -> VerificationReport {
        try await store.verify(anchor: anchor)
    }
}
