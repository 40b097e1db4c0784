internal import HearthSQLite

extension MemoryStore {
    /// The profiles the file holds, `system` among them, by identifier.
    public func agents() throws -> [AgentProfile] {
        try read { $0.directory.entries.map(\.profile) }
    }

    /// The profile and the status the file holds of an agent; nil for one it doesn't know.
    ///
    /// The status is `.maintenance` or `.error` where an administrator set it, else `.inactive`: which agents are active is known to
    /// their process alone.
    public func agent(_ id: AgentID) throws -> (profile: AgentProfile, status: AgentStatus)? {
        try read { snapshot in
            guard snapshot.directory.contains(id) else { return nil }
            let entry = try snapshot.directory.entry(id)
            return (entry.profile, entry.status)
        }
    }

    /// Writes profiles, new or in place of those of the same identifiers; durable on return.
    ///
    /// - Throws: `.invalidArgument` for a profile with an invalid identifier, no retention or a negative limit, and for one of `system`
    ///   that isn't critical.
    public func setProfiles(_ profiles: [AgentProfile]) async throws {
        for profile in profiles { try profile.validate() }
        try await write { [directories, clock] transaction in
            for profile in profiles { try AgentTable.write(profile, to: transaction.connection) }
            transaction.directoryDidChange()
            try AuditTrail.append(
                AuditEntry(
                    action: .administer,
                    agent: try transaction.directory(directories).entry(AgentProfile.system.id).key,
                    detail: ["profiles": profiles.map(\.id.rawValue).joined(separator: " ")]
                ),
                at: clock.now(),
                to: transaction
            )
        }
    }

    /// Takes an agent out of service for every process on the file, or, with `.active` or `.inactive`, puts it back; durable on return.
    ///
    /// - Throws: `.unknownAgent`; `.invalidArgument` for `system`, which is always active.
    public func setStatus(_ status: AgentStatus, of agent: AgentID) async throws {
        guard agent != AgentProfile.system.id else {
            throw MemoryError.invalidArgument("The agent system is always active.")
        }
        let held: AgentStatus = status == .active ? .inactive : status
        try await write { [directories, clock] transaction in
            let directory = try transaction.directory(directories)
            let entry = try directory.entry(agent)
            guard entry.status != held else { return }
            try AgentTable.setStatus(held, of: entry.key, in: transaction.connection)
            transaction.directoryDidChange()
            try AuditTrail.append(
                AuditEntry(
                    action: .administer,
                    agent: try directory.entry(AgentProfile.system.id).key,
                    detail: ["agent": agent.rawValue, "status": held.rawValue]
                ),
                at: clock.now(),
                to: transaction
            )
        }
    }

    /// The sharing policy in force.
    public func sharingPolicy() throws -> SharingPolicy {
        try read { $0.directory.rules.policy }
    }

    /// Puts a sharing policy in force for every process on the file; durable on return.
    ///
    /// Global rules and restrictions count from the next call on. Propagation rules count for what is stored or published from then on;
    /// shares that earlier rules made stay until they are revoked.
    ///
    /// - Throws: `.invalidArgument` naming the key that is wrong.
    public func setSharingPolicy(_ policy: SharingPolicy) async throws {
        try policy.validate()
        try await write { [directories, clock] transaction in
            try AgentTable.write(policy, to: transaction.connection)
            transaction.directoryDidChange()
            try AuditTrail.append(
                AuditEntry(
                    action: .administer,
                    agent: try transaction.directory(directories).entry(AgentProfile.system.id).key,
                    detail: ["policy": "sharing"]
                ),
                at: clock.now(),
                to: transaction
            )
        }
    }
}

extension AgentProfile {
    /// Checks what a store needs of a profile.
    ///
    /// - Throws: `.invalidArgument` naming the agent and the field.
    public func validate() throws(MemoryError) {
        _ = try id.validated()
        guard retention >= .seconds(1), retention <= .days(365_000) else {
            throw .invalidArgument("The retention of agent \(id) must be between one second and a thousand years.")
        }
        guard workingMemoryLimit >= 0 else {
            throw .invalidArgument("The working-memory limit of agent \(id) is negative.")
        }
        guard id != AgentProfile.system.id || priority == .critical else {
            throw .invalidArgument("The agent system is critical and stays so.")
        }
        for category in categories { _ = try category.validated() }
    }
}
