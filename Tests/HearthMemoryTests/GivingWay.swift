import Foundation
import HearthMemory
import Synchronization
import TestSupport
import Testing

/// Tasks that do nothing but read leave others their turn.
@Suite struct GivingWay {
    private static let user: UserID = "user_123"

    typealias Call = @Sendable (MultiAgentMemoryCoordinator, MemoryID) async throws -> Void

    /// Calls that read, and that have nothing to wait for.
    private static let calls: [String: Call] = [
        "a search": { coordinator, _ in
            _ = try await coordinator.searchAgentMemories(agentID: "alden", userID: user, query: "kettle")
        },
        "a slice": { coordinator, _ in
            _ = try await coordinator.syncService.agentMemorySlice(agentID: "alden", userID: user, limit: 10)
        },
        "a list": { coordinator, _ in _ = try await coordinator.memories(agentID: "alden", userID: user, limit: 10) },
        "a memory": { coordinator, id in _ = try await coordinator.memory(id, agentID: "alden") },
        "a memory that is not there": { coordinator, _ in
            await expect(.memoryNotFound) { try await coordinator.memory("none", agentID: "alden") }
        },
        "a history": { coordinator, id in _ = try await coordinator.history(of: id, agentID: "alden") },
        "the conflicts": { coordinator, _ in _ = try await coordinator.syncService.pendingConflicts },
        "the agents": { coordinator, _ in _ = try await coordinator.agents() },
        "the users": { coordinator, _ in _ = try await coordinator.users() },
        "the users' sums": { coordinator, _ in _ = try await coordinator.userSummaries() },
        "the owners": { coordinator, _ in _ = try await coordinator.owners() },
        "the owners of a user's memories": { coordinator, _ in _ = try await coordinator.owners(userID: user) },
        "the health": { coordinator, _ in _ = try await coordinator.syncService.healthCheck() },
    ]

    /// Tells the tasks when to stop.
    private final class End: Sendable {
        let hasCome = Atomic(false)
    }

    /// So often a task reads if nobody ends it. Timers and stores need a small part of that.
    private static let patience = 30_000

    @Test(arguments: calls.keys.sorted())
    func `timers fire and stores return while as many tasks as there are cores do nothing but read`(
        name: String
    ) async throws {
        let call = try #require(Self.calls[name])
        let coordinator = try await MultiAgentMemoryCoordinator.open(.temporary)
        try await coordinator.registerAgent("alden")
        let drafts = (0..<20).map { MemoryDraft(content: "The kettle is on, for the \($0)th time.") }
        let ids = try await coordinator.storeAgentMemories(agentID: "alden", userID: Self.user, drafts)
        let end = End()
        try await withThrowingTaskGroup(of: Int.self) { tasks in
            for _ in 0..<max(2, ProcessInfo.processInfo.activeProcessorCount) {
                tasks.addTask {
                    for count in 0..<Self.patience {
                        if end.hasCome.load(ordering: .relaxed) { return count }
                        try await call(coordinator, ids[0])
                    }
                    return Self.patience
                }
            }
            for number in 0..<3 {
                try await Task.sleep(for: .milliseconds(1))
                try await coordinator.storeAgentMemory(agentID: "alden", userID: Self.user, content: "Note \(number).")
            }
            end.hasCome.store(true, ordering: .relaxed)
            for try await count in tasks { #expect(count < Self.patience, "\(name)") }
        }
        try await coordinator.close()
    }
}
