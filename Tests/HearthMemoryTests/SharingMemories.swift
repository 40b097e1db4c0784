import FoundationEssentials
import HearthMemory
import TestSupport
import Testing

@Suite struct SharingMemories {
    private let user: UserID = "user_123"

    @Test func `a restricted category is never shared by call`() async throws {
        let coordinator = try await household()
        await expect(.restrictedCategory) {
            try await coordinator.storeAgentMemory(
                agentID: "sentry",
                userID: user,
                content: "the vault code",
                memoryCategory: .securityCredentials,
                shareWithAgents: ["alden"]
            )
        }
        let id = try await coordinator.storeAgentMemory(
            agentID: "sentry",
            userID: user,
            content: "the vault code",
            memoryCategory: .securityCredentials
        )
        await expect(.restrictedCategory) { try await coordinator.shareMemory(id, agentID: "sentry", with: ["alden"]) }
        for agent: AgentID in ["alden", "alice", "mimic"] {
            await expect(.memoryNotFound) { try await coordinator.memory(id, agentID: agent) }
        }
        #expect(try await coordinator.access(to: id, agentID: "sentry").isEmpty)
        try await coordinator.close()
    }

    @Test func `only the owner shares and revokes`() async throws {
        let coordinator = try await household()
        let id = try await coordinator.storeAgentMemory(
            agentID: "alden",
            userID: user,
            content: "a plan",
            shareWithAgents: ["alice"]
        )
        await expect(.accessDenied) { try await coordinator.shareMemory(id, agentID: "alice", with: ["mimic"]) }
        await expect(.accessDenied) { try await coordinator.revokeShare(id, agentID: "alice", from: ["alice"]) }
        await expect(.memoryNotFound) { try await coordinator.shareMemory(id, agentID: "mimic", with: ["mimic"]) }
        await expect(.unknownAgent) { try await coordinator.shareMemory(id, agentID: "alden", with: ["nobody"]) }
        await expect(.accessDenied) { try await coordinator.access(to: id, agentID: "alice") }
        await expect(.memoryNotFound) { try await coordinator.access(to: id, agentID: "mimic") }
        #expect(try await coordinator.access(to: id, agentID: "system").keys.sorted() == ["alice"])
        try await coordinator.close()
    }

    @Test func `a revocation sticks against rules and yields to a new share by call`() async throws {
        let coordinator = try await household()
        let id = try await coordinator.storeAgentMemory(
            agentID: "alden",
            userID: user,
            content: "tea, not coffee",
            memoryCategory: .preference
        )
        #expect(try await coordinator.access(to: id, agentID: "alden")["alice"]?.reason == .rule)
        #expect(try await coordinator.access(to: id, agentID: "alden")["mimic"]?.reason == .propagation)
        try await coordinator.revokeShare(id, agentID: "alden", from: ["alice", "mimic"])
        for agent: AgentID in ["alice", "mimic"] {
            await expect(.memoryNotFound) { try await coordinator.memory(id, agentID: agent) }
            #expect(try await coordinator.memories(agentID: agent, userID: user).memories.isEmpty)
        }
        try await coordinator.setSharingPolicy(.hearthlink)
        await expect(.memoryNotFound) { try await coordinator.memory(id, agentID: "alice") }
        try await coordinator.shareMemory(id, agentID: "alden", with: ["alice"], permission: .read)
        #expect(try await coordinator.memory(id, agentID: "alice").content == "tea, not coffee")
        #expect(try await coordinator.access(to: id, agentID: "alden")["alice"]?.permission == .read)
        try await coordinator.close()
    }

    @Test func `a policy that changes opens and shuts from the next call on`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("store.db")
        let coordinator = try await household(.file(path))
        let id = try await coordinator.storeAgentMemory(
            agentID: "alden",
            userID: user,
            content: "the boiler's manual",
            memoryCategory: .knowledge
        )
        #expect(try await coordinator.memory(id, agentID: "sentry").id == id)
        var policy = SharingPolicy.hearthlink
        policy.globalRules.removeAll { $0.name == "system_knowledge" }
        try await coordinator.setSharingPolicy(policy)
        await expect(.memoryNotFound) { try await coordinator.memory(id, agentID: "sentry") }
        #expect(try await coordinator.memories(agentID: "sentry", userID: user).memories.isEmpty)
        try await coordinator.close()
        let again = try await household(.file(path))
        #expect(try await again.sharingPolicy() == policy)
        await expect(.memoryNotFound) { try await again.memory(id, agentID: "sentry") }
        try await again.close()
    }

    @Test func `two open coordinators on one file see each other's shares at once`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("store.db")
        let first = try await household(.file(path))
        let second = try await household(.file(path))
        let id = try await first.storeAgentMemory(agentID: "alden", userID: user, content: "a plan")
        #expect(try await second.memories(agentID: "alice", userID: user).memories.isEmpty)
        try await first.shareMemory(id, agentID: "alden", with: ["alice"])
        #expect(try await second.memories(agentID: "alice", userID: user).memories.map(\.id) == [id])
        try await first.revokeShare(id, agentID: "alden", from: ["alice"])
        #expect(try await second.memories(agentID: "alice", userID: user).memories.isEmpty)
        await expect(.memoryNotFound) { try await second.memory(id, agentID: "alice") }
        try await first.close()
        try await second.close()
    }

    @Test func `reads of one's own write nothing, reads of others' are audited first`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("store.db")
        let coordinator = try await household(.file(path))
        let id = try await coordinator.storeAgentMemory(
            agentID: "alden",
            userID: user,
            content: "a plan",
            shareWithAgents: ["alice"]
        )
        func rows() async throws -> Int { try await coordinator.verify().auditRows }
        let before = try await rows()
        _ = try await coordinator.memory(id, agentID: "alden")
        #expect(try await rows() == before)
        _ = try await coordinator.memory(id, agentID: "alice")
        #expect(try await rows() == before + 1)
        await expect(.memoryNotFound) { try await coordinator.memory(id, agentID: "mimic") }
        #expect(try await rows() == before + 2)
        await expect(.accessDenied) { try await coordinator.shareMemory(id, agentID: "alice", with: ["mimic"]) }
        #expect(try await rows() == before + 3)
        try await coordinator.close()

        var configuration = CoordinatorConfiguration()
        configuration.isReadOnly = true
        let reader = try await MultiAgentMemoryCoordinator.open(.file(path), configuration: configuration)
        try await reader.registerAgent("alden")
        try await reader.registerAgent("alice")
        #expect(try await reader.memory(id, agentID: "alden").id == id)
        await expect(.storeReadOnly) { try await reader.memory(id, agentID: "alice") }
        await expect(.storeReadOnly) {
            try await reader.storeAgentMemory(agentID: "alden", userID: user, content: "no")
        }
        try await reader.close()
    }
}
