import HearthModel
import TestSupport
import Testing

@testable import HearthHub

/// The hub in memory, and how it goes wrong when it is asked to.
@Suite struct MemoryHubs {
    private let hub = MemoryHub()
    private let space = SpaceID.testing()

    @Test func `numbers are given in order, without gaps, once for an id`() async throws {
        try await HubContract.checkNumbering(hub, space)
    }

    @Test func `an erasure empties records, and keeps a place for those that have not come`() async throws {
        try await HubContract.checkErasing(hub, space)
    }

    @Test func `rows of a kind and fingerprints of ranges can be had`() async throws {
        try await HubContract.checkKindsAndFingerprints(hub, space)
    }

    @Test func `who waits is woken by a publication, and by being cancelled`() async throws {
        try await HubContract.checkNews(hub, space)
    }

    @Test func `batches are lost, doubled and delayed, and answers are lost, when a test asks`() async throws {
        for fault in [MemoryHub.Fault.loseBatch, .loseAnswer, .doubleBatch, .delayBatch] { hub.ask(for: fault) }
        var failures: [Bool] = []
        for number in 1...4 {
            do {
                _ = try await hub.publish([HubContract.entry(number)], erasing: [], in: space)
                failures.append(false)
            } catch let error as MemoryError {
                #expect(error.code == .hubUnavailable)
                failures.append(true)
            }
        }
        #expect(failures == [true, true, false, true])
        #expect(hub.rows(of: space).map(\.id) == [2, 3].map { HubContract.entry($0).id })
        try hub.deliverDelayed()
        #expect(hub.rows(of: space).map(\.id) == [2, 3, 4].map { HubContract.entry($0).id })
    }

    @Test func `it goes back to what it had, and out of reach`() async throws {
        _ = try await hub.publish([HubContract.entry(1)], erasing: [], in: space)
        let before = hub.snapshot()
        _ = try await hub.publish([HubContract.entry(2)], erasing: [], in: space)
        hub.restore(before)
        #expect(try await hub.end(of: space) == 1)
        hub.setReachable(false)
        await expect(.hubUnavailable) { try await hub.end(of: space) }
        await expect(.hubUnavailable) { try await hub.fetch(in: space, after: 0, limit: 1, kind: nil) }
    }
}
