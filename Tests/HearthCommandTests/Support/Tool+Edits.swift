import HearthMemory
import Testing

/// What the tests of editing begin with.
extension Tool {
    /// Stores a memory and gives its id.
    func stored(_ text: String, _ options: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws
        -> String
    {
        let outcome = try await run(["store", text] + options + ["--db", store])
        #expect(outcome.status == 0, "\(outcome.errors)", sourceLocation: sourceLocation)
        return String(outcome.text.dropLast())
    }

    /// An agent's view of a memory's text.
    func text(of id: String, as agent: String) async throws -> String? {
        try await json("get", id, "--agent", agent)["text"]?.string
    }

    /// Expects the tool to refuse, with a reason.
    func expectRefusal(
        _ arguments: String...,
        saying words: String...,
        status: Int32 = 1,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await expectRefusal(arguments, saying: words, status: status, sourceLocation: sourceLocation)
    }

    func expectRefusal(
        _ arguments: [String],
        saying words: [String],
        status: Int32 = 1,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let outcome = try await run(arguments + ["--db", store])
        #expect(outcome.status == status, "\(arguments): \(outcome.errors)", sourceLocation: sourceLocation)
        #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
        for word in words {
            #expect(outcome.errors.contains(word), "\(outcome.errors)", sourceLocation: sourceLocation)
        }
    }

    /// A memory of Sentry, who has conflicts reviewed by a person, that Alden and Sentry have edited at once: Alden's words are published,
    /// Sentry's wait.
    func conflict() async throws -> (memory: String, conflict: JSON) {
        let id = try await stored(
            "The door is shut. The key is with Samira.",
            "--agent",
            "sentry",
            "--category",
            "alert"
        )
        try await run("edit", id, "The door is locked. The key is with Samira.", "--agent", "alden")
        try await run(
            "edit",
            id,
            "The door is open. The key is with Samira.",
            "--agent",
            "sentry",
            "--importance",
            "0.9"
        )
        let sync = try await json("sync", "--all")
        #expect(sync["success"]?.bool == true)
        return (id, try #require(try await json("conflicts", "list")["conflicts"]?[0]))
    }

    /// Opens the tool's store in this process, with agents at work. Its leases outlast a test that waits long for its turn.
    func open(as agents: [AgentID]) async throws -> MultiAgentMemoryCoordinator {
        var configuration = CoordinatorConfiguration()
        configuration.lockDuration = .seconds(86_400)
        let coordinator = try await MultiAgentMemoryCoordinator.open(.file(store), configuration: configuration)
        for agent in agents { try await coordinator.registerAgent(agent) }
        return coordinator
    }
}
