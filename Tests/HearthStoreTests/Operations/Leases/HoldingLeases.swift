import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

@Suite(.timeLimit(.minutes(15))) struct HoldingLeases {
    private struct Failure: Error {}

    private func withLease<R: Sendable>(
        of leased: LeasedStore,
        for duration: Duration = .seconds(60),
        waitingAtMost timeout: Duration = .zero,
        _ body: @Sendable (MemoryLock) async throws -> R
    ) async throws -> R {
        try await leased.store.withLease(
            on: leased.memory,
            as: "alden",
            for: duration,
            waitingAtMost: timeout,
            body
        )
    }

    @Test func `the lease is held while the closure runs, and given back`() async throws {
        let leased = try await LeasedStore()
        let result = try await withLease(of: leased) { lock in
            let held = try leased.store.activeLeases()
            #expect(held == [lock])
            return 7
        }
        #expect(result == 7)
        #expect(try leased.store.activeLeases().isEmpty)
        try await leased.store.close()
    }

    @Test func `what the closure throws comes out, and the lease is given back`() async throws {
        let leased = try await LeasedStore()
        await #expect(throws: Failure.self) {
            try await withLease(of: leased) { _ in throw Failure() }
        }
        #expect(try leased.store.activeLeases().isEmpty)
        try await leased.store.close()
    }

    @Test func `a closure that is cancelled gives the lease back`() async throws {
        let leased = try await LeasedStore()
        let task = Task {
            try await withLease(of: leased) { _ in try await leased.clock.storeClock.sleep(.max) }
        }
        try await until { try !leased.store.activeLeases().isEmpty }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try leased.store.activeLeases().isEmpty)
        try await leased.store.close()
    }

    @Test func `it is renewed for as long as the closure runs`() async throws {
        let leased = try await LeasedStore()
        try await withLease(of: leased, for: .seconds(60)) { lock in
            for _ in 0..<10 {
                let expiresAt = try #require(try leased.store.activeLeases().first).expiresAt
                try await until { leased.clock.sleepers == 1 }
                leased.clock.advance(by: .seconds(20))
                try await until { try leased.store.activeLeases().first?.expiresAt != expiresAt }
            }
            #expect(try leased.store.activeLeases().first?.fencingToken == lock.fencingToken)
            try await leased.publish(lock)
        }
        try await leased.store.close()
    }

    @Test func `a closure whose lease was taken publishes nothing with it`() async throws {
        let leased = try await LeasedStore()
        await expect(.lockLost) {
            try await withLease(of: leased) { lock in
                try await leased.store.releaseLease(on: leased.memory, as: "system", force: true)
                _ = try #require(try await leased.acquire(as: "system"))
                try await leased.publish(lock)
            }
        }
        // The lease that the other has held since then is not given back by mistake.
        #expect(try leased.store.activeLeases().map(\.agentID) == ["system"])
        try await leased.store.close()
    }

    @Test func `a lease that is not to be had in time is refused as locked`() async throws {
        let leased = try await LeasedStore()
        _ = try #require(try await leased.acquire(as: "system"))
        await expect(.locked) { try await withLease(of: leased) { _ in } }
        let wait = Task { try await withLease(of: leased, waitingAtMost: .seconds(5)) { _ in } }
        try await until { try leased.queueLength() == 1 }
        leased.clock.advance(by: .seconds(5))
        await expect(.locked) { try await wait.value }
        try await leased.store.close()
    }
}
