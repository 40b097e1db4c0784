import FoundationEssentials
import HearthMemory
import TestSupport
import Testing

/// A temporary store with the four agents at work. Its leases outlast a test that waits long for its turn.
func household(
    _ location: StoreLocation = .temporary,
    clock: StoreClock = .system
) async throws -> MultiAgentMemoryCoordinator {
    var configuration = CoordinatorConfiguration()
    configuration.clock = clock
    configuration.lockDuration = .seconds(86_400)
    let coordinator = try await MultiAgentMemoryCoordinator.open(location, configuration: configuration)
    for agent in AgentProfile.hearthlink { try await coordinator.registerAgent(agent.id) }
    return coordinator
}

@Suite struct Memories {
    private let user: UserID = "user_123"

    @Test func `what is stored comes back as it was, whatever the text`() async throws {
        let coordinator = try await household()
        let texts = [
            "", "plain", "nul\u{0}in the middle", "👩‍👩‍👧‍👦 family", "明天去成都看奶奶", "大阪の会議は三時から",
            "مرحبا بالعالم", "שלום עולם", "e\u{301} and é", "\u{202E}reversed", String(repeating: "a", count: 4 << 20),
        ]
        for text in texts {
            let id = try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: text)
            let memory = try await coordinator.memory(id, agentID: "alden", userID: user)
            #expect(Array(memory.content.utf8) == Array(text.utf8))
        }
        try await coordinator.close()
    }

    @Test func `every field of a draft comes back`() async throws {
        let coordinator = try await household()
        let created = Date(timeIntervalSince1970: 1_700_000_000.123456)
        let parent = try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: "parent")
        let draft = MemoryDraft(
            content: "the tap drips",
            type: .procedural,
            category: .task,
            tags: ["flat", "plumber", "flat"],
            importance: 0.75,
            confidence: 0.25,
            metadata: ["source": "voice \"note\"", "ключ": "значение\n"],
            expiresAt: Date.now.addingTimeInterval(3_600),
            parentID: parent,
            createdAt: created
        )
        let ids = try await coordinator.storeAgentMemories(
            agentID: "alden",
            userID: user,
            sessionID: "sess_abc",
            [draft]
        )
        let memory = try await coordinator.memory(ids[0], agentID: "alden")
        #expect(memory.sessionID == "sess_abc")
        #expect(memory.type == .procedural)
        #expect(memory.category == .task)
        #expect(memory.tags == ["flat", "plumber"])
        #expect(memory.metadata == draft.metadata)
        #expect(memory.importance == 0.75)
        #expect(memory.confidence == 0.25)
        #expect(abs(memory.createdAt.timeIntervalSince(created)) < 0.000_002)
        #expect(memory.parentID == parent)
        #expect(memory.version == 1)
        #expect(memory.syncStatus == .synced)
        #expect(memory.checksum.count == 64)
        try await coordinator.close()
    }

    @Test func `bad input is refused by name and nothing is stored`() async throws {
        let coordinator = try await household()
        func store(_ draft: MemoryDraft, user: UserID = "user_123", session: SessionID? = nil) async throws {
            let good = MemoryDraft(content: "good")
            try await coordinator.storeAgentMemories(agentID: "alden", userID: user, sessionID: session, [good, draft])
        }
        for value in [Double.nan, -0.001, 1.001, .infinity, -.infinity] {
            await expect(.invalidArgument) { try await store(MemoryDraft(content: "x", importance: value)) }
            await expect(.invalidArgument) { try await store(MemoryDraft(content: "x", confidence: value)) }
        }
        for size in [(4 << 20) + 1, 64 << 20] {
            await expect(.invalidArgument) {
                try await store(MemoryDraft(content: String(repeating: "a", count: size)))
            }
        }
        for seconds in [Double.nan, .infinity, 1e300, -1e300] {
            let date = Date(timeIntervalSince1970: seconds)
            await expect(.invalidArgument) { try await store(MemoryDraft(content: "x", createdAt: date)) }
            await expect(.invalidArgument) { try await store(MemoryDraft(content: "x", expiresAt: date)) }
        }
        await expect(.invalidArgument) { try await store(MemoryDraft(content: "x", category: "")) }
        await expect(.invalidArgument) { try await store(MemoryDraft(content: "x", tags: [""])) }
        await expect(.invalidArgument) { try await store(MemoryDraft(content: "x"), user: "") }
        await expect(.invalidArgument) { try await store(MemoryDraft(content: "x"), user: "a\u{7}b") }
        await expect(.invalidArgument) { try await store(MemoryDraft(content: "x"), user: "a\u{0}b") }
        await expect(.invalidArgument) {
            try await store(MemoryDraft(content: "x"), user: UserID(rawValue: String(repeating: "é", count: 129)))
        }
        await expect(.invalidArgument) { try await store(MemoryDraft(content: "x"), session: "") }
        await expect(.memoryNotFound) { try await store(MemoryDraft(content: "x", parentID: "mem_none")) }
        await expect(.keyUnavailable) { try await store(MemoryDraft(content: "x", isSensitive: true)) }
        #expect(try await coordinator.memories(agentID: "alden", userID: user).memories.isEmpty)
        try await coordinator.close()
    }

    @Test func `the far past and the far future are dates like any other`() async throws {
        let coordinator = try await household()
        for date in [Date.distantPast, Date.distantFuture] {
            let draft = MemoryDraft(content: "then", createdAt: date)
            let id = try await coordinator.storeAgentMemories(agentID: "alden", userID: user, [draft])[0]
            #expect(try await coordinator.memory(id, agentID: "alden").createdAt == date)
        }
        try await coordinator.close()
    }

    @Test func `an expired memory is returned by nothing`() async throws {
        let coordinator = try await household()
        let past = Date.now.addingTimeInterval(-1)
        await expect(.invalidArgument) {
            try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: "gone", expiresAt: past)
        }
        let id = try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: "gone")
        try await coordinator.updateMemory(id, agentID: "alden", change: MemoryChange(expiresAt: past))
        await expect(.memoryNotFound) { try await coordinator.memory(id, agentID: "alden") }
        #expect(try await coordinator.memories([id], agentID: "alden").isEmpty)
        #expect(try await coordinator.memories(agentID: "alden", userID: user).memories.isEmpty)
        let slice = try await coordinator.syncService.agentMemorySlice(agentID: "alden", userID: user)
        #expect(slice.statistics.totalMemories == 0)
        try await coordinator.close()
    }

    @Test func `a memory of another user is not found, whoever asks`() async throws {
        let coordinator = try await household()
        let id = try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: "mine")
        await expect(.memoryNotFound) { try await coordinator.memory(id, agentID: "alden", userID: "user_456") }
        #expect(try await coordinator.memories(agentID: "alden", userID: "user_456").memories.isEmpty)
        try await coordinator.close()
    }

    @Test func `an unknown agent and an inactive one are told apart`() async throws {
        let coordinator = try await MultiAgentMemoryCoordinator.open(.temporary)
        await expect(.unknownAgent) { try await coordinator.memory("mem_x", agentID: "nobody") }
        await expect(.agentNotActive) { try await coordinator.memory("mem_x", agentID: "alden") }
        await expect(.unknownAgent) { try await coordinator.registerAgent("nobody") }
        try await coordinator.registerAgent("alden")
        await expect(.memoryNotFound) { try await coordinator.memory("mem_x", agentID: "alden") }
        try await coordinator.setStatus(.maintenance, of: "alden")
        await expect(.agentNotActive) { try await coordinator.memory("mem_x", agentID: "alden") }
        await expect(.invalidArgument) { try await coordinator.setStatus(.error, of: "system") }
        try await coordinator.close()
        await expect(.closed) { try await coordinator.memory("mem_x", agentID: "alden") }
        try await coordinator.close()
    }

    @Test func `a parent that the viewer may not see is not named to it`() async throws {
        let coordinator = try await household()
        let parent = try await coordinator.storeAgentMemory(
            agentID: "alden",
            userID: user,
            content: "secret parent",
            memoryCategory: .privateTasks
        )
        let draft = MemoryDraft(content: "shared child", parentID: parent)
        let child =
            try await
            coordinator.storeAgentMemories(
                agentID: "alden",
                userID: user,
                [draft],
                shareWithAgents: ["alice"]
            )[0]
        #expect(try await coordinator.memory(child, agentID: "alden").parentID == parent)
        #expect(try await coordinator.memory(child, agentID: "alice").parentID == nil)
        await expect(.memoryNotFound) {
            try await coordinator.storeAgentMemories(
                agentID: "alice",
                userID: user,
                [MemoryDraft(content: "x", parentID: parent)]
            )
        }
        try await coordinator.close()
    }

    @Test func `a cancelled caller's memory is stored whole or not at all`() async throws {
        let coordinator = try await household()
        var stored = 0
        for _ in 0..<50 {
            let task = Task { try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: "maybe") }
            task.cancel()
            if case .success = await task.result { stored += 1 }
        }
        let found = try await coordinator.memories(agentID: "alden", userID: user, limit: 1_000).memories.count
        #expect(found >= stored)
        #expect(try await coordinator.verify().isSound)
        try await coordinator.close()
    }

    @Test func `a session comes into being on first use, ends, and goes on`() async throws {
        let coordinator = try await household()
        let session = try await coordinator.createSession(userID: user, agentID: "alden", name: "evening")
        try await coordinator.storeAgentMemory(agentID: "alden", userID: user, sessionID: session, content: "a")
        try await coordinator.storeAgentMemory(agentID: "alden", userID: user, sessionID: "sess_abc", content: "b")
        try await coordinator.endSession(session)
        try await coordinator.endSession("sess_abc")
        await expect(.invalidArgument) { try await coordinator.endSession("sess_none") }
        try await coordinator.storeAgentMemory(agentID: "alden", userID: user, sessionID: session, content: "c")
        let slice = try await coordinator.syncService.agentMemorySlice(
            agentID: "alden",
            userID: user,
            sessionID: session
        )
        #expect(slice.entries.map(\.memory.content) == ["c", "a"])
        #expect(slice.statistics.totalMemories == 2)
        try await coordinator.close()
    }

    @Test func `ending a session ends it for its user alone`() async throws {
        let coordinator = try await household()
        let users: [UserID] = ["user_123", "user_456"]
        for user in users {
            _ = try await coordinator.storeAgentMemory(
                agentID: "alden",
                userID: user,
                sessionID: "sess_abc",
                content: "of \(user)"
            )
        }
        await expect(.invalidArgument) { try await coordinator.endSession("sess_abc") }
        try await coordinator.endSession("sess_abc", userID: "user_456")
        await expect(.invalidArgument) { try await coordinator.endSession("sess_abc", userID: "user_789") }
        try await coordinator.close()
    }

    @Test func `sessions of one name are each their own user's`() async throws {
        let coordinator = try await household()
        let users: [UserID] = ["user_123", "user_456"]
        for user in users {
            try await coordinator.storeAgentMemory(
                agentID: "alden",
                userID: user,
                sessionID: "sess_abc",
                content: "of \(user)"
            )
        }
        for user in users {
            let slice = try await coordinator.syncService.agentMemorySlice(
                agentID: "alden",
                userID: user,
                sessionID: "sess_abc"
            )
            #expect(slice.entries.map(\.memory.content) == ["of \(user)"])
            #expect(slice.statistics.totalMemories == 1)
        }
        try await coordinator.close()
    }
}
