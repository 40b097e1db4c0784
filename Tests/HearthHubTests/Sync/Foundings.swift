import HearthMemory
import HearthModel
import TestSupport
import Testing

@testable import HearthHub

/// Whose policy and profiles are those of a space.
@Suite struct Foundings {
    /// What the policy of each device seals.
    private func sealed(_ synced: SyncedDevices) async throws -> [Set<MemoryCategory>] {
        var all: [Set<MemoryCategory>] = []
        for store in synced.stores { all.append(try await store.sharingPolicy().sealedCategories) }
        return all
    }

    private func seal(_ category: MemoryCategory, on store: MultiAgentMemoryCoordinator) async throws {
        var policy = try await store.sharingPolicy()
        policy.sealedCategories = [category]
        try await store.setSharingPolicy(policy)
    }

    @Test(arguments: [true, false])
    func `a founder's store that is new or an older one takes over the policy of its space`(
        ledgerIsLost: Bool
    ) async throws {
        var synced = try await SyncedDevices()
        try await synced.settle()
        try await seal("letters", on: synced.stores[1])
        try await synced.settle()
        #expect(try await sealed(synced) == [["letters"], ["letters"]])

        // As after the store was deleted, or put back from a backup of before the hub.
        try await synced.replaceStore(0)
        if ledgerIsLost { _ = synced.devices.storages[0].changeLedger { _ in [] } }
        synced.devices.clock.advance(by: .seconds(1))
        try await synced.restart(0)
        try await synced.settle()
        #expect(try await sealed(synced) == [["letters"], ["letters"]])
        try await synced.close()
    }

    @Test func `a device's file of an earlier release founds no space that it has exchanged with`() async throws {
        var synced = try await SyncedDevices()
        try await synced.settle()
        try await seal("letters", on: synced.stores[1])
        try await synced.settle()
        _ = try synced.devices.storages[0].update { $0.hasFounded = false }
        try await synced.replaceStore(0)
        synced.devices.clock.advance(by: .seconds(1))
        try await synced.restart(0)
        try await synced.settle()
        #expect(try await sealed(synced) == [["letters"], ["letters"]])
        try await synced.close()
    }

    @Test func `the policy of the first device holds though another one exchanged before it`() async throws {
        let devices = try await Devices(2)
        var stores: [MultiAgentMemoryCoordinator] = []
        for category: MemoryCategory in ["letters", "recipes"] {
            let store = try await MultiAgentMemoryCoordinator.open(.inMemory)
            try await seal(category, on: store)
            stores.append(store)
        }
        for index in [1, 0, 1, 0] {
            let sync = try await HubSync(stores[index], space: devices[index], clock: devices.clock.storeClock)
            try await sync.sync()
        }
        for store in stores {
            #expect(try await store.sharingPolicy().sealedCategories == ["letters"])
            try await store.close()
        }
    }
}

extension SyncedDevices {
    /// Puts an empty store in the place of a device's. The device is the same.
    fileprivate mutating func replaceStore(_ index: Int) async throws {
        try await stores[index].close()
        directories[index] = try TemporaryDirectory()
        stores[index] = try await open(index)
    }

    /// Begins the exchange anew, as a process does that reads the device's file.
    fileprivate mutating func restart(_ index: Int) async throws {
        let space = try devices.reopened(index)
        syncs[index] = try await HubSync(stores[index], space: space, clock: devices.clock.storeClock)
    }
}
