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
        let held = try store.agent(id)
        let builtIn = (AgentProfile.hearthlink + [.system]).first { $0.id == id }
        guard let wanted = profile ?? held?.profile ?? builtIn else {
            throw MemoryError(code: .unknownAgent, message: "No profile of agent \(id) is known; register it with one.")
        }
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
        guard let held = try await operations.administer({ try $0.agent(agent.validated()) }) else {
            throw MemoryError(code: .unknownAgent, message: "No agent \(agent) is known.")
        }
        return held.status
    }

    /// The profiles that the file holds, that of `system` included, in the order of their identifiers.
    public func agents() async throws -> [AgentProfile] {
        try await operations.administer { try $0.agents() }
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
