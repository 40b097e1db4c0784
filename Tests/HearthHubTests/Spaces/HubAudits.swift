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
        hub.tamper(space, at: 100) { $0.id[0] ^= 1 }
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

    @Test(arguments: [20, 400, 2_000])
    func `a hub that went back and was filled up beyond the cursor by others is found out`(count: Int) async throws {
        let devices = try await Devices(2, over: hub)
        try await devices[0].publish((0..<count).map { ExchangeRecord("old \($0)") })
        let backup = hub.snapshot()
        try await devices[0].publish((0..<5).map { ExchangeRecord("lost \($0)") })
        let cursor = Int64(count + 8)
        _ = try await devices[1].everything()
        hub.restore(backup)
        try await devices[0].publish((0..<9).map { ExchangeRecord("other \($0)") })
        let page = try await devices[1].fetch(after: cursor, limit: 100)
        #expect(page.wentBack && page.records.isEmpty && page.cursor == cursor)
        // What came behind is not remembered in front of having been found out.
        #expect(try await devices[1].audit().agreed <= cursor - 5)
    }

    @Test func `a ledger that is lost or damaged is made anew of what is near the cursor, and no more is compared`()
        async throws
    {
        for (count, origin) in [(12, 0), (600, 0), (2_000, 1_792)] {
            let devices = try await Devices(2, over: hub)
            try await devices[0].publish((0..<count).map { ExchangeRecord("\(count) \($0)") })
            let cursor = try await devices[1].fetch(after: 0, limit: 10_000).cursor
            for lost in [[], [1, 2, 3], SpaceLedger(roundedUp: 256).bytes] {
                _ = devices.storages[1].changeLedger { _ in lost }
                let again = try devices.reopened(1)
                #expect(try await again.fetch(after: cursor, limit: 1_000).wentBack == false)
                let audit = try await again.audit()
                #expect(audit.isClean && audit.seen == cursor && audit.agreed == cursor, "\(count)")
                #expect(await again.ledger.origin == origin)
            }
            // From there on a hub that goes back is found out.
            let before = hub.snapshot()
            hub.tamper(await devices[1].members.space, at: cursor) { $0.id[0] ^= 1 }
            #expect(try await devices[1].fetch(after: cursor, limit: 10).wentBack)
            hub.restore(before)
        }
    }

    @Test func `a row that the hub keeps back does not look like a hub that went back`() async throws {
        let devices = try await Devices(2, over: hub)
        try await devices[0].publish((0..<20).map { ExchangeRecord("\($0)") })
        hub.withhold([7, 9, 10])
        _ = try await devices[1].everything()
        let audit = try await devices[1].audit()
        #expect(audit.isClean && audit.agreed == 23)
        #expect(try await devices[1].fetch(after: 23, limit: 10).wentBack == false)
    }

    @Test func `two processes of one device remember together what the hub has shown`() async throws {
        let devices = try await Devices(2, over: hub)
        let (watching, other) = (devices[1], try devices.reopened(1))
        let first = try await watching.fetch(after: 0, limit: 100).cursor
        try await devices[0].publish((0..<300).map { ExchangeRecord("\($0)") })
        let second = try await other.fetch(after: first, limit: 1_000).cursor
        // The one that was not there goes on behind what the other has taken over.
        try await devices[0].publish([ExchangeRecord("last")])
        let third = try await watching.fetch(after: second, limit: 1_000).cursor
        for space in [watching, other, try devices.reopened(1)] {
            let audit = try await space.audit()
            #expect(audit.isClean && audit.seen == third && audit.agreed == third)
        }
        #expect(await watching.ledger.origin == 0)
    }
}

extension SpaceLedger {
    /// As an earlier release began one that was lost: behind rows that are still to come.
    fileprivate init(roundedUp origin: Int64) {
        self.init()
        start(behind: origin)
    }
}
