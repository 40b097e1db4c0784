import FoundationEssentials
import HearthMemory
import TestSupport
import Testing

/// Whether an agent may act is asked of every call that names one, where the call acts.
@Suite struct Admission {
    private let user: UserID = "user_123"

    /// A call of the face in the name of an agent.
    private struct Call: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let make: @Sendable (MultiAgentMemoryCoordinator, AgentID, MemoryID, MemoryLock) async throws -> Void

        init(
            _ name: String,
            _ make:
                @escaping @Sendable (MultiAgentMemoryCoordinator, AgentID, MemoryID, MemoryLock) async throws -> Void
        ) {
            testDescription = name
            self.make = make
        }
    }

    private static let calls: [Call] = [
        Call("createSession") { coordinator, agent, _, _ in
            _ = try await coordinator.createSession(userID: "user_123", agentID: agent)
        },
        Call("storeAgentMemory") { coordinator, agent, _, _ in
            try await coordinator.storeAgentMemory(agentID: agent, userID: "user_123", content: "new")
        },
        Call("storeAgentMemories of none") { coordinator, agent, _, _ in
            try await coordinator.storeAgentMemories(agentID: agent, userID: "user_123", [])
        },
        Call("importMemories") { coordinator, agent, _, _ in
            let draft = MemoryDraft(content: "imported")
            _ = try await coordinator.importMemories([
                MemoryImport(id: "one", userID: "user_123", agentID: agent, draft: draft)
            ])
        },
        Call("memory") { coordinator, agent, id, _ in _ = try await coordinator.memory(id, agentID: agent) },
        Call("memories") { coordinator, agent, _, _ in
            _ = try await coordinator.memories(agentID: agent, userID: "user_123")
        },
        Call("memories by id") { coordinator, agent, id, _ in _ = try await coordinator.memories([id], agentID: agent)
        },
        Call("updateMemory") { coordinator, agent, id, _ in
            try await coordinator.updateMemory(id, agentID: agent, change: MemoryChange(content: "edited"))
        },
        Call("updateMemory under a lease") { coordinator, agent, id, lock in
            try await coordinator.updateMemory(id, agentID: agent, change: MemoryChange(content: "edited"), lock: lock)
        },
        Call("deleteMemory") { coordinator, agent, id, _ in try await coordinator.deleteMemory(id, agentID: agent) },
        Call("discardDraft") { coordinator, agent, id, _ in try await coordinator.discardDraft(of: id, agentID: agent)
        },
        Call("restoreMemory") { coordinator, agent, id, _ in try await coordinator.restoreMemory(id, agentID: agent) },
        Call("history") { coordinator, agent, id, _ in _ = try await coordinator.history(of: id, agentID: agent) },
        Call("rollbackMemory") { coordinator, agent, id, _ in
            try await coordinator.rollbackMemory(
                id,
                to: VersionID(rawValue: "ver_" + String(repeating: "0", count: 64)),
                agentID: agent
            )
        },
        Call("shareMemory") { coordinator, agent, id, _ in
            try await coordinator.shareMemory(id, agentID: agent, with: ["mimic"])
        },
        Call("revokeShare") { coordinator, agent, id, _ in
            try await coordinator.revokeShare(id, agentID: agent, from: ["mimic"])
        },
        Call("access") { coordinator, agent, id, _ in _ = try await coordinator.access(to: id, agentID: agent) },
        Call("searchAgentMemories") { coordinator, agent, _, _ in
            _ = try await coordinator.searchAgentMemories(agentID: agent, userID: "user_123", query: "tea")
        },
        Call("similar") { coordinator, agent, id, _ in _ = try await coordinator.similar(to: id, agentID: agent) },
        Call("agentMemorySlice") { coordinator, agent, _, _ in
            _ = try await coordinator.syncService.agentMemorySlice(agentID: agent, userID: "user_123")
        },
        Call("syncAgentMemories") { coordinator, agent, _, _ in
            _ = try await coordinator.syncService.syncAgentMemories(agentID: agent, userID: "user_123")
        },
        Call("acquireMemoryLock") { coordinator, agent, id, _ in
            _ = try await coordinator.syncService.acquireMemoryLock(memoryID: id, agentID: agent, waitForLock: false)
        },
        Call("releaseMemoryLock") { coordinator, agent, id, _ in
            try await coordinator.syncService.releaseMemoryLock(memoryID: id, agentID: agent)
        },
        Call("releaseAllLocks") { coordinator, agent, _, _ in
            try await coordinator.syncService.releaseAllLocks(agentID: agent)
        },
        Call("withMemoryLock") { coordinator, agent, id, _ in
            try await coordinator.syncService.withMemoryLock(memoryID: id, agentID: agent, timeout: .zero) { _ in }
        },
        Call("resolveConflict") { coordinator, agent, _, _ in
            try await coordinator.syncService.resolveConflict(
                conflictID: "conf_1",
                resolutionStrategy: .latestWins,
                agentID: agent
            )
        },
    ]

    @Test(arguments: calls.indices)
    func `an agent that isn't at work does nothing, and one that nobody knows neither`(index: Int) async throws {
        let call = Self.calls[index]
        let coordinator = try await household()
        let id = try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: "Tea at four.")
        let lock = try #require(
            try await coordinator.syncService.acquireMemoryLock(memoryID: id, agentID: "alden")
        )
        try await coordinator.setStatus(.maintenance, of: "alden")
        for (agent, code) in [("alden", MemoryError.Code.agentNotActive), ("nobody", .unknownAgent)] {
            do {
                try await call.make(coordinator, AgentID(rawValue: agent), id, lock)
                Issue.record("\(call.testDescription) was not refused to \(agent)")
            } catch let error as MemoryError {
                #expect(error.code == code, "\(call.testDescription): \(error)")
            }
        }
        try await coordinator.setStatus(.active, of: "alden")
        let memory = try await coordinator.memory(id, agentID: "alden")
        #expect(memory.content == "Tea at four." && memory.syncStatus == .synced)
        #expect(try await coordinator.memories(agentID: "alden", userID: user).memories.count == 1)
        #expect(try await coordinator.syncService.activeLocks == [lock])
        try await coordinator.close()
    }

    @Test func `an agent that another process takes out of service acts no more`() async throws {
        let directory = try TemporaryDirectory()
        let location = StoreLocation.file(directory.file("store.db"))
        let coordinator = try await household(location)
        let other = try await MultiAgentMemoryCoordinator.open(location)
        try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: "before")
        try await other.setStatus(.error, of: "alden")
        await expect(.agentNotActive) {
            try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: "after")
        }
        await expect(.agentNotActive) {
            try await coordinator.searchAgentMemories(agentID: "alden", userID: user, query: "before")
        }
        try await other.setStatus(.active, of: "alden")
        // At work again as far as the file is concerned; this process had registered it and still does.
        #expect(
            try await coordinator.searchAgentMemories(agentID: "alden", userID: user, query: "before")
                .map(\.memory.content)
                == ["before"]
        )
        // The other process has not registered Alice.
        await expect(.agentNotActive) { try await other.memories(agentID: "alice", userID: user) }
        try await other.close()
        try await coordinator.close()
    }

    @Test func `a lease is renewed and given back though its agent is taken out of service meanwhile`() async throws {
        let coordinator = try await household()
        let id = try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: "Tea at four.")
        try await coordinator.syncService.withMemoryLock(memoryID: id, agentID: "alden") { _ in
            try await coordinator.setStatus(.maintenance, of: "alden")
        }
        #expect(try await coordinator.syncService.activeLocks.isEmpty)
        try await coordinator.close()
    }
}
