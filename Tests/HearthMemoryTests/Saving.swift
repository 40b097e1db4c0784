import HearthMemory
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(60))) struct Saving {
    private let user: UserID = "user_123"

    @Test func `a save is seen by others, and the lease is given back`() async throws {
        let coordinator = try await household()
        let id = try await coordinator.storeAgentMemory(
            agentID: "alden",
            userID: user,
            content: "Tea at four.",
            shareWithAgents: ["alice"]
        )
        let saved = try await coordinator.publishMemory(
            id,
            agentID: "alden",
            change: MemoryChange(content: "Tea at five."),
            ifVersion: 1
        )
        #expect(saved.version == 2)
        #expect(saved.syncStatus == .synced)
        #expect(try await coordinator.memory(id, agentID: "alice").content == "Tea at five.")
        #expect(try await coordinator.syncService.activeLocks.isEmpty)
        try await coordinator.close()
    }

    @Test func `a save takes the draft along, and one without a change publishes the draft`() async throws {
        let coordinator = try await household()
        let id = try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: "Tea.")
        try await coordinator.updateMemory(id, agentID: "alden", change: MemoryChange(importance: 0.9))
        let saved = try await coordinator.publishMemory(id, agentID: "alden", change: MemoryChange(tags: ["tea"]))
        #expect(saved.importance == 0.9)
        #expect(saved.tags == ["tea"])
        #expect(saved.version == 2)
        try await coordinator.updateMemory(id, agentID: "alden", change: MemoryChange(content: "Green tea."))
        #expect(try await coordinator.publishMemory(id, agentID: "alden", change: MemoryChange()).version == 3)
        #expect(try await coordinator.publishMemory(id, agentID: "alden", change: MemoryChange()).version == 3)
        try await coordinator.close()
    }

    @Test func `a save that is refused changes nothing and holds nothing`() async throws {
        let coordinator = try await household()
        let id = try await coordinator.storeAgentMemory(
            agentID: "alden",
            userID: user,
            content: "Tea.",
            shareWithAgents: ["mimic"]
        )
        let change = MemoryChange(content: "Coffee.")
        await expect(.versionMismatch) {
            try await coordinator.publishMemory(id, agentID: "alden", change: change, ifVersion: 7)
        }
        await expect(.memoryNotFound) { try await coordinator.publishMemory(id, agentID: "alice", change: change) }
        await expect(.accessDenied) { try await coordinator.publishMemory(id, agentID: "mimic", change: change) }
        await expect(.memoryNotFound) {
            try await coordinator.publishMemory(id, agentID: "alden", change: change, userID: "user_456")
        }
        let lock = try await coordinator.syncService.acquireMemoryLock(
            memoryID: id,
            agentID: "alden",
            lockDuration: .seconds(86_400)
        )
        await expect(.locked) {
            try await coordinator.publishMemory(id, agentID: "alden", change: change, timeout: .zero)
        }
        #expect(try await coordinator.syncService.activeLocks == [lock])
        #expect(try await coordinator.memory(id, agentID: "alden").content == "Tea.")
        try await coordinator.close()
    }

    @Test func `saves by many at once are all kept, one after the other`() async throws {
        let coordinator = try await household()
        let id = try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: "0")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 1...20 {
                group.addTask {
                    try await coordinator.publishMemory(
                        id,
                        agentID: "alden",
                        change: MemoryChange(content: "\(index)"),
                        timeout: .seconds(3_600)
                    )
                }
            }
            try await group.waitForAll()
        }
        let texts = try await coordinator.history(of: id, agentID: "alden").map(\.content)
        #expect(texts.sorted() == (0...20).map { "\($0)" }.sorted())
        try await coordinator.close()
    }
}
