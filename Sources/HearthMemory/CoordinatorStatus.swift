public import FoundationEssentials
public import HearthModel
import HearthStore

/// The state of a coordinator.
public struct CoordinatorStatus: Sendable, Codable {
    /// Overall counts.
    public struct Counters: Hashable, Sendable, Codable {
        /// The agents of the file that work for users. The built-in `system`, which registers itself and is always
        /// active, is not counted here or below.
        public var totalAgents: Int
        /// Those that are active in this process.
        public var activeAgents: Int
        /// Shares with other agents, by call and by rule, since the file was made.
        public var crossAgentShares: Int
        /// Calls of this coordinator that read or wrote memories since it was opened.
        public var totalCoordinatedOperations: Int
        /// How often upkeep has freed something since the file was made.
        public var resourceOptimizations: Int

        /// Assembles counts.
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

    /// Overall counts.
    public var coordinator: Counters
    /// Every agent of the file but `system`, and its status in this process.
    public var agents: [AgentID: AgentStatus]
    /// Sync, leases and conflicts.
    public var sync: SyncStatistics
    /// Whether the engine is well.
    public var health: HealthReport
    /// How the exchange with other devices stands; nil where the file exchanges with none.
    public var devices: HubSyncStatus?
    /// When this was assembled.
    public var generatedAt: Date

    /// Assembles a status.
    public init(
        coordinator: Counters,
        agents: [AgentID: AgentStatus],
        sync: SyncStatistics,
        health: HealthReport,
        devices: HubSyncStatus? = nil,
        generatedAt: Date
    ) {
        self.coordinator = coordinator
        self.agents = agents
        self.sync = sync
        self.health = health
        self.devices = devices
        self.generatedAt = generatedAt
    }
}

extension MultiAgentMemoryCoordinator {
    /// The state of the coordinator, its agents and its store.
    public func coordinatorStatus() async throws -> CoordinatorStatus {
        await store.giveWay()
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
                resourceOptimizations: try store.resourceOptimizations()
            ),
            agents: agents,
            sync: try await store.syncStatistics(),
            health: try await store.healthCheck(),
            devices: try store.hubSyncStatus(),
            generatedAt: Date.now
        )
    }
}

extension MultiAgentMemoryCoordinator {
    /// Recomputes what can be recomputed, and compares it with what is stored. Findings are values, not errors. If there
    /// are any, administrators get one notification, unless the store is read-only.
    ///
    /// - Parameter anchor: The anchor of an earlier report, kept outside the file: the audit chain must pass through
    ///   it.
    public func verify(anchor: String? = nil) async throws -> VerificationReport {
        let report = try await store.verify(anchor: anchor)
        await store.raiseAlert(of: report)
        return report
    }
}

extension MultiAgentMemoryCoordinator {
    /// What the memories of a user take up, by owner and type: an administrator's view, or with an agent of what it sees.
    ///
    /// It reads the rows of these memories. Without an agent, when the file has grown or shrunk by a twentieth since the
    /// last time, it also reads every page of the file, which takes some seconds for one of gigabytes. Other calls go on
    /// meanwhile. With an agent the share of the index is estimated from what that agent sees.
    ///
    /// - Parameters:
    ///   - userID: The user; one that the file does not know has no memories.
    ///   - agentID: The agent whose view is counted; nil for every memory of the user.
    /// - Throws: `.invalidArgument`; with an agent `.unknownAgent`, `.agentNotActive`.
    public func memoryAllocation(userID: UserID, agentID: AgentID? = nil) async throws -> MemoryAllocation {
        try await operations.administer { try await $0.allocation(userID: userID, agentID: agentID) }
    }

    /// Reads what metrics say of the file, such as how many memories there are, and gives it to the host's backend of
    /// swift-metrics. Call it before metrics are scraped.
    ///
    /// Without a backend this does nothing. One that was bootstrapped after the store was opened gets nothing.
    public func recordMetrics() async throws {
        try await operations.administer { try await $0.recordMetrics() }
    }
}
