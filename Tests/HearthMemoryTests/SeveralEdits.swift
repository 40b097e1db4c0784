import FoundationEssentials
import HearthMemory
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(60))) struct SeveralEdits {
    private let user: UserID = "user_123"

    private func store(
        _ coordinator: MultiAgentMemoryCoordinator,
        _ texts: [String],
        tags: [String] = [],
        sharedWith agents: [AgentID] = []
    ) async throws -> [MemoryID] {
        try await coordinator.storeAgentMemories(
            agentID: "alden",
            userID: user,
            texts.map { MemoryDraft(content: $0, tags: tags) },
            shareWithAgents: agents
        )
    }

    @Test func `several edits are published together, with drafts and a deletion`() async throws {
        let coordinator = try await household()
        let ids = try await store(coordinator, ["Tea.", "Jam.", "Milk."], sharedWith: ["alice"])
        try await coordinator.updateMemory(ids[0], agentID: "alden", change: MemoryChange(importance: 0.9))
        let after = try await coordinator.publishMemories(
            [
                MemoryEdit(ids[0], .change(MemoryChange(content: "Green tea.")), ifVersion: 1),
                MemoryEdit(ids[1], .change(MemoryChange(tags: ["plum"]))),
                MemoryEdit(ids[0], .change(MemoryChange(tags: ["drink"])), ifVersion: 2),
                MemoryEdit(ids[2], .delete, ifVersion: 1),
            ],
            agentID: "alden",
            userID: user
        )
        #expect(after.map { $0?.version } == [2, 2, 3, nil])
        let tea = try await coordinator.memory(ids[0], agentID: "alice")
        #expect(tea.content == "Green tea." && tea.importance == 0.9 && tea.tags == ["drink"])
        #expect(try await coordinator.memory(ids[1], agentID: "alice").tags == ["plum"])
        await expect(.memoryNotFound) { try await coordinator.memory(ids[2], agentID: "alice") }
        #expect(try await coordinator.syncService.activeLocks.isEmpty)
        try await coordinator.close()
    }

    @Test func `if one of several edits is refused, none is made`() async throws {
        let coordinator = try await household()
        let ids = try await store(coordinator, ["Tea.", "Jam."], sharedWith: ["mimic", "sentry"])
        let hidden = try await coordinator.storeAgentMemory(agentID: "alice", userID: user, content: "Secret.")
        let edit = MemoryEdit(ids[0], .change(MemoryChange(content: "Coffee.")))
        let change = MemoryChange(content: "Salt.")
        func publish(_ second: MemoryEdit, by agent: AgentID = "alden", _ user: UserID? = nil) async throws {
            try await coordinator.publishMemories([edit, second], agentID: agent, userID: user)
        }
        await expect(.versionMismatch) { try await publish(MemoryEdit(ids[1], .change(change), ifVersion: 7)) }
        await expect(.memoryNotFound) { try await publish(MemoryEdit(hidden, .change(change))) }
        await expect(.memoryNotFound) { try await publish(MemoryEdit("mem_none", .delete)) }
        await expect(.invalidArgument) { try await publish(MemoryEdit(ids[1], .change(MemoryChange(importance: 2)))) }
        await expect(.memoryNotFound) { try await publish(MemoryEdit(ids[1], .change(change)), "user_456") }
        // Mimic's priority is below Alden's, and only the owner deletes.
        await expect(.accessDenied) { try await publish(MemoryEdit(ids[1], .change(change)), by: "mimic") }
        await expect(.accessDenied) { try await publish(MemoryEdit(ids[1], .delete), by: "sentry") }
        await expect(.unknownAgent) { try await coordinator.publishMemories([], agentID: "nobody") }
        _ = try await coordinator.acquireMemoryLock(memoryID: ids[1], agentID: "system")
        await expect(.locked) { try await publish(MemoryEdit(ids[1], .change(change))) }
        for (id, text) in zip(ids, ["Tea.", "Jam."]) {
            let memory = try await coordinator.memory(id, agentID: "alden")
            #expect(memory.content == text && memory.version == 1)
            #expect(try await coordinator.history(of: id, agentID: "alden").count == 1)
        }
        try await coordinator.close()
    }

    @Test func `edits by many at once, each of two memories, never meet halfway`() async throws {
        let coordinator = try await household()
        let ids = try await store(coordinator, ["0", "0"])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 1...20 {
                group.addTask {
                    let change = MemoryEdit.Action.change(MemoryChange(content: "\(index)"))
                    try await coordinator.publishMemories(ids.map { MemoryEdit($0, change) }, agentID: "alden")
                    let seen = try await coordinator.memories(ids, agentID: "alden")
                    #expect(seen[0].content == seen[1].content)
                }
            }
            try await group.waitForAll()
        }
        let histories = try await [
            coordinator.history(of: ids[0], agentID: "alden"), coordinator.history(of: ids[1], agentID: "alden"),
        ]
        #expect(histories[0].map(\.content) == histories[1].map(\.content))
        #expect(histories[0].count == 21)
        try await coordinator.close()
    }

    @Test func `an edit by a filter first says what it would do, and does just that`() async throws {
        let coordinator = try await household()
        let ids = try await store(coordinator, ["Tea.", "Jam."], tags: ["food"])
        _ = try await store(coordinator, ["Rain."], tags: ["weather"])
        try await coordinator.storeAgentMemory(
            agentID: "alice",
            userID: user,
            content: "Alice's.",
            tags: ["food"],
            shareWithAgents: ["alden"]
        )
        let filter = SearchFilter(tags: ["food"])
        let change = MemoryChange(importance: 0.9)
        let look = try await coordinator.updateMemories(
            matching: filter,
            agentID: "alden",
            userID: user,
            change: change,
            dryRun: true
        )
        #expect(look.memoryIDs == ids.reversed() && look.count == 2 && look.isDryRun)
        #expect(try await coordinator.memory(ids[0], agentID: "alden").version == 1)
        let done = try await coordinator.updateMemories(
            matching: filter,
            agentID: "alden",
            userID: user,
            change: change,
            dryRun: false
        )
        #expect(done.memoryIDs == look.memoryIDs && !done.isDryRun)
        let important = SearchFilter(minimumImportance: 0.9)
        let found = try await coordinator.memories(agentID: "alden", userID: user, filter: important).memories
        #expect(found.map(\.id) == done.memoryIDs)
        let deleted = try await coordinator.deleteMemories(
            matching: important,
            agentID: "alden",
            userID: user,
            dryRun: false
        )
        #expect(deleted.memoryIDs == done.memoryIDs)
        #expect(try await coordinator.countMemories(agentID: "alden", userID: user) == 2)
        let trash = try await coordinator.deletedMemories(agentID: "alden", userID: user)
        #expect(Set(trash.map(\.memory.id)) == Set(ids))
        for stranger in ["user_456", "nobody"] as [UserID] {
            let none = try await coordinator.deleteMemories(
                matching: SearchFilter(),
                agentID: "alden",
                userID: stranger,
                dryRun: false
            )
            #expect(none.count == 0)
        }
        await expect(.invalidArgument) {
            try await coordinator.updateMemories(
                matching: SearchFilter(minimumImportance: .nan),
                agentID: "alden",
                userID: user,
                change: change,
                dryRun: true
            )
        }
        try await coordinator.close()
    }

    @Test func `a draft is stored with everything that it says, and so are confidence, parent and time`() async throws {
        let coordinator = try await household()
        let parent = try await coordinator.storeAgentMemory(
            agentID: "alden",
            userID: user,
            sessionID: "talk",
            MemoryDraft(content: "Tea.", type: .semantic, tags: ["a"], confidence: 0.25),
            shareWithAgents: ["alice"]
        )
        let seen = try await coordinator.memory(parent, agentID: "alice")
        #expect(seen.type == .semantic && seen.tags == ["a"] && seen.confidence == 0.25 && seen.sessionID == "talk")
        let time = seen.createdAt.addingTimeInterval(-3_600)
        let id = try await coordinator.storeAgentMemory(
            agentID: "alden",
            userID: user,
            content: "Green.",
            confidence: 1,
            parentID: parent,
            createdAt: time
        )
        let child = try await coordinator.memory(id, agentID: "alden")
        #expect(child.confidence == 1 && child.parentID == parent)
        #expect(abs(child.createdAt.timeIntervalSince(time)) < 0.001)
        await expect(.memoryNotFound) {
            try await coordinator.storeAgentMemory(agentID: "mimic", userID: user, content: "x", parentID: parent)
        }
        try await coordinator.close()
    }
}
