import FoundationEssentials
import HearthMemory
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(60))) struct Changes {
    private let user: UserID = "user_123"

    /// What an agent is told until a memory whose identifier is given is stored for it.
    private func events(of changes: AsyncStream<MemoryEvent>, until last: MemoryID) async -> [MemoryEvent] {
        var events: [MemoryEvent] = []
        for await event in changes {
            if event.memoryID == last { break }
            events.append(event)
        }
        return events
    }

    @Test func `each thing that becomes different is told as what it is`() async throws {
        let coordinator = try await household()
        let events = coordinator.changes(agentID: "alden", userID: user)
        var iterator = events.makeAsyncIterator()
        func next(_ kind: MemoryEvent.Kind, _ id: MemoryID, holder: AgentID? = nil) async {
            let event = await iterator.next()
            #expect(event?.kind == kind)
            #expect(event?.memoryID == id)
            #expect(event?.userID == user)
            #expect(event?.holder == holder)
        }
        let id = try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: "Tea at four.")
        await next(.stored, id)
        try await coordinator.updateMemory(id, agentID: "alden", change: MemoryChange(content: "Tea at five."))
        await next(.updated, id)
        try await coordinator.publishMemory(id, agentID: "alden", change: MemoryChange())
        await next(.updated, id)
        let lock = try #require(
            try await coordinator.syncService.acquireMemoryLock(memoryID: id, agentID: "alden", lockDuration: .days(1))
        )
        await next(.locked, id, holder: "alden")
        try await coordinator.syncService.releaseMemoryLock(lock)
        await next(.unlocked, id)
        try await coordinator.deleteMemory(id, agentID: "alden")
        await next(.deleted, id)
        try await coordinator.restoreMemory(id, agentID: "alden")
        await next(.restored, id)
        let other = try await coordinator.storeAgentMemory(
            agentID: "sentry",
            userID: user,
            content: "The door is shut.",
            shareWithAgents: ["alden"]
        )
        await next(.shared, other)
        try await coordinator.updateMemory(other, agentID: "alden", change: MemoryChange(content: "The door is open."))
        await next(.updated, other)
        try await coordinator.updateMemory(other, agentID: "sentry", change: MemoryChange(content: "The door is ajar."))
        _ = try await coordinator.syncAllAgents(userID: user)
        await next(.updated, other)
        await next(.conflict, other)
        let conflict = try #require(try await coordinator.syncService.pendingConflicts.first)
        try await coordinator.syncService.resolveConflict(
            conflictID: conflict.id,
            decision: .content("The door is mended."),
            agentID: "sentry"
        )
        await next(.updated, other)
        await next(.resolved, other)
        try await coordinator.revokeShare(other, agentID: "sentry", from: ["alden"])
        await next(.revoked, other)
        try await coordinator.eraseMemory(id, agentID: "alden")
        await next(.deleted, id)
        try await coordinator.close()
        #expect(await iterator.next() == nil)
    }

    @Test func `another process's changes are told too`() async throws {
        let directory = try TemporaryDirectory()
        let coordinator = try await household(.file(directory.file("store.db")))
        let other = try await household(.file(directory.file("store.db")))
        var iterator = coordinator.changes(agentID: "alden", userID: user).makeAsyncIterator()
        let id = try await other.storeAgentMemory(agentID: "alden", userID: user, content: "From elsewhere.")
        #expect(await iterator.next()?.memoryID == id)
        try await coordinator.close()
        try await other.close()
    }

    @Test func `an expiry that passes is told`() async throws {
        let clock = TestClock()
        var configuration = CoordinatorConfiguration()
        configuration.clock = clock.storeClock
        let coordinator = try await MultiAgentMemoryCoordinator.open(.temporary, configuration: configuration)
        try await coordinator.registerAgent("alden")
        let id = try await coordinator.storeAgentMemory(
            agentID: "alden",
            userID: user,
            content: "For an hour.",
            expiresAt: clock.storeClock.now().date.addingTimeInterval(3_600)
        )
        var iterator = coordinator.changes(agentID: "alden", userID: user).makeAsyncIterator()
        clock.advance(by: .seconds(3_601))
        let event = await iterator.next()
        #expect(event?.kind == .deleted)
        #expect(event?.memoryID == id)
        try await coordinator.close()
    }

    @Test func `nothing is told of what the agent may not see`() async throws {
        let coordinator = try await household()
        let hidden = try await coordinator.storeAgentMemory(agentID: "alice", userID: user, content: "Alice's own.")
        let changes = coordinator.changes(agentID: "mimic", userID: user)
        let service = coordinator.syncService
        try await coordinator.updateMemory(hidden, agentID: "alice", change: MemoryChange(content: "Still her own."))
        try await coordinator.publishMemory(hidden, agentID: "alice", change: MemoryChange(importance: 0.9))
        let lock = try await service.acquireMemoryLock(memoryID: hidden, agentID: "alice", lockDuration: .days(1))
        #expect(lock != nil)
        try await service.releaseMemoryLock(memoryID: hidden, agentID: "alice")
        try await coordinator.shareMemory(hidden, agentID: "alice", with: ["alden"])
        try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: "Another's.")
        try await coordinator.storeAgentMemory(agentID: "mimic", userID: "user_456", content: "Another user's.")
        try await coordinator.eraseMemory(hidden, agentID: "system")
        let seen = try await coordinator.storeAgentMemory(agentID: "mimic", userID: user, content: "At last.")
        #expect(await events(of: changes, until: seen) == [])
        try await coordinator.close()
    }

    @Test func `another's draft of a memory that the agent sees is not told`() async throws {
        let coordinator = try await household()
        let id = try await coordinator.storeAgentMemory(
            agentID: "alden",
            userID: user,
            content: "Ours.",
            shareWithAgents: ["alice", "sentry"]
        )
        let changes = coordinator.changes(agentID: "sentry", userID: user)
        try await coordinator.updateMemory(id, agentID: "alice", change: MemoryChange(content: "Mine for now."))
        try await coordinator.updateMemory(id, agentID: "alden", change: MemoryChange(content: "And mine."))
        try await coordinator.shareMemory(id, agentID: "alden", with: ["mimic"])
        let seen = try await coordinator.storeAgentMemory(agentID: "sentry", userID: user, content: "At last.")
        #expect(await events(of: changes, until: seen) == [])
        try await coordinator.close()
    }

    @Test func `a listener that does not listen gets what it missed as one difference`() async throws {
        let coordinator = try await household()
        let id = try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: "0")
        let gone = try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: "gone")
        let changes = coordinator.changes(agentID: "alden", userID: user)
        for round in 1...200 {
            try await coordinator.publishMemory(id, agentID: "alden", change: MemoryChange(content: "\(round)"))
        }
        let brief = try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: "brief")
        for deleted in [gone, brief] {
            try await coordinator.deleteMemory(deleted, agentID: "alden")
            _ = try await coordinator.syncService.syncAgentMemories(agentID: "alden", userID: user)
        }
        let last = try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: "last")
        #expect(await events(of: changes, until: last).map(\.kind) == [.updated, .deleted])
        try await coordinator.close()
    }

    @Test func `following the events leads to what the agent sees, whatever happens`() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let coordinator = try await household()
        let changes = coordinator.changes(agentID: "alice", userID: user)
        var ids: [MemoryID] = []
        for _ in 0..<150 {
            let owner: AgentID = ["alden", "alice"].randomElement(using: &random)!
            if ids.isEmpty || Bool.random(using: &random) {
                let category: MemoryCategory = [.general, .preference].randomElement(using: &random)!
                ids.append(
                    try await coordinator.storeAgentMemory(
                        agentID: owner,
                        userID: user,
                        content: "\(ids.count)",
                        memoryCategory: category
                    )
                )
                continue
            }
            let id = ids.randomElement(using: &random)!
            let step = Int.random(in: 0..<5, using: &random)
            // What is refused changes nothing, and is as good a step as any.
            do {
                switch step {
                case 0: try await coordinator.shareMemory(id, agentID: owner, with: ["alice", "alden"])
                case 1: try await coordinator.revokeShare(id, agentID: owner, from: ["alice"])
                case 2: try await coordinator.deleteMemory(id, agentID: owner)
                case 3: try await coordinator.restoreMemory(id, agentID: owner)
                default: _ = try await coordinator.syncService.syncAgentMemories(agentID: owner, userID: user)
                }
            } catch is MemoryError {}
        }
        let last = try await coordinator.storeAgentMemory(agentID: "alice", userID: user, content: "last")
        var known: Set<MemoryID> = []
        for event in await events(of: changes, until: last) {
            switch event.kind {
            case .stored, .restored, .shared: #expect(known.insert(event.memoryID).inserted, "seed \(seed)")
            case .deleted, .revoked: #expect(known.remove(event.memoryID) != nil, "seed \(seed)")
            default: #expect(known.contains(event.memoryID), "seed \(seed)")
            }
        }
        let seen = try await coordinator.memories(agentID: "alice", userID: user, limit: 1_000).memories.map(\.id)
        #expect(known.union([last]) == Set(seen), "seed \(seed)")
        try await coordinator.close()
    }

    @Test func `a stream of an agent that is not registered ends at once, and one that is cancelled ends`() async throws
    {
        let coordinator = try await household()
        var none = coordinator.changes(agentID: "nobody", userID: user).makeAsyncIterator()
        #expect(await none.next() == nil)
        let waiting = Task { [user] in
            var iterator = coordinator.changes(agentID: "alden", userID: user).makeAsyncIterator()
            return await iterator.next()
        }
        waiting.cancel()
        #expect(await waiting.value == nil)
        try await coordinator.close()
    }
}

extension Duration {
    fileprivate static func days(_ days: Int) -> Duration { .seconds(days * 86_400) }
}
