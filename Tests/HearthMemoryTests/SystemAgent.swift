import HearthMemory
import TestSupport
import Testing

/// The built-in agent that maintains.
@Suite struct SystemAgent {
    private let user: UserID = "user_123"

    @Test func `system is there, critical and active, though nobody listed or registered it`() async throws {
        var configuration = CoordinatorConfiguration()
        configuration.agents = [.alden]
        let coordinator = try await MultiAgentMemoryCoordinator.open(.temporary, configuration: configuration)
        let agents = try await coordinator.agents()
        #expect(agents.map(\.id) == ["alden", "system"])
        #expect(agents.last?.priority == .critical)
        #expect(try await coordinator.status(of: "system") == .active)
        #expect(try await coordinator.status(of: "alden") == .inactive)
        #expect(try await coordinator.syncService.releaseAllLocks(agentID: "system") == 0)
        try await coordinator.close()
    }

    @Test func `nobody takes system out of service or makes it less than critical`() async throws {
        let coordinator = try await household()
        for status in [AgentStatus.maintenance, .error, .inactive] {
            await expect(.invalidArgument) { try await coordinator.setStatus(status, of: "system") }
        }
        var weak = AgentProfile.system
        weak.priority = .high
        await expect(.invalidArgument) { try await coordinator.registerAgent("system", profile: weak) }
        var configuration = CoordinatorConfiguration()
        configuration.agents = [weak]
        await expect(.invalidArgument) {
            try await MultiAgentMemoryCoordinator.open(.temporary, configuration: configuration)
        }
        #expect(try await coordinator.status(of: "system") == .active)
        try await coordinator.close()
    }

    @Test func `system leases, releases and resolves what it neither reads nor finds`() async throws {
        let coordinator = try await household()
        let service = coordinator.syncService
        let id = try await coordinator.storeAgentMemory(agentID: "sentry", userID: user, content: "The door is shut.")
        try await coordinator.shareMemory(id, agentID: "sentry", with: ["alden"])
        for (agent, words) in [("alden", "The door is locked."), ("sentry", "The door is open.")] {
            let change = MemoryChange(content: words)
            try await coordinator.updateMemory(id, agentID: AgentID(rawValue: agent), change: change)
        }
        _ = try await coordinator.syncAllAgents(userID: user)

        func seen() async throws -> [MemoryID] {
            let found = try await coordinator.searchAgentMemories(agentID: "system", userID: user, query: "door")
            let listed = try await coordinator.memories(agentID: "system", userID: user)
            let slice = try await service.agentMemorySlice(agentID: "system", userID: user)
            let named = try await coordinator.memories([id], agentID: "system")
            #expect(slice.statistics.totalMemories == slice.entries.count)
            return found.map(\.memory.id) + listed.memories.map(\.id) + slice.entries.map(\.memory.id) + named.map(\.id)
        }
        let lock = try #require(try await service.acquireMemoryLock(memoryID: id, agentID: "system"))
        #expect(try await seen() == [])
        await expect(.memoryNotFound) { try await coordinator.memory(id, agentID: "system") }
        await expect(.memoryNotFound) { try await coordinator.history(of: id, agentID: "system") }
        await expect(.memoryNotFound) {
            try await coordinator.updateMemory(id, agentID: "system", change: MemoryChange(content: "No."), lock: lock)
        }
        #expect(try await service.releaseMemoryLock(memoryID: id, agentID: "system"))
        let conflict = try #require(try await service.pendingConflicts.first)
        try await service.resolveConflict(conflictID: conflict.id, decision: .content("The door is ajar."))
        #expect(try await coordinator.memory(id, agentID: "sentry").content == "The door is ajar.")
        #expect(try await seen() == [])

        try await coordinator.shareMemory(id, agentID: "sentry", with: ["system"], permission: .read)
        #expect(try await seen() == [id, id, id, id])
        try await coordinator.close()
    }
}
