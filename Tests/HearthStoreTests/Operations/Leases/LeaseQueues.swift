import FoundationEssentials
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

@Suite(.timeLimit(.minutes(60))) struct LeaseQueues {
    @Test func `waiters are served in the order in which they came`() async throws {
        let leased = try await LeasedStore()
        var lock = try #require(try await leased.acquire())
        let agents: [AgentID] = ["alden", "system", "alden", "alden", "system"]
        var waits: [Task<MemoryLock?, any Error>] = []
        for agent in agents { waits.append(try await leased.startWaiting(as: agent)) }
        for (agent, wait) in zip(agents, waits) {
            try await leased.store.releaseLease(lock)
            let next = try #require(try await wait.value)
            #expect(next.agentID == agent)
            #expect(next.fencingToken == lock.fencingToken + 1)
            lock = next
        }
        #expect(try leased.queueLength() == 0)
        try await leased.store.close()
    }

    @Test func `who waits is served in order however the lease before ends`() async throws {
        let leased = try await LeasedStore()
        let (store, memory) = (leased.store, leased.memory)
        var lock = try #require(try await leased.acquire())
        let agents: [AgentID] = ["system", "alden", "alden", "system", "alden"]
        var waits: [Task<MemoryLock?, any Error>] = []
        for agent in agents { waits.append(try await leased.startWaiting(as: agent, atMost: .seconds(3_600))) }
        for (turn, wait) in waits.enumerated() {
            switch turn {
            case 0: try await store.releaseLease(lock)
            case 1: leased.clock.advance(by: .seconds(300))
            case 2: try await store.releaseLease(on: memory, as: "system", force: true)
            case 3: try await store.releaseAllLeases(as: "system")
            default: try await store.releaseLease(on: memory, as: lock.agentID)
            }
            let next = try #require(try await wait.value)
            #expect(next.agentID == agents[turn] && next.fencingToken == lock.fencingToken + 1)
            #expect(try leased.queueLength() == agents.count - turn - 1)
            lock = next
        }
        try await store.close()
    }
    @Test func `a free lease is for those who wait, not for who comes later`() async throws {
        let leased = try await LeasedStore()
        let lock = try #require(try await leased.acquire())
        // In the file the release comes first; in this process nobody is woken by it.
        let wait = try await leased.startWaiting()
        try await leased.store.write { transaction in
            let leases = try LeaseTable.unreleased(in: transaction.connection)
            for lease in leases { try LeaseTable.release(memory: lease.memory, in: transaction.connection) }
        }
        #expect(try await leased.acquire(as: "system") == nil)
        leased.clock.advance(by: .milliseconds(20))
        #expect(try await wait.value?.fencingToken == lock.fencingToken + 1)
        try await leased.store.close()
    }

    @Test func `a waiter is served when the lease expires`() async throws {
        let leased = try await LeasedStore()
        _ = try await leased.acquire(for: .seconds(10))
        let wait = try await leased.startWaiting(atMost: .seconds(30))
        leased.clock.advance(by: .seconds(10))
        #expect(try await wait.value?.fencingToken == 2)
        try await leased.store.close()
    }

    @Test func `a waiter gives up when its time is over, and the next is served`() async throws {
        let leased = try await LeasedStore()
        let lock = try #require(try await leased.acquire())
        let short = try await leased.startWaiting(atMost: .seconds(10))
        let long = try await leased.startWaiting(atMost: .seconds(60))
        leased.clock.advance(by: .seconds(10))
        #expect(try await short.value == nil)
        #expect(try leased.queueLength() == 1)
        try await leased.store.releaseLease(lock)
        #expect(try await long.value?.fencingToken == 2)
        try await leased.store.close()
    }

    @Test func `a cancelled waiter leaves the queue, and the next is served`() async throws {
        let leased = try await LeasedStore()
        let lock = try #require(try await leased.acquire())
        let first = try await leased.startWaiting()
        let second = try await leased.startWaiting()
        let third = try await leased.startWaiting()
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.value }
        #expect(try leased.queueLength() == 2)
        first.cancel()
        try await leased.store.releaseLease(lock)
        await #expect(throws: CancellationError.self) { try await first.value }
        #expect(try await third.value?.fencingToken ?? 0 >= 2)
        #expect(try leased.queueLength() == 0)
        try await leased.store.close()
    }

    @Test func `a lease granted to a task that is being cancelled is released again`() async throws {
        let leased = try await LeasedStore()
        let store = leased.store
        let memory = leased.memory
        var generator = SeededGenerator()
        for _ in 0..<200 {
            let task = Task {
                try await store.acquireLease(on: memory, as: "alden", for: .seconds(60), waitingAtMost: .seconds(1))
            }
            for _ in 0..<Int.random(in: 0..<20, using: &generator) { await Task.yield() }
            task.cancel()
            do {
                let lock = try #require(try await task.value)
                #expect(try await store.releaseLease(lock))
            } catch is CancellationError {
                #expect(try store.activeLeases().isEmpty)
            }
        }
        #expect(try leased.queueLength() == 0)
        try await store.close()
    }

    @Test func `a waiter that died blocks no one longer than its own time-out`() async throws {
        let leased = try await LeasedStore()
        let lock = try #require(try await leased.acquire())
        try await leased.leaveDeadWaiter(atMost: .seconds(10))
        let wait = try await leased.startWaiting(atMost: .seconds(60))
        try await leased.store.releaseLease(lock)
        leased.clock.advance(by: .seconds(9))
        #expect(try await leased.acquire() == nil)
        #expect(try leased.queueLength() == 2)
        leased.clock.advance(by: .seconds(1))
        #expect(try await wait.value?.fencingToken == 2)
        #expect(try leased.queueLength() == 0)
        try await leased.store.close()
    }

    @Test func `a waiter whose process is gone blocks no one at all`() async throws {
        let leased = try await LeasedStore()
        let parts = ProcessIdentity.current.text.split(separator: " ")
        try #require(parts.count == 3)
        // Our own process number with another start time: what an earlier process would have left.
        try await leased.leaveDeadWaiter(atMost: .seconds(10), process: "\(parts[0]) \(parts[1]) 1")
        #expect(try await leased.acquire()?.fencingToken == 1)
        try await leased.store.close()
    }

    @Test func `waiters of another boot are dead`() async throws {
        let directory = try TemporaryDirectory()
        let path = StoreLocation.file(directory.file("store.db"))
        let leased = try await LeasedStore(path)
        try await leased.leaveDeadWaiter(atMost: .seconds(1_000_000))
        #expect(try await leased.acquire() == nil)
        try await leased.store.close()
        let rebooted = try await LeasedStore(reopening: leased, at: path, clock: leased.clock.rebooted())
        #expect(try await rebooted.acquire() != nil)
        try await rebooted.store.close()
    }

    @Test func `stores on one file share one queue`() async throws {
        let directory = try TemporaryDirectory()
        let path = StoreLocation.file(directory.file("store.db"))
        let here = try await LeasedStore(path)
        let there = try await LeasedStore(reopening: here, at: path)
        var lock = try #require(try await here.acquire())
        let stores = [there.store, here.store, there.store, here.store]
        var waits: [Task<MemoryLock?, any Error>] = []
        for store in stores { waits.append(try await here.startWaiting(atMost: .seconds(86_400), in: store)) }
        var releaser = here.store
        for (store, wait) in zip(stores, waits) {
            try await releaser.releaseLease(lock)
            // A waiter finds by looking what another store released.
            let next = try #require(try await here.clock.advancing(by: .milliseconds(20)) { try await wait.value })
            #expect(next.fencingToken == lock.fencingToken + 1)
            lock = next
            releaser = store
        }
        try await here.store.close()
        try await there.store.close()
    }

    @Test func `who loses sight of the memory while waiting is refused, and the next is served`() async throws {
        let leased = try await LeasedStore()
        let memory = try await leased.another(of: "alice", shareWith: ["sentry"])
        let lock = try #require(try await leased.acquire(memory, as: "alice"))
        let refused = try await leased.startWaiting(for: memory, as: "sentry")
        let next = try await leased.startWaiting(for: memory, as: "alice")
        try await leased.store.revokeShare(memory, as: "alice", from: ["sentry"])
        try await leased.store.releaseLease(lock)
        await expect(.memoryNotFound) { try await refused.value }
        #expect(try await next.value?.fencingToken == 2)
        #expect(try leased.queueLength() == 0)
        try await leased.store.close()
    }

    @Test func `closing a store ends its waits and leaves no ticket behind`() async throws {
        let directory = try TemporaryDirectory()
        let path = StoreLocation.file(directory.file("store.db"))
        let leased = try await LeasedStore(path)
        _ = try await leased.acquire()
        let first = try await leased.startWaiting()
        let second = try await leased.startWaiting()
        try await leased.store.close()
        await expect(.closed) { try await first.value }
        await expect(.closed) { try await second.value }
        let reopened = try await LeasedStore(reopening: leased, at: path)
        #expect(try reopened.queueLength() == 0)
        try await reopened.store.close()
    }

    @Test func `many tasks take turns without losing one`() async throws {
        let leased = try await LeasedStore()
        let store = leased.store
        let memory = leased.memory
        let turns = Turns()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for _ in 0..<25 {
                        try await store.withLease(
                            on: memory,
                            as: task % 2 == 0 ? "alden" : "system",
                            for: .seconds(60),
                            waitingAtMost: .seconds(60)
                        ) { lock in
                            await turns.enter(lock.fencingToken)
                            await Task.yield()
                            await turns.leave()
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(await turns.tokens == Array(1...200))
        #expect(await !turns.didOverlap)
        #expect(try leased.queueLength() == 0)
        try await store.close()
    }
}

/// Checks that only one is inside at a time.
private actor Turns {
    var tokens: [Int64] = []
    var didOverlap = false
    private var isInside = false

    func enter(_ token: Int64) {
        didOverlap = didOverlap || isInside
        isInside = true
        tokens.append(token)
    }

    func leave() { isInside = false }
}
