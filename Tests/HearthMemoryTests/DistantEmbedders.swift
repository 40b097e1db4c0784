import HearthMemory
import TestSupport
import Testing

/// An embedder that has to be waited for: what it throws reaches a host as a `MemoryError`, and search by word goes on without it.
@Suite struct DistantEmbedders {
    private struct Outage: Error, Equatable {}

    /// An embedder outside the process that never answers.
    private struct AbsentEmbedder: Embedder {
        let identifier = "absent"
        let dimension = 4
        let error: any Error & Sendable

        func embed(_ texts: [String]) async throws -> [[Float]] { throw error }
    }

    private func household(failingWith error: any Error & Sendable) async throws -> MultiAgentMemoryCoordinator {
        var configuration = CoordinatorConfiguration()
        configuration.embedder = AbsentEmbedder(error: error)
        let coordinator = try await MultiAgentMemoryCoordinator.open(.temporary, configuration: configuration)
        try await coordinator.registerAgent("alden")
        return coordinator
    }

    private func error(
        of call: String,
        _ operation: () async throws -> Void
    ) async throws -> MemoryError {
        do {
            try await operation()
        } catch let error as MemoryError {
            return error
        }
        Issue.record("\(call) threw nothing")
        throw Outage()
    }

    @Test func `each call that needs it says so, with what it threw`() async throws {
        let coordinator = try await household(failingWith: Outage())
        let id = try await coordinator.storeAgentMemory(agentID: "alden", userID: "iris", content: "Tea at four.")
        let errors = [
            try await error(of: "search") {
                _ = try await coordinator.searchAgentMemories(
                    agentID: "alden",
                    userID: "iris",
                    query: "tea",
                    searchType: .semantic
                )
            },
            try await error(of: "similar") { _ = try await coordinator.similar(to: id, agentID: "alden") },
            try await error(of: "rebuild") { try await coordinator.rebuildEmbeddings() },
        ]
        for error in errors {
            #expect(error.code == .embedderUnavailable)
            #expect(error.underlyingError as? Outage == Outage())
            #expect(error.message.contains("absent"))
        }
        let found = try await coordinator.searchAgentMemories(agentID: "alden", userID: "iris", query: "tea")
        #expect(found.map(\.memory.id) == [id])
        try await coordinator.close()
    }

    @Test func `an embedder of the library's own speaks for itself`() async throws {
        let coordinator = try await household(
            failingWith: EmbeddingError(.serverUnreachable, "Start the model server.")
        )
        let error = try await error(of: "search") {
            _ = try await coordinator.searchAgentMemories(
                agentID: "alden",
                userID: "iris",
                query: "tea",
                searchType: .semantic
            )
        }
        #expect(error.message == "Start the model server.")
        #expect((error.underlyingError as? EmbeddingError)?.code == .serverUnreachable)
        try await coordinator.close()
    }

    @Test func `a cancelled call is cancelled, whatever the embedder makes of it`() async throws {
        let coordinator = try await household(failingWith: CancellationError())
        await #expect(throws: CancellationError.self) {
            try await coordinator.searchAgentMemories(
                agentID: "alden",
                userID: "iris",
                query: "tea",
                searchType: .semantic
            )
        }
        try await coordinator.close()
    }

    /// An embedder outside the process that answers.
    private struct DistantEmbedder: Embedder {
        let identifier = "distant"
        let dimension = 2

        func embed(_ texts: [String]) async throws -> [[Float]] {
            texts.map { $0.contains("tea") ? [1, 0] : [0, 1] }
        }
    }

    @Test(.timeLimit(.minutes(60)))
    func `in a new file an embedder outside the process makes the vectors after the store`() async throws {
        var configuration = CoordinatorConfiguration()
        configuration.embedder = DistantEmbedder()
        let coordinator = try await MultiAgentMemoryCoordinator.open(.temporary, configuration: configuration)
        try await coordinator.registerAgent("alden")
        let id = try await coordinator.storeAgentMemory(agentID: "alden", userID: "iris", content: "a cup of tea")
        try await coordinator.storeAgentMemory(agentID: "alden", userID: "iris", content: "the boiler")
        try await until { try await coordinator.embeddingStatus().pending == 0 }
        let found = try await coordinator.searchAgentMemories(
            agentID: "alden",
            userID: "iris",
            query: "tea",
            searchType: .semantic
        )
        #expect(found.map(\.memory.id) == [id])
        try await coordinator.close()
    }

    @Test func `the query of an agent that may not act is sent to nobody`() async throws {
        let coordinator = try await household(failingWith: Outage())
        for (agent, code) in [("alice", MemoryError.Code.agentNotActive), ("nobody", .unknownAgent)] {
            for type in [SearchType.semantic, .hybrid] {
                // Had it been asked, the embedder's failure would be what a search by meaning ends with.
                await expect(code) {
                    try await coordinator.searchAgentMemories(
                        agentID: AgentID(rawValue: agent),
                        userID: "iris",
                        query: "tea",
                        searchType: type
                    )
                }
            }
        }
        try await coordinator.close()
    }
}
