import FoundationEssentials
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

@Suite struct Leasing {
    @Test func `a lease says who holds which memory, and until when`() async throws {
        let leased = try await LeasedStore()
        let lock = try #require(try await leased.acquire(for: .seconds(60)))
        #expect(lock.memoryID == leased.memory)
        #expect(lock.agentID == "alden")
        #expect(lock.fencingToken == 1)
        #expect(lock.acquiredAt == leased.clock.storeClock.now().date)
        #expect(lock.expiresAt == lock.acquiredAt.addingTimeInterval(60))
        #expect(try leased.store.activeLeases() == [lock])
        try await leased.store.close()
    }

    @Test func `what is held is not to be had at once, by the same agent neither`() async throws {
        let leased = try await LeasedStore()
        let lock = try #require(try await leased.acquire())
        #expect(try await leased.acquire() == nil)
        #expect(try await leased.acquire(as: "system") == nil)
        #expect(try await leased.store.releaseLease(lock))
        #expect(try await leased.acquire() != nil)
        try await leased.store.close()
    }

    @Test func `a lease ends with its time, though nobody releases it`() async throws {
        let leased = try await LeasedStore()
        _ = try await leased.acquire(for: .seconds(60))
        leased.clock.advance(by: .seconds(59))
        #expect(try await leased.acquire() == nil)
        leased.clock.advance(by: .seconds(1))
        #expect(try leased.store.activeLeases().isEmpty)
        #expect(try await leased.acquire() != nil)
        try await leased.store.close()
    }

    @Test(arguments: [-20, 20])
    func `the wall clock jumps by years and nothing changes`(years: Int) async throws {
        let leased = try await LeasedStore()
        let lock = try #require(try await leased.acquire(for: .seconds(60)))
        leased.clock.jumpWallClock(by: .seconds(years * 365 * 86_400))
        #expect(try leased.store.activeLeases() == [lock])
        #expect(try await leased.acquire() == nil)
        let renewed = try await leased.store.renewLease(lock, for: .seconds(60))
        #expect(renewed.fencingToken == lock.fencingToken)
        let wait = try await leased.startWaiting(as: "system")
        leased.clock.jumpWallClock(by: .seconds(-years * 365 * 86_400))
        leased.clock.advance(by: .seconds(10))
        #expect(try leased.queueLength() == 1)
        try await leased.store.releaseLease(lock)
        #expect(try await wait.value?.fencingToken == 2)
        try await leased.store.close()
    }

    @Test func `a lease of another boot has expired`() async throws {
        let directory = try TemporaryDirectory()
        let path = StoreLocation.file(directory.file("store.db"))
        let leased = try await LeasedStore(path)
        let lock = try #require(try await leased.acquire())
        try await leased.store.close()

        let store = try await LeasedStore.open(path, clock: leased.clock.rebooted())
        #expect(try store.activeLeases().isEmpty)
        await expect(.lockLost) { try await store.renewLease(lock, for: .seconds(60)) }
        let next = try await store.acquireLease(
            on: leased.memory,
            as: "alden",
            for: .seconds(60),
            waitingAtMost: .zero
        )
        #expect(next?.fencingToken == 2)
        try await store.close()
    }

    @Test func `a lease outlives the process that acquired it`() async throws {
        let directory = try TemporaryDirectory()
        let path = StoreLocation.file(directory.file("store.db"))
        let leased = try await LeasedStore(path)
        let lock = try #require(try await leased.acquire())
        try await leased.store.close()

        let store = try await LeasedStore.open(path, clock: leased.clock)
        #expect(try store.activeLeases() == [lock])
        #expect(try await store.releaseLease(lock))
        try await store.close()
    }

    @Test func `a token never repeats, over releases, expiries, force, reopening and reboots`() async throws {
        let directory = try TemporaryDirectory()
        let path = StoreLocation.file(directory.file("store.db"))
        let first = try await LeasedStore(path)
        let memory = first.memory
        var store = first.store
        var clock = first.clock
        var generator = SeededGenerator()
        var last: Int64 = 0
        for _ in 0..<100 {
            let lock = try #require(
                try await store.acquireLease(on: memory, as: "alden", for: .seconds(60), waitingAtMost: .zero)
            )
            #expect(lock.fencingToken > last)
            last = lock.fencingToken
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: try await store.releaseLease(lock)
            case 1: clock.advance(by: .seconds(60))
            case 2: try await store.releaseLease(on: memory, as: "system", force: true)
            case 3:
                clock.advance(by: .seconds(61))
                try await store.sweepLeases()
            default:
                try await store.close()
                clock = clock.rebooted()
                store = try await LeasedStore.open(path, clock: clock)
            }
        }
        try await store.close()
    }

    @Test func `the row of a lease stays, whatever comes of the lease and of the memory`() async throws {
        let leased = try await LeasedStore()
        func tokens() throws -> [Int64] {
            try leased.store.read {
                try $0.connection.rows("SELECT fencing_token FROM leases ORDER BY memory_key", as: { $0.int64(0) })
            }
        }
        let first = try #require(try await leased.acquire(for: .seconds(60)))
        try await leased.store.delete(leased.memory, as: "alden", lock: first)
        try await leased.store.releaseLease(first)
        #expect(try tokens() == [1])
        try await leased.store.restore(leased.memory, as: "alden")
        #expect(try await leased.acquire(for: .seconds(60))?.fencingToken == 2)
        leased.clock.advance(by: .seconds(60))
        try await leased.store.sweepLeases()
        #expect(try tokens() == [2])
        #expect(try await leased.acquire()?.fencingToken == 3)
        try await leased.store.releaseAllLeases(as: "system")
        #expect(try tokens() == [3])
        #expect(try await leased.acquire()?.fencingToken == 4)
        try await leased.store.close()
    }
    @Test func `tokens count per memory`() async throws {
        let leased = try await LeasedStore()
        let other = try await leased.another()
        for token in 1...3 {
            let lock = try #require(try await leased.acquire())
            #expect(lock.fencingToken == Int64(token))
            try await leased.store.releaseLease(lock)
        }
        #expect(try await leased.acquire(other)?.fencingToken == 1)
        try await leased.store.close()
    }

    @Test func `a holder renews before expiry and not after`() async throws {
        let leased = try await LeasedStore()
        var lock = try #require(try await leased.acquire(for: .seconds(60)))
        for _ in 0..<3 {
            leased.clock.advance(by: .seconds(59))
            lock = try await leased.store.renewLease(lock, for: .seconds(60))
            #expect(lock.fencingToken == 1)
            #expect(lock.expiresAt == leased.clock.storeClock.now().date.addingTimeInterval(60))
        }
        leased.clock.advance(by: .seconds(60))
        await expect(.lockLost) { try await leased.store.renewLease(lock, for: .seconds(60)) }
        #expect(try await leased.acquire(as: "system") != nil)
        await expect(.lockLost) { try await leased.store.renewLease(lock, for: .seconds(60)) }
        try await leased.store.close()
    }

    @Test func `a lease that was released or taken is not renewed`() async throws {
        let leased = try await LeasedStore()
        let first = try #require(try await leased.acquire())
        try await leased.store.releaseLease(first)
        await expect(.lockLost) { try await leased.store.renewLease(first, for: .seconds(60)) }
        let second = try #require(try await leased.acquire())
        try await leased.store.releaseLease(on: leased.memory, as: "system", force: true)
        await expect(.lockLost) { try await leased.store.renewLease(second, for: .seconds(60)) }
        try await leased.store.close()
    }

    @Test func `durations and timeouts out of range are refused`() async throws {
        let leased = try await LeasedStore()
        for duration in [Duration.zero, .seconds(-1), .seconds(86_401), .seconds(Int64.max), .seconds(Int64.min)] {
            await expect(.invalidArgument) { try await leased.acquire(for: duration) }
        }
        await expect(.invalidArgument) {
            try await leased.store.acquireLease(
                on: leased.memory,
                as: "alden",
                for: .seconds(1),
                waitingAtMost: .seconds(-1)
            )
        }
        let shortest = try #require(try await leased.acquire(for: .nanoseconds(1)))
        leased.clock.advance(by: .nanoseconds(1))
        await expect(.invalidArgument) { try await leased.store.renewLease(shortest, for: .zero) }
        let patient = try await leased.store.acquireLease(
            on: leased.memory,
            as: "alden",
            for: .seconds(86_400),
            waitingAtMost: .seconds(Int64.max)
        )
        #expect(patient != nil)
        try await leased.store.close()
    }

    @Test func `leasing doesn't make caches look again`() async throws {
        let leased = try await LeasedStore()
        try await leased.store.releaseLease(#require(try await leased.acquire()))
        let before = try leased.store.read { $0.state.sequence }
        try await leased.store.releaseLease(#require(try await leased.acquire()))
        #expect(try leased.store.read { $0.state.sequence } == before)
        try await leased.store.close()
    }
}
