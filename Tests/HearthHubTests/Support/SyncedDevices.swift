import Foundation
import HearthMemory
import HearthModel
import HearthSQLite
import TestSupport

@testable import HearthHub

/// Stores that exchange through a hub in memory, by one clock that a test moves.
struct SyncedDevices {
    let hub = MemoryHub()
    var devices: Devices
    /// What seals the sensitive memories of each device; nil for one that has nothing to seal with.
    var providers: [MemoryKeyProvider?] = []
    var directories: [TemporaryDirectory] = []
    var stores: [MultiAgentMemoryCoordinator] = []
    var syncs: [HubSync] = []

    /// - Parameter keyless: The number of a device that has nothing to seal with.
    init(_ count: Int = 2, keyless: Int? = nil) async throws {
        devices = try await Devices(count, over: hub)
        for index in 0..<count {
            providers.append(index == keyless ? nil : MemoryKeyProvider())
            directories.append(try TemporaryDirectory())
            let store = try await open(index)
            stores.append(store)
            syncs.append(try await HubSync(store, space: devices[index], clock: devices.clock.storeClock))
        }
    }

    func open(_ index: Int) async throws -> MultiAgentMemoryCoordinator {
        var configuration = CoordinatorConfiguration()
        configuration.clock = devices.clock.storeClock
        configuration.keyProvider = providers[index]
        let path = directories[index].file("store.db")
        let store = try await MultiAgentMemoryCoordinator.open(.file(path), configuration: configuration)
        try await store.registerAgent("alden")
        return store
    }

    /// Opens a store anew, with something to seal with.
    mutating func reopenWithKeys(_ index: Int) async throws {
        providers[index] = MemoryKeyProvider()
        try await reopen(index)
    }

    /// Opens a store and its exchange anew, as after the end of its process.
    mutating func reopen(_ index: Int) async throws {
        try await stores[index].close()
        stores[index] = try await open(index)
        syncs[index] = try await HubSync(stores[index], space: devices[index], clock: devices.clock.storeClock)
    }

    /// Lets a store exchange as another device, which joins by an invitation of the first one.
    mutating func rejoin(_ index: Int) async throws {
        let space = try await devices.add()
        syncs[index] = try await HubSync(stores[index], space: space, clock: devices.clock.storeClock)
    }

    /// Changes the file of a store behind its back, as a failing disk does.
    mutating func damage(_ index: Int, _ statement: String) async throws {
        try await stores[index].close()
        try connection(to: index).execute(statement)
        try await reopen(index)
    }

    /// What a statement counts in the file of a store.
    func count(_ statement: StaticString, on index: Int) throws -> Int? {
        try connection(to: index).first(statement, as: { $0.int(0) })
    }

    private func connection(to index: Int) throws -> Connection {
        try Connection(opening: directories[index].file("store.db"), flags: 2)  // SQLITE_OPEN_READWRITE
    }

    /// Lets every device exchange until nothing is new.
    func settle() async throws {
        for _ in 0..<3 {
            for sync in syncs { try await sync.sync() }
            devices.clock.advance(by: .seconds(1))
        }
    }

    /// Publishes another text of a memory on each device, without an exchange in between.
    func editApart(_ id: MemoryID, _ contents: [String]) async throws {
        for (index, content) in contents.enumerated() {
            devices.clock.advance(by: .seconds(1))
            _ = try await stores[index]
                .publishMemory(id, agentID: "alden", change: MemoryChange(content: content), userID: "ana")
        }
    }

    /// Whether the file of a store or its log has some bytes.
    func files(of index: Int, hold text: String) throws -> Bool {
        try ["", "-wal"]
            .contains { suffix in
                let url = URL(filePath: directories[index].file("store.db" + suffix))
                return try Data(contentsOf: url).range(of: Data(text.utf8)) != nil
            }
    }

    @discardableResult
    func store(_ content: String, isSensitive: Bool = false, on index: Int = 0) async throws -> MemoryID {
        let draft = MemoryDraft(content: content, isSensitive: isSensitive)
        return try await stores[index].storeAgentMemory(agentID: "alden", userID: "ana", draft)
    }

    func contents(_ query: String, on index: Int) async throws -> [String] {
        try await stores[index].searchAgentMemories(agentID: "alden", userID: "ana", query: query)
            .map(\.memory.content)
    }

    /// What a search finds on each device.
    func contents(_ query: String) async throws -> [[String]] {
        var found: [[String]] = []
        for index in stores.indices { found.append(try await contents(query, on: index)) }
        return found
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
