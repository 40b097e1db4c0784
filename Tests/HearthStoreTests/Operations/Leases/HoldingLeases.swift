import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

@Suite(.timeLimit(.minutes(60))) struct HoldingLeases {
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

    @Test func `where its process is gone, a lease for a closure is free at once and its token worth nothing`()
        async throws
    {
        let leased = try await LeasedStore()
        await expect(.lockLost) {
            try await withLease(of: leased, for: .seconds(86_400)) { lock in
                try await leased.endHoldersProcess()
                let held = try leased.store.activeLeases()
                #expect(held.isEmpty)
                await expect(.lockLost) { try await leased.store.renewLease(lock, for: .seconds(60)) }
                let next = try await leased.acquire(as: "system")
                #expect(next?.fencingToken == lock.fencingToken + 1)
                try await leased.publish(lock)
            }
        }
        #expect(try leased.store.activeLeases().map(\.agentID) == ["system"])
        try await leased.store.close()
    }

    @Test func `who waits for a lease of a process that ends is served at once`() async throws {
        let leased = try await LeasedStore()
        try await withLease(of: leased, for: .seconds(86_400)) { _ in
            let wait = try await leased.startWaiting(as: "system", atMost: .seconds(3_600))
            try await leased.endHoldersProcess()
            let next = try await leased.clock.advancing(by: .milliseconds(20)) { try await wait.value }
            let length = try leased.queueLength()
            #expect(next?.fencingToken == 2 && length == 0)
        }
        try await leased.store.close()
    }

    @Test func `a lease that is acquired and kept lasts until its deadline, whatever becomes of its process`()
        async throws
    {
        let leased = try await LeasedStore()
        _ = try #require(try await leased.acquire(for: .seconds(60)))
        try await leased.endHoldersProcess()
        #expect(try await leased.acquire(as: "system") == nil)
        leased.clock.advance(by: .seconds(60))
        #expect(try await leased.acquire(as: "system") != nil)
        try await leased.store.close()
    }

    @Test func `nothing stays behind of the process that held a lease`() async throws {
        let leased = try await LeasedStore()
        for _ in 0..<3 {
            try await withLease(of: leased) { _ in
                // It is nobody's place in the queue.
                let (noted, length) = (try leased.notedHolders(), try leased.queueLength())
                #expect(noted == 1 && length == 0)
            }
            #expect(try leased.notedHolders() == 0)
        }
        try await withLease(of: leased) { _ in
            try await leased.endHoldersProcess()
            let (swept, noted) = (try await leased.store.sweepLeases(), try leased.notedHolders())
            #expect(swept == 1 && noted == 0)
        }
        try await withLease(of: leased) { _ in leased.clock.advance(by: .seconds(3_600)) }
        _ = try #require(try await leased.acquire())
        #expect(try leased.notedHolders() == 0)
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
