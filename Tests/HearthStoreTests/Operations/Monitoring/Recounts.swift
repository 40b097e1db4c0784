import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// Every number of the statistics against the tables.
@Suite struct Recounts {
    private func count(_ statement: StaticString, in store: MemoryStore) throws -> Int {
        try store.read { try $0.connection.first(statement, as: { $0.int(0) }) ?? 0 }
    }

    @Test func `statistics are what the tables count`() async throws {
        let shared = try await SharedStore(embeds: false)
        let store = shared.store
        for _ in 0..<3 { _ = try await shared.waitingConflict() }
        let id = try await shared.memory()
        _ = try await shared.lock(id, as: "alden")
        _ = try await store.releaseLease(on: id, as: "alden")
        _ = try await shared.lock(id, as: "alden")
        let conflict = try await store.pendingConflicts()[0]
        _ = try await store.resolve(conflict.id, as: "system", decision: .content("The door is gone."))
        let statistics = try await store.syncStatistics()
        let service = statistics.service
        #expect(try service.totalSyncs == count("SELECT count(*) FROM operations WHERE kind = 'sync'", in: store))
        #expect(
            try service.successfulSyncs
                == count("SELECT count(*) FROM operations WHERE kind = 'sync' AND errors = '[]'", in: store)
        )
        #expect(try service.conflictsDetected == count("SELECT count(*) FROM conflicts", in: store))
        #expect(
            try service.conflictsResolved
                == count("SELECT count(*) FROM conflicts WHERE resolved_at IS NOT NULL", in: store)
        )
        #expect(
            try statistics.pendingConflicts.count
                == count("SELECT count(*) FROM conflicts WHERE resolved_at IS NULL", in: store)
        )
        #expect(statistics.pendingConflicts.count == statistics.pendingConflicts.conflicts.count)
        #expect(try service.locksAcquired == count("SELECT sum(fencing_token) FROM leases", in: store))
        #expect(service.locksReleased == 1)
        #expect(
            try statistics.activeLocks.count == count("SELECT count(*) FROM leases WHERE is_released = 0", in: store)
        )
        #expect(try statistics.recentOperations.last24h == count("SELECT count(*) FROM operations", in: store))
        #expect(
            try store.crossAgentShares() == count("SELECT count(*) FROM shares WHERE is_revoked = 0", in: store)
        )
        let counts = try store.read { try DocumentCounts($0) }
        #expect(
            try counts.groups.map(\.memories).reduce(0, +)
                == count("SELECT count(*) FROM memories WHERE ended IS NULL", in: store)
        )
        #expect(try counts.ended == count("SELECT count(*) FROM memories WHERE ended IS NOT NULL", in: store))
        shared.clock.advance(by: .seconds(86_401))
        #expect(try await store.syncStatistics().recentOperations.last24h == 0)
        #expect(try await store.syncStatistics().service.totalSyncs == service.totalSyncs)
        try await store.close()
    }

    @Test func `a conflict that waits for more than a week, and times ahead of the clock, are in the health report`()
        async throws
    {
        let shared = try await SharedStore(embeds: false)
        _ = try await shared.waitingConflict()
        #expect(try await shared.store.healthCheck().status == .healthy)
        shared.clock.advance(by: .seconds(8 * 86_400))
        let late = try await shared.store.healthCheck()
        #expect(late.status == .degraded)
        #expect(late.reasons.first?.hasPrefix("conflicts: 1 waits for review") == true, "\(late.reasons)")
        shared.clock.jumpWallClock(by: .seconds(-30 * 86_400))
        let ahead = try await shared.store.healthCheck()
        #expect(ahead.reasons.contains { $0.hasPrefix("clock: ") }, "\(ahead.reasons)")
        try await shared.store.close()
    }

    @Test func `keys that nobody gives are in the health report`() async throws {
        let directory = try TemporaryDirectory()
        let path = StoreLocation.file(directory.file("store.db"))
        let shared = try await SharedStore(path, embeds: false) { $0.keyProvider = MemoryKeyProvider() }
        let secret = MemoryDraft(content: "The code is 1234.", isSensitive: true)
        _ = try await shared.store.store([secret], agentID: "alden", userID: shared.user)
        #expect(try await shared.store.healthCheck().status == .healthy)
        try await shared.store.close()
        let again = try await SharedStore(path, clock: shared.clock, embeds: false)
        let health = try await again.store.healthCheck()
        #expect(health.status == .degraded)
        #expect(health.reasons.contains { $0.hasPrefix("keys: 1 user has") }, "\(health.reasons)")
        try await again.store.close()
    }
}
