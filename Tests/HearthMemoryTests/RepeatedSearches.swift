import HearthMemory
import TestSupport
import Testing

/// Searches use the memory of earlier ones; nothing of these may show.
@Suite struct RepeatedSearches {
    private static let words = ["tea", "boiler", "window", "train", "garden", "letter", "clock", "river"]

    private func text(using random: inout SeededGenerator) -> String {
        (0..<Int.random(in: 1...12, using: &random))
            .map { _ in Self.words[Int.random(in: Self.words.indices, using: &random)] }
            .joined(separator: " ")
    }

    @Test func `a search finds the same whatever was searched before it`() async throws {
        var random = SeededGenerator()
        let directory = try TemporaryDirectory()
        let location = StoreLocation.file(directory.file("store.db"))
        let coordinator = try await household(location)
        // Users of very different sizes, so that buffers grow and shrink.
        let users: [(id: UserID, count: Int)] = [("ana", 3), ("ben", 700), ("cleo", 40)]
        for user in users {
            let drafts = (0..<user.count).map { _ in MemoryDraft(content: text(using: &random)) }
            try await coordinator.storeAgentMemories(agentID: "alden", userID: user.id, sessionID: "one", drafts)
        }
        for _ in 0..<60 {
            let user = users[Int.random(in: users.indices, using: &random)].id
            let type = SearchType.allCases[Int.random(in: SearchType.allCases.indices, using: &random)]
            let query = text(using: &random)
            func search(_ coordinator: MultiAgentMemoryCoordinator) async throws -> [String] {
                try await coordinator.searchAgentMemories(
                    agentID: "alden",
                    userID: user,
                    query: query,
                    searchType: type,
                    limit: 20
                )
                .map { "\($0.memory.id) \($0.score) \($0.components) \($0.snippet)" }
            }
            let fresh = try await household(location)
            #expect(try await search(coordinator) == search(fresh), "\(type) \(query)")
            try await fresh.close()
        }
        try await coordinator.close()
    }
}
