import Crypto
import HearthModel
import TestSupport
import Testing

@testable import HearthHub

/// Devices of one space over one hub, each with a state in memory.
struct Devices {
    let hub: any Hub
    let clock = TestClock()
    private(set) var spaces: [Space] = []
    private(set) var storages: [MemoryDeviceStorage] = []

    subscript(index: Int) -> Space { spaces[index] }

    /// Founds a space and lets others join.
    init(_ count: Int, over hub: any Hub = MemoryHub()) async throws {
        self.hub = hub
        let storage = MemoryDeviceStorage()
        storages.append(storage)
        spaces.append(try await Space.found(name: "device 0", hub: hub, storage: storage, clock: clock.storeClock))
        for _ in 1..<max(1, count) { try await add() }
    }

    /// Lets another device join by an invitation of one that belongs to the space.
    @discardableResult
    mutating func add(invitedBy inviter: Int = 0) async throws -> Space {
        clock.advance(by: .seconds(1))
        let code = try await spaces[inviter].invite(address: "")
        let storage = MemoryDeviceStorage()
        let space = try await Space.join(
            code,
            name: "device \(spaces.count)",
            hub: hub,
            storage: storage,
            clock: clock.storeClock
        )
        storages.append(storage)
        spaces.append(space)
        return space
    }

    /// The same device, as a process sees it that opens it anew.
    func reopened(_ index: Int) throws -> Space {
        try Space(hub: hub, storage: storages[index], clock: clock.storeClock)
    }
}

extension Space {
    /// Everything on the hub behind a number.
    func everything(after cursor: Int64 = 0, limit: Int = 1_000) async throws -> [Received] {
        var all: [Received] = []
        var cursor = cursor
        while true {
            let page = try await fetch(after: cursor, limit: limit)
            all += page.records
            guard page.cursor > cursor else { return all }
            cursor = page.cursor
        }
    }

    /// The texts of the records on the hub.
    func texts() async throws -> [String] {
        try await everything().compactMap(\.record).map { String(decoding: $0.payload, as: UTF8.self) }
    }
}

extension Space {
    /// Publishes records as a build does that does not look at the membership first.
    func publishUnaware(_ records: [ExchangeRecord]) async throws {
        let epoch = try await sealingEpoch()
        _ = try await hub.publish(try records.map { try entry($0, epoch: epoch) }, erasing: [], in: state.space)
    }

    /// Publishes records in an epoch that other devices have not heard of.
    func publish(_ records: [ExchangeRecord], inEpoch epoch: EpochID, with key: SymmetricKey) async throws {
        keys.add(key, of: epoch)
        _ = try await hub.publish(try records.map { try entry($0, epoch: epoch) }, erasing: [], in: state.space)
    }

    /// Gives the device the key of an epoch.
    func hold(_ key: SymmetricKey, of epoch: EpochID) { keys.add(key, of: epoch) }

    /// Removes a device without looking first at what others did: as if both had done it at once.
    func removeUnaware(_ device: DeviceID) async throws {
        try await append([.removal(device), try newEpoch(without: [device])])
    }
}

extension Received {
    var record: ExchangeRecord? { if case .record(let record) = content { record } else { nil } }
    var refusal: Refusal? { if case .refused(let refusal) = content { refusal } else { nil } }
    var isErased: Bool { if case .erased = content { true } else { false } }
    var opaqueRow: HubRow? { if case .opaque(let row, _) = content { row } else { nil } }
}

extension ExchangeRecord {
    /// A record that says a text.
    init(_ text: String, erasing erased: [ExchangeRecord] = []) {
        self.init(
            id: Array(SHA256.hash(data: Array(text.utf8))),
            schema: 1,
            payload: Array(text.utf8),
            erases: erased.map(\.id)
        )
    }
}
