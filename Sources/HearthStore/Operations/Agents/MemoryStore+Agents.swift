package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// The profiles that the file holds, `system` among them, by identifier.
    package func agents() throws -> [AgentProfile] {
        try read { $0.directory.agents.map(\.profile) }
    }

    /// The users that the file knows, by identifier: an administrator's view.
    package func users() throws -> [UserID] {
        try read { snapshot in
            try snapshot.connection.rows("SELECT user_id FROM users", as: { UserID(rawValue: $0.string(0)) }).sorted()
        }
    }

    /// The users that the file knows, by identifier, and how much they have: an administrator's view.
    ///
    /// It looks at every document, on a thread of its own.
    package func userSummaries() async throws -> [UserSummary] {
        try await readUntilCancelled { snapshot in
            try snapshot.connection
                .rows(
                    """
                    SELECT u.user_id, count(d.document_key), count(DISTINCT d.owner_key) FROM users AS u
                    LEFT JOIN documents AS d ON d.user_key = u.user_key AND d.agent_key IS NULL AND d.flags & 1 = 0
                    GROUP BY u.user_key
                    """,
                    as: { UserSummary(id: UserID(rawValue: $0.string(0)), memories: $0.int(1), agents: $0.int(2)) }
                )
                .sorted { $0.id < $1.id }
        }
    }

    /// The agents that hold memories of a user, or of anybody, by identifier: an administrator's view.
    ///
    /// It looks at every document, on a thread of its own.
    package func owners(userID: UserID?) async throws -> [AgentID] {
        try await readUntilCancelled { snapshot in
            // The rows of documents are small, and say who owns the memory. Bit 1 of the flags is that it is gone.
            let keys = try snapshot.connection.rows(
                """
                SELECT DISTINCT d.owner_key FROM users AS u JOIN documents AS d ON d.user_key = u.user_key
                WHERE (?1 IS NULL OR u.user_id = ?1) AND d.agent_key IS NULL AND d.flags & 1 = 0
                """,
                userID?.rawValue,
                as: { $0.int64(0) }
            )
            return try keys.map { try snapshot.directory.agent(key: $0).id }.sorted()
        }
    }

    /// An agent's profile, its status as the file holds it, and its status in this process; nil if the file does not
    /// know it.
    package func agent(_ id: AgentID) throws -> (profile: AgentProfile, held: AgentStatus, status: AgentStatus)? {
        try read { snapshot in
            guard snapshot.directory.contains(id) else { return nil }
            let agent = try snapshot.directory.agent(id)
            return (agent.profile, agent.status, snapshot.directory.status(of: agent))
        }
    }

    /// The profiles that the file holds, `system` among them, with their status in this process.
    package func agentStatuses() throws -> [(profile: AgentProfile, status: AgentStatus)] {
        try read { snapshot in
            snapshot.directory.agents.map { ($0.profile, snapshot.directory.status(of: $0)) }
        }
    }

    /// Lets an agent act in this process.
    package func register(_ id: AgentID) {
        directories.register(id)
    }

    /// Stops an agent from acting in this process.
    package func withdraw(_ id: AgentID) {
        directories.withdraw(id)
    }

    /// Writes profiles, new or in place of those of the same identifiers; durable on return.
    ///
    /// - Throws: `.invalidArgument` for a profile with an invalid identifier, no retention or a negative limit, and for
    ///   a profile of `system` that is not critical.
    package func setProfiles(_ profiles: [AgentProfile]) async throws {
        for profile in profiles { try profile.validate() }
        try await write { [directories, clock] transaction in
            for profile in profiles { try AgentTable.write(profile, to: transaction.connection) }
            try transaction.directoryDidChange(at: clock.now())
            try AuditTrail.append(
                AuditEntry(
                    action: .administer,
                    agent: try transaction.directory(directories).agent(AgentProfile.system.id).key,
                    detail: ["profiles": profiles.map(\.id.rawValue).joined(separator: " ")]
                ),
                at: clock.now(),
                to: transaction
            )
        }
    }

    /// Takes an agent out of service for every process on the file, or, with `.active` or `.inactive`, puts it back;
    /// durable on return.
    ///
    /// - Throws: `.unknownAgent`; `.invalidArgument` for `system`, which is always active.
    package func setStatus(_ status: AgentStatus, of agent: AgentID) async throws {
        guard agent != AgentProfile.system.id else {
            throw MemoryError.invalidArgument("The agent system is always active.")
        }
        let stored: AgentStatus = status == .active ? .inactive : status
        try await write { [directories, clock] transaction in
            let directory = try transaction.directory(directories)
            let entry = try directory.agent(agent)
            guard entry.status != stored else { return }
            try AgentTable.setStatus(stored, of: entry.key, in: transaction.connection)
            try transaction.directoryDidChange(at: clock.now())
            try AuditTrail.append(
                AuditEntry(
                    action: .administer,
                    agent: try directory.agent(AgentProfile.system.id).key,
                    detail: ["agent": agent.rawValue, "status": stored.rawValue]
                ),
                at: clock.now(),
                to: transaction
            )
        }
    }

    /// The sharing policy in force.
    package func sharingPolicy() throws -> SharingPolicy {
        try read { $0.directory.rules.policy }
    }

    /// Puts a sharing policy in force for every process on the file; durable on return.
    ///
    /// Global rules and restrictions apply from the next call on. Propagation rules apply to what is stored or
    /// published from then on. Shares that earlier rules made stay until they are revoked.
    ///
    /// - Throws: `.invalidArgument` naming the key that is wrong.
    package func setSharingPolicy(_ policy: SharingPolicy) async throws {
        try policy.validate()
        try await write { [directories, clock] transaction in
            try AgentTable.write(policy, to: transaction.connection)
            try transaction.directoryDidChange(at: clock.now())
            try AuditTrail.append(
                AuditEntry(
                    action: .administer,
                    agent: try transaction.directory(directories).agent(AgentProfile.system.id).key,
                    detail: ["policy": "sharing"]
                ),
                at: clock.now(),
                to: transaction
            )
        }
    }
}
