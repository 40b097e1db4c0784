import HearthEmbedding
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// What a write under a lease checks inside its transaction.
@Suite struct Fencing {
    @Test func `a live lease lets its holder publish`() async throws {
        let leased = try await LeasedStore()
        let lock = try #require(try await leased.acquire())
        try await leased.publish(lock)
        try await leased.publish(leased.store.renewLease(lock, for: .seconds(600)))
        try await leased.store.close()
    }

    @Test func `a stale fencing token is refused inside the write transaction`() async throws {
        let leased = try await LeasedStore()
        let stale = try #require(try await leased.acquire(for: .seconds(60)))
        leased.clock.advance(by: .seconds(60))
        await expect(.lockLost) { try await leased.publish(stale) }
        let fresh = try #require(try await leased.acquire(for: .seconds(60)))
        await expect(.lockLost) { try await leased.publish(stale) }
        try await leased.publish(fresh)
        try await leased.store.releaseLease(fresh)
        await expect(.lockLost) { try await leased.publish(fresh) }
        try await leased.store.close()
    }

    @Test func `a lease that ends while the write waits for its turn is refused`() async throws {
        let leased = try await LeasedStore()
        let lock = try #require(try await leased.acquire(for: .seconds(60)))
        await expect(.lockLost) { try await leased.publish(lock, after: .seconds(60)) }
        try await leased.store.close()
    }

    @Test func `a lease of another boot is refused`() async throws {
        let directory = try TemporaryDirectory()
        let path = StoreLocation.file(directory.file("store.db"))
        let leased = try await LeasedStore(path)
        let lock = try #require(try await leased.acquire())
        try await leased.store.close()
        let rebooted = try await LeasedStore(reopening: leased, at: path, clock: leased.clock.rebooted())
        await expect(.lockLost) { try await rebooted.publish(lock) }
        try await rebooted.store.close()
    }

    @Test func `nobody publishes with another agent's lease, nor with one on another memory`() async throws {
        let leased = try await LeasedStore()
        let lock = try #require(try await leased.acquire())
        await expect(.lockNotHeld) { try await leased.publish(lock, as: "alice") }
        let other = try #require(try await leased.acquire(leased.another()))
        #expect(other.fencingToken == lock.fencingToken)
        await expect(.invalidArgument) { try await leased.publish(other) }
        try await leased.store.close()
    }

    @Test func `an edit whose lease ends while its vector is made is refused`() async throws {
        let clock = TestClock()
        let shared = try await SharedStore(clock: clock) {
            $0.embedder = SlowEmbedder(clock: clock, delay: .seconds(40))
        }
        let id = try await shared.memory("One.")
        let lock = try #require(try await shared.lock(id, as: "alden", for: .seconds(60)))
        #expect(try await shared.edit(id, as: "alden", content: "Two.", lock: lock).syncStatus == .synced)
        await expect(.lockLost) { try await shared.edit(id, as: "alden", content: "Three.", lock: lock) }
        #expect(try await shared.content(id, as: "alice") == "Two.")
        #expect(try await shared.store.history(of: id, as: "alden").count == 2)
        try await shared.store.close()
    }
}

/// An embedder that moves the clock while it works.
private struct SlowEmbedder: Embedder {
    let identifier = "slow"
    let dimension = 1
    let isLocal = true
    let clock: TestClock
    let delay: Duration

    func embed(_ texts: [String]) async throws -> [[Float]] {
        clock.advance(by: delay)
        return texts.map { _ in [1] }
    }
}
