import ArgumentParser
import HearthMemory

// Who acts, and for whom, where the command line does not say: whoever holds memories in the store, if that is one.
extension StoreOptions {
    /// Opens the store for an agent, registers it, runs `body`, and closes the store whether or not `body` succeeded.
    func withStore<Result>(
        _ intent: StoreIntent,
        as agent: Required<AgentOptions>,
        embedder: EmbedderOptions? = nil,
        body: (MultiAgentMemoryCoordinator, AgentID) async throws -> Result
    ) async throws -> Result {
        if agent.given == nil { try requireStore(toAnswer: AgentOptions.question) }
        return try await withStore(intent, as: agent.known, embedder: embedder) { coordinator in
            try await body(coordinator, try await coordinator.actingAgent(agent, of: nil))
        }
    }

    /// Opens the store for an agent and a user, registers the agent, runs `body`, and closes the store whether or not
    /// `body` succeeded.
    ///
    /// - Parameter alternative: What may be said instead of an agent, for the question.
    func withStore<Result>(
        _ intent: StoreIntent,
        as agent: Required<AgentOptions>,
        of user: Required<UserOptions>,
        or alternative: String? = nil,
        embedder: EmbedderOptions? = nil,
        configure: (inout CoordinatorConfiguration) -> Void = { _ in },
        body: (MultiAgentMemoryCoordinator, AgentID, UserID) async throws -> Result
    ) async throws -> Result {
        if agent.given == nil { try requireStore(toAnswer: AgentOptions.question) }
        if user.given == nil { try requireStore(toAnswer: UserOptions.question) }
        return try await withStore(intent, as: agent.known, embedder: embedder, configure: configure) { coordinator in
            let user = try await coordinator.user(user)
            let agent = try await coordinator.actingAgent(agent, of: user, or: alternative)
            return try await body(coordinator, agent, user)
        }
    }

    /// Opens the store for a user, runs `body`, and closes the store whether or not `body` succeeded.
    func withStore<Result>(
        _ intent: StoreIntent,
        of user: Required<UserOptions>,
        body: (MultiAgentMemoryCoordinator, UserID) async throws -> Result
    ) async throws -> Result {
        if user.given == nil { try requireStore(toAnswer: UserOptions.question) }
        return try await withStore(intent) { coordinator in
            try await body(coordinator, try await coordinator.user(user))
        }
    }

    /// Asks the question where there is no store that could answer it.
    private func requireStore(toAnswer question: String) throws {
        guard try location().hasStore else { throw ValidationError(question) }
    }
}

extension MultiAgentMemoryCoordinator {
    /// A memory as an agent sees it; nil if it sees none of that identifier, as where it is deleted or has expired.
    func memoryIfFound(_ id: MemoryID, agentID: AgentID, userID: UserID?) async throws -> Memory? {
        do {
            return try await memory(id, agentID: agentID, userID: userID)
        } catch let error as MemoryError where error.code == .memoryNotFound {
            return nil
        }
    }
}

extension Required<AgentOptions> {
    /// The agents to register when the store is opened.
    fileprivate var known: [AgentID] { given.map { [$0] } ?? [] }
}

extension MultiAgentMemoryCoordinator {
    /// The user that is named, else the only one that the store knows.
    func user(_ user: Required<UserOptions>) async throws -> UserID {
        if let given = user.given { return given }
        return try await onlyUser()
    }

    /// The agent that is named, else the only one that holds memories of the user, or of anybody if the user has none;
    /// it is registered.
    fileprivate func actingAgent(
        _ agent: Required<AgentOptions>,
        of user: UserID?,
        or alternative: String? = nil
    ) async throws -> AgentID {
        try await onlyAgent(given: agent.given, of: user, or: alternative)
    }

    /// The only user that the store knows.
    func onlyUser() async throws -> UserID { try UserOptions.onlyChoice(of: try await users(), known: "the users") }

    /// The agent that is given, else the only one that holds memories of the user, or of anybody if the user has none; it is
    /// registered.
    func onlyAgent(given: AgentID?, of user: UserID?, or alternative: String? = nil) async throws -> AgentID {
        if let given { return given }
        var owners = try await self.owners(userID: user)
        if owners.isEmpty, user != nil { owners = try await self.owners() }
        let others = owners.isEmpty ? try await agents().map(\.id).filter { $0 != AgentProfile.system.id } : owners
        let only = try AgentOptions.onlyChoice(
            of: others,
            known: owners.isEmpty ? "the agents" : "memories of the agents",
            or: alternative
        )
        try await registerUnlessOutOfService(only)
        return only
    }
}

extension IdentityOptions {
    /// How many choices a question names.
    private static var namedChoices: Int { 10 }

    /// The one that there is to choose; otherwise the question, with what there is.
    fileprivate static func onlyChoice(of choices: [ID], known: String, or alternative: String? = nil) throws -> ID {
        if choices.count == 1, let only = choices.first { return only }
        let question = question + (alternative.map { " Or give \($0)." } ?? "")
        guard !choices.isEmpty else { throw ValidationError("\(question) The store knows none yet.") }
        let named = choices.prefix(namedChoices).map(\.rawValue).joined(separator: ", ")
        let more = choices.count > namedChoices ? " and \(choices.count - namedChoices) more" : ""
        throw ValidationError("\(question) The store has \(known) \(PrintableText.line(named))\(more).")
    }
}
