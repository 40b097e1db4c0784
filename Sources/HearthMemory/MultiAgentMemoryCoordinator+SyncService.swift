public import HearthModel

/// The calls of ``syncService`` that most hosts make, for hosts that keep only the coordinator.
extension MultiAgentMemoryCoordinator {
    /// As ``MemorySyncService/agentMemorySlice(agentID:userID:sessionID:memoryTypes:includeSyncMetadata:limit:after:includesSensitive:filter:)``.
    public func agentMemorySlice(
        agentID: AgentID,
        userID: UserID,
        sessionID: SessionID? = nil,
        memoryTypes: Set<MemoryType> = [],
        includeSyncMetadata: Bool = true,
        limit: Int = 1_000,
        after cursor: SliceCursor? = nil,
        includesSensitive: Bool = true,
        filter: SearchFilter = .init()
    ) async throws -> AgentMemorySlice {
        try await syncService.agentMemorySlice(
            agentID: agentID,
            userID: userID,
            sessionID: sessionID,
            memoryTypes: memoryTypes,
            includeSyncMetadata: includeSyncMetadata,
            limit: limit,
            after: cursor,
            includesSensitive: includesSensitive,
            filter: filter
        )
    }

    /// As ``MemorySyncService/syncAgentMemories(agentID:userID:sessionID:forceSync:)``.
    public func syncAgentMemories(
        agentID: AgentID,
        userID: UserID,
        sessionID: SessionID? = nil,
        forceSync: Bool = false
    ) async throws -> AgentSyncResult {
        try await syncService.syncAgentMemories(
            agentID: agentID,
            userID: userID,
            sessionID: sessionID,
            forceSync: forceSync
        )
    }

    /// As ``MemorySyncService/pendingConflicts(agentID:userID:)``.
    public func pendingConflicts(agentID: AgentID, userID: UserID) async throws -> [SyncConflict] {
        try await syncService.pendingConflicts(agentID: agentID, userID: userID)
    }

    /// As ``MemorySyncService/resolveConflict(conflictID:resolutionStrategy:decision:agentID:)``.
    @discardableResult
    public func resolveConflict(
        conflictID: ConflictID,
        resolutionStrategy: ConflictResolution? = nil,
        decision: ManualDecision? = nil,
        agentID: AgentID = "system"
    ) async throws -> ResolvedConflict {
        try await syncService.resolveConflict(
            conflictID: conflictID,
            resolutionStrategy: resolutionStrategy,
            decision: decision,
            agentID: agentID
        )
    }

    /// As ``MemorySyncService/acquireMemoryLock(memoryID:agentID:lockDuration:waitForLock:timeout:userID:)``.
    public func acquireMemoryLock(
        memoryID: MemoryID,
        agentID: AgentID,
        lockDuration: Duration? = nil,
        waitForLock: Bool = true,
        timeout: Duration = .seconds(30),
        userID: UserID? = nil
    ) async throws -> MemoryLock? {
        try await syncService.acquireMemoryLock(
            memoryID: memoryID,
            agentID: agentID,
            lockDuration: lockDuration,
            waitForLock: waitForLock,
            timeout: timeout,
            userID: userID
        )
    }

    /// As ``MemorySyncService/releaseMemoryLock(memoryID:agentID:force:userID:)``.
    @discardableResult
    public func releaseMemoryLock(
        memoryID: MemoryID,
        agentID: AgentID,
        force: Bool = false,
        userID: UserID? = nil
    ) async throws -> Bool {
        try await syncService.releaseMemoryLock(memoryID: memoryID, agentID: agentID, force: force, userID: userID)
    }

    /// As ``MemorySyncService/withMemoryLock(memoryID:agentID:lockDuration:timeout:userID:isolation:_:)``.
    public func withMemoryLock<R>(
        memoryID: MemoryID,
        agentID: AgentID,
        lockDuration: Duration? = nil,
        timeout: Duration = .seconds(30),
        userID: UserID? = nil,
        isolation: isolated (any Actor)? = #isolation,
        _ body: (MemoryLock) async throws -> R
    ) async throws -> R {
        try await syncService.withMemoryLock(
            memoryID: memoryID,
            agentID: agentID,
            lockDuration: lockDuration,
            timeout: timeout,
            userID: userID,
            isolation: isolation,
            body
        )
    }
}
