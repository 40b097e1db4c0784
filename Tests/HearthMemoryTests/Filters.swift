import HearthMemory
import TestSupport
import Testing

/// What a filter lets through: the same in listing, counting, slices and every kind of search.
@Suite(.timeLimit(.minutes(60))) struct Filters {
    private let user: UserID = "user_123"

    /// A household whose memories all say the same word.
    private func filled() async throws -> (coordinator: MultiAgentMemoryCoordinator, ids: [String: MemoryID]) {
        var configuration = CoordinatorConfiguration()
        configuration.keyProvider = MemoryKeyProvider()
        let coordinator = try await MultiAgentMemoryCoordinator.open(.temporary, configuration: configuration)
        try await coordinator.registerAgents(["alden", "alice", "sentry", "mimic"])
        var ids: [String: MemoryID] = [:]
        func store(
            _ name: String,
            by agent: AgentID = "alden",
            session: SessionID? = nil,
            tags: [String] = [],
            metadata: [String: String] = [:],
            isSensitive: Bool = false
        ) async throws {
            ids[name] = try await coordinator.storeAgentMemory(
                agentID: agent,
                userID: user,
                sessionID: session,
                content: "The marker of \(name).",
                tags: tags,
                shareWithAgents: agent == "alden" ? [] : ["alden"],
                metadata: metadata,
                isSensitive: isSensitive
            )
        }
        try await store("plain")
        try await store("talk", session: "talk", tags: ["a"], metadata: ["k": "v"])
        try await store("walk", session: "walk", tags: ["a", "b"], metadata: ["k": "v", "l": "w"])
        try await store("sealed", session: "talk", tags: ["a", "b", "c"], metadata: ["k": "v"], isSensitive: true)
        try await store("shared", by: "alice", tags: ["b"], metadata: ["k": "other"])
        return (coordinator, ids)
    }

    /// Expects that a filter finds these, however it is asked.
    private func expect(
        _ filter: SearchFilter,
        finds names: Set<String>,
        in world: (coordinator: MultiAgentMemoryCoordinator, ids: [String: MemoryID]),
        by agent: AgentID = "alden",
        _ comment: Comment? = nil
    ) async throws {
        let (coordinator, ids) = world
        let wanted = Set(names.map { ids[$0] })
        let listed = try await coordinator.memories(agentID: agent, userID: user, filter: filter).memories
        #expect(Set(listed.map(\.id)) == wanted, comment)
        #expect(
            try await coordinator.countMemories(agentID: agent, userID: user, filter: filter) == names.count,
            comment
        )
        let slice = try await coordinator.agentMemorySlice(agentID: agent, userID: user, filter: filter)
        #expect(Set(slice.entries.map(\.memory.id)) == wanted, comment)
        #expect(slice.statistics.totalMemories == names.count, comment)
        for type in SearchType.allCases {
            let results = try await coordinator.searchAgentMemories(
                agentID: agent,
                userID: user,
                query: "marker",
                searchType: type,
                filter: filter,
                limit: 100
            )
            let found = Set(results.flatMap { [$0.memory.id] + $0.copies })
            #expect(found == wanted, "\(type) \(String(describing: comment))")
        }
    }

    @Test func `sessions and owners`() async throws {
        let world = try await filled()
        try await expect(SearchFilter(sessions: ["talk"]), finds: ["talk", "sealed"], in: world)
        try await expect(SearchFilter(sessions: ["talk", "walk"]), finds: ["talk", "walk", "sealed"], in: world)
        try await expect(SearchFilter(sessions: ["nowhere"]), finds: [], in: world)
        try await expect(SearchFilter(owners: ["alice"]), finds: ["shared"], in: world)
        try await expect(SearchFilter(owners: ["alice", "mimic", "nobody"]), finds: ["shared"], in: world)
        try await expect(SearchFilter(sessions: ["talk"], owners: ["alice"]), finds: [], in: world)
        try await world.coordinator.close()
    }

    @Test func `one of several tags, all of several, and both`() async throws {
        let world = try await filled()
        try await expect(SearchFilter(tags: ["a", "c"]), finds: ["talk", "walk", "sealed"], in: world)
        try await expect(SearchFilter(allTags: ["a", "b"]), finds: ["walk", "sealed"], in: world)
        try await expect(SearchFilter(allTags: ["b"]), finds: ["walk", "sealed", "shared"], in: world)
        try await expect(SearchFilter(tags: ["c"], allTags: ["a", "b"]), finds: ["sealed"], in: world)
        try await expect(SearchFilter(allTags: ["a", "none"]), finds: [], in: world)
        try await expect(
            SearchFilter(includesSensitive: false, allTags: ["a", "b"]),
            finds: ["walk"],
            in: world
        )
        try await world.coordinator.close()
    }

    @Test func `metadata, sealed or not, and as the agent's own draft has it`() async throws {
        let world = try await filled()
        try await expect(SearchFilter(metadata: ["k": "v"]), finds: ["talk", "walk", "sealed"], in: world)
        try await expect(SearchFilter(metadata: ["k": "v", "l": "w"]), finds: ["walk"], in: world)
        try await expect(SearchFilter(metadata: ["k": "V"]), finds: [], in: world)
        try await expect(
            SearchFilter(includesSensitive: false, metadata: ["k": "v"]),
            finds: ["talk", "walk"],
            in: world
        )
        let coordinator = world.coordinator
        let shared = try #require(world.ids["shared"])
        let sealed = try #require(world.ids["sealed"])
        let walk = try #require(world.ids["walk"])
        let change = MemoryChange(metadata: ["k": "v"])
        try await coordinator.updateMemory(shared, agentID: "alden", change: change)
        try await coordinator.updateMemory(walk, agentID: "alden", change: MemoryChange(importance: 0.9))
        try await coordinator.updateMemory(sealed, agentID: "alden", change: MemoryChange(metadata: [:]))
        try await expect(SearchFilter(metadata: ["k": "v"]), finds: ["talk", "walk", "shared"], in: world)
        // Alice sees what is published, and of the others nothing.
        try await expect(SearchFilter(metadata: ["k": "v"]), finds: [], in: world, by: "alice")
        try await expect(SearchFilter(metadata: ["k": "other"]), finds: ["shared"], in: world, by: "alice")
        try await coordinator.close()
    }

    @Test func `the state in which the agent sees a memory`() async throws {
        let world = try await filled()
        let coordinator = world.coordinator
        let talk = try #require(world.ids["talk"])
        let walk = try #require(world.ids["walk"])
        let shared = try #require(world.ids["shared"])
        try await coordinator.updateMemory(talk, agentID: "alden", change: MemoryChange(importance: 0.9))
        _ = try await coordinator.acquireMemoryLock(memoryID: walk, agentID: "system", lockDuration: .seconds(86_400))
        _ = try await coordinator.acquireMemoryLock(memoryID: shared, agentID: "alden", lockDuration: .seconds(86_400))
        try await expect(SearchFilter(syncStatus: [.pending]), finds: ["talk"], in: world)
        try await expect(SearchFilter(syncStatus: [.locked]), finds: ["walk"], in: world)
        try await expect(SearchFilter(syncStatus: [.synced]), finds: ["plain", "sealed", "shared"], in: world)
        try await expect(SearchFilter(syncStatus: [.pending, .locked]), finds: ["talk", "walk"], in: world)
        try await expect(SearchFilter(syncStatus: [.deleted]), finds: [], in: world)
        // Whoever holds the lease is another for Alice.
        try await expect(SearchFilter(syncStatus: [.locked]), finds: ["shared"], in: world, by: "alice")
        try await coordinator.close()
    }

    @Test func `what takes a key is refused without one, but only where the agent sees it`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("sealed.hearth")
        var configuration = CoordinatorConfiguration()
        configuration.keyProvider = MemoryKeyProvider()
        let first = try await MultiAgentMemoryCoordinator.open(.file(path), configuration: configuration)
        try await first.registerAgents(["alden", "alice"])
        let draft = MemoryDraft(content: "Sealed.", tags: ["a"], metadata: ["k": "v"], isSensitive: true)
        try await first.storeAgentMemory(agentID: "alden", userID: user, draft)
        try await first.close()
        configuration.keyProvider = nil
        let second = try await MultiAgentMemoryCoordinator.open(.file(path), configuration: configuration)
        try await second.registerAgents(["alden", "alice"])
        for filter in [SearchFilter(allTags: ["a"]), SearchFilter(metadata: ["k": "v"])] {
            await TestSupport.expect(.keyUnavailable) {
                try await second.countMemories(agentID: "alden", userID: user, filter: filter)
            }
            await TestSupport.expect(.keyUnavailable) {
                try await second.memories(agentID: "alden", userID: user, filter: filter)
            }
            #expect(try await second.countMemories(agentID: "alice", userID: user, filter: filter) == 0)
            var plain = filter
            plain.includesSensitive = false
            #expect(try await second.countMemories(agentID: "alden", userID: user, filter: plain) == 0)
        }
        #expect(try await second.countMemories(agentID: "alden", userID: user) == 1)
        try await second.close()
    }

    @Test func `invalid names in a filter are refused`() async throws {
        let coordinator = try await household()
        for filter in [SearchFilter(sessions: [""]), SearchFilter(owners: ["a\u{0}b"])] {
            await TestSupport.expect(.invalidArgument) {
                try await coordinator.countMemories(agentID: "alden", userID: user, filter: filter)
            }
            await TestSupport.expect(.invalidArgument) {
                try await coordinator.memories(agentID: "alden", userID: "nobody", filter: filter)
            }
        }
        try await coordinator.close()
    }
}
