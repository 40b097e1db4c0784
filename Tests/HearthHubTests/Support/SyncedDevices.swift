import HearthMemory
import HearthModel
import TestSupport

@testable import HearthHub

/// Stores that exchange through a hub in memory, by one clock that a test moves.
struct SyncedDevices {
    let hub = MemoryHub()
    var devices: Devices
    var stores: [MultiAgentMemoryCoordinator] = []
    var syncs: [HubSync] = []

    init(_ count: Int = 2) async throws {
        devices = try await Devices(count, over: hub)
        for index in 0..<count {
            var configuration = CoordinatorConfiguration()
            configuration.clock = devices.clock.storeClock
            let store = try await MultiAgentMemoryCoordinator.open(.temporary, configuration: configuration)
            try await store.registerAgent("alden")
            stores.append(store)
            syncs.append(try await HubSync(store, space: devices[index], clock: devices.clock.storeClock))
        }
    }

    /// Lets every device exchange until nothing is new.
    func settle() async throws {
        for _ in 0..<3 {
            for sync in syncs { try await sync.sync() }
            devices.clock.advance(by: .seconds(1))
        }
    }

    @discardableResult
    func store(_ content: String, on index: Int = 0) async throws -> MemoryID {
        try await stores[index].storeAgentMemory(agentID: "alden", userID: "ana", content: content)
    }

    func contents(_ query: String, on index: Int) async throws -> [String] {
        try await stores[index].searchAgentMemories(agentID: "alden", userID: "ana", query: query)
            .map(\.memory.content)
    }

    func status(of index: Int) async throws -> HubSyncStatus? {
        try await stores[index].coordinatorStatus().devices
    }

    /// The reasons of the health report that are about other devices.
    func reasons(of index: Int) async throws -> [String] {
        try await stores[index].syncService.healthCheck().reasons.filter { $0.hasPrefix("devices: ") }
    }

    func notifications(of index: Int) async throws -> [AdministratorNotification] {
        try await stores[index].pendingNotifications()
    }

    /// The numbers of the hub's rows.
    func rows() async -> [HubRow] { hub.rows(of: await devices[0].members.space) }

    func close() async throws {
        for store in stores { try await store.close() }
    }
}
