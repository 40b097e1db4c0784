import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

@Suite struct LeaseReleases {
    @Test func `releasing answers false when nothing was held`() async throws {
        let leased = try await LeasedStore()
        #expect(try await !leased.store.releaseLease(on: leased.memory, as: "alden"))
        let lock = try #require(try await leased.acquire(for: .seconds(60)))
        #expect(try await leased.store.releaseLease(on: leased.memory, as: "alden"))
        #expect(try await !leased.store.releaseLease(on: leased.memory, as: "alden"))
        #expect(try await !leased.store.releaseLease(lock))
        _ = try await leased.acquire(for: .seconds(60))
        leased.clock.advance(by: .seconds(60))
        #expect(try await !leased.store.releaseLease(on: leased.memory, as: "alden"))
        #expect(try await !leased.store.releaseLease(on: leased.memory, as: "system", force: true))
        try await leased.store.close()
    }

    @Test func `nobody releases what another holds, without force`() async throws {
        let leased = try await LeasedStore()
        let lock = try #require(try await leased.acquire())
        for agent: AgentID in ["alice", "system"] {
            await expect(.lockNotHeld) { try await leased.store.releaseLease(on: leased.memory, as: agent) }
        }
        #expect(try leased.store.activeLeases() == [lock])
        try await leased.store.close()
    }

    @Test func `an agent releases the lease it has now, not the one it had`() async throws {
        let leased = try await LeasedStore()
        let first = try #require(try await leased.acquire(for: .seconds(60)))
        leased.clock.advance(by: .seconds(60))
        let second = try #require(try await leased.acquire(for: .seconds(60)))
        #expect(try await !leased.store.releaseLease(first))
        #expect(try leased.store.activeLeases() == [second])
        #expect(try await leased.store.releaseLease(on: leased.memory, as: "alden"))
        #expect(try leased.store.activeLeases().isEmpty)
        try await leased.store.close()
    }

    @Test func `a holder that no longer sees the memory may still release it`() async throws {
        let leased = try await LeasedStore()
        let memory = try await leased.another(of: "alice", shareWith: ["sentry"])
        _ = try #require(try await leased.acquire(memory, as: "sentry"))
        try await leased.store.revokeShare(memory, as: "alice", from: ["sentry"])
        #expect(try await leased.store.releaseLease(on: memory, as: "sentry"))
        await expect(.memoryNotFound) { try await leased.store.releaseLease(on: memory, as: "sentry") }
        try await leased.store.close()
    }

    @Test func `a holder that has deleted the memory may still release it`() async throws {
        let leased = try await LeasedStore()
        let lock = try #require(try await leased.acquire())
        try await leased.store.write { transaction in
            try transaction.connection.run(
                "UPDATE memories SET ended = 1 WHERE identifier = ?1",
                lock.memoryID.stored
            )
        }
        #expect(try await leased.store.releaseLease(on: leased.memory, as: "alden"))
        await expect(.memoryNotFound) { try await leased.acquire() }
        try await leased.store.close()
    }

    @Test func `a cancelled task still gives back what it holds`() async throws {
        let leased = try await LeasedStore()
        _ = try #require(try await leased.acquire())
        let store = leased.store
        let memory = leased.memory
        let release = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await store.releaseLease(on: memory, as: "alden")
        }
        #expect(try await release.value)
        #expect(try store.activeLeases().isEmpty)
        try await store.close()
    }

    @Test func `force needs a critical agent and is audited`() async throws {
        let leased = try await LeasedStore()
        _ = try #require(try await leased.acquire())
        let memory = try await leased.another(of: "alice", shareWith: [])
        for agent: AgentID in ["alice", "sentry", "mimic"] {
            await expect(.accessDenied) {
                try await leased.store.releaseLease(on: leased.memory, as: agent, force: true)
            }
        }
        await expect(.memoryNotFound) { try await leased.store.releaseLease(on: memory, as: "mimic", force: true) }
        #expect(try leased.audit().suffix(4) == ["refuse", "refuse", "refuse", "refuse"])
        #expect(try await leased.store.releaseLease(on: leased.memory, as: "system", force: true))
        #expect(try leased.audit().last == "force_release")
        #expect(try leased.store.activeLeases().isEmpty)
        try await leased.store.close()
    }

    @Test func `a holder's own release is no use of force`() async throws {
        let leased = try await LeasedStore()
        _ = try #require(try await leased.acquire())
        let before = try leased.audit()
        #expect(try await leased.store.releaseLease(on: leased.memory, as: "alden", force: true))
        #expect(try leased.audit() == before)
        try await leased.store.close()
    }

    @Test func `a critical agent releases everything at once`() async throws {
        let leased = try await LeasedStore()
        _ = try #require(try await leased.acquire())
        _ = try #require(try await leased.acquire(leased.another(of: "alice"), as: "alice"))
        _ = try #require(try await leased.acquire(leased.another(), for: .seconds(1)))
        leased.clock.advance(by: .seconds(2))
        await expect(.accessDenied) { try await leased.store.releaseAllLeases(as: "alden") }
        #expect(try await leased.store.releaseAllLeases(as: "system") == 2)
        #expect(try await leased.store.releaseAllLeases(as: "system") == 0)
        #expect(try leased.audit().suffix(2) == ["refuse", "force_release"])
        try await leased.store.close()
    }

    @Test func `what doesn't exist is not found`() async throws {
        let leased = try await LeasedStore()
        await expect(.memoryNotFound) { try await leased.store.releaseLease(on: "mem_none", as: "alden") }
        await expect(.memoryNotFound) { try await leased.store.releaseLease(on: "mem_none", as: "system", force: true) }
        await expect(.unknownAgent) { try await leased.store.releaseLease(on: leased.memory, as: "nobody") }
        try await leased.store.close()
    }
}
