public import HearthModel
import HearthStore

extension MultiAgentMemoryCoordinator {
    /// Shares a memory with agents, which see it from their next call on; durable on return.
    ///
    /// - Throws: `.memoryNotFound`; `.accessDenied` for an agent that is not the owner; `.restrictedCategory`;
    ///   `.unknownAgent`.
    public func shareMemory(
        _ id: MemoryID,
        agentID: AgentID,
        with agents: [AgentID],
        permission: SharePermission = .propose,
        userID: UserID? = nil
    ) async throws {
        try await operations.perform { store in
            try await store.share(id, as: agentID, with: agents, permission: permission, userID: userID)
        }
    }

    /// Takes a memory back from agents, whatever let them see it. It is effective from their next call on, and durable
    /// on return.
    ///
    /// No rule shares the memory with them again; only a new share by call does.
    ///
    /// - Throws: `.memoryNotFound`; `.accessDenied` for an agent that is not the owner; `.unknownAgent`.
    public func revokeShare(
        _ id: MemoryID,
        agentID: AgentID,
        from agents: [AgentID],
        userID: UserID? = nil
    ) async throws {
        try await operations.perform { store in
            try await store.revokeShare(id, as: agentID, from: agents, userID: userID)
        }
    }

    /// Who else may see a memory at present, and why: for its owner and for critical agents.
    ///
    /// - Throws: `.memoryNotFound`; `.accessDenied` for an agent that may see the memory but is neither.
    public func access(
        to id: MemoryID,
        agentID: AgentID,
        userID: UserID? = nil
    ) async throws -> [AgentID: SharingContext] {
        try await operations.perform { store in
            try await store.access(to: id, as: agentID, userID: userID)
        }
    }

    /// The sharing policy in force.
    public func sharingPolicy() async throws -> SharingPolicy {
        try await operations.administer { try $0.sharingPolicy() }
    }

    /// Puts a sharing policy in force for every process on the file; durable on return.
    ///
    /// - Throws: `.invalidArgument` that names the key that is wrong.
    public func setSharingPolicy(_ policy: SharingPolicy) async throws {
        try await store.setSharingPolicy(policy)
    }
}
