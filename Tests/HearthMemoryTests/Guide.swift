import HearthMemory
import Testing

/// The guide that this engine was made from, section by section, in the calls of this library and through nothing else.
@Suite struct Guide {
    private let userID: UserID = "user_123"

    @Test func `every snippet on sync, locking, conflicts, sharing, slices and statistics holds`() async throws {
        let coordinator = try await open()
        let syncService = coordinator.syncService
        let memoryID = try await storeWithSharing(coordinator)
        try await synchronize(memoryID, coordinator)
        try await synchronizeAll(memoryID, coordinator)
        try await lock(memoryID, coordinator)
        try await resolveConflict(coordinator)
        try await slice(syncService)
        try await searchAcrossAgents(coordinator)
        try await statistics(syncService)
        try await status(coordinator)
        try await troubleshoot(memoryID, coordinator)
        try await coordinator.close()
    }

    /// *Initialize Multi-Agent Coordinator*
    private func open() async throws -> MultiAgentMemoryCoordinator {
        var configuration = CoordinatorConfiguration()
        configuration.syncInterval = .seconds(60)
        let coordinator = try await MultiAgentMemoryCoordinator.open(.temporary, configuration: configuration)
        try await coordinator.registerAgent("alden")
        try await coordinator.registerAgent("alice")
        try await coordinator.registerAgent("sentry")
        try await coordinator.registerAgent("mimic")
        return coordinator
    }

    /// *Cross-Agent Memory Sharing*
    private func storeWithSharing(_ coordinator: MultiAgentMemoryCoordinator) async throws -> MemoryID {
        let memoryID = try await coordinator.storeAgentMemory(
            agentID: "alden",
            userID: userID,
            sessionID: "sess_abc",
            content: "User prefers dark mode interface",
            memoryCategory: "preference",
            importanceScore: 0.8,
            shareWithAgents: ["alice", "mimic"]
        )
        for agent in ["alice", "mimic"] as [AgentID] {
            let seen = try await coordinator.memory(memoryID, agentID: agent)
            #expect(seen.content == "User prefers dark mode interface" && seen.version == 1)
        }
        await #expect(throws: MemoryError.self) { try await coordinator.memory(memoryID, agentID: "sentry") }
        let access = try await coordinator.access(to: memoryID, agentID: "alden")
        #expect(access["alice"]?.reason == .explicit && access["mimic"]?.permission == .propose)
        return memoryID
    }

    /// *Memory Synchronization*: one agent
    private func synchronize(_ memoryID: MemoryID, _ coordinator: MultiAgentMemoryCoordinator) async throws {
        let change = MemoryChange(content: "User prefers dark mode interface. Not on the e-reader.")
        let draft = try await coordinator.updateMemory(memoryID, agentID: "alden", change: change)
        #expect(draft.syncStatus == .pending)
        let before = try await coordinator.memory(memoryID, agentID: "alice")
        #expect(before.content == "User prefers dark mode interface")

        let syncResults = try await coordinator.syncService.syncAgentMemories(
            agentID: "alden",
            userID: userID,
            sessionID: "sess_abc",
            forceSync: false
        )
        #expect(syncResults.memoriesProcessed == 1 && syncResults.successfulSyncs == 1)
        #expect(syncResults.conflictsDetected == 0 && syncResults.errors.isEmpty)
        let after = try await coordinator.memory(memoryID, agentID: "alice")
        #expect(after.content == change.content && after.version == 2)
    }

    /// *Memory Synchronization*: all agents
    private func synchronizeAll(_ memoryID: MemoryID, _ coordinator: MultiAgentMemoryCoordinator) async throws {
        try await coordinator.updateMemory(memoryID, agentID: "alice", change: MemoryChange(tags: ["display"]))
        let allResults = try await coordinator.syncAllAgents(userID: userID, forceSync: true)
        #expect(allResults.success && allResults.syncErrors.isEmpty)
        #expect(allResults.agentsSynced == ["alden", "alice", "sentry", "mimic"])
        let alice = try #require(allResults.agentResults["alice"])
        #expect(alice.memoriesProcessed > 0 && alice.successfulSyncs == alice.memoriesProcessed)
        #expect(try await coordinator.memory(memoryID, agentID: "alden").tags == ["display"])
    }

    /// *Memory Locking*
    private func lock(_ memoryID: MemoryID, _ coordinator: MultiAgentMemoryCoordinator) async throws {
        let syncService = coordinator.syncService
        let lockAcquired = try await syncService.acquireMemoryLock(
            memoryID: memoryID,
            agentID: "alden",
            lockDuration: .seconds(5 * 60),
            waitForLock: true
        )
        let lock = try #require(lockAcquired)
        #expect(try await syncService.activeLocks == [lock])
        #expect(try await coordinator.memory(memoryID, agentID: "alice").syncStatus == .locked)
        let change = MemoryChange(importance: 0.9)
        let published = try await coordinator.updateMemory(memoryID, agentID: "alden", change: change, lock: lock)
        #expect(published.importance == 0.9 && published.syncStatus == .synced)
        #expect(try await coordinator.memory(memoryID, agentID: "mimic").importance == 0.9)

        #expect(try await syncService.releaseMemoryLock(memoryID: memoryID, agentID: "alden"))
        #expect(try await syncService.activeLocks.isEmpty)
    }

    /// *Conflict Resolution*: Sentry has its conflicts reviewed by a person, who lets the agents' priorities decide.
    private func resolveConflict(_ coordinator: MultiAgentMemoryCoordinator) async throws {
        let memoryID = try await coordinator.storeAgentMemory(
            agentID: "sentry",
            userID: userID,
            content: "The back door is shut.",
            memoryCategory: "alert"
        )
        for (agent, words) in [("alden", "The back door is locked."), ("sentry", "The back door is open.")] {
            let change = MemoryChange(content: words)
            try await coordinator.updateMemory(memoryID, agentID: AgentID(rawValue: agent), change: change)
        }
        let results = try await coordinator.syncAllAgents(userID: userID)
        #expect(results.conflictsDetected == 1 && results.conflictsResolved == 0)
        let conflict = try #require(try await coordinator.syncService.pendingConflicts.first)
        #expect(conflict.memoryID == memoryID && conflict.versions.count == 2)
        #expect(try await coordinator.memory(memoryID, agentID: "sentry").syncStatus == .conflict)

        let resolved = try await coordinator.syncService.resolveConflict(
            conflictID: conflict.id,
            resolutionStrategy: ConflictResolution.agentPriority
        )
        #expect(resolved.conflictID == conflict.id && resolved.strategy == .agentPriority)
        let memory = try await coordinator.memory(memoryID, agentID: "sentry")
        #expect(memory.content == "The back door is locked." && memory.versionID == resolved.version)
        #expect(try await coordinator.syncService.pendingConflicts.isEmpty)
        let history = try await coordinator.history(of: memoryID, agentID: "sentry")
        #expect(history.contains { $0.content == "The back door is open." })
    }

    /// *Agent Memory Slices*
    private func slice(_ syncService: MemorySyncService) async throws {
        let memorySlice = try await syncService.agentMemorySlice(
            agentID: "alden",
            userID: userID,
            includeSyncMetadata: true
        )
        let totalMemories = memorySlice.statistics.totalMemories
        let lockedMemories = memorySlice.statistics.lockedMemories
        #expect(totalMemories == 2 && lockedMemories == 0)
        #expect(memorySlice.statistics.ownMemories == 1 && memorySlice.statistics.sharedMemories == 1)
        #expect(memorySlice.statistics.syncStatus == [.synced: 2])
        #expect(memorySlice.statistics.memoryTypes == [.episodic: 2])
        #expect(memorySlice.entries.map(\.sync?.isLocked) == [false, false])
        #expect(memorySlice.entries.allSatisfy { $0.sync?.lastSyncAt != nil })
    }

    /// *Search with Cross-Agent Access*
    private func searchAcrossAgents(_ coordinator: MultiAgentMemoryCoordinator) async throws {
        let results = try await coordinator.searchAgentMemories(
            agentID: "alice",
            userID: userID,
            query: "dark mode",
            includeSharedMemories: true,
            searchType: .hybrid
        )
        let result = try #require(results.first)
        #expect(result.isShared && result.sourceAgent == "alden")
        #expect(result.memory.content == "User prefers dark mode interface. Not on the e-reader.")
    }

    /// *Sync Service Statistics*
    private func statistics(_ syncService: MemorySyncService) async throws {
        let stats = try await syncService.syncStatistics()
        #expect(stats.service.totalSyncs == 9 && stats.service.successfulSyncs == 9)
        #expect(stats.service.conflictsDetected == 1 && stats.service.conflictsResolved == 1)
        #expect(stats.service.locksAcquired == 1 && stats.service.locksReleased == 1)
        #expect(stats.activeLocks.count == 0)
        #expect(stats.pendingConflicts.count == 0)
        #expect(stats.recentOperations.last24h == 9 && stats.recentOperations.failed == 0)
    }

    /// *Coordinator Status*
    private func status(_ coordinator: MultiAgentMemoryCoordinator) async throws {
        let status = try await coordinator.coordinatorStatus()
        #expect(status.coordinator.activeAgents == 4)
        #expect(status.coordinator.crossAgentShares > 0)
        #expect(status.coordinator.totalCoordinatedOperations > 0)
        #expect(status.health.status == .healthy)
    }

    /// *Debug Commands*
    private func troubleshoot(_ memoryID: MemoryID, _ coordinator: MultiAgentMemoryCoordinator) async throws {
        let syncService = coordinator.syncService
        let forced = try await syncService.syncAgentMemories(agentID: "alden", userID: userID, forceSync: true)
        #expect(forced.memoriesProcessed == 2 && forced.successfulSyncs == 2)

        _ = try #require(try await syncService.acquireMemoryLock(memoryID: memoryID, agentID: "alden"))
        for lock in try await syncService.activeLocks {
            try await syncService.releaseMemoryLock(memoryID: lock.memoryID, agentID: "system", force: true)
        }
        #expect(try await syncService.activeLocks.isEmpty)
    }

    /// *Sharing Rules*: what a category opens to whom, with nothing shared by call.
    @Test(
        arguments: [
            ("alden", "user_preferences", ["alice", "mimic"]),
            ("mimic", "system_knowledge", ["alden", "alice", "sentry"]),
            ("sentry", "security_alerts", ["alden"]),
            ("alice", "behavioral_patterns", ["alden", "mimic"]),
            ("alice", "preference", ["alden", "mimic"]),
            ("alice", "incident", ["alden", "sentry"]),
            ("mimic", "analysis", ["alden", "alice"]),
            ("alden", "personal_conversations", []), ("alden", "private_tasks", []),
            ("alice", "analysis_internals", []), ("alice", "cognitive_models", []),
            ("sentry", "security_credentials", []), ("sentry", "incident_details", []),
            ("mimic", "persona_templates", []), ("mimic", "style_adaptations", []),
        ] as [(AgentID, MemoryCategory, [AgentID])]
    )
    func `a category is seen by those it is meant for`(
        owner: AgentID,
        category: MemoryCategory,
        viewers: [AgentID]
    ) async throws {
        let coordinator = try await open()
        let id = try await coordinator.storeAgentMemory(
            agentID: owner,
            userID: userID,
            content: "What is known",
            memoryCategory: category
        )
        for agent in AgentProfile.hearthlink.map(\.id) where agent != owner {
            let seen = try await coordinator.memories([id], agentID: agent)
            #expect(!seen.isEmpty == viewers.contains(agent), "\(agent) and \(category.rawValue) of \(owner)")
        }
        try await coordinator.close()
    }
}
