import FoundationEssentials
import HearthMemory
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(60))) struct HostKeys {
    private let user: UserID = "user_123"

    @Test func `a key stores once and then edits, and an edit that says the same writes nothing`() async throws {
        let coordinator = try await household()
        func put(_ text: String, tags: [String] = []) async throws -> UpsertedMemory {
            try await coordinator.upsertMemory(
                key: "note-7",
                agentID: "alden",
                userID: user,
                sessionID: "talk",
                MemoryDraft(content: text, type: .semantic, tags: tags),
                shareWithAgents: ["alice"]
            )
        }
        let first = try await put("Tea.")
        #expect(first.isNew && first.memory.version == 1 && first.memory.sessionID == "talk")
        let second = try await put("Green tea.", tags: ["drink"])
        #expect(!second.isNew && second.memory.id == first.memory.id && second.memory.version == 2)
        #expect(try await coordinator.memory(first.memory.id, agentID: "alice").content == "Green tea.")
        #expect(try await put("Green tea.", tags: ["drink"]).memory.version == 2)
        #expect(try await coordinator.countMemories(agentID: "alden", userID: user) == 1)
        try await coordinator.close()
    }

    @Test func `each user and each agent has keys of its own`() async throws {
        let coordinator = try await household()
        var ids: Set<MemoryID> = []
        for user in ["user_123", "user_456"] as [UserID] {
            for agent in ["alden", "alice"] as [AgentID] {
                let draft = MemoryDraft(content: "\(user) \(agent)")
                let stored = try await coordinator.upsertMemory(key: "k", agentID: agent, userID: user, draft)
                #expect(stored.isNew)
                ids.insert(stored.memory.id)
            }
        }
        #expect(ids.count == 4)
        try await coordinator.close()
    }

    @Test func `what was deleted or has expired comes back with its history, and what was erased does not`()
        async throws
    {
        let clock = TestClock()
        let coordinator = try await household(clock: clock.storeClock)
        func put(_ text: String, lasting seconds: Double? = nil) async throws -> UpsertedMemory {
            let end = seconds.map { clock.storeClock.now().date.addingTimeInterval($0) }
            let draft = MemoryDraft(content: text, expiresAt: end)
            return try await coordinator.upsertMemory(key: "k", agentID: "alden", userID: user, draft)
        }
        let id = try await put("One.").memory.id
        try await coordinator.publishMemories([MemoryEdit(id, .delete)], agentID: "alden")
        let restored = try await put("Two.", lasting: 60)
        #expect(!restored.isNew && restored.memory.id == id && restored.memory.content == "Two.")
        clock.advance(by: .seconds(120))
        #expect(try await put("Three.").memory.expiresAt == nil)
        try await coordinator.deleteMemory(id, agentID: "alden")
        #expect(try await put("Four.").memory.syncStatus == .synced)
        let texts = try await coordinator.history(of: id, agentID: "alden").filter { !$0.isDeleted }.map(\.content)
        #expect(texts.first == "One." && texts.last == "Four." && texts.contains("Two.") && texts.contains("Three."))
        try await coordinator.eraseMemory(id, agentID: "alden")
        await expect(.invalidArgument) { try await put("Five.") }
        #expect(try await coordinator.countMemories(agentID: "alden", userID: user) == 0)
        try await coordinator.close()
    }

    @Test func `a key that is out of range, a lease of another and a bad draft change nothing`() async throws {
        let coordinator = try await household()
        func put(_ key: String, _ draft: MemoryDraft, by agent: AgentID = "alden") async throws {
            try await coordinator.upsertMemory(key: key, agentID: agent, userID: user, draft)
        }
        let draft = MemoryDraft(content: "Tea.")
        for key in ["", "a\u{0}b", String(repeating: "k", count: 257)] {
            await expect(.invalidArgument) { try await put(key, draft) }
        }
        await expect(.invalidArgument) { try await put("k", MemoryDraft(content: "", importance: .nan)) }
        await expect(.invalidArgument) { try await put("k", MemoryDraft(content: "", expiresAt: .distantPast)) }
        await expect(.memoryNotFound) { try await put("k", MemoryDraft(content: "", parentID: "mem_none")) }
        await expect(.keyUnavailable) { try await put("k", MemoryDraft(content: "", isSensitive: true)) }
        await expect(.unknownAgent) { try await put("k", draft, by: "nobody") }
        #expect(try await coordinator.countMemories(agentID: "alden", userID: user) == 0)
        let id = try await coordinator.upsertMemory(key: "k", agentID: "alden", userID: user, draft).memory.id
        _ = try await coordinator.acquireMemoryLock(memoryID: id, agentID: "system")
        await expect(.locked) { try await put("k", MemoryDraft(content: "Coffee.")) }
        #expect(try await coordinator.memory(id, agentID: "alden").content == "Tea.")
        try await coordinator.close()
    }

    @Test func `two openings of one file that use the same keys at once make one memory for each, and lose no field`()
        async throws
    {
        let directory = try TemporaryDirectory()
        let path = directory.file("keys.hearth")
        let openings = [try await household(.file(path)), try await household(.file(path))]
        let user = user
        let (keys, rounds) = (20, 3)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, coordinator) in openings.enumerated() {
                group.addTask {
                    for round in 0..<keys * rounds {
                        let mark = "\(number) in round \(round)"
                        try await coordinator.upsertMemory(
                            key: "key \(round % keys)",
                            agentID: "alden",
                            userID: user,
                            MemoryDraft(
                                content: mark,
                                tags: [mark],
                                importance: Double(round) / 100,
                                metadata: ["mark": mark]
                            )
                        )
                    }
                }
            }
            try await group.waitForAll()
        }
        let found = try await openings[0].memories(agentID: "alden", userID: user, limit: 1_000).memories
        #expect(found.count == keys && Set(found.map(\.id)).count == keys)
        for memory in found {
            // Every upsert said something else, so each is a version; the last is there with all its fields.
            #expect(memory.version == openings.count * rounds)
            #expect(memory.tags == [memory.content] && memory.metadata == ["mark": memory.content])
            let round = try #require(Int(memory.content.split(separator: " ").last ?? ""))
            #expect(memory.importance == Double(round) / 100)
            let history = try await openings[1].history(of: memory.id, agentID: "alden")
            #expect(history.allSatisfy { $0.tags == [$0.content] && $0.metadata == ["mark": $0.content] })
            let said = history.map { $0.content.split(separator: " ") }
            #expect(Set(said.map(\.last)).count == rounds && Set(said.map(\.first)).count == openings.count)
        }
        for coordinator in openings { try await coordinator.close() }
    }
}
