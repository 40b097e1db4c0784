import CSQLite
import CoreMetrics
import Foundation
import HearthMetrics
import HearthStore
import Synchronization
import TestSupport
import Testing

@testable import HearthMemory

/// Background sync on a clock that the tests move: what it does each interval, and that it starts, rests and ends as asked.
@Suite(.timeLimit(.minutes(60))) struct BackgroundSyncing {
    private let clock = TestClock()
    private let user: UserID = "user_123"

    private func open(
        _ location: StoreLocation = .temporary,
        configure: (inout CoordinatorConfiguration) -> Void = { _ in }
    ) async throws -> MultiAgentMemoryCoordinator {
        var configuration = CoordinatorConfiguration()
        configuration.clock = clock.storeClock
        configuration.durability = .normal
        configuration.embedder = nil
        configuration.leastFreeBytes = 0
        configure(&configuration)
        let coordinator = try await MultiAgentMemoryCoordinator.open(location, configuration: configuration)
        for agent in AgentProfile.hearthlink { try await coordinator.registerAgent(agent.id) }
        return coordinator
    }

    /// A memory of Alden's with an edit of Alden's that waits for a sync.
    private func draft(in coordinator: MultiAgentMemoryCoordinator, of agent: AgentID = "alden") async throws
        -> MemoryID
    {
        let id = try await coordinator.storeAgentMemory(
            agentID: "alden",
            userID: user,
            content: "Tea.",
            shareWithAgents: ["alice"]
        )
        try await coordinator.updateMemory(id, agentID: agent, change: MemoryChange(content: "Oolong."))
        return id
    }

    /// Lets an interval pass, and the cycle that it begins.
    private func pass(_ duration: Duration = .seconds(60), in coordinator: MultiAgentMemoryCoordinator) async throws {
        try await until { clock.sleepers == 1 }
        let cycles = coordinator.backgroundSyncStatus.cycles
        clock.advance(by: duration)
        try await until { coordinator.backgroundSyncStatus.cycles == cycles + 1 && clock.sleepers == 1 }
    }

    @Test func `drafts are published after each interval, for every user`() async throws {
        let coordinator = try await open()
        let id = try await draft(in: coordinator)
        let other = try await coordinator.storeAgentMemory(agentID: "alice", userID: "ana", content: "Coffee.")
        try await coordinator.updateMemory(other, agentID: "alice", change: MemoryChange(content: "Mocha."))
        #expect(coordinator.backgroundSyncStatus == BackgroundSyncStatus())
        coordinator.start()
        coordinator.start()
        try await until { clock.sleepers == 1 }
        #expect(coordinator.backgroundSyncStatus.state == .running && coordinator.backgroundSyncStatus.cycles == 0)
        #expect(try await coordinator.memory(id, agentID: "alden").syncStatus == .pending)
        clock.advance(by: .seconds(59))
        #expect(coordinator.backgroundSyncStatus.cycles == 0)
        try await pass(.seconds(1), in: coordinator)
        #expect(try await coordinator.memory(id, agentID: "alice").content == "Oolong.")
        #expect(try await coordinator.memory(other, agentID: "alice").syncStatus == .synced)
        let cycle = try #require(coordinator.backgroundSyncStatus.lastCycle)
        #expect(cycle.syncs == 2 && cycle.successfulSyncs == 2 && cycle.errorCode == nil)
        // A cycle with nothing to do writes no record.
        try await pass(in: coordinator)
        #expect(try await coordinator.syncService.syncStatistics().service.totalSyncs == 2)
        try await coordinator.close()
        #expect(coordinator.backgroundSyncStatus.state == .stopped && clock.sleepers == 0)
        coordinator.start()
        #expect(coordinator.backgroundSyncStatus.state == .stopped && clock.sleepers == 0)
    }

    @Test func `a host that does not start it, or switches it off, has no task and no timer`() async throws {
        let quiet = try await open()
        _ = try await draft(in: quiet)
        clock.advance(by: .seconds(86_400))
        #expect(clock.sleepers == 0 && quiet.backgroundSyncStatus.state == .notStarted)
        try await quiet.close()
        let off = try await open { $0.syncInterval = .zero }
        off.start()
        #expect(clock.sleepers == 0 && off.backgroundSyncStatus.state == .notStarted)
        off.requestBackgroundSync()
        await off.pauseBackgroundSync()
        off.resumeBackgroundSync()
        off.resumeBackgroundSync()
        #expect(off.backgroundSyncStatus.state == .notStarted)
        try await off.close()
    }

    @Test func `it sweeps leases that have expired`() async throws {
        let coordinator = try await open { $0.lockDuration = .seconds(30) }
        let id = try await draft(in: coordinator)
        _ = try await coordinator.syncService.acquireMemoryLock(memoryID: id, agentID: "alden")
        coordinator.start()
        try await pass(in: coordinator)
        #expect(coordinator.backgroundSyncStatus.lastCycle?.leasesSwept == 1)
        try await coordinator.close()
    }

    @Test func `pauses are counted, and what a pause held up is done at once after the last`() async throws {
        let coordinator = try await open()
        let id = try await draft(in: coordinator)
        coordinator.start()
        await coordinator.pauseBackgroundSync()
        await coordinator.pauseBackgroundSync()
        #expect(coordinator.backgroundSyncStatus.state == .paused)
        #expect(coordinator.backgroundSyncStatus.nextAttemptAt == nil)
        clock.advance(by: .seconds(3_600))
        coordinator.resumeBackgroundSync()
        #expect(coordinator.backgroundSyncStatus.state == .paused && coordinator.backgroundSyncStatus.cycles == 0)
        coordinator.resumeBackgroundSync()
        try await until { coordinator.backgroundSyncStatus.cycles == 1 }
        #expect(try await coordinator.memory(id, agentID: "alden").syncStatus == .synced)
        try await coordinator.close()
    }

    @Test func `it can be asked to begin at once`() async throws {
        let coordinator = try await open()
        let id = try await draft(in: coordinator)
        coordinator.start()
        coordinator.requestBackgroundSync()
        try await until { coordinator.backgroundSyncStatus.cycles == 1 }
        #expect(try await coordinator.memory(id, agentID: "alden").syncStatus == .synced)
        try await coordinator.close()
    }

    @Test func `a draft that its agent may no longer publish raises one notification, and none holds up the others`()
        async throws
    {
        let coordinator = try await open()
        let refused = try await draft(in: coordinator, of: "alice")
        try await coordinator.revokeShare(refused, agentID: "alden", from: ["alice"])
        coordinator.start()
        for failures in 1...7 {
            let id = try await draft(in: coordinator)
            try await pass(.seconds(1_000), in: coordinator)
            #expect(try await coordinator.memory(id, agentID: "alden").syncStatus == .synced)
            let status = coordinator.backgroundSyncStatus
            #expect(status.consecutiveFailures == failures && status.lastErrorCode == "memoryNotFound")
            // It is tried again before the next interval, and later each time.
            let next = try #require(status.nextAttemptAt)
            let pause = next.timeIntervalSince(try #require(status.lastCycle).endedAt)
            let whole = min(60, Double(1 << (failures - 1)))
            #expect(pause > min(60, whole / 2) - 0.001 && pause < whole + 0.001, "\(failures): \(pause)")
            let told = try await coordinator.pendingNotifications()
            #expect(told.map(\.count) == (failures < 5 ? [] : [failures - 4]))
        }
        let told = try #require(try await coordinator.pendingNotifications().first)
        #expect(told.kind == .syncFailed && told.message.contains("alice") && told.message.contains("hearth discard"))
        #expect(!told.message.contains(user.rawValue))
        try await coordinator.discardDraft(of: refused, agentID: "alice")
        try await pass(.seconds(1_000), in: coordinator)
        #expect(coordinator.backgroundSyncStatus.consecutiveFailures == 0)
        #expect(coordinator.backgroundSyncStatus.lastErrorCode == "memoryNotFound")
        try await coordinator.close()
    }

    @Test func `health and metrics say since when background sync fails, and that it is over`() async throws {
        let metrics = PrometheusMetrics()
        let coordinator = try await withMetricsFactory(metrics) { try await open() }
        func reasons() async throws -> [String] {
            try await coordinator.syncService.healthCheck().reasons.filter { $0.hasPrefix("sync: ") }
        }
        let refused = try await draft(in: coordinator, of: "alice")
        try await coordinator.revokeShare(refused, agentID: "alden", from: ["alice"])
        coordinator.start()
        for failures in 1...6 {
            try await pass(.seconds(1_000), in: coordinator)
            #expect(try await reasons().count == (failures < 5 ? 0 : 1))
        }
        let reason = try #require(try await reasons().first)
        // The first failure was in the first of the cycles.
        #expect(reason.contains("has failed since 2025-01-01T00:16:40Z (memoryNotFound)"), "\(reason)")
        #expect(reason.contains("`hearth notifications list`"))
        let failing = metrics.exposition()
        for line in [
            "hearth_background_cycles_total{outcome=\"failure\"} 6", "hearth_background_retries_total 5",
            "hearth_background_drafts_total{outcome=\"failed\"} 6",
        ] { #expect(failing.contains(line + "\n"), "\(line)\n\(failing)") }
        #expect(!failing.contains("hearth_background_last_success_timestamp_seconds "))
        try await coordinator.discardDraft(of: refused, agentID: "alice")
        try await pass(.seconds(1_000), in: coordinator)
        #expect(try await reasons() == [])
        let well = metrics.exposition()
        #expect(well.contains("hearth_background_cycles_total{outcome=\"success\"} 1\n"))
        #expect(well.contains("hearth_background_last_success_timestamp_seconds "))
        try await coordinator.close()
    }

    @Test func `a failure of a process that has ended is forgotten after an hour, and upkeep that nobody does is told`()
        async throws
    {
        let coordinator = try await open()
        _ = try await coordinator.storeAgentMemory(agentID: "sentry", userID: user, content: "The door is shut.")
        await coordinator.store.noteSyncFailing(.storeBusy, since: clock.storeClock.now(), in: "another")
        await coordinator.store.noteSyncWell(in: "this one")
        #expect(try await coordinator.syncService.healthCheck().reasons.count == 1)
        clock.advance(by: .seconds(3_601))
        #expect(try await coordinator.syncService.healthCheck().status == .healthy)
        clock.advance(by: .seconds(31 * 86_400))
        let health = try await coordinator.syncService.healthCheck()
        let reason = try #require(health.reasons.first)
        #expect(health.status == .degraded && health.reasons.count == 1)
        #expect(reason.hasPrefix("upkeep: upkeep was not done for 31 days"), "\(reason)")
        #expect(reason.contains("`hearth maintain`"))
        _ = try await coordinator.maintain()
        #expect(try await coordinator.syncService.healthCheck().status == .healthy)
        try await coordinator.close()
    }

    @Test func `while another process keeps the file, cycles fail with longer pauses, and then go on`() async throws {
        let directory = try TemporaryDirectory()
        let coordinator = try await open(.file(directory.file("store.db"))) { $0.busyTimeout = .zero }
        let id = try await draft(in: coordinator)
        var stream = coordinator.notifications.makeAsyncIterator()
        coordinator.start()
        // The one that listens has a timer of its own.
        try await until { clock.sleepers == 2 }
        let lock = try WriteLock(on: directory.file("store.db"))
        for failures in 1...6 {
            clock.advance(by: .seconds(900))
            try await until { coordinator.backgroundSyncStatus.cycles == failures && clock.sleepers == 2 }
            #expect(coordinator.backgroundSyncStatus.lastCycle?.errorCode == "storeBusy")
            #expect(coordinator.backgroundSyncStatus.consecutiveFailures == failures)
        }
        // The file could not take it, so it has no number.
        let heard = try #require(await stream.next())
        #expect(heard.id == 0 && heard.kind == .syncFailed && heard.message.contains("5 times in a row"))
        lock.release()
        clock.advance(by: .seconds(900))
        try await until { coordinator.backgroundSyncStatus.cycles == 7 }
        #expect(coordinator.backgroundSyncStatus.consecutiveFailures == 0)
        #expect(try await coordinator.memory(id, agentID: "alden").syncStatus == .synced)
        try await coordinator.close()
        #expect(clock.sleepers == 0)
    }

    @Test func `a key that is missing is told of at once`() async throws {
        let directory = try TemporaryDirectory()
        let file = StoreLocation.file(directory.file("store.db"))
        let first = try await open(file) { $0.keyProvider = MemoryKeyProvider() }
        let id = try await first.storeAgentMemory(agentID: "alden", userID: user, content: "Secret.", isSensitive: true)
        try await first.updateMemory(id, agentID: "alden", change: MemoryChange(content: "Sealed."))
        try await first.close()
        let second = try await open(file)
        let plain = try await draft(in: second)
        second.start()
        try await pass(in: second)
        #expect(try await second.memory(plain, agentID: "alden").syncStatus == .synced)
        let told = try await second.pendingNotifications()
        #expect(told.map(\.kind) == [.keyMissing])
        #expect(told.first?.message.contains("Secret") == false)
        try await second.close()
    }

    @Test func `damage is told of at once`() async throws {
        let directory = try TemporaryDirectory()
        let coordinator = try await open(.file(directory.file("store.db")))
        _ = try await draft(in: coordinator)
        var connection: OpaquePointer?
        try #require(sqlite3_open(directory.file("store.db"), &connection) == SQLITE_OK)
        sqlite3_wal_autocheckpoint(connection, 0)
        try #require(sqlite3_exec(connection, "UPDATE audit_head SET count = count + 1", nil, nil, nil) == SQLITE_OK)
        sqlite3_close(connection)
        coordinator.start()
        try await pass(in: coordinator)
        #expect(coordinator.backgroundSyncStatus.lastCycle?.errorCode == "storeCorrupt")
        let told = try await coordinator.pendingNotifications()
        #expect(told.map(\.kind) == [.integrityProblem] && told.map(\.severity) == [.critical])
        #expect(told.first?.message.contains("hearth verify") == true)
        try await coordinator.close()
    }

    @Test func `a disk that is nearly full is told of once`() async throws {
        let directory = try TemporaryDirectory()
        let coordinator = try await open(.file(directory.file("store.db"))) { $0.leastFreeBytes = .max }
        coordinator.start()
        for _ in 0..<3 { try await pass(in: coordinator) }
        #expect(try await coordinator.pendingNotifications().map(\.kind) == [.diskNearlyFull])
        try await coordinator.close()
    }

    @Test func `notifications that nobody acknowledges become more severe`() async throws {
        let directory = try TemporaryDirectory()
        let coordinator = try await open(.file(directory.file("store.db"))) {
            $0.leastFreeBytes = .max
            $0.escalationTime = .seconds(7_200)
        }
        coordinator.start()
        try await pass(in: coordinator)
        #expect(try await coordinator.pendingNotifications().map(\.severity) == [.warning])
        try await pass(.seconds(7_200), in: coordinator)
        #expect(try await coordinator.pendingNotifications().map(\.severity) == [.critical])
        try await coordinator.close()
    }

    @Test func `of two coordinators on a file one does the upkeep, and the other when that is closed`() async throws {
        let directory = try TemporaryDirectory()
        let file = StoreLocation.file(directory.file("store.db"))
        let (first, second) = (try await open(file), try await open(file))
        let done = (first: Counter(), second: Counter())
        first.background.setUpkeep { done.first.add() }
        second.background.setUpkeep { done.second.add() }
        for coordinator in [first, second] {
            coordinator.start()
            coordinator.requestBackgroundSync()
            try await until { coordinator.backgroundSyncStatus.cycles == 1 }
        }
        #expect(done.first.count == 1 && done.second.count == 0)
        #expect(first.backgroundSyncStatus.doesUpkeep && !second.backgroundSyncStatus.doesUpkeep)
        try await first.close()
        #expect(!first.backgroundSyncStatus.doesUpkeep)
        try await pass(in: second)
        #expect(done.first.count == 1 && done.second.count == 1)
        try await second.close()
    }

    @Test func `with the guide's variables set, sync, retention and upkeep happen by themselves`() async throws {
        let variables = [
            "MEMORY_SYNC_INTERVAL": "30", "MEMORY_LOCK_TIMEOUT": "120", "CONFLICT_RESOLUTION_STRATEGY": "latest_wins",
            "ALDEN_MEMORY_RETENTION_DAYS": "2", "ALICE_MEMORY_RETENTION_DAYS": "60",
            "SENTRY_MEMORY_RETENTION_DAYS": "180", "MIMIC_MEMORY_RETENTION_DAYS": "30",
        ]
        let coordinator = try await open { configuration in
            guard let given = try? CoordinatorConfiguration(environment: variables) else { return }
            let clock = configuration.clock
            configuration = given
            configuration.clock = clock
            configuration.embedder = nil
            configuration.leastFreeBytes = 0
        }
        let edited = try await draft(in: coordinator)
        let kept = try await coordinator.storeAgentMemory(agentID: "sentry", userID: user, content: "The door is shut.")
        coordinator.start()
        try await pass(.seconds(30), in: coordinator)
        #expect(try await coordinator.memory(edited, agentID: "alice").content == "Oolong.")
        let first = try await coordinator.memoryAllocation(userID: user)
        #expect(first.lastCleanup == clock.storeClock.now().date)
        #expect(first.nextCleanup == clock.storeClock.now().date.addingTimeInterval(30))
        for _ in 0..<3 { try await pass(.seconds(86_400), in: coordinator) }
        await expect(.memoryNotFound) { try await coordinator.memory(edited, agentID: "alden") }
        #expect(try await coordinator.memory(kept, agentID: "sentry").content == "The door is shut.")
        try await coordinator.close()
    }

    @Test func `while the wall clock is in doubt nothing is deleted, an administrator is told, and then it goes on`()
        async throws
    {
        let coordinator = try await open()
        let id = try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: "Kept.")
        coordinator.start()
        try await pass(in: coordinator)
        clock.jumpWallClock(by: .seconds(400 * 86_400))
        for _ in 0..<2 {
            try await pass(in: coordinator)
            #expect(try await coordinator.pendingNotifications().map(\.kind) == [.clockDisagreement])
            #expect(try await coordinator.memory(id, agentID: "alden").content == "Kept.")
            // Leases and storage do not go by the wall clock.
            #expect(coordinator.backgroundSyncStatus.lastCycle?.didUpkeep == true)
            #expect(coordinator.backgroundSyncStatus.lastCycle?.errorCode == nil)
        }
        // A person vouches for the clock.
        #expect(try await coordinator.maintain(acceptClock: true)[.retention]?.affected == 1)
        try await coordinator.close()
    }

    @Test func `closing in the middle of a cycle waits for its step and leaves whole drafts`() async throws {
        let directory = try TemporaryDirectory()
        let file = StoreLocation.file(directory.file("store.db"))
        let coordinator = try await open(file)
        let drafts = (0..<600).map { MemoryDraft(content: "note \($0)") }
        let ids = try await coordinator.storeAgentMemories(agentID: "alden", userID: user, drafts)
        for id in ids {
            try await coordinator.updateMemory(id, agentID: "alden", change: MemoryChange(importance: 0.9))
        }
        coordinator.start()
        coordinator.requestBackgroundSync()
        try await coordinator.close()
        #expect(clock.sleepers == 0 && coordinator.backgroundSyncStatus.state == .stopped)
        let again = try await open(file)
        #expect(try await again.verify().isSound)
        for memory in try await again.memories(ids, agentID: "alden") { #expect(memory.importance == 0.9) }
        again.start()
        again.requestBackgroundSync()
        try await until { again.backgroundSyncStatus.cycles == 1 }
        let synced = try await again.memories(ids, agentID: "alden").count { $0.syncStatus == .synced }
        #expect(synced == ids.count)
        try await again.close()
    }

    @Test func `callers go on while it syncs`() async throws {
        let coordinator = try await open()
        let drafts = (0..<300).map { MemoryDraft(content: "note \($0)") }
        let ids = try await coordinator.storeAgentMemories(agentID: "alden", userID: user, drafts)
        for id in ids {
            try await coordinator.updateMemory(id, agentID: "alden", change: MemoryChange(importance: 0.9))
        }
        coordinator.start()
        coordinator.requestBackgroundSync()
        for number in 0..<50 {
            try await coordinator.storeAgentMemory(agentID: "alice", userID: user, content: "meanwhile \(number)")
        }
        try await until { coordinator.backgroundSyncStatus.cycles == 1 }
        #expect(coordinator.backgroundSyncStatus.lastCycle?.successfulSyncs == 300)
        try await coordinator.close()
    }

    @Test func `a coordinator that is dropped and not closed leaves no task`() async throws {
        var coordinator: MultiAgentMemoryCoordinator? = try await open()
        coordinator?.start()
        try await until { clock.sleepers == 1 }
        weak let dropped = coordinator
        coordinator = nil
        try await until { clock.sleepers == 0 }
        #expect(dropped == nil)
    }
}

/// A number that several tasks count.
private final class Counter: Sendable {
    private let number = Atomic(0)

    func add() { number.add(1, ordering: .relaxed) }

    var count: Int { number.load(ordering: .relaxed) }
}
