import HearthModel
import TestSupport
import Testing

@testable import HearthHub

/// A hub that goes back, forgets, or tells one device other things than another is found out.
@Suite struct HubAudits {
    private let hub = MemoryHub()

    @Test func `a hub that shows what it showed is fine`() async throws {
        let devices = try await Devices(2, over: hub)
        try await devices[0].publish((0..<700).map { ExchangeRecord("\($0)") })
        _ = try await devices[1].everything()
        let audit = try await devices[1].audit()
        #expect(audit.isClean && audit.seen == 703 && audit.agreed == 703 && audit.end == 703)
    }

    @Test func `a hub that went back to an older backup is found out, and filled up again`() async throws {
        let devices = try await Devices(2, over: hub)
        let old = (0..<300).map { ExchangeRecord("old \($0)") }
        let new = (0..<300).map { ExchangeRecord("new \($0)") }
        try await devices[0].publish(old)
        let backup = hub.snapshot()
        try await devices[0].publish(new)
        _ = try await devices[0].everything()
        var cursor = try await devices[1].fetch(after: 0, limit: 10_000).cursor
        hub.restore(backup)
        #expect(try await devices[1].fetch(after: cursor, limit: 10).wentBack)
        // Somebody else writes in the meantime, so that the numbers are taken by other rows.
        try await devices[0].publish([ExchangeRecord("other")])
        let audit = try await devices[1].audit()
        #expect(audit.wentBack && audit.agreed <= 303 && audit.agreed >= 256)
        cursor = try await devices[1].rewind(to: audit.agreed)
        #expect(cursor == audit.agreed)
        try await devices[1].publish(old + new)
        _ = try await devices[1].fetch(after: cursor, limit: 10_000)
        #expect(try await devices[1].audit().isClean)
        #expect(Set(try await devices[1].texts()).count == 601)
    }

    @Test func `a hub that lost everything is filled up by any device, with who belongs to the space`() async throws {
        var devices = try await Devices(3, over: hub)
        try await devices[0].publish([ExchangeRecord("tea")])
        _ = try await devices[2].everything()
        try await devices[2].catchUpOnMembership()
        try await devices[2].remove(devices[1].device.id)
        hub.restore(MemoryHub().snapshot())
        #expect(try await devices[2].audit().wentBack)
        let cursor = try await devices[2].rewind(to: 0)
        #expect(cursor == 0)
        try await devices[2].publish([ExchangeRecord("tea")])
        let joined = try await devices.add(invitedBy: 2)
        #expect(try await joined.texts() == ["tea"])
        #expect(await joined.members.active.count == 3)
        await expect(.deviceRemoved) {
            try await devices[1].catchUpOnMembership()
            try await devices[1].publish([])
        }
    }

    @Test func `another row in the place of one is found out, wherever it is`() async throws {
        let devices = try await Devices(2, over: hub)
        try await devices[0].publish((0..<600).map { ExchangeRecord("\($0)") })
        _ = try await devices[1].everything()
        let space = await devices[1].members.space
        for seq: Int64 in [4, 256, 257, 603] {
            let before = hub.snapshot()
            hub.tamper(space, at: seq) { $0.id[0] ^= 1 }
            let audit = try await devices[1].audit()
            #expect(audit.differing.count == 1 && audit.differing[0].contains(seq), "\(seq)")
            #expect(audit.agreed < seq)
            hub.restore(before)
        }
    }

    @Test func `a hub that shows two devices different rows is found out by their next rows`() async throws {
        let devices = try await Devices(2, over: hub)
        try await devices[0].publish((0..<300).map { ExchangeRecord("\($0)") })
        _ = try await devices[0].everything()
        // The second device is shown another row at one place.
        let space = await devices[1].members.space
        let honest = hub.snapshot()
        hub.tamper(space, at: 100) { $0.id[0] ^= 1 }
        var page = try await devices[1].fetch(after: 0, limit: 1_000)
        #expect(page.records.contains { $0.refusal == .notAuthentic } && page.disagreeing.isEmpty)
        hub.restore(honest)
        try await devices[0].publish([ExchangeRecord("what I have seen")])
        page = try await devices[1].fetch(after: page.cursor, limit: 1_000)
        #expect(await page.disagreeing == [devices[0].device.id])
    }

    @Test func `a row that was emptied without an erasure is named`() async throws {
        let devices = try await Devices(2, over: hub)
        let record = ExchangeRecord("tea")
        try await devices[0].publish([record])
        let space = await devices[0].members.space
        hub.tamper(space, at: 4) { $0.ciphertext = [] }
        #expect(try await devices[1].everything().filter(\.isErased).count == 1)
        let emptied = await devices[0].hubID(of: record.id)
        #expect(try await devices[1].audit().unexplained == [emptied])
    }

    @Test func `a ledger that is lost or damaged costs the comparison, and no more`() async throws {
        let devices = try await Devices(2, over: hub)
        try await devices[0].publish((0..<600).map { ExchangeRecord("\($0)") })
        let cursor = try await devices[1].fetch(after: 0, limit: 300).cursor
        devices.storages[1].saveLedger([1, 2, 3])
        let again = try devices.reopened(1)
        #expect(try await again.fetch(after: cursor, limit: 1_000).records.count == 303)
        #expect(await again.ledger.origin == 512)
        #expect(try await again.audit().isClean)
    }
}
