public import HearthModel
import HearthStore

extension MultiAgentMemoryCoordinator {
    /// Makes an agent active in this process, and writes its profile where one is given.
    ///
    /// Without one, the profile is that of the file, or else the built-in one of that identifier. Registering again is
    /// no error. An agent that an administrator took out of service is put back for every process. A profile that is
    /// written is durable on return.
    ///
    /// - Throws: `.unknownAgent` where there is no profile; `.invalidArgument` for an invalid one, or one of another
    ///   agent.
    public func registerAgent(_ id: AgentID, profile: AgentProfile? = nil) async throws {
        let id = try id.validated()
        if let profile, profile.id != id {
            throw MemoryError(code: .invalidArgument, message: "The profile is of agent \(profile.id), not of \(id).")
        }
        try await register(id, as: try wantedProfile(of: id, given: profile))
    }

    /// Makes agents active in this process, each as ``registerAgent(_:profile:)`` does without a profile.
    ///
    /// - Throws: `.unknownAgent` that names the agents of which no profile is known; then none is registered.
    public func registerAgents(_ ids: [AgentID]) async throws {
        var wanted: [AgentProfile] = []
        var unknown: [AgentID] = []
        for id in ids {
            do {
                wanted.append(try wantedProfile(of: id.validated(), given: nil))
            } catch let error as MemoryError where error.code == .unknownAgent {
                unknown.append(id)
            }
        }
        guard unknown.isEmpty else { throw try noProfile(of: unknown) }
        for profile in wanted { try await register(profile.id, as: profile) }
    }

    /// The profile that an agent is registered with: the one given, that of the file, or the built-in one.
    private func wantedProfile(of id: AgentID, given profile: AgentProfile?) throws -> AgentProfile {
        if let known = try profile ?? store.agent(id)?.profile { return known }
        guard var builtIn = AgentProfile.builtIn.first(where: { $0.id == id }) else {
            throw try noProfile(of: [id])
        }
        if let retention = configuration.retention(of: id) { builtIn.retention = retention }
        return builtIn
    }

    private func register(_ id: AgentID, as wanted: AgentProfile) async throws {
        let held = try store.agent(id)
        if held?.profile != wanted { try await store.setProfiles([wanted]) }
        if let status = held?.held, status != .inactive { try await store.setStatus(.active, of: id) }
        store.register(id)
    }

    /// Sets whether an agent may act.
    ///
    /// `.maintenance` and `.error` hold for every process on the file, until the agent is registered again or set
    /// `.active`. Apart from that, `.active` and `.inactive` hold only for this process.
    ///
    /// - Throws: `.unknownAgent`; `.invalidArgument` for `system`, which is always active.
    public func setStatus(_ status: AgentStatus, of agent: AgentID) async throws {
        try await store.setStatus(status, of: agent)
        if status == .active { store.register(agent) } else { store.withdraw(agent) }
    }

    /// The status of an agent in this process; `system` is always active.
    ///
    /// - Throws: `.unknownAgent`.
    public func status(of agent: AgentID) async throws -> AgentStatus {
        let held = try await operations.administer { try $0.agent(agent.validated()) }
        guard let held else {
            throw MemoryError(code: .unknownAgent, message: "No agent \(agent) is known.")
        }
        return held.status
    }

    /// The profiles that the file holds, that of `system` included, in the order of their identifiers.
    public func agents() async throws -> [AgentProfile] {
        try await operations.administer { try $0.agents() }
    }

    /// The users that the file knows, in the order of their identifiers: an administrator's view.
    public func users() async throws -> [UserID] {
        try await operations.administer { try $0.users() }
    }

    /// The users that the file knows, in the order of their identifiers, with how many memories each has and of how many
    /// agents: an administrator's view.
    public func userSummaries() async throws -> [UserSummary] {
        try await operations.administer { try await $0.userSummaries() }
    }

    /// The agents that own memories of a user, or of anybody, in the order of their identifiers: an administrator's
    /// view.
    ///
    /// - Throws: `.invalidArgument` for an invalid identifier.
    public func owners(userID: UserID? = nil) async throws -> [AgentID] {
        try await operations.administer { try await $0.owners(userID: userID?.validated()) }
    }

    /// Begins a session; durable on return.
    ///
    /// - Throws: `.unknownAgent`, `.agentNotActive`, `.invalidArgument` for an invalid identifier or name.
    public func createSession(userID: UserID, agentID: AgentID, name: String? = nil) async throws -> SessionID {
        try await operations.perform { store in
            try await store.createSession(userID: userID, agentID: agentID, name: name)
        }
    }

    /// Ends a user's session; durable on return.
    ///
    /// Ending a session that has ended is no error. Storing in a session that has ended opens it again: it goes on as
    /// the same session, and can be ended once more.
    ///
    /// - Parameters:
    ///   - id: The session.
    ///   - userID: Whose session it is: users may have sessions of one name. Nil is for a name that only one user has.
    /// - Throws: `.invalidArgument` where there is no such session, and where several users have one of that name and
    ///   none is named.
    public func endSession(_ id: SessionID, userID: UserID? = nil) async throws {
        try await store.endSession(id, userID: userID)
    }
}

extension AgentProfile {
    /// The profiles that the engine brings along.
    static var builtIn: [AgentProfile] { hearthlink + [.system] }
}

extension MultiAgentMemoryCoordinator {
    /// Says which agents there are beside those that nobody knows.
    private func noProfile(of unknown: [AgentID]) throws -> MemoryError {
        let known = Set(try store.agents().map(\.id) + AgentProfile.builtIn.map(\.id))
        func listed(_ ids: some Collection<AgentID>) -> String { ids.map(\.rawValue).joined(separator: ", ") }
        return MemoryError(
            code: .unknownAgent,
            message: """
                No agent \(listed(unknown)) is known. There \(known.count == 1 ? "is" : "are") \(listed(known.sorted())). Others \
                need a profile from the host program.
                """
        )
    }
}

extension MultiAgentMemoryCoordinator {
    /// Judges a policy against the agents and memories of the store, and says what it would change for whom.
    ///
    /// Nothing is changed: ``setSharingPolicy(_:)`` does that. The administrator's: no agent is asked for.
    ///
    /// - Throws: `.invalidArgument` for a policy that no store accepts.
    public func checkSharingPolicy(_ policy: SharingPolicy) async throws -> PolicyCheck {
        try await operations.administer { try await $0.check(policy) }
    }
}
