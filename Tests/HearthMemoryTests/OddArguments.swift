import HearthMemory
import TestSupport
import Testing

/// What is unusual and allowed, and what is not allowed, where a call takes it.
@Suite struct OddArguments {
    private let user: UserID = "iris"

    @Test(arguments: [Int.min, -1, 0, 10_001, .max])
    func `a limit that no page can have is refused`(limit: Int) async throws {
        let coordinator = try await household()
        try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: "tea")
        await expect(.invalidArgument) { try await coordinator.memories(agentID: "alden", userID: user, limit: limit) }
        await expect(.invalidArgument) {
            try await coordinator.syncService.agentMemorySlice(agentID: "alden", userID: user, limit: limit)
        }
        for type in SearchType.allCases {
            await expect(.invalidArgument) {
                try await coordinator.searchAgentMemories(
                    agentID: "alden",
                    userID: user,
                    query: "tea",
                    searchType: type,
                    limit: limit
                )
            }
        }
        try await coordinator.close()
    }

    @Test func `text of any script comes back in tags, metadata and categories, and is found by them`() async throws {
        let coordinator = try await household()
        let texts = [
            "a\0b", "👩‍👩‍👧‍👦", "明天", "大阪の会議", "שלום", "\u{202E}reversed", "e\u{301}", "'; DROP TABLE tags; --",
        ]
        for text in texts {
            let draft = MemoryDraft(content: "tagged", tags: [text], metadata: [text: text, "empty": "", "nul": "\0"])
            let id = try await coordinator.storeAgentMemories(agentID: "alden", userID: user, [draft])[0]
            let memory = try await coordinator.memory(id, agentID: "alden")
            #expect(memory.tags.map { Array($0.utf8) } == [Array(text.utf8)])
            #expect(memory.metadata == draft.metadata)
            let filter = SearchFilter(tags: [text])
            let found = try await coordinator.memories(agentID: "alden", userID: user, filter: filter).memories
            #expect(found.map(\.id) == [id])
        }
        await expect(.invalidArgument) {
            try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: "x", memoryCategory: "a\0b")
        }
        #expect(try await coordinator.verify().isSound)
        try await coordinator.close()
    }

    @Test func `an agent named twice is shared with once, and an unknown one keeps all out`() async throws {
        let coordinator = try await household()
        let id = try await coordinator.storeAgentMemory(
            agentID: "alden",
            userID: user,
            content: "shared",
            shareWithAgents: ["alice", "alice", "alden"]
        )
        try await coordinator.shareMemory(id, agentID: "alden", with: ["alice", "alice"])
        #expect(try await Set(coordinator.access(to: id, agentID: "alden").keys).subtracting(["alden"]) == ["alice"])
        await expect(.unknownAgent) {
            try await coordinator.shareMemory(id, agentID: "alden", with: ["mimic", "nobody"])
        }
        await expect(.memoryNotFound) { try await coordinator.memory(id, agentID: "mimic") }
        await expect(.unknownAgent) {
            try await coordinator.storeAgentMemory(
                agentID: "alden",
                userID: user,
                content: "not stored",
                shareWithAgents: ["nobody"]
            )
        }
        #expect(try await coordinator.memories(agentID: "alden", userID: user).memories.map(\.id) == [id])
        try await coordinator.revokeShare(id, agentID: "alden", from: ["alice", "alice", "mimic"])
        await expect(.memoryNotFound) { try await coordinator.memory(id, agentID: "alice") }
        try await coordinator.close()
    }

    @Test func `several by identifier come in the order given, without those that are not there`() async throws {
        let coordinator = try await household()
        let one = try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: "one")
        let two = try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: "two")
        let found = try await coordinator.memories([two, "mem_none", one, two], agentID: "alden")
        #expect(found.map(\.id) == [two, one, two])
        #expect(try await coordinator.memories([], agentID: "alden").isEmpty)
        await expect(.invalidArgument) { try await coordinator.memories([one, ""], agentID: "alden") }
        #expect(try await coordinator.storeAgentMemories(agentID: "alden", userID: user, []).isEmpty)
        try await coordinator.close()
    }

    @Test func `a cancelled caller reads nothing and harms nothing`() async throws {
        let coordinator = try await household()
        let id = try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: "tea")
        let user = user
        let calls: [@Sendable () async throws -> Void] = [
            { _ = try await coordinator.memory(id, agentID: "alden") },
            { _ = try await coordinator.memories(agentID: "alden", userID: user) },
            { _ = try await coordinator.searchAgentMemories(agentID: "alden", userID: user, query: "tea") },
            { _ = try await coordinator.syncService.agentMemorySlice(agentID: "alden", userID: user) },
            { _ = try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: "late") },
            { _ = try await coordinator.verify() },
        ]
        for call in calls {
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await call()
            }
            await #expect(throws: CancellationError.self) { try await task.value }
        }
        #expect(try await coordinator.memories(agentID: "alden", userID: user).memories.map(\.id) == [id])
        try await coordinator.close()
    }

    @Test func `whoever comes while the store closes gets an answer or hears that it is closed`() async throws {
        let directory = try TemporaryDirectory()
        let coordinator = try await household(.file(directory.file("store.db")))
        let user = user
        let stored = try await withThrowingTaskGroup(of: MemoryID?.self) { tasks in
            for number in 0..<120 {
                tasks.addTask {
                    do {
                        if number == 60 { try await coordinator.close() }
                        if number % 2 == 0 {
                            _ = try await coordinator.searchAgentMemories(agentID: "alden", userID: user, query: "tea")
                            return nil
                        }
                        return try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: "tea")
                    } catch let error as MemoryError where error.code == .closed {
                        return nil
                    }
                }
            }
            return try await tasks.reduce(into: Set<MemoryID>()) { ids, id in if let id { ids.insert(id) } }
        }
        let again = try await household(.file(directory.file("store.db")))
        let found = try await again.memories(agentID: "alden", userID: user, limit: 1_000).memories.map(\.id)
        #expect(Set(found) == stored)
        try await again.close()
    }
}
