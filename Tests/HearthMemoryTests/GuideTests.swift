import HearthMemory
import Testing

@Suite struct Guide {
    @Test func `four agents store, share and see by rule`() async throws {
        let coordinator = try await MultiAgentMemoryCoordinator.open(.temporary)
        for agent in AgentProfile.hearthlink { try await coordinator.registerAgent(agent.id) }
        let id = try await coordinator.storeAgentMemory(
            agentID: "alden",
            userID: "user_123",
            sessionID: "sess_abc",
            content: "User prefers dark mode interface",
            memoryCategory: .preference,
            importanceScore: 0.8,
            shareWithAgents: ["alice", "mimic"]
        )
        let seen = try await coordinator.memory(id, agentID: "alice")
        #expect(seen.content == "User prefers dark mode interface")
        #expect(seen.version == 1)
        let access = try await coordinator.access(to: id, agentID: "alden")
        #expect(access["mimic"]?.reason == .explicit)
        await #expect(throws: MemoryError.self) { try await coordinator.memory(id, agentID: "sentry") }
        let slice = try await coordinator.syncService.agentMemorySlice(agentID: "alice", userID: "user_123")
        #expect(slice.statistics.totalMemories == 1)
        #expect(slice.statistics.sharedMemories == 1)
        try await coordinator.revokeShare(id, agentID: "alden", from: ["alice"])
        await #expect(throws: MemoryError.self) { try await coordinator.memory(id, agentID: "alice") }
        let page = try await coordinator.memories(agentID: "alice", userID: "user_123")
        #expect(page.memories.isEmpty)
        let status = try await coordinator.coordinatorStatus()
        #expect(status.coordinator.activeAgents == 4)
        try await coordinator.close()
    }
}
