package import HearthModel

/// An agent as the file knows it.
package struct KnownAgent: Sendable {
    /// Its number in the file.
    package var key: Int64
    package var profile: AgentProfile
    /// The status in the file. Whether the agent may act is what ``AgentDirectory/status(of:)`` says.
    package var status: AgentStatus

    package init(key: Int64, profile: AgentProfile, status: AgentStatus) {
        self.key = key
        self.profile = profile
        self.status = status
    }

    package var id: AgentID { profile.id }
}

/// Which agents a process lets act.
package enum Admission: Sendable {
    /// Every agent that the file knows.
    case everyone
    /// `system`, and those that this process has registered.
    case registered(Set<AgentID>)
}

/// The agents and the policy of a file at one point: everything that decides access, except the shares.
package struct AgentDirectory: Sendable {
    /// The sequence at which agents or policy last changed.
    package let sequence: Int64
    package let rules: AccessRules
    /// Which of the agents may act in this process.
    package var admission = Admission.everyone
    private let byID: [AgentID: KnownAgent]
    private let byKey: [Int64: KnownAgent]

    package init(sequence: Int64, policy: SharingPolicy, agents: [KnownAgent]) {
        self.sequence = sequence
        byID = Dictionary(uniqueKeysWithValues: agents.map { ($0.id, $0) })
        byKey = Dictionary(uniqueKeysWithValues: agents.map { ($0.key, $0) })
        rules = AccessRules(policy: policy, priorities: byID.mapValues(\.profile.priority))
    }

    /// Every agent, `system` among them, by identifier.
    package var agents: [KnownAgent] { byID.values.sorted { $0.id < $1.id } }

    package func contains(_ id: AgentID) -> Bool { byID[id] != nil }

    /// - Throws: `.unknownAgent`.
    package func agent(_ id: AgentID) throws(MemoryError) -> KnownAgent {
        guard let agent = byID[id] else {
            throw MemoryError(
                code: .unknownAgent,
                message: "No agent \(id) is known; register it with a profile first."
            )
        }
        return agent
    }

    /// - Throws: `.storeCorrupt`, as keys come from the file itself.
    package func agent(key: Int64) throws(MemoryError) -> KnownAgent {
        guard let agent = byKey[key] else { throw .corrupt("Agent number \(key) is missing.") }
        return agent
    }
}

extension AgentDirectory {
    /// The agent that is about to act. Nothing else decides whether it may.
    ///
    /// - Throws: `.invalidArgument`, `.unknownAgent`; `.agentNotActive` where it is not registered, or is out of
    ///   service.
    package func acting(_ id: AgentID) throws(MemoryError) -> KnownAgent {
        let agent = try agent(id.validated())
        guard case .registered = admission else { return agent }
        let status = status(of: agent)
        guard status == .active else {
            throw MemoryError(
                code: .agentNotActive,
                message: "Agent \(id) is \(status.rawValue); register it with registerAgent before it acts."
            )
        }
        return agent
    }

    /// The status of an agent in this process.
    package func status(of agent: KnownAgent) -> AgentStatus {
        if agent.id == AgentProfile.system.id { return .active }
        guard agent.status == .inactive, case .registered(let registered) = admission else { return agent.status }
        return registered.contains(agent.id) ? .active : .inactive
    }
}
