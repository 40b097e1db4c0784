import HearthModel
import TestSupport
import Testing

@testable import HearthHub

/// Records from one device to others, over a hub that is not always well.
@Suite struct Exchanging {
    private let hub = MemoryHub()

    @Test func `every device gets what every other published, in one order`() async throws {
        let devices = try await Devices(3, over: hub)
        for (number, device) in devices.spaces.enumerated() {
            try await device.publish((0..<5).map { ExchangeRecord("\(number).\($0)") })
        }
        let texts = try await devices[0].texts()
        #expect(texts.count == 15)
        for device in devices.spaces { #expect(try await device.texts() == texts) }
    }

    @Test func `pages are as long as asked for, and the cursor goes over the membership too`() async throws {
        let devices = try await Devices(2, over: hub)
        try await devices[0].publish((0..<25).map { ExchangeRecord("\($0)") })
        let page = try await devices[1].fetch(after: 0, limit: 4)
        // Founding, invitation, joining, and the first record.
        #expect(page.cursor == 4 && page.records.count == 1 && page.end == 28)
        for limit in [1, 7, 100] { #expect(try await devices[1].everything(limit: limit).count == 25) }
    }

    @Test func `a process goes by what another of its store has learnt of the membership`() async throws {
        var devices = try await Devices(2, over: hub)
        // Both processes know of two devices.
        let (one, other) = (devices[1], try devices.reopened(1))
        let cursor = try await other.fetch(after: 0, limit: 1_000).cursor
        let third = try await devices.add()
        try await third.publish([ExchangeRecord("from the third")])
        // One of them passes over the joining, and the other goes on behind it.
        let behind = try await one.fetch(after: cursor, limit: 2).cursor
        let page = try await other.fetch(after: behind, limit: 100)
        #expect(page.records.compactMap(\.record).count == 1, "\(page.records)")
    }

    @Test func `lost and doubled answers, late batches and shuffled rows lose nothing and double nothing`() async throws
    {
        let devices = try await Devices(2, over: hub)
        var generator = SeededGenerator()
        var cursor: Int64 = 0
        var received: [String] = []
        for round in 0..<60 {
            let faults: [MemoryHub.Fault] = [
                .loseBatch, .loseAnswer, .doubleBatch, .delayBatch, .reorderFetch(seed: generator.next()), .doubleFetch,
                .shortenFetch(to: 2), .loseFetch,
            ]
            hub.ask(for: faults.randomElement(using: &generator) ?? .loseBatch)
            let records = (0...2).map { ExchangeRecord("\(round).\($0)") }
            while (try? await devices[0].publish(records)) == nil {}
            guard let page = try? await devices[1].fetch(after: cursor, limit: 5) else { continue }
            #expect(page.withheld.isEmpty && !page.wentBack && page.disagreeing.isEmpty, "seed \(generator.seed)")
            cursor = page.cursor
            received += page.records.compactMap(\.record).map { String(decoding: $0.payload, as: UTF8.self) }
        }
        hub.ask(for: .reorderFetch(seed: 1))
        received += try await devices[1].everything(after: cursor).compactMap(\.record)
            .map { String(decoding: $0.payload, as: UTF8.self) }
        #expect(received.count == 180 && Set(received).count == 180, "seed \(generator.seed)")
    }

    @Test func `an erasure empties the rows it names, on the hub and for ever`() async throws {
        let devices = try await Devices(2, over: hub)
        let secret = ExchangeRecord("The vault opens at nine.")
        let never = ExchangeRecord("This one had not come yet.")
        try await devices[0].publish([secret, ExchangeRecord("harmless")])
        let erasure = ExchangeRecord("erase", erasing: [secret, never])
        try await devices[1].publish([erasure])
        #expect(try await devices[0].publish([secret, never]).added == 0)
        let rows = try await devices[1].everything()
        #expect(rows.compactMap(\.record) == [ExchangeRecord("harmless"), erasure])
        let hubIDs = await [devices[0].hubID(of: secret.id), devices[0].hubID(of: never.id)]
        #expect(rows.filter(\.isErased).map(\.content) == hubIDs.map { .erased($0) })
        #expect(try await devices[1].audit().isClean)
    }

    @Test func `rows that the hub keeps back are named, and the rest comes`() async throws {
        let devices = try await Devices(2, over: hub)
        try await devices[0].publish((0..<10).map { ExchangeRecord("\($0)") })
        hub.withhold([5, 6, 9])
        let page = try await devices[1].fetch(after: 0, limit: 100)
        #expect(page.withheld == [5...6, 9...9] && page.cursor == 13)
        #expect(page.records.count == 7)
    }

    @Test func `who waits hears of what another publishes`() async throws {
        let devices = try await Devices(2, over: hub)
        let end = try await hub.end(of: devices[0].members.space)
        async let news = devices[1].waitForNews(after: end, timeout: .seconds(3_600))
        try await devices[0].publish([ExchangeRecord("tea")])
        #expect(try await news)
    }

    @Test func `a device opened anew goes on where it was`() async throws {
        let devices = try await Devices(2, over: hub)
        try await devices[0].publish((0..<600).map { ExchangeRecord("\($0)") })
        let page = try await devices[1].fetch(after: 0, limit: 400)
        let again = try devices.reopened(1)
        #expect(await again.ledger.end == 400)
        let rest = try await again.fetch(after: page.cursor, limit: 1_000)
        #expect(page.records.count + rest.records.count == 600)
        #expect(try await again.audit().isClean)
    }
}
