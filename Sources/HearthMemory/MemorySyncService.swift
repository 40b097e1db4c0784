public import HearthModel
import HearthStore

/// Sync, leases, conflicts, slices, statistics and health.
public final class MemorySyncService: Sendable {
    let store: MemoryStore
    let operations: HostOperations
    let configuration: CoordinatorConfiguration

    init(store: MemoryStore, operations: HostOperations, configuration: CoordinatorConfiguration) {
        self.store = store
        self.operations = operations
        self.configuration = configuration
    }

    /// Everything that an agent sees of a user's memories: a page of them, newest first, and counts over the whole
    /// slice.
    ///
    /// - Parameters:
    ///   - agentID: The agent that looks.
    ///   - userID: The user.
    ///   - sessionID: Narrows the slice, counts included, to a session.
    ///   - memoryTypes: Narrows the slice, counts included, to these types; empty means all.
    ///   - includeSyncMetadata: Whether the entries have their sync state.
    ///   - limit: How many entries at most, 1…10,000.
    ///   - cursor: Where the last page ended; nil begins with the newest memory.
    ///   - includesSensitive: Whether sensitive memories are in the slice. With any on the page it takes a key, or else
    ///     throws `.keyUnavailable`.
    ///   - filter: Narrows the slice, counts included, to what passes.
    /// - Throws: `.unknownAgent`, `.agentNotActive`; `.invalidArgument` for an invalid identifier, or a limit out of
    ///   its range.
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
        try await operations.perform { store in
            try await store.slice(
                of: agentID,
                userID: userID,
                sessionID: sessionID,
                memoryTypes: memoryTypes,
                filter: filter,
                includesSensitive: includesSensitive,
                includeSyncMetadata: includeSyncMetadata,
                limit: limit,
                after: cursor
            )
        }
    }

    /// Totals of syncs, leases and conflicts, and their present state: an administrator's view over all users.
    public func syncStatistics() async throws -> SyncStatistics {
        try await operations.administer { try await $0.syncStatistics() }
    }

    /// Whether the engine is well, and what to do where it is not.
    public func healthCheck() async throws -> HealthReport {
        try await operations.administer { try await $0.healthCheck() }
    }
}
