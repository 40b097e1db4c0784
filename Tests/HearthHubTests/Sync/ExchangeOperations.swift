import Crypto
import FoundationEssentials
import HearthMemory
import HearthModel
import Synchronization
import TestSupport
import Testing

@testable import HearthHub

/// What status, health and notifications say of the exchange with other devices.
@Suite(.timeLimit(.minutes(60))) struct ExchangeOperations {
    @Test func `a file that never joined shows nothing of it`() async throws {
        let store = try await MultiAgentMemoryCoordinator.open(.temporary)
        #expect(try await store.coordinatorStatus().devices == nil)
        #expect(try await store.hubSyncStatus() == nil)
        #expect(try await store.syncService.healthCheck().reasons == [])
        try await store.close()
    }

    @Test func `the status says what waits, and when the exchange last went well`() async throws {
        let synced = try await SyncedDevices()
        try await synced.store("The boat is green.")
        let before = try #require(try await synced.status(of: 0))
        #expect(before.outgoing > 0 && before.lastSuccessAt == nil && before.cursor == 0)
        try await synced.settle()
        let after = try #require(try await synced.status(of: 0))
        let rows = await synced.rows().count
        #expect(after.outgoing == 0 && after.behind == 0 && after.cursor == Int64(rows))
        #expect(after.lastSuccessAt != nil && after.problem == nil && after.consecutiveFailures == 0)
        #expect(try await synced.syncs[0].status() == after)
        #expect(try await synced.reasons(of: 0) == [])
        try await synced.close()
    }

    @Test func `a hub that is out of reach is a failure each time, one notification, and after an hour a reason`()
        async throws
    {
        let synced = try await SyncedDevices()
        try await synced.settle()
        synced.hub.setReachable(false)
        for attempt in 1...7 {
            await expect(.hubUnavailable) { try await synced.syncs[0].sync() }
            let told = try await synced.notifications(of: 0).filter { $0.kind == .exchangeFailed }
            #expect(told.map(\.count) == (attempt < 5 ? [] : [attempt - 4]))
        }
        let failing = try #require(try await synced.status(of: 0))
        #expect(failing.consecutiveFailures == 7 && failing.lastErrorCode == "hubUnavailable")
        #expect(failing.problem?.contains("out of reach") == true)
        #expect(try await synced.reasons(of: 0) == [])
        synced.devices.clock.advance(by: .seconds(3_601))
        await expect(.hubUnavailable) { try await synced.syncs[0].sync() }
        #expect(try await synced.reasons(of: 0).first?.contains("hearth hub status") == true)
        #expect(try await synced.stores[0].syncService.healthCheck().status == .degraded)
        synced.hub.setReachable(true)
        try await synced.syncs[0].sync()
        #expect(try await synced.reasons(of: 0) == [])
        #expect(try await synced.status(of: 0)?.consecutiveFailures == 0)
        try await synced.close()
    }

    @Test func `rows that the hub keeps back are named, told of once, asked for again and taken over`() async throws {
        let synced = try await SyncedDevices()
        try await synced.settle()
        let start = Int64(await synced.rows().count)
        for number in 1...3 { try await synced.store("Quixzle number \(number).") }
        try await synced.syncs[0].sync()
        let end = Int64(await synced.rows().count)
        synced.hub.withhold([start + 1])
        for _ in 0..<3 { try await synced.syncs[1].sync() }
        let status = try #require(try await synced.status(of: 1))
        #expect(status.withheld == 1 && status.cursor == end)
        #expect(try await synced.reasons(of: 1).first?.contains("keeps back 1 row") == true)
        let told = try await synced.notifications(of: 1).filter { $0.kind == .hubChanged }
        #expect(told.map(\.count) == [1] && told.first?.severity == .critical)
        synced.hub.withhold([])
        try await synced.settle()
        #expect(try await synced.status(of: 1)?.withheld == 0)
        #expect(try await synced.reasons(of: 1) == [])
        #expect(try await synced.contents("Quixzle", on: 1).count == 3)
        try await synced.close()
    }

    @Test func `the newest rows that the hub keeps back are a lag`() async throws {
        let synced = try await SyncedDevices()
        try await synced.settle()
        let start = Int64(await synced.rows().count)
        try await synced.store("The boat is green.")
        try await synced.syncs[0].sync()
        let end = Int64(await synced.rows().count)
        synced.hub.withhold(Set(start + 1...end))
        try await synced.syncs[1].sync()
        #expect(try await synced.status(of: 1)?.behind == end - start)
        synced.hub.withhold([])
        try await synced.syncs[1].sync()
        #expect(try await synced.status(of: 1)?.behind == 0)
        try await synced.close()
    }

    @Test func `rows that the hub keeps back are remembered before the cursor passes them`() async throws {
        var synced = try await SyncedDevices()
        try await synced.settle()
        let start = Int64(await synced.rows().count)
        for number in 1...3 { try await synced.store("Quixzle number \(number).") }
        try await synced.syncs[0].sync()
        synced.hub.withhold([start + 1])
        // An exchange that ends by cancellation notes nothing any more, as one that was killed.
        let sync = synced.syncs[1]
        let exchange = Task { try await sync.pull() }
        let store = synced.stores[1]
        try await until { try await store.deviceCursor() > start }
        exchange.cancel()
        _ = try? await exchange.value
        try await synced.reopen(1)
        #expect(try await synced.status(of: 1)?.withheld == 1)
        synced.hub.withhold([])
        try await synced.settle()
        #expect(try await synced.contents("Quixzle", on: 1).count == 3)
        try await synced.close()
    }

    @Test func `a hub that claims rows and does not give them is asked with growing pauses`() async throws {
        let synced = try await SyncedDevices()
        try await synced.settle()
        let start = Int64(await synced.rows().count)
        try await synced.store("The boat is green.")
        try await synced.syncs[0].sync()
        let end = Int64(await synced.rows().count)
        synced.hub.withhold(Set(start + 1...end))
        let (clock, sync) = (synced.devices.clock, synced.syncs[1])
        let exchanges = Mutex(0)
        let watching = Task { try await sync.watch { _ in exchanges.withLock { $0 += 1 } } }
        for round in 1...4 {
            try await until { try await sync.status().nextAttemptAt.map { $0 > clock.storeClock.now().date } ?? false }
            #expect(exchanges.withLock(\.self) == round)
            let next = try #require(try await sync.status().nextAttemptAt)
            try await until { clock.sleepers > 0 }
            clock.advance(by: .seconds(next.timeIntervalSince(clock.storeClock.now().date) + 0.001))
            try await until { exchanges.withLock(\.self) > round }
        }
        synced.hub.withhold([])
        try await until {
            clock.advance(by: .seconds(300))
            return try await synced.contents("boat", on: 1) == ["The boat is green."]
        }
        watching.cancel()
        await #expect(throws: (any Error).self) { try await watching.value }
        try await synced.close()
    }

    @Test func `rows that were emptied without an erasure are named, and those of an erasure are not`() async throws {
        let synced = try await SyncedDevices()
        let erased = try await synced.store("The vault opens at nine.")
        try await synced.settle()
        try await synced.stores[0].eraseMemory(erased, agentID: "alden", userID: "ana")
        try await synced.settle()
        #expect(try await synced.status(of: 1)?.emptied == 0)
        try await synced.store("The lamp is red.")
        try await synced.syncs[0].sync()
        let space = await synced.devices[0].members.space
        let last = try #require(await synced.rows().last { $0.kind == .record })
        synced.hub.tamper(space, at: last.seq) { $0.ciphertext = [] }
        try await synced.syncs[1].sync()
        #expect(try await synced.status(of: 1)?.emptied == 1)
        #expect(try await synced.reasons(of: 1).first?.contains("no device erased it") == true)
        try await synced.close()
    }

    @Test func `a row that is never used is counted once, and an administrator is told of it`() async throws {
        let synced = try await SyncedDevices()
        try await synced.settle()
        #expect(try await synced.status(of: 1)?.refused == 0)
        try await synced.store("The lamp is red.")
        try await synced.syncs[0].sync()
        let space = await synced.devices[0].members.space
        let last = try #require(await synced.rows().last { $0.kind == .record })
        synced.hub.tamper(space, at: last.seq) { $0.ciphertext[$0.ciphertext.count / 2] ^= 1 }
        try await synced.syncs[1].sync()
        // It looks at every row again.
        try await synced.stores[1].restartExchange()
        try await synced.syncs[1].sync()
        #expect(try await synced.status(of: 1)?.refused == 1)
        let told = try await synced.notifications(of: 1).filter { $0.kind == .recordsUnreadable }
        #expect(told.count == 1 && told.first?.message.contains("1 of them, are not used") == true)
        try await synced.close()
    }

    @Test func `a hub that shows devices different rows is told of, until they agree again`() async throws {
        let synced = try await SyncedDevices()
        // What devices say of the rows that they were shown, they say of every 256.
        let filling = (0..<300).map { ExchangeRecord("\($0)") }
        try await synced.devices[0].publish(filling)
        try await synced.store("The first boat.")
        try await synced.syncs[0].sync()
        let space = await synced.devices[0].members.space
        let honest = synced.hub.snapshot()
        synced.hub.tamper(space, at: 100) { $0.id[0] ^= 1 }
        try await synced.syncs[1].sync()
        synced.hub.restore(honest)
        try await synced.store("The last boat.")
        try await synced.syncs[0].sync()
        synced.hub.tamper(space, at: 100) { $0.id[0] ^= 1 }
        try await synced.syncs[1].sync()
        #expect(try await synced.status(of: 1)?.disagreeing == 1)
        #expect(try await synced.reasons(of: 1).contains { $0.contains("other rows to 1 of the other devices") })
        let told = try await synced.notifications(of: 1).filter { $0.kind == .hubChanged }
        #expect(told.map(\.severity) == [.critical])
        // Everything exchanged anew, the devices say the same.
        synced.hub.tamper(space, at: 100) { $0.id[0] ^= 1 }
        try await synced.stores[1].restartExchange()
        let audit = try await synced.devices[1].audit()
        _ = try await synced.devices[1].rewind(to: audit.agreed)
        try await synced.store("And one more.")
        try await synced.settle()
        #expect(try await synced.status(of: 1)?.disagreeing == 0)
        try await synced.close()
    }

    @Test func `a file of one space is not exchanged through another`() async throws {
        let synced = try await SyncedDevices(1)
        let elsewhere = try await Devices(1)
        await expect(.invalidArgument) { _ = try await HubSync(synced.stores[0], space: elsewhere[0]) }
        try await synced.close()
    }

    @Test func `an exchange that is cancelled while another one runs stops waiting`() async throws {
        let synced = try await SyncedDevices()
        try await synced.settle()
        let hub = GatedHub(synced.hub)
        let clock = synced.devices.clock.storeClock
        let space = try Space(hub: hub, storage: synced.devices.storages[0], clock: clock)
        let sync = try await HubSync(synced.stores[0], space: space, clock: clock)
        async let running = sync.sync()
        await hub.isAsked()
        let waiting = Task { try await sync.sync() }
        for _ in 0..<100 { await Task.yield() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        hub.open()
        _ = try await running
        // The turn is free.
        try await sync.sync()
        try await synced.close()
    }

    @Test func `each time that a hub goes back is told of, and all are one row until somebody acknowledges it`()
        async throws
    {
        let synced = try await SyncedDevices()
        try await synced.settle()
        for round in 1...2 {
            let before = synced.hub.snapshot()
            try await synced.store("Boat number \(round).")
            try await synced.syncs[0].sync()
            synced.hub.restore(before)
            #expect(try await synced.syncs[0].sync().wasRestarted)
            let told = try await synced.notifications(of: 0).filter { $0.kind == .hubChanged }
            #expect(told.map(\.count) == [round])
        }
        let number = try #require(try await synced.notifications(of: 0).first { $0.kind == .hubChanged }?.id)
        try await synced.stores[0].acknowledgeNotification(number)
        try await synced.syncs[0].sync()
        #expect(try await synced.notifications(of: 0) == [])
        let before = synced.hub.snapshot()
        try await synced.store("Boat number 3.")
        try await synced.syncs[0].sync()
        synced.hub.restore(before)
        try await synced.settle()
        #expect(try await synced.notifications(of: 0).map(\.kind) == [.hubChanged])
        try await synced.close()
    }

    @Test func `rows that this release can't read are counted, kept and told of`() async throws {
        let synced = try await SyncedDevices()
        try await synced.settle()
        let space = await synced.devices[0].members.space
        let row = HubEntry(
            id: [UInt8](repeating: 7, count: 32),
            kind: HubRow.Kind(rawValue: 99),
            ciphertext: [1, 2, 3]
        )
        _ = try await synced.hub.publish([row], erasing: [], in: space)
        for _ in 0..<3 { try await synced.syncs[1].sync() }
        #expect(try await synced.status(of: 1)?.opaque == 1)
        #expect(try await synced.reasons(of: 1).first?.contains("Upgrade") == true)
        let told = try await synced.notifications(of: 1).filter { $0.kind == .recordsUnreadable }
        #expect(told.map(\.count) == [1])
        try await synced.close()
    }

    @Test func `of rows that can't be read no more is kept than a bound, and all are taken over once they can be`()
        async throws
    {
        let synced = try await SyncedDevices()
        try await synced.settle()
        let space = await synced.devices[0].members.space
        // As many as fill a file, of a kind that no release knows.
        for number in 0..<5 {
            let row = HubEntry(
                id: ExchangeRecord("unknown \(number)").id,
                kind: HubRow.Kind(rawValue: 99),
                ciphertext: [UInt8](repeating: UInt8(number), count: HubSync.mostOpaqueBytes / 3)
            )
            _ = try await synced.hub.publish([row], erasing: [], in: space)
        }
        try await synced.syncs[1].sync()
        #expect(try await synced.status(of: 1)?.opaque == 5)
        let kept = try await synced.stores[1].heldRows(after: 0, atMost: 100, afterNews: false)
        #expect(kept.reduce(0) { $0 + $1.sealed.count } < HubSync.mostOpaqueBytes + 10_000)
        #expect(kept.compactMap { KeptRow(bytes: $0.sealed)?.isShortened }.count(where: \.self) == 2)
        // A row of a later epoch, of which there was no room for more than the beginning, is had once the key is there.
        try await synced.store("The boat is green.")
        let outgoing = try await synced.stores[0].outgoingRecords()
        let (id, key) = (EpochID.random(), SymmetricKey(size: .bits256))
        try await synced.devices[0].publish(outgoing.records, inEpoch: id, with: key)
        try await synced.syncs[1].sync()
        #expect(try await synced.status(of: 1)?.opaque == 5 + outgoing.records.count)
        await synced.devices[1].hold(key, of: id)
        try await synced.syncs[1].sync()
        #expect(try await synced.contents("boat", on: 1) == ["The boat is green."])
        #expect(try await synced.status(of: 1)?.opaque == 5)
        try await synced.close()
    }

    @Test func `a device that was removed is told at once, and its service leaves the others of the host alone`()
        async throws
    {
        let synced = try await SyncedDevices()
        try await synced.settle()
        try await synced.devices[0].remove(synced.devices[1].device.id)
        // What it learns by reading, or is told by the hub's refusal.
        _ = try? await synced.syncs[1].sync()
        await expect(.deviceRemoved) { try await synced.syncs[1].sync() }
        #expect(try await synced.notifications(of: 1).map(\.kind) == [.exchangeFailed])
        #expect(try await synced.reasons(of: 1).first?.contains("take a new invitation") == true)
        let service = Task { try await synced.syncs[1].run() }
        for _ in 0..<100 { await Task.yield() }
        service.cancel()
        await #expect(throws: CancellationError.self) { try await service.value }
        try await synced.close()
    }

    @Test func `what is asked for at once goes one after another`() async throws {
        let synced = try await SyncedDevices()
        for number in 1...40 { try await synced.store("Note \(number).") }
        let sync = synced.syncs[0]
        let reports = try await withThrowingTaskGroup { group in
            for _ in 0..<8 { group.addTask { try await sync.sync() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        // One of them sent all; had they run into each other, several would have.
        #expect(reports.filter { $0.sent > 0 }.count == 1)
        try await synced.settle()
        #expect(try await synced.status(of: 1)?.behind == 0)
        try await synced.close()
    }

    @Test func `a look at a hub without news does not write the file`() async throws {
        let synced = try await SyncedDevices()
        try await synced.settle()
        let before = try await synced.stores[0].exchangeNotes()
        synced.devices.clock.advance(by: .seconds(30))
        try await synced.syncs[0].sync()
        #expect(try await synced.stores[0].exchangeNotes() == before)
        synced.devices.clock.advance(by: .seconds(60))
        try await synced.syncs[0].sync()
        #expect(try await synced.stores[0].exchangeNotes() != before)
        try await synced.close()
    }

    @Test func `after a failure it is tried again with growing pauses, and the status says when`() async throws {
        let synced = try await SyncedDevices()
        try await synced.settle()
        synced.hub.setReachable(false)
        let clock = synced.devices.clock
        let sync = synced.syncs[0]
        let watching = Task { try await sync.watch() }
        var pauses: [Double] = []
        for failure in 1...9 {
            try await until { try await synced.status(of: 0)?.consecutiveFailures == failure && clock.sleepers > 0 }
            try await until { try await sync.status().nextAttemptAt.map { $0 > clock.storeClock.now().date } ?? false }
            let next = try #require(try await sync.status().nextAttemptAt)
            let pause = next.timeIntervalSince(clock.storeClock.now().date)
            pauses.append(pause)
            clock.advance(by: .seconds(pause + 0.001))
        }
        for (index, pause) in pauses.enumerated() {
            let whole = min(Double(1 << index), 300)
            #expect(pause >= whole / 2 - 0.01 && pause <= whole + 0.01, "\(pauses)")
        }
        watching.cancel()
        await #expect(throws: (any Error).self) { try await watching.value }
        try await synced.close()
    }
}
