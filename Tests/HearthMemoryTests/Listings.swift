import FoundationEssentials
import HearthMemory
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(60))) struct Listings {
    private let user: UserID = "user_123"

    @Test func `an agent lists the sessions that it began, and those of memories that it sees`() async throws {
        let coordinator = try await household()
        let own = try await coordinator.createSession(userID: user, agentID: "alden", name: "Breakfast")
        let others = try await coordinator.createSession(userID: user, agentID: "alice", name: "Alice's")
        for (session, agents) in [(others, ["alden"]), ("hidden", [])] as [(SessionID, [AgentID])] {
            try await coordinator.storeAgentMemory(
                agentID: "alice",
                userID: user,
                sessionID: session,
                content: "In \(session).",
                shareWithAgents: agents
            )
        }
        try await coordinator.endSession(own)
        let sessions = try await coordinator.sessions(agentID: "alden", userID: user)
        #expect(sessions.map(\.id) == [others, own])
        #expect(sessions[0].name == nil && sessions[0].startedAt == nil && sessions[0].memories == 1)
        #expect(sessions[1].name == "Breakfast" && sessions[1].endedAt != nil && sessions[1].memories == 0)
        #expect(try await coordinator.sessions(agentID: "alice", userID: user).count == 2)
        #expect(try await coordinator.sessions(agentID: "alden", userID: "user_456").isEmpty)
        #expect(try await coordinator.users() == [user])
        try await coordinator.close()
    }

    @Test func `tags are counted over what the agent sees, sealed memories and drafts included`() async throws {
        var configuration = CoordinatorConfiguration()
        configuration.keyProvider = MemoryKeyProvider()
        let coordinator = try await MultiAgentMemoryCoordinator.open(.temporary, configuration: configuration)
        try await coordinator.registerAgents(["alden", "alice"])
        func store(
            _ tags: [String],
            by agent: AgentID = "alden",
            isSensitive: Bool = false,
            sharedWith agents: [AgentID] = []
        ) async throws -> MemoryID {
            try await coordinator.storeAgentMemory(
                agentID: agent,
                userID: user,
                MemoryDraft(content: "x", tags: tags, isSensitive: isSensitive),
                shareWithAgents: agents
            )
        }
        let first = try await store(["tea", "food"])
        _ = try await store(["food"], isSensitive: true)
        _ = try await store(["food", "garden"], by: "alice", sharedWith: ["alden"])
        _ = try await store(["secret"], by: "alice")
        let counts = try await coordinator.tags(agentID: "alden", userID: user)
        #expect(counts.map(\.tag) == ["food", "garden", "tea"])
        #expect(counts.map(\.count) == [3, 1, 1])
        let own = try await coordinator.tags(agentID: "alden", userID: user, includeSharedMemories: false)
        #expect(own == [TagCount(tag: "food", count: 2), TagCount(tag: "tea", count: 1)])
        try await coordinator.updateMemory(first, agentID: "alden", change: MemoryChange(tags: ["coffee"]))
        let filter = SearchFilter(includesSensitive: false)
        let drafted = try await coordinator.tags(agentID: "alden", userID: user, filter: filter)
        #expect(drafted.map(\.tag) == ["coffee", "food", "garden"])
        let rows = try await coordinator.auditEntries(matching: AuditFilter(agentID: "alden", actions: [.read])).rows
        #expect(rows.count == 2 && rows.allSatisfy { $0.memoryIDs.count == 1 })
        try await coordinator.close()
    }

    @Test func `drafts are listed for their author alone, also of what it no longer sees`() async throws {
        let coordinator = try await household()
        func store(_ text: String, by agent: AgentID) async throws -> MemoryID {
            try await coordinator.storeAgentMemory(
                agentID: agent,
                userID: user,
                content: text,
                shareWithAgents: agent == "alden" ? ["alice"] : ["alden"]
            )
        }
        let edited = try await store("Tea.", by: "alden")
        let deleted = try await store("Jam.", by: "alden")
        let taken = try await store("Milk.", by: "alice")
        try await coordinator.updateMemory(edited, agentID: "alden", change: MemoryChange(content: "Green tea."))
        try await coordinator.deleteMemory(deleted, agentID: "alden")
        try await coordinator.updateMemory(taken, agentID: "alden", change: MemoryChange(content: "Oat milk."))
        try await coordinator.revokeShare(taken, agentID: "alice", from: ["alden"])
        let drafts = try await coordinator.drafts(agentID: "alden", userID: user)
        #expect(drafts.map(\.memoryID) == [edited, deleted, taken])
        #expect(drafts.map(\.isDeletion) == [false, true, false])
        #expect(drafts.map { $0.memory?.content } == ["Green tea.", nil, nil])
        #expect(drafts.allSatisfy { $0.baseVersion == 1 && $0.begunAt <= $0.updatedAt.addingTimeInterval(1) })
        #expect(try await coordinator.drafts(agentID: "alice", userID: user).isEmpty)
        #expect(try await coordinator.drafts(agentID: "alden", userID: "user_456").isEmpty)
        for draft in drafts { try await coordinator.discardDraft(of: draft.memoryID, agentID: "alden") }
        #expect(try await coordinator.drafts(agentID: "alden", userID: user).isEmpty)
        try await coordinator.close()
    }

    @Test func `the trash has the owner's deleted memories, the latest first, and gives them back`() async throws {
        let coordinator = try await household()
        let ids = try await coordinator.storeAgentMemories(
            agentID: "alden",
            userID: user,
            ["Tea.", "Jam.", "Milk."].map { MemoryDraft(content: $0) },
            shareWithAgents: ["alice"]
        )
        for id in [ids[2], ids[0]] {
            try await coordinator.publishMemories([MemoryEdit(id, .delete)], agentID: "alden")
        }
        try await coordinator.deleteMemory(ids[1], agentID: "alden")
        let trash = try await coordinator.deletedMemories(agentID: "alden", userID: user)
        #expect(trash.map(\.memory.id) == [ids[0], ids[2]])
        #expect(trash.map(\.memory.content) == ["Tea.", "Milk."])
        #expect(trash.allSatisfy { $0.memory.syncStatus == .deleted })
        #expect(try await coordinator.deletedMemories(agentID: "alden", userID: user, limit: 1).count == 1)
        #expect(try await coordinator.deletedMemories(agentID: "alice", userID: user).isEmpty)
        await expect(.invalidArgument) {
            try await coordinator.deletedMemories(agentID: "alden", userID: user, limit: 0)
        }
        try await coordinator.restoreMemory(ids[0], agentID: "alden")
        #expect(try await coordinator.deletedMemories(agentID: "alden", userID: user).map(\.memory.id) == [ids[2]])
        try await coordinator.close()
    }

    @Test func `pages of the trash follow one another to the end, though many were deleted at once`() async throws {
        let coordinator = try await household()
        let drafts = (0..<23).map { MemoryDraft(content: "\($0)") }
        let ids = try await coordinator.storeAgentMemories(agentID: "alden", userID: user, drafts)
        try await coordinator.publishMemories(ids.prefix(15).map { MemoryEdit($0, .delete) }, agentID: "alden")
        try await coordinator.publishMemories(ids.dropFirst(15).map { MemoryEdit($0, .delete) }, agentID: "alden")
        var pages: [[MemoryID]] = []
        var cursor: SliceCursor?
        repeat {
            let page = try await coordinator.deletedMemories(
                agentID: "alden",
                userID: user,
                limit: 5,
                after: cursor
            )
            pages.append(page.memories.map(\.memory.id))
            cursor = page.next
        } while cursor != nil
        #expect(pages.map(\.count) == [5, 5, 5, 5, 3])
        #expect(
            pages.joined()
                .elementsEqual(try await coordinator.deletedMemories(agentID: "alden", userID: user).map(\.memory.id))
        )
        #expect(Set(pages.joined().prefix(8)) == Set(ids.dropFirst(15)) && Set(pages.joined()) == Set(ids))
        let whole = try await coordinator.deletedMemories(agentID: "alden", userID: user, limit: 23, after: nil)
        #expect(whole.memories.count == 23 && whole.next == nil)
        try await coordinator.close()
    }

    @Test func `users are listed with what each has`() async throws {
        let coordinator = try await household()
        #expect(try await coordinator.userSummaries().isEmpty)
        for (agent, user) in [("alden", "b"), ("alice", "b"), ("alden", "a")] as [(AgentID, UserID)] {
            let id = try await coordinator.storeAgentMemory(agentID: agent, userID: user, content: "\(agent)")
            try await coordinator.updateMemory(id, agentID: agent, change: MemoryChange(content: "A draft."))
        }
        let deleted = try await coordinator.storeAgentMemory(agentID: "alden", userID: "a", content: "Gone.")
        try await coordinator.publishMemories([MemoryEdit(deleted, .delete)], agentID: "alden")
        _ = try await coordinator.createSession(userID: "c", agentID: "alden")
        #expect(
            try await coordinator.userSummaries() == [
                UserSummary(id: "a", memories: 1, agents: 1), UserSummary(id: "b", memories: 2, agents: 2),
                UserSummary(id: "c"),
            ]
        )
        try await coordinator.close()
    }
}
