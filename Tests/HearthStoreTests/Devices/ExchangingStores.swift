import TestSupport

@testable import HearthModel
@testable import HearthStore

/// Stores, each with a clock of its own, that exchange through a hub when a test says so.
final class ExchangingStores {
    private(set) var stores: [MemoryStore] = []
    private(set) var clocks: [TestClock] = []
    private var directories: [TemporaryDirectory] = []
    let hub = ListedHub()

    /// Opens a store, which joins the space.
    ///
    /// - Parameters:
    ///   - lead: How far its clock is ahead.
    ///   - isAlone: Whether it joins later, by ``join(_:)``.
    ///   - hasKeys: Whether it has something to seal sensitive memories with.
    @discardableResult
    func open(ahead lead: Duration = .zero, isAlone: Bool = false, hasKeys: Bool = true) async throws -> MemoryStore {
        let (clock, directory) = (TestClock(), try TemporaryDirectory())
        clock.advance(by: lead)
        let store = try await Self.open(directory, clock, hasKeys: hasKeys)
        if !isAlone { try await join(store) }
        stores.append(store)
        clocks.append(clock)
        directories.append(directory)
        return store
    }

    private static func open(
        _ directory: TemporaryDirectory,
        _ clock: TestClock,
        hasKeys: Bool
    ) async throws -> MemoryStore {
        var options = StoreOptions()
        options.agents = AgentProfile.hearthlink
        options.embedder = nil
        if hasKeys { options.keyProvider = MemoryKeyProvider() }
        options.clock = clock.storeClock
        return try await MemoryStore.open(.file(directory.file("store.db")), options: options)
    }

    /// Gives a device a key provider, which it had not.
    func giveKeys(toStore number: Int) async throws -> MemoryStore {
        try await stores[number].close()
        stores[number] = try await Self.open(directories[number], clocks[number], hasKeys: true)
        return stores[number]
    }

    func join(_ store: MemoryStore) async throws {
        try await store.joinSpace("space", isFounding: hub.records.isEmpty)
    }

    func send(_ store: MemoryStore) async throws {
        while true {
            let outgoing = try await store.outgoingRecords()
            guard !outgoing.entries.isEmpty else { return }
            hub.publish(outgoing.records)
            try await store.markSent(outgoing)
        }
    }

    @discardableResult
    func receive(_ store: MemoryStore) async throws -> TakeoverReport {
        let held = try store.heldRows(atMost: 10_000)
            .map { ReceivedRecord(position: $0.position, sealed: $0.sealed, record: hub.record(at: $0.position)) }
        let fresh = hub.fetch(after: try store.deviceCursor(), atMost: 10_000)
        return try await store.takeOver(held + fresh, cursor: fresh.last?.position)
    }

    /// Each in turn sends and receives, until nothing is new.
    func exchange() async throws {
        var count = -1
        while count != hub.records.count {
            count = hub.records.count
            for store in stores {
                try await send(store)
                try await receive(store)
            }
        }
    }

    func advance(by duration: Duration) {
        for clock in clocks { clock.advance(by: duration) }
    }

    func states() throws -> [DeviceState] { try stores.map { try DeviceState($0) } }

    func close() async throws {
        for store in stores { try await store.close() }
    }
}

extension MemoryStore {
    /// What alden finds of a user, in order.
    func contents(of user: UserID) async throws -> [String] {
        try await slice(of: "alden", userID: user).entries.map(\.memory.content).sorted()
    }
}
