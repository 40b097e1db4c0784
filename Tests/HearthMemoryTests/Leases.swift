import FoundationEssentials
import HearthMemory
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(60))) struct Leases {
    private func household(clock: TestClock, lockDuration: Duration = .seconds(300)) async throws
        -> MultiAgentMemoryCoordinator
    {
        var configuration = CoordinatorConfiguration()
        configuration.clock = clock.storeClock
        configuration.lockDuration = lockDuration
        let coordinator = try await MultiAgentMemoryCoordinator.open(.temporary, configuration: configuration)
        for agent in AgentProfile.hearthlink { try await coordinator.registerAgent(agent.id) }
        return coordinator
    }

    @Test func `a lease lasts as long as the configuration says, where the call doesn't`() async throws {
        let clock = TestClock()
        let coordinator = try await household(clock: clock, lockDuration: .seconds(7))
        let service = coordinator.syncService
        let id = try await coordinator.storeAgentMemory(
            agentID: "alden",
            userID: "user_123",
            content: "The key is under the mat."
        )
        let lock = try #require(try await service.acquireMemoryLock(memoryID: id, agentID: "alden"))
        #expect(lock.expiresAt.timeIntervalSince(lock.acquiredAt) == 7)
        #expect(try await service.activeLocks == [lock])
        clock.advance(by: .seconds(6))
        let renewed = try await service.renewMemoryLock(lock)
        #expect(renewed.expiresAt.timeIntervalSince(lock.expiresAt) == 6)
        clock.advance(by: .seconds(7))
        #expect(try await service.activeLocks.isEmpty)
        await expect(.lockLost) { try await service.renewMemoryLock(renewed) }
        try await coordinator.close()
    }

    @Test func `a lease that another has is nil at once without waiting, and after the time-out with it`() async throws
    {
        let clock = TestClock()
        let coordinator = try await household(clock: clock)
        let service = coordinator.syncService
        let id = try await coordinator.storeAgentMemory(
            agentID: "alice",
            userID: "user_123",
            content: "Prefers short answers.",
            shareWithAgents: ["sentry"]
        )
        _ = try #require(try await service.acquireMemoryLock(memoryID: id, agentID: "alice"))
        #expect(try await service.acquireMemoryLock(memoryID: id, agentID: "sentry", waitForLock: false) == nil)
        let late = try await clock.advancing(by: .seconds(1)) {
            try await service.acquireMemoryLock(memoryID: id, agentID: "sentry", timeout: .seconds(5))
        }
        #expect(late == nil)
        await expect(.lockNotHeld) { try await service.releaseMemoryLock(memoryID: id, agentID: "sentry") }
        #expect(try await service.releaseMemoryLock(memoryID: id, agentID: "alice"))
        #expect(try await service.acquireMemoryLock(memoryID: id, agentID: "sentry", waitForLock: false) != nil)
        try await coordinator.close()
    }

    @Test func `withMemoryLock holds the lease for its closure alone`() async throws {
        let clock = TestClock()
        let coordinator = try await household(clock: clock)
        let service = coordinator.syncService
        let id = try await coordinator.storeAgentMemory(agentID: "alden", userID: "user_123", content: "Tea at four.")
        let token = try await service.withMemoryLock(memoryID: id, agentID: "alden") { lock in
            let held = try await service.activeLocks
            #expect(held == [lock])
            return lock.fencingToken
        }
        #expect(token == 1)
        #expect(try await service.activeLocks.isEmpty)
        let statistics = try await service.syncStatistics()
        #expect(statistics.service.locksAcquired == 1)
        #expect(statistics.service.locksReleased == 1)
        try await coordinator.close()
    }

    @Test(arguments: [(300, nil, 30), (7, nil, 7), (300, 120, 120)] as [(Int, Int?, Double)])
    func `a lease that is held for a closure is short, and renewed`(configured: Int, given: Int?, lasts: Double)
        async throws
    {
        let coordinator = try await household(clock: TestClock(), lockDuration: .seconds(configured))
        let service = coordinator.syncService
        let id = try await coordinator.storeAgentMemory(agentID: "alden", userID: "user_123", content: "Tea at four.")
        try await service.withMemoryLock(
            memoryID: id,
            agentID: "alden",
            lockDuration: given.map { .seconds($0) }
        ) { lock in
            #expect(lock.expiresAt.timeIntervalSince(lock.acquiredAt) == lasts)
        }
        try await coordinator.close()
    }

    @Test func `maintenance takes leases, by a critical agent alone`() async throws {
        let clock = TestClock()
        let coordinator = try await household(clock: clock)
        let service = coordinator.syncService
        let id = try await coordinator.storeAgentMemory(agentID: "alden", userID: "user_123", content: "Tea at four.")
        let lock = try #require(try await service.acquireMemoryLock(memoryID: id, agentID: "alden"))
        await expect(.accessDenied) { try await service.releaseAllLocks(agentID: "alden") }
        #expect(try await service.releaseAllLocks(agentID: "system") == 1)
        #expect(try await !service.releaseMemoryLock(lock))
        _ = try #require(try await service.acquireMemoryLock(memoryID: id, agentID: "alden"))
        #expect(try await service.releaseMemoryLock(memoryID: id, agentID: "system", force: true))
        try await coordinator.close()
    }

    @Test func `agents that are not active lease nothing`() async throws {
        let coordinator = try await household(clock: TestClock())
        let service = coordinator.syncService
        let id = try await coordinator.storeAgentMemory(agentID: "alden", userID: "user_123", content: "Tea at four.")
        let lock = try #require(try await service.acquireMemoryLock(memoryID: id, agentID: "alden"))
        try await coordinator.setStatus(.maintenance, of: "alden")
        await expect(.agentNotActive) { try await service.acquireMemoryLock(memoryID: id, agentID: "alden") }
        await expect(.agentNotActive) { try await service.renewMemoryLock(lock) }
        await expect(.agentNotActive) { try await service.releaseMemoryLock(memoryID: id, agentID: "alden") }
        await expect(.agentNotActive) { try await service.withMemoryLock(memoryID: id, agentID: "alden") { _ in } }
        await expect(.unknownAgent) { try await service.acquireMemoryLock(memoryID: id, agentID: "nobody") }
        try await coordinator.close()
    }

    @Test func `a closure under a lease runs where its caller does, and may use what is the caller's alone`()
        async throws
    {
        let coordinator = try await household(clock: TestClock())
        let id = try await coordinator.storeAgentMemory(agentID: "alden", userID: "user_123", content: "Tea.")
        let window = await Window(coordinator)
        #expect(try await window.save(id) == "Tea. Saved.")
        #expect(await window.saves == ["Tea."])
        try await coordinator.close()
    }
}

/// A window of a host's: what it holds must not leave the main actor.
@MainActor private final class Window {
    private let coordinator: MultiAgentMemoryCoordinator
    private(set) var saves: [String] = []

    init(_ coordinator: MultiAgentMemoryCoordinator) {
        self.coordinator = coordinator
    }

    /// Not sendable: it can't be captured by a closure that may run elsewhere.
    private final class Buffer {
        var text = ""
    }

    func save(_ id: MemoryID) async throws -> String {
        let buffer = Buffer()
        let result = try await coordinator.withMemoryLock(memoryID: id, agentID: "alden") { lock in
            MainActor.assertIsolated()
            buffer.text = try await coordinator.memory(id, agentID: "alden").content
            saves.append(buffer.text)
            try await coordinator.updateMemory(
                id,
                agentID: "alden",
                change: MemoryChange(content: buffer.text + " Saved."),
                lock: lock
            )
            return buffer
        }
        result.text = try await coordinator.memory(id, agentID: "alden").content
        return result.text
    }
}
