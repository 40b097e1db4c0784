import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// Waits that would never end, in the file.
@Suite(.timeLimit(.minutes(60))) struct LeaseCycles {
    @Test func `a wait that would close a cycle is refused, naming it`() async throws {
        let leased = try await LeasedStore()
        let mine = try await leased.another(of: "alice")
        let yours = try await leased.another(of: "sentry")
        let held = try #require(try await leased.acquire(mine, as: "alice"))
        _ = try #require(try await leased.acquire(yours, as: "sentry"))
        let wait = try await leased.startWaiting(for: mine, as: "sentry")
        let error = await #expect(throws: MemoryError.self) {
            try await leased.store.acquireLease(on: yours, as: "alice", for: .seconds(60), waitingAtMost: .seconds(60))
        }
        #expect(error?.code == .locked)
        for name in ["alice", "sentry", mine.rawValue, yours.rawValue] {
            #expect(error?.message.contains(name) ?? false)
        }
        #expect(try leased.queueLength() == 1)
        // Without waiting there is nothing to refuse.
        #expect(try await leased.acquire(yours, as: "alice") == nil)
        try await leased.store.releaseLease(held)
        #expect(try await wait.value != nil)
        try await leased.store.close()
    }

    @Test func `a cycle through several stores on one file is refused`() async throws {
        let directory = try TemporaryDirectory()
        let path = StoreLocation.file(directory.file("store.db"))
        let here = try await LeasedStore(path)
        let there = try await LeasedStore(reopening: here, at: path)
        let first = try await here.another(of: "alice")
        let second = try await here.another(of: "alice")
        let third = try await here.another(of: "sentry")
        _ = try #require(try await here.acquire(first, as: "system"))
        _ = try #require(try await there.acquire(second, as: "alice"))
        _ = try #require(try await here.acquire(third, as: "sentry"))
        let waits = [
            try await here.startWaiting(for: first, as: "alice", in: there.store),
            try await here.startWaiting(for: second, as: "sentry"),
        ]
        await expect(.locked) {
            try await there.store.acquireLease(on: third, as: "system", for: .seconds(60), waitingAtMost: .seconds(60))
        }
        for wait in waits {
            wait.cancel()
            _ = try? await wait.value
        }
        try await here.store.close()
        try await there.store.close()
    }

    @Test func `the refusal names no memory that the agent may not see`() async throws {
        let leased = try await LeasedStore()
        let alices = try await leased.another(of: "alice", shareWith: ["alden"])
        let hidden = try await leased.another(of: "alice", shareWith: ["sentry"])
        let aldens = try await leased.another(of: "alden", shareWith: [])
        // Alden would wait for Alice. She waits for a memory that Alden cannot see and system holds, and system waits
        // for Alden.
        _ = try #require(try await leased.acquire(alices, as: "alice"))
        _ = try #require(try await leased.acquire(hidden, as: "system"))
        _ = try #require(try await leased.acquire(aldens, as: "alden"))
        let waits = [
            try await leased.startWaiting(for: hidden, as: "alice"),
            try await leased.startWaiting(for: aldens, as: "system"),
        ]
        let error = await #expect(throws: MemoryError.self) {
            try await leased.store.acquireLease(on: alices, as: "alden", for: .seconds(60), waitingAtMost: .seconds(60))
        }
        #expect(error?.code == .locked)
        #expect(error?.message.contains(alices.rawValue) ?? false)
        #expect(error?.message.contains(aldens.rawValue) ?? false)
        #expect(!(error?.message.contains(hidden.rawValue) ?? true))
        for wait in waits {
            wait.cancel()
            _ = try? await wait.value
        }
        try await leased.store.close()
    }

    @Test func `waits that are over close no cycle`() async throws {
        let leased = try await LeasedStore()
        let mine = try await leased.another(of: "alice")
        let yours = try await leased.another(of: "sentry")
        _ = try #require(try await leased.acquire(mine, as: "alice"))
        _ = try #require(try await leased.acquire(yours, as: "sentry"))
        try await leased.leaveDeadWaiter(for: mine, as: "sentry", atMost: .seconds(10))
        await expect(.locked) {
            try await leased.store.acquireLease(on: yours, as: "alice", for: .seconds(60), waitingAtMost: .seconds(60))
        }
        leased.clock.advance(by: .seconds(10))
        let wait = try await leased.startWaiting(for: yours, as: "alice")
        wait.cancel()
        _ = try? await wait.value
        try await leased.store.close()
    }
}
