import HearthSQLite
import Synchronization
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// A cycle of upkeep as a whole: bounded, resumable, and careful about the clock.
@Suite struct MaintenanceCycles {
    @Test func `a dry run says what would go, changes nothing, and the cycle then does that`() async throws {
        let upkeep = try await UpkeepStore()
        let end = upkeep.shared.clock.storeClock.now().advanced(by: .seconds(60))
        for index in 0..<9 {
            _ = try await upkeep.memory("Old \(index)", of: index % 2 == 0 ? "mimic" : "alice")
            _ = try await upkeep.memory("Expiring \(index)", of: "alden", expiresAt: end)
        }
        for index in 0..<30 { _ = try await upkeep.memory("Step \(index)", of: "mimic", type: .working) }
        _ = try await upkeep.shared.lock(upkeep.memory("Leased"), as: "mimic", for: .seconds(60))
        upkeep.shared.clock.advance(by: .seconds(120))
        func compare() async throws {
            let before = try upkeep.count("SELECT total_changes() + sequence FROM store")
            let planned = try await upkeep.maintain(dryRun: true)
            #expect(try upkeep.count("SELECT total_changes() + sequence FROM store") == before)
            let done = try await upkeep.maintain()
            #expect(planned.isDryRun && !done.isDryRun)
            for step in MaintenanceStep.all where step != .storage {
                #expect(planned[step]?.affected == done[step]?.affected, "\(step)")
                #expect(planned[step]?.agents == done[step]?.agents, "\(step)")
            }
        }
        try await compare()
        for _ in 0..<4 {
            upkeep.pass(days: 31)
            try await compare()
        }
        #expect(try upkeep.count("SELECT count(*) FROM memories WHERE ended IS NULL") == 0)
    }

    @Test func `a cycle out of time stops after a transaction of each step, and the next ones go on`() async throws {
        let upkeep = try await UpkeepStore { options in
            options.maintenance.rowsPerTransaction = 4
            options.maintenance.timePerCycle = .zero
        }
        for index in 0..<10 { _ = try await upkeep.memory("Note \(index)") }
        upkeep.pass(days: 31)
        var affected: [Int] = []
        for _ in 0..<4 {
            let report = try await upkeep.maintain(.retention)
            affected.append(report[.retention]?.affected ?? 0)
            #expect(report.isCutShort == (affected.count < 3))
        }
        #expect(affected == [4, 4, 2, 0])
    }

    @Test func `a transaction of upkeep ends after 2 ms of work, and the next one goes on`() async throws {
        let upkeep = try await UpkeepStore()
        let ticks = Ticks()
        var clock = upkeep.shared.clock.storeClock
        // Each look at the clock takes a millisecond.
        clock.bootTime = { ticks.next() }
        let limit = MaintenanceCycle.BatchLimit(policy: MaintenancePolicy(), clock: clock)
        #expect(limit.allows(after: 0) && limit.allows(after: 1) && !limit.allows(after: 2))
        #expect(limit.allows(after: 0), "the first one always")
        let still = MaintenanceCycle.BatchLimit(policy: MaintenancePolicy(), clock: upkeep.shared.clock.storeClock)
        #expect(still.allows(after: 31) && !still.allows(after: 32))
    }

    @Test func `short transactions do all that long ones do`() async throws {
        var reports: [MaintenanceReport] = []
        for rows in [1, 3, 32] {
            let upkeep = try await UpkeepStore { $0.maintenance.rowsPerTransaction = rows }
            let end = upkeep.shared.clock.storeClock.now().advanced(by: .seconds(60))
            for index in 0..<7 {
                _ = try await upkeep.memory("Old \(index)")
                _ = try await upkeep.memory("Expiring \(index)", of: "alden", expiresAt: end)
                _ = try await upkeep.memory("The same twice", of: "alice")
            }
            for index in 0..<30 { _ = try await upkeep.memory("Step \(index)", of: "mimic", type: .working) }
            upkeep.shared.clock.advance(by: .seconds(120))
            reports.append(try await upkeep.maintain(.expiry, .workingMemory, .duplicates))
            for _ in 0..<2 {
                upkeep.pass(days: 31)
                reports.append(try await upkeep.maintain(.retention, .purge))
            }
            #expect(try await upkeep.store.verify().findings == [])
        }
        func counts(_ reports: ArraySlice<MaintenanceReport>) -> [[Int]] {
            reports.map { report in report.steps.map(\.affected) }
        }
        #expect(counts(reports[0..<3]) == [[7, 5, 6], [32, 18], [1, 32]], "\(counts(reports[0..<3]))")
        #expect(counts(reports[3..<6]) == counts(reports[0..<3]))
        #expect(counts(reports[6..<9]) == counts(reports[0..<3]))
    }

    @Test func `a cycle that fails in the middle leaves whole transactions, and the next one goes on`() async throws {
        let upkeep = try await UpkeepStore { $0.maintenance.rowsPerTransaction = 3 }
        for index in 0..<10 { _ = try await upkeep.memory("Note \(index)") }
        upkeep.pass(days: 31)
        try await upkeep.store.writeOnce { transaction in
            try transaction.connection.execute(
                """
                CREATE TEMP TRIGGER halt BEFORE UPDATE OF ended ON memories
                WHEN NEW.ended = 1 AND (SELECT count(*) FROM memories WHERE ended = 1) >= 7
                BEGIN SELECT raise(ABORT, 'halt'); END
                """
            )
        }
        await #expect(throws: MemoryError.self) { try await upkeep.maintain() }
        #expect(try upkeep.count("SELECT count(*) FROM memories WHERE ended = 1") == 6)
        #expect(try await upkeep.store.verify().findings == [])
        try await upkeep.store.writeOnce { try $0.connection.execute("DROP TRIGGER halt") }
        #expect(try await upkeep.maintain()[.retention]?.affected == 4)
    }

    @Test func `a jump of the wall clock stops deletions and leaves one notification, and a person goes on`()
        async throws
    {
        let upkeep = try await UpkeepStore()
        let id = try await upkeep.memory("Kept")
        try await upkeep.maintain()
        let last = try upkeep.store.upkeepTimes().last
        upkeep.shared.clock.jumpWallClock(by: UpkeepStore.days(400))
        for _ in 0..<2 {
            let report = try await upkeep.maintain()
            #expect(report.clockTrouble?.ahead == UpkeepStore.days(400))
            #expect(report[.retention]?.skipped != nil && report[.leases]?.skipped == nil)
        }
        #expect(await upkeep.exists(id))
        #expect(try upkeep.store.pendingNotifications().map(\.kind) == [.clockDisagreement])
        #expect(try upkeep.store.upkeepTimes().last == last)
        // Set right again, it goes on by itself.
        upkeep.shared.clock.jumpWallClock(by: UpkeepStore.days(-400))
        #expect(try await upkeep.maintain().clockTrouble == nil)
        upkeep.shared.clock.jumpWallClock(by: UpkeepStore.days(400))
        #expect(try await upkeep.maintain().clockTrouble != nil)
        #expect(try upkeep.store.pendingNotifications().map(\.count) == [2])
        let accepted = try await upkeep.maintain(acceptsClock: true)
        #expect(accepted.clockTrouble == nil && accepted[.retention]?.affected == 1)
        #expect(try await upkeep.maintain().clockTrouble == nil)
    }

    @Test func `after a restart a later time is taken as it is, and an earlier one is in doubt`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("store.db")
        let first = try await UpkeepStore(.file(path))
        let id = try await first.memory("Old")
        try await first.maintain()
        try await first.store.close()
        let clock = first.shared.clock.rebooted()
        clock.jumpWallClock(by: UpkeepStore.days(-40))
        let second = try await UpkeepStore(.file(path), clock: clock)
        #expect(try await second.maintain().clockTrouble != nil)
        clock.jumpWallClock(by: UpkeepStore.days(80))
        #expect(try await second.maintain()[.retention]?.samples == ["mimic": [id]])
        try await second.store.close()
    }

    @Test func `the times of upkeep are kept in the file, and how often it freed something`() async throws {
        let upkeep = try await UpkeepStore()
        #expect(try upkeep.store.resourceOptimizations() == 0)
        #expect(try upkeep.store.upkeepTimes().last == nil)
        #expect(try upkeep.store.upkeepTimes().next == nil)
        let now = upkeep.shared.clock.storeClock.now()
        _ = try await upkeep.store.maintain(MaintenanceRequest(interval: .seconds(60)))
        #expect(try upkeep.store.upkeepTimes().last == now)
        #expect(try upkeep.store.upkeepTimes().next == now.advanced(by: .seconds(60)))
        try await upkeep.maintain(dryRun: true)
        #expect(try upkeep.store.upkeepTimes().next != nil)
        try await upkeep.maintain()
        #expect(try upkeep.store.upkeepTimes().last == now)
        #expect(try upkeep.store.upkeepTimes().next == nil)
        _ = try await upkeep.memory("Old")
        upkeep.pass(days: 31)
        try await upkeep.maintain()
        #expect(try upkeep.store.resourceOptimizations() == 1)
    }

    @Test func `expired leases are marked as released, and live ones and their waiters stay`() async throws {
        let upkeep = try await UpkeepStore()
        let ids = [try await upkeep.memory("One"), try await upkeep.memory("Two")]
        _ = try await upkeep.shared.lock(ids[0], as: "mimic", for: .seconds(60))
        _ = try await upkeep.shared.lock(ids[1], as: "mimic", for: .seconds(6_000))
        upkeep.shared.clock.advance(by: .seconds(61))
        let report = try await upkeep.maintain()
        #expect(report[.leases]?.examined == 2 && report[.leases]?.affected == 1)
        #expect(try upkeep.count("SELECT count(*) FROM leases WHERE is_released = 0") == 1)
        #expect(try await upkeep.store.healthCheck().locks.expiredUnreleased == 0)
        let next = try #require(try await upkeep.shared.lock(ids[0], as: "mimic"))
        #expect(next.fencingToken == 2)
    }

    @Test func `sensitive memories go when their keys are there, and stay when they are not`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("store.db")
        let clock = TestClock()
        let provider = MemoryKeyProvider()
        let upkeep = try await UpkeepStore(.file(path), clock: clock) { $0.keyProvider = provider }
        let draft = MemoryDraft(content: "Sealed", isSensitive: true)
        _ = try await upkeep.store.store([draft], agentID: "mimic", userID: upkeep.shared.user, shareWith: [])
        try await upkeep.store.close()
        clock.advance(by: UpkeepStore.days(31))
        let without = try await UpkeepStore(.file(path), clock: clock)
        let report = try await without.maintain()
        #expect(report[.retention]?.affected == 0 && report[.retention]?.kept == 1)
        try await without.store.close()
        clock.advance(by: UpkeepStore.days(1))
        let with = try await UpkeepStore(.file(path), clock: clock) { $0.keyProvider = provider }
        #expect(try await with.maintain()[.retention]?.affected == 1)
        clock.advance(by: UpkeepStore.days(31))
        #expect(try await with.maintain()[.purge]?.affected == 1)
        #expect(try await with.store.verify().findings == [])
        try await with.store.close()
    }

    @Test func `nothing is scanned to find what is due`() async throws {
        let upkeep = try await UpkeepStore()
        let statements = [
            "SELECT since, memory_key FROM ages WHERE kind = 0 AND agent_key = 1 AND since <= 5 ORDER BY since, memory_key LIMIT 4",
            "\(MaintenanceCycle.expired)", "\(WorkingMemories.counts)", "\(WorkingMemories.keys)",
            "\(WorkingMemories.present)",
            "SELECT user_key, owner_key, identifier FROM tombstones WHERE deleted_at <= 1 ORDER BY deleted_at LIMIT 5",
        ]
        for statement in statements {
            let plan = try upkeep.store.read { snapshot in
                // A plan needs no values, but a statement with parameters does.
                let bound = statement.replacing(/\?\d/, with: "1")
                return try snapshot.connection.rowsDynamic("EXPLAIN QUERY PLAN " + bound) { $0.string(3) }
            }
            #expect(plan.allSatisfy { !$0.hasPrefix("SCAN") || $0.contains("documents_working") }, "\(plan)")
            #expect(plan.allSatisfy { !$0.contains("TEMP B-TREE") }, "\(plan)")
        }
    }
}

/// A clock that is a millisecond later each time somebody looks.
private final class Ticks: Sendable {
    private let time = Mutex(Int64(0))

    func next() -> Int64 {
        time.withLock { time in
            time += 1_000_000
            return time
        }
    }
}
