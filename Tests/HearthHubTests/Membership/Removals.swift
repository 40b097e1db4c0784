import HearthModel
import Synchronization
import TestSupport
import Testing

@testable import HearthHub

/// A device that was removed neither reads nor writes what comes after.
@Suite struct Removals {
    private let hub = MemoryHub()

    @Test func `rows that a removed device sealed after its removal are refused, and those before stand`() async throws
    {
        let devices = try await Devices(3, over: hub)
        try await devices[1].publish([ExchangeRecord("before")])
        try await devices[0].remove(devices[1].device.id)
        // It has not heard of it yet, and its role still reaches the hub.
        try await devices[1].publishUnaware([ExchangeRecord("after")])
        try await devices[2].publish([ExchangeRecord("others go on")])
        for space in [devices[0], devices[2], try devices.reopened(2)] {
            let rows = try await space.everything()
            #expect(rows.compactMap(\.record) == [ExchangeRecord("before"), ExchangeRecord("others go on")])
            #expect(rows.compactMap(\.refusal) == [.removedDevice])
        }
        // From the beginning it is the same, also for one that knows the end.
        #expect(try await devices[2].texts() == ["before", "others go on"])
    }

    @Test func `a device that was removed and has not heard of it publishes nothing`() async throws {
        let devices = try await Devices(3, over: hub)
        try await devices[0].remove(devices[1].device.id)
        let space = await devices[0].members.space
        let rows = hub.rows(of: space)
        await expect(.deviceRemoved) { try await devices[1].publish([ExchangeRecord("after")]) }
        #expect(hub.rows(of: space) == rows)
    }

    @Test func `what is published while a device is removed is sealed with a key that it does not get`() async throws {
        let devices = try await Devices(3, over: hub)
        let moving = try Space(
            hub: RemovingHub(hub, removing: await devices[1].device.id, by: devices[0]),
            storage: devices.storages[2],
            clock: devices.clock.storeClock
        )
        // The removal comes between the look at the membership and the publication.
        try await moving.publish([ExchangeRecord("secret")])
        let row = try #require(hub.rows(of: await devices[0].members.space).last { $0.kind == .record })
        if case .opened = await devices[1].keys.open(row) { Issue.record("The removed device can read it.") }
        #expect(try await devices[0].texts() == ["secret"])
    }

    @Test func `what a removed device sent is had from it again once it has joined anew, and can be erased`()
        async throws
    {
        var devices = try await Devices(3, over: hub)
        let record = ExchangeRecord("tea")
        try await devices[0].remove(devices[1].device.id)
        try await devices[1].publishUnaware([record])
        let rejoined = try await devices.add()
        #expect(try await rejoined.publish([record]).added == 1)
        // The same from any device has one row.
        #expect(try await devices[2].publish([record]).added == 0)
        for index in [0, 2] { #expect(try await devices[index].texts() == ["tea"]) }
        try await devices[2].publish([ExchangeRecord("forget it", erasing: [record])])
        #expect(try await rejoined.publish([record]).added == 0)
        for index in [0, 2, 3] {
            #expect(try await devices[index].texts() == ["forget it"])
            #expect(try await devices[index].audit().unexplained.isEmpty)
        }
    }

    @Test func `a removed device can't read the new epoch, and is told`() async throws {
        let devices = try await Devices(3, over: hub)
        try await devices[0].remove(devices[1].device.id)
        try await devices[0].publish([ExchangeRecord("secret")])
        let page = try await devices[1].fetch(after: 0, limit: 100)
        #expect(page.records.compactMap(\.record).isEmpty)
        let row = try #require(page.records.last?.opaqueRow)
        #expect(await devices[1].isRemoved)
        await expect(.deviceRemoved) { try await devices[1].fetch(after: 0, limit: 1) }
        await expect(.deviceRemoved) { try await devices[1].publish([ExchangeRecord("x")]) }
        await expect(.deviceRemoved) { try await devices[1].invite(address: "") }
        // Not with all keys that it has, either.
        let keys = await devices[1].keys
        #expect(keys.held == [.first])
        if case .unknownEpoch = keys.open(row) {} else { Issue.record("The row opened.") }
        try await devices[2].catchUpOnMembership()
        #expect(await devices[2].keys.held.count == 2)
    }

    @Test func `two removals at once both count, and everybody left goes on in an epoch that neither can read`()
        async throws
    {
        let devices = try await Devices(5, over: hub)
        for device in devices.spaces { try await device.catchUpOnMembership() }
        try await devices[0].removeUnaware(devices[3].device.id)
        try await devices[1].removeUnaware(devices[4].device.id)
        for index in [0, 1, 2] {
            try await devices[index].catchUpOnMembership()
            let names = await devices[index].members.active.map(\.name).sorted()
            #expect(names == ["device 0", "device 1", "device 2"])
        }
        for index in [2, 0, 1] { try await devices[index].publish([ExchangeRecord("from \(index)")]) }
        #expect(try await devices[2].texts() == ["from 2", "from 0", "from 1"])
        #expect(try await devices[1].texts() == ["from 2", "from 0", "from 1"])
        for index in [3, 4] {
            #expect(try await devices[index].fetch(after: 0, limit: 100).records.compactMap(\.record).isEmpty)
        }
    }

    @Test func `of two devices that remove each other the first one on the hub stays, whatever the clocks say`()
        async throws
    {
        let devices = try await Devices(3, over: hub)
        for device in devices.spaces { try await device.catchUpOnMembership() }
        devices.clock.advance(by: .seconds(60))
        try await devices[1].removeUnaware(devices[0].device.id)
        devices.clock.jumpWallClock(by: .seconds(-30))
        try await devices[0].removeUnaware(devices[1].device.id)
        for device in devices.spaces {
            try await device.catchUpOnMembership()
            #expect(await device.members.active.map(\.name).sorted() == ["device 1", "device 2"])
        }
        #expect(await devices[0].isRemoved)
    }

    @Test func `the remover itself reads what came before the removal`() async throws {
        let devices = try await Devices(2, over: hub)
        try await devices[1].publish([ExchangeRecord("before")])
        hub.ask(for: .doubleBatch)
        try await devices[0].remove(devices[1].device.id)
        #expect(try await devices[0].texts() == ["before"])
    }

    @Test func `a device that joined while an epoch began is given its key by any other`() async throws {
        var devices = try await Devices(3, over: hub)
        let code = try await devices[0].invite(address: "")
        try await devices[0].remove(devices[1].device.id)
        try await devices[0].publish([ExchangeRecord("in the new epoch")])
        let storage = MemoryDeviceStorage()
        let late = try await Space.join(
            code,
            name: "late",
            hub: hub,
            storage: storage,
            clock: devices.clock.storeClock
        )
        let shut = try await late.fetch(after: 0, limit: 100)
        let row = try #require(shut.records.compactMap(\.opaqueRow).first)
        try await late.publish([ExchangeRecord("from the late one")])
        _ = try await devices[2].everything()
        #expect(try await devices[2].tend())
        #expect(try await devices[2].tend() == false)
        _ = try await late.fetch(after: shut.cursor, limit: 100)
        #expect(try await late.open(row)?.record == ExchangeRecord("in the new epoch"))
        #expect(try await devices[0].texts().sorted() == ["from the late one", "in the new epoch"])
        try await devices.add(invitedBy: 2)
        #expect(try await devices[3].texts().count == 2)
    }

    @Test func `an invitation of a removed device is void, and a device may leave by itself`() async throws {
        let devices = try await Devices(3, over: hub)
        let code = try await devices[1].invite(address: "")
        try await devices[1].remove(devices[1].device.id)
        #expect(await devices[1].isRemoved)
        await expect(.invalidArgument) {
            try await Space.join(
                code,
                name: "x",
                hub: hub,
                storage: MemoryDeviceStorage(),
                clock: devices.clock.storeClock
            )
        }
        try await devices[0].catchUpOnMembership()
        try await devices[0].publish([ExchangeRecord("after it left")])
        #expect(try await devices[2].texts() == ["after it left"])
        await expect(.invalidArgument) { try await devices[0].remove(devices[1].device.id) }
    }
}

/// A hub on which a device is removed just before the first publication of another one.
private final class RemovingHub: Hub {
    private let hub: MemoryHub
    private let remove: @Sendable () async throws -> Void
    private let isDone = Mutex(false)

    init(_ hub: MemoryHub, removing device: DeviceID, by remover: Space) {
        self.hub = hub
        remove = { try await remover.remove(device) }
    }

    func publish(
        _ rows: [HubEntry],
        erasing erased: [[UInt8]],
        in space: SpaceID,
        knowing membership: Int64?
    ) async throws -> PublishedRows {
        let isFirst = isDone.withLock { isDone in
            defer { isDone = true }
            return !isDone
        }
        if isFirst { try await remove() }
        return try await hub.publish(rows, erasing: erased, in: space, knowing: membership)
    }

    func fetch(in space: SpaceID, after cursor: Int64, limit: Int, kind: HubRow.Kind?) async throws -> HubPage {
        try await hub.fetch(in: space, after: cursor, limit: limit, kind: kind)
    }

    func rows(of ids: [[UInt8]], in space: SpaceID) async throws -> [HubRow] {
        try await hub.rows(of: ids, in: space)
    }

    func waitForNews(in space: SpaceID, after cursor: Int64, timeout: Duration) async throws -> Bool {
        try await hub.waitForNews(in: space, after: cursor, timeout: timeout)
    }

    func fingerprints(in space: SpaceID, of ranges: [ClosedRange<Int64>]) async throws -> [HubFingerprint] {
        try await hub.fingerprints(in: space, of: ranges)
    }

    func end(of space: SpaceID) async throws -> Int64 { try await hub.end(of: space) }

    func close() async { await hub.close() }
}
