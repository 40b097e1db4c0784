import Foundation
import HearthMemory
import TestSupport
import Testing

/// Every call that hosts compile against, with the labels and result types that they rely on.
@Suite(.timeLimit(.minutes(60))) struct PublicCalls {
    private let user: UserID = "user_123"

    @Test func `memories are stored, read, edited, shared and found by the calls that hosts know`() async throws {
        let coordinator: MultiAgentMemoryCoordinator = try await .open(.temporary)
        coordinator.start()
        try await coordinator.registerAgent("alden", profile: nil)
        try await coordinator.registerAgents(["alice", "sentry", "mimic"])
        try await coordinator.setStatus(.active, of: "alden")
        let session: SessionID = try await coordinator.createSession(userID: user, agentID: "alden", name: "Talk")
        let id: MemoryID = try await coordinator.storeAgentMemory(
            agentID: "alden",
            userID: user,
            sessionID: session,
            content: "Tea at four.",
            memoryType: .semantic,
            memoryCategory: .preference,
            tags: ["tea"],
            importanceScore: 0.5,
            shareWithAgents: ["alice"],
            metadata: ["a": "b"],
            isSensitive: false,
            expiresAt: nil
        )
        let more: [MemoryID] = try await coordinator.storeAgentMemories(
            agentID: "alden",
            userID: user,
            sessionID: session,
            [MemoryDraft(content: "Jam."), MemoryDraft(content: "Milk.")],
            shareWithAgents: []
        )
        let memory: Memory = try await coordinator.memory(id, agentID: "alden", userID: user)
        #expect(memory.agentID == "alden" && memory.userID == user && memory.sessionID == session)
        #expect(memory.type == .semantic && memory.category == .preference && memory.tags == ["tea"])
        #expect(memory.metadata == ["a": "b"] && memory.importance == 0.5 && memory.confidence == 0.8)
        #expect(memory.version == 1 && memory.syncStatus == .synced && memory.checksum.count == 64)
        #expect(!memory.isSensitive && memory.expiresAt == nil && memory.parentID == nil)
        #expect(memory.createdAt <= memory.updatedAt)
        _ = (memory.lastAccessedAt, memory.accessCount, memory.versionID) as (Date?, Int, VersionID)
        let page = try await coordinator.memories(
            agentID: "alden",
            userID: user,
            filter: .init(),
            includeSharedMemories: true,
            limit: 2,
            after: nil
        )
        let cursor: SliceCursor? = page.next
        #expect(page.memories.count == 2 && cursor != nil)
        #expect(try await coordinator.memories(more, agentID: "alden").map(\.id) == more)
        var edited: Memory = try await coordinator.updateMemory(
            id,
            agentID: "alden",
            change: MemoryChange(content: "Tea at five."),
            lock: nil,
            ifVersion: 1,
            userID: user
        )
        try await coordinator.discardDraft(of: id, agentID: "alden")
        edited = try await coordinator.publishMemory(
            id,
            agentID: "alden",
            change: MemoryChange(content: "Tea at six."),
            ifVersion: 1,
            userID: user,
            timeout: .seconds(30)
        )
        #expect(edited.version == 2)
        let history: [MemoryVersion] = try await coordinator.history(of: id, agentID: "alden")
        let first = try #require(history.first)
        #expect(first.memoryID == id && first.number == 1 && first.parents == [] && first.author == "alden")
        #expect(first.content == "Tea at four." && first.category == .preference && first.tags == ["tea"])
        #expect(
            first.importance == 0.5 && first.metadata == ["a": "b"] && !first.isDeleted && first.checksum.count == 64
        )
        #expect(first.createdAt <= Date.now)
        edited = try await coordinator.rollbackMemory(id, to: first.id, agentID: "alden")
        try await coordinator.shareMemory(id, agentID: "alden", with: ["sentry"], permission: .read)
        let access: [AgentID: SharingContext] = try await coordinator.access(to: id, agentID: "alden")
        #expect(access["sentry"]?.permission == .read)
        try await coordinator.revokeShare(id, agentID: "alden", from: ["sentry"])
        try await found(in: coordinator, session: session)
        try await coordinator.deleteMemory(more[0], agentID: "alden", lock: nil, userID: user)
        edited = try await coordinator.restoreMemory(more[0], agentID: "alden")
        #expect(edited.content == "Jam.")
        try await coordinator.eraseMemory(more[1], agentID: "alden")
        try await coordinator.endSession(session, userID: nil)
        try await coordinator.eraseUser(user, agentID: "system")
        try await coordinator.close()
        try await coordinator.close()
    }

    private func found(in coordinator: MultiAgentMemoryCoordinator, session: SessionID) async throws {
        let results: [MemorySearchResult] = try await coordinator.searchAgentMemories(
            agentID: "alice",
            userID: user,
            query: "tea",
            sessionID: session,
            includeSharedMemories: true,
            searchType: .hybrid,
            filter: .init(),
            limit: 10
        )
        let best = try #require(results.first)
        #expect(best.memory.content == "Tea at four." && best.isShared && best.sourceAgent == "alden")
        #expect((0...1).contains(best.score) && best.sharing?.reason == .explicit && best.snippet.contains("Tea"))
        let parts = best.components
        for part in [parts.keyword, parts.semantic, parts.context, parts.recency, parts.importance] {
            #expect(part.map { (0...1).contains($0) } ?? true)
        }
        let context: MemoryContext = try await coordinator.context(
            agentID: "alice",
            userID: user,
            query: "tea",
            sessionID: session,
            includeSharedMemories: true,
            filter: .init(),
            budget: 100,
            countTokens: { $0.count / 4 }
        )
        #expect(context.text.contains("Tea") && context.results.count == 1 && context.tokens > 0 && !context.isEstimate)
        let changes: AsyncStream<MemoryEvent> = coordinator.changes(agentID: "alice", userID: user)
        let notifications: AsyncStream<AdministratorNotification> = coordinator.notifications
        _ = (changes, notifications)
    }

    @Test func `sync, leases, conflicts and slices go by the calls that hosts know`() async throws {
        let coordinator = try await household()
        let service: MemorySyncService = coordinator.syncService
        let id = try await coordinator.storeAgentMemory(
            agentID: "sentry",
            userID: user,
            content: "Shut.",
            shareWithAgents: ["alden"]
        )
        let lock: MemoryLock? = try await service.acquireMemoryLock(
            memoryID: id,
            agentID: "sentry",
            lockDuration: .seconds(60),
            waitForLock: false,
            timeout: .seconds(30)
        )
        let held = try #require(lock)
        #expect(held.memoryID == id && held.agentID == "sentry" && held.fencingToken == 1)
        #expect(held.acquiredAt < held.expiresAt)
        let renewed: MemoryLock = try await service.renewMemoryLock(held, lockDuration: nil)
        #expect(try await service.activeLocks == [renewed])
        #expect(try await service.releaseMemoryLock(memoryID: id, agentID: "sentry", force: false))
        #expect(try await service.releaseAllLocks(agentID: "system") == 0)
        let text: String = try await service.withMemoryLock(
            memoryID: id,
            agentID: "sentry",
            lockDuration: nil,
            timeout: .seconds(30)
        ) { lock in "\(lock.agentID)" }
        #expect(text == "sentry")
        try await coordinator.updateMemory(id, agentID: "alden", change: MemoryChange(content: "Locked."))
        try await coordinator.updateMemory(id, agentID: "sentry", change: MemoryChange(content: "Open."))
        let synced: AgentSyncResult = try await service.syncAgentMemories(
            agentID: "alden",
            userID: user,
            sessionID: nil,
            forceSync: true
        )
        #expect(synced.agentID == "alden" && synced.userID == user && synced.errors == [])
        #expect(synced.memoriesProcessed == 1 && synced.successfulSyncs == 1 && synced.duration >= .zero)
        let all: CoordinatedSyncResult = try await coordinator.syncAllAgents(userID: user, forceSync: false)
        #expect(all.success && all.conflictsDetected == 1 && all.conflictsResolved == 0 && all.syncErrors == [])
        #expect(all.agentResults["sentry"]?.conflictsPending == 1 && all.agentsSynced.contains("sentry"))
        #expect(all.userID == user && all.totalMemoriesProcessed == 1 && all.duration >= .zero)
        let slice: AgentMemorySlice = try await service.agentMemorySlice(
            agentID: "sentry",
            userID: user,
            sessionID: nil,
            memoryTypes: [],
            includeSyncMetadata: true,
            limit: 1_000,
            after: nil
        )
        #expect(slice.agentID == "sentry" && slice.userID == user && slice.sessionID == nil && slice.next == nil)
        let entry: SliceEntry = try #require(slice.entries.first)
        let metadata: SyncMetadata = try #require(entry.sync)
        #expect(!metadata.isLocked && metadata.lockHolder == nil && metadata.hasConflict && metadata.lastSyncAt != nil)
        let counts: SliceStatistics = slice.statistics
        #expect(
            counts.totalMemories == 1 && counts.memoryTypes == [.episodic: 1] && counts.syncStatus == [.conflict: 1]
        )
        #expect(counts.lockedMemories == 0 && counts.conflictedMemories == 1)
        #expect(counts.ownMemories == 1 && counts.sharedMemories == 0 && slice.generatedAt <= Date.now)
        let conflicts: [SyncConflict] = try await service.pendingConflicts
        let conflict = try #require(conflicts.first)
        #expect(conflict.kind == .content && conflict.agents.count == 2 && conflict.strategy == .manualReview)
        #expect(conflict.base?.content == "Shut." && conflict.versions.count == 2 && conflict.createdAt <= Date.now)
        #expect(try await service.pendingConflicts(agentID: "sentry", userID: user) == conflicts)
        let resolved: ResolvedConflict = try await service.resolveConflict(
            conflictID: conflict.id,
            resolutionStrategy: nil,
            decision: .content("Ajar."),
            agentID: "sentry"
        )
        #expect(resolved.conflictID == conflict.id && resolved.memoryID == id && resolved.strategy == .manualReview)
        #expect(try await coordinator.memory(id, agentID: "alden").versionID == resolved.version)
        #expect(resolved.resolvedAt <= Date.now)
        try await coordinator.close()
    }

    @Test func `administration goes by the calls that hosts know`() async throws {
        let directory = try TemporaryDirectory()
        let coordinator = try await household(.file(directory.file("a.hearth")))
        try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: "Tea.")
        let statistics: SyncStatistics = try await coordinator.syncService.syncStatistics()
        #expect(statistics.service.totalSyncs == 0 && statistics.service.successfulSyncs == 0)
        #expect(statistics.service.conflictsDetected == 0 && statistics.service.conflictsResolved == 0)
        #expect(statistics.service.locksAcquired == 0 && statistics.service.locksReleased == 0)
        #expect(statistics.service.averageSyncTime == .zero)
        #expect(statistics.activeLocks.count == 0 && statistics.activeLocks.locks == [])
        #expect(statistics.pendingConflicts.count == 0 && statistics.pendingConflicts.conflicts == [])
        #expect(statistics.recentOperations.last24h == 0 && statistics.recentOperations.failed == 0)
        #expect(statistics.recentOperations.successful == 0)
        let health: HealthReport = try await coordinator.syncService.healthCheck()
        #expect(health.status == .healthy && health.reasons == [])
        let status: CoordinatorStatus = try await coordinator.coordinatorStatus()
        #expect(status.agents["alden"] == .active && status.coordinator.activeAgents >= 4)
        #expect(status.coordinator.totalAgents >= 4 && status.coordinator.crossAgentShares == 0)
        #expect(status.coordinator.totalCoordinatedOperations >= 1 && status.coordinator.resourceOptimizations >= 0)
        _ = (status.sync, status.health, status.generatedAt) as (SyncStatistics, HealthReport, Date)
        let allocation: MemoryAllocation = try await coordinator.memoryAllocation(userID: user, agentID: nil)
        #expect(allocation.totalMemories == 1 && allocation.agentBreakdown == ["alden": 1])
        #expect(allocation.typeBreakdown == [.episodic: 1] && allocation.storageUtilizationMB > 0)
        _ = (allocation.lastCleanup, allocation.nextCleanup) as (Date?, Date?)
        let report: MaintenanceReport = try await coordinator.maintain(dryRun: true)
        _ = report
        try await coordinator.backup(to: directory.file("b.hearth"), progress: nil)
        let path = directory.file("c.jsonl")
        #expect(try await coordinator.exportMemories(userID: nil, includeSensitive: false, to: path) == 1)
        let imported: ImportReport = try await coordinator.importMemories(from: path, progress: nil)
        _ = imported
        let verified: VerificationReport = try await coordinator.verify(anchor: nil)
        _ = verified
        await expect(.keyUnavailable) { () async throws -> KeyRotationReport in try await coordinator.rotateKeys() }
        try await coordinator.close()
    }

    @Test func `calls that name a user refuse another's memory of that name`() async throws {
        let coordinator = try await household()
        let id = try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: "Tea.")
        let stranger: UserID = "user_456"
        let service = coordinator.syncService
        let change = MemoryChange(content: "Jam.")
        let version = try await coordinator.memory(id, agentID: "alden").versionID
        let calls: [() async throws -> Void] = [
            { _ = try await coordinator.memory(id, agentID: "alden", userID: stranger) },
            { try await coordinator.updateMemory(id, agentID: "alden", change: change, userID: stranger) },
            { try await coordinator.publishMemory(id, agentID: "alden", change: change, userID: stranger) },
            { try await coordinator.deleteMemory(id, agentID: "alden", userID: stranger) },
            { try await coordinator.discardDraft(of: id, agentID: "alden", userID: stranger) },
            { try await coordinator.restoreMemory(id, agentID: "alden", userID: stranger) },
            { try await coordinator.eraseMemory(id, agentID: "alden", userID: stranger) },
            { _ = try await coordinator.history(of: id, agentID: "alden", userID: stranger) },
            { try await coordinator.rollbackMemory(id, to: version, agentID: "alden", userID: stranger) },
            { try await coordinator.shareMemory(id, agentID: "alden", with: ["alice"], userID: stranger) },
            { try await coordinator.revokeShare(id, agentID: "alden", from: ["alice"], userID: stranger) },
            { _ = try await coordinator.access(to: id, agentID: "alden", userID: stranger) },
            { _ = try await coordinator.similar(to: id, agentID: "alden", userID: stranger) },
            { _ = try await service.acquireMemoryLock(memoryID: id, agentID: "alden", userID: stranger) },
            { try await service.releaseMemoryLock(memoryID: id, agentID: "alden", userID: stranger) },
            { try await service.withMemoryLock(memoryID: id, agentID: "alden", userID: stranger) { _ in } },
        ]
        for (place, call) in calls.enumerated() {
            await #expect("call \(place)") { try await call() } throws: {
                ($0 as? MemoryError)?.code == .memoryNotFound
            }
        }
        #expect(try await coordinator.memory(id, agentID: "alden", userID: user).content == "Tea.")
        try await coordinator.close()
    }
}
