public import HearthModel
import HearthStore

/// The memory of several agents in one file: it stores, shares and finds memories, and keeps agents and users apart.
///
/// ```swift
/// let coordinator = try await MultiAgentMemoryCoordinator.open("memory.db")
/// try await coordinator.registerAgent("alden")
/// try await coordinator.storeAgentMemory(
///     agentID: "alden", userID: "user_123", content: "Prefers the window seat", memoryCategory: .preference)
/// let found = try await coordinator.searchAgentMemories(agentID: "alden", userID: "user_123", query: "seats")
/// try await coordinator.close()
/// ```
///
/// Every call throws `MemoryError`; a call that names an agent throws `.unknownAgent` or `.agentNotActive` where the
/// agent is not registered. What a call writes is durable when it returns, as ``CoordinatorConfiguration/durability``
/// says.
public final class MultiAgentMemoryCoordinator: Sendable {
    let store: MemoryStore
    let operations: HostOperations
    /// Leases, sync, conflicts and slices.
    public let syncService: MemorySyncService

    let configuration: CoordinatorConfiguration
    let background: BackgroundSync

    var searchTuning: SearchTuning { configuration.searchTuning }

    private init(store: MemoryStore, configuration: CoordinatorConfiguration) {
        self.store = store
        self.configuration = configuration
        operations = HostOperations(store, tracer: HostOperations.tracerOfHost())
        syncService = MemorySyncService(store: store, operations: operations, configuration: configuration)
        background = BackgroundSync(store: store, configuration: configuration)
    }

    deinit {
        background.abandon()
    }

    /// Opens a store, and makes the file if there is none.
    ///
    /// Afterwards the agents that the configuration or the file lists are known. They are inactive until they are
    /// registered; `system` is active.
    ///
    /// - Throws: `.notAHearthStore`, `.schemaTooNew`, `.storeReadOnly`, `.storeBusy`, `.storeCorrupt`,
    ///   `.storeUnavailable`, `.invalidConfiguration`, `.invalidArgument` for an invalid profile or policy.
    public static func open(
        _ location: StoreLocation,
        configuration: CoordinatorConfiguration = .init()
    ) async throws -> MultiAgentMemoryCoordinator {
        try configuration.validate()
        var options = StoreOptions()
        options.durability = configuration.durability
        options.isReadOnly = configuration.isReadOnly
        options.embedder = configuration.embedder
        options.keyProvider = configuration.keyProvider
        options.requiresRegistration = true
        options.clock = configuration.clock
        options.defaultResolution = configuration.defaultResolution
        options.busyTimeout = configuration.busyTimeout
        options.maintenance = configuration.maintenance
        options.agents = configuration.agents ?? configuration.initialAgents ?? AgentProfile.hearthlink
        options.logger = configuration.logger
        options.sharing = configuration.sharing ?? configuration.initialSharing ?? .hearthlink
        let store = try await MemoryStore.open(location, options: options)
        try await store.closingOnFailure { try await store.adopt(configuration) }
        return MultiAgentMemoryCoordinator(store: store, configuration: configuration)
    }

    /// Ends background work after its present step, finishes what was begun, checkpoints and closes the file; closing again
    /// is no error.
    public func close() async throws {
        await background.close()
        try await store.close()
    }
}

extension MemoryStore {
    /// Writes what the configuration gives into the file, where the file holds something else.
    fileprivate func adopt(_ configuration: CoordinatorConfiguration) async throws {
        guard !isReadOnly else { return }
        if let sharing = configuration.sharing, try sharingPolicy() != sharing { try await setSharingPolicy(sharing) }
        let held = Dictionary(uniqueKeysWithValues: try agents().map { ($0.id, $0) })
        var wanted = held
        for profile in configuration.agents ?? [] { wanted[profile.id] = profile }
        try configuration.requireRetentionVariables(toFit: wanted.keys + AgentProfile.builtIn.map(\.id))
        for agent in wanted.keys {
            if let retention = configuration.retention(of: agent) { wanted[agent]?.retention = retention }
        }
        let changed = wanted.values.filter { held[$0.id] != $0 }.sorted { $0.id < $1.id }
        if !changed.isEmpty { try await setProfiles(changed) }
    }
}
