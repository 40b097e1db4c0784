import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// What agents and administrators see of leases.
@Suite struct LeaseViews {
    @Test func `a memory is locked to others while an agent holds it, and to the holder it is not`() async throws {
        let leased = try await LeasedStore()
        let lock = try #require(try await leased.acquire(for: .seconds(60)))
        for (agent, status) in [("alden", .synced), ("alice", .locked)] as [(AgentID, SyncStatus)] {
            #expect(try await leased.store.memory(leased.memory, as: agent).syncStatus == status)
            let slice = try await leased.store.slice(of: agent, userID: leased.user)
            #expect(slice.entries.map(\.memory.syncStatus) == [status])
            #expect(slice.entries.first?.sync?.isLocked == true)
            #expect(slice.entries.first?.sync?.lockHolder == "alden")
            #expect(slice.statistics.lockedMemories == 1)
            #expect(slice.statistics.syncStatus == [status: 1])
        }
        try await leased.store.releaseLease(lock)
        for agent: AgentID in ["alden", "alice"] {
            let slice = try await leased.store.slice(of: agent, userID: leased.user)
            #expect(slice.entries.first?.memory.syncStatus == .synced)
            #expect(slice.entries.first?.sync?.isLocked == false)
            #expect(slice.entries.first?.sync?.lockHolder == nil)
            #expect(slice.statistics.lockedMemories == 0)
        }
        try await leased.store.close()
    }

    @Test func `a lease that has expired locks nothing`() async throws {
        let leased = try await LeasedStore()
        _ = try #require(try await leased.acquire(for: .seconds(60)))
        leased.clock.advance(by: .seconds(60))
        let slice = try await leased.store.slice(of: "alice", userID: leased.user)
        #expect(slice.entries.first?.memory.syncStatus == .synced)
        #expect(slice.entries.first?.sync?.isLocked == false)
        #expect(slice.statistics.lockedMemories == 0)
        try await leased.store.close()
    }

    @Test func `leases on what an agent may not see don't show`() async throws {
        let leased = try await LeasedStore()
        let hidden = try await leased.another(shareWith: [])
        let before = try await leased.store.slice(of: "alice", userID: leased.user).statistics
        _ = try #require(try await leased.acquire(hidden))
        #expect(try await leased.store.slice(of: "alice", userID: leased.user).statistics == before)
        try await leased.store.close()
    }

    @Test func `statistics list what is held and count what was`() async throws {
        let leased = try await LeasedStore()
        let first = try #require(try await leased.acquire())
        let second = try #require(try await leased.acquire(leased.another()))
        var statistics = try await leased.store.syncStatistics()
        #expect(statistics.activeLocks == SyncStatistics.Locks(locks: [first, second]))
        #expect(statistics.service.locksAcquired == 2)
        try await leased.store.releaseLease(first)
        try await leased.store.releaseLease(on: second.memoryID, as: "system", force: true)
        statistics = try await leased.store.syncStatistics()
        #expect(statistics.activeLocks.count == 0)
        #expect(statistics.service.locksReleased == 2)
        try await leased.store.close()
    }

    @Test func `expired leases and dead waiters are swept`() async throws {
        let leased = try await LeasedStore()
        _ = try #require(try await leased.acquire(for: .seconds(60)))
        let kept = try #require(try await leased.acquire(leased.another(), for: .seconds(600)))
        #expect(try await leased.store.sweepLeases() == 0)
        leased.clock.advance(by: .seconds(60))
        #expect(try await leased.store.healthCheck().locks.expiredUnreleased == 1)
        #expect(try await leased.store.sweepLeases() == 1)
        #expect(try await leased.store.sweepLeases() == 0)
        #expect(try await leased.store.healthCheck().locks.expiredUnreleased == 0)
        #expect(try leased.store.activeLeases() == [kept])
        try await leased.store.close()
    }

    @Test func `the health report knows the oldest lease and the contended ones`() async throws {
        let leased = try await LeasedStore()
        #expect(try await leased.store.healthCheck() == HealthReport(status: .healthy, reasons: []))
        let oldest = try #require(try await leased.acquire(for: .seconds(3_600)))
        leased.clock.advance(by: .seconds(100))
        _ = try #require(try await leased.acquire(leased.another(), for: .seconds(3_600)))
        let waits = [
            try await leased.startWaiting(atMost: .seconds(3_600)),
            try await leased.startWaiting(atMost: .seconds(3_600)),
        ]
        var health = try await leased.store.healthCheck()
        #expect(health.status == .healthy)
        #expect(
            health.locks
                == LeaseHealth(held: 2, contended: 1, waiting: 2, oldest: oldest, oldestAge: .seconds(100))
        )
        leased.clock.advance(by: .seconds(600))
        health = try await leased.store.healthCheck()
        #expect(health.status == .degraded)
        #expect(health.reasons.count == 1)
        #expect(health.reasons.first?.contains(leased.memory.rawValue) ?? false)
        for wait in waits {
            wait.cancel()
            _ = try? await wait.value
        }
        leased.clock.advance(by: .seconds(3_000))
        #expect(try await leased.store.healthCheck().status == .healthy)
        leased.clock.advance(by: .seconds(3_600))
        health = try await leased.store.healthCheck()
        #expect(health.status == .degraded)
        #expect(health.locks.expiredUnreleased == 2)
        try await leased.store.sweepLeases()
        #expect(try await leased.store.healthCheck().status == .healthy)
        try await leased.store.close()
    }
}
