package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// Shares a memory with agents, visible to their next call; durable on return.
    ///
    /// A share by call replaces a share that a rule made, an earlier permission and a revocation.
    ///
    /// - Throws: `.memoryNotFound`; `.accessDenied` for an agent that is not the owner; `.restrictedCategory`;
    ///   `.unknownAgent`.
    package func share(
        _ id: MemoryID,
        as agentID: AgentID,
        with agents: [AgentID],
        permission: SharePermission = .propose,
        userID: UserID? = nil
    ) async throws {
        let sharing = SharingRequest(id: id, userID: userID, agentID: agentID, agents: agents, attempt: .share)
        try await changeShares(sharing) { owned, targets, transaction in
            let category = owned.record.fields.category
            guard !owned.directory.rules.isRestricted(category, owner: owned.owner.id) else {
                throw AuditedRefusal(
                    MemoryError(
                        code: .restrictedCategory,
                        message:
                            "The category \(category.rawValue) of agent \(owned.owner.id) is restricted and is never shared."
                    ),
                    owned.auditEntry(.refuse, detail: ["attempt": AuditAction.share.rawValue])
                )
            }
            try ShareWriter.grant(
                Share(origin: .explicit, permission: permission, isRevoked: false),
                to: targets,
                memory: owned.keys,
                by: owned.owner,
                at: owned.now,
                in: transaction
            )
        }
    }

    /// Takes a memory back from agents, whatever let them see it; effective on their next call, durable on return.
    ///
    /// No rule shares the memory with them again. A new share by call does.
    ///
    /// - Throws: `.memoryNotFound`; `.accessDenied` for an agent that is not the owner; `.unknownAgent`.
    package func revokeShare(
        _ id: MemoryID,
        as agentID: AgentID,
        from agents: [AgentID],
        userID: UserID? = nil
    ) async throws {
        let sharing = SharingRequest(id: id, userID: userID, agentID: agentID, agents: agents, attempt: .revoke)
        try await changeShares(sharing) { owned, targets, transaction in
            for target in targets {
                try ShareTable.revoke(
                    user: owned.keys.user,
                    memory: owned.keys.key,
                    agent: target.key,
                    head: owned.record.head,
                    at: owned.now,
                    in: transaction
                )
            }
            let entry = owned.auditEntry(
                .revoke,
                detail: ["from": targets.map(\.id.rawValue).joined(separator: " ")]
            )
            try AuditTrail.append(entry, at: owned.now, to: transaction)
        }
    }

    /// Which other agents may see a memory at present, and why. Its owner and critical agents may ask.
    ///
    /// - Throws: `.memoryNotFound`; `.accessDenied` for an agent that may see the memory and is neither.
    package func access(
        to id: MemoryID,
        as agentID: AgentID,
        userID: UserID? = nil
    ) async throws -> [AgentID: SharingContext] {
        let id = try id.validated()
        let userID = try userID?.validated()
        let now = clock.now()
        let (contexts, entry) = try await auditingRefusal {
            try read { snapshot -> ([AgentID: SharingContext], AuditEntry?) in
                let viewer = try snapshot.directory.acting(agentID)
                let mayAsk = snapshot.directory.rules.allow(.askAccess, by: viewer.id)
                let found = try snapshot.record(of: id, for: viewer, user: userID, isMaintenance: mayAsk)
                guard let record = found else { throw MemoryError.memoryNotFound(id) }
                let isThere = (userID == nil || record.userID == userID) && !record.isExpired(at: now)
                guard isThere, viewer.id == record.owner || mayAsk else {
                    throw try AuditedRefusal(of: "access", of: record, as: viewer, in: snapshot, isHidden: !isThere)
                }
                let shares = try ShareTable.all(user: record.userKey, memory: record.key, in: snapshot.connection)
                var result: [AgentID: SharingContext] = [:]
                for agent in snapshot.directory.agents {
                    let standing = snapshot.directory.rules.standing(
                        of: agent.id,
                        owner: record.owner,
                        category: record.fields.category,
                        share: shares[agent.key]
                    )
                    if case .shared(let context) = standing { result[agent.id] = context }
                }
                guard viewer.id != record.owner else { return (result, nil) }
                let entry = AuditEntry(
                    action: .read,
                    agent: viewer.key,
                    user: record.userKey,
                    memories: [record.key],
                    detail: ["what": "access"]
                )
                return (result, entry)
            }
        }
        if let entry { try await audit(entry, at: now) }
        return contexts
    }
}

/// A memory that its owner is about to share or to take back.
private struct OwnedMemory {
    var record: MemoryRecord
    var owner: KnownAgent
    var directory: AgentDirectory
    var now: Timestamp

    var keys: MemoryKeys {
        MemoryKeys(key: record.key, user: record.userKey, head: record.head.bytes)
    }

    func auditEntry(_ action: AuditAction, detail: [String: String]) -> AuditEntry {
        AuditEntry(
            action: action,
            agent: owner.key,
            user: record.userKey,
            memories: [record.key],
            detail: detail
        )
    }
}

/// An owner's wish to share a memory with agents, or to take it back from them.
private struct SharingRequest: Sendable {
    var id: MemoryID
    /// The user whose memory it is; nil if the call does not say.
    var userID: UserID?
    var agentID: AgentID
    var agents: [AgentID]
    var attempt: AuditAction
}

extension MemoryStore {
    /// Runs a change of a memory's shares for its owner.
    private func changeShares(
        _ request: SharingRequest,
        _ change: @escaping @Sendable (OwnedMemory, [KnownAgent], StoreTransaction) throws -> Void
    ) async throws {
        let id = try request.id.validated()
        let userID = try request.userID?.validated()
        let now = clock.now()
        try await auditingRefusal { [directories, clock, keyring] in
            try await write { transaction in
                let directory = try transaction.directory(directories)
                let viewer = try directory.acting(request.agentID)
                let snapshot = Snapshot(transaction, directory: directory, clock: clock, keyring: keyring)
                let found = try snapshot.record(of: id, for: viewer, user: userID)
                guard let record = found else { throw MemoryError.memoryNotFound(id) }
                let isThere = (userID == nil || record.userID == userID) && !record.isExpired(at: now)
                guard isThere, record.owner == viewer.id else {
                    let attempt = request.attempt.rawValue
                    throw try AuditedRefusal(of: attempt, of: record, as: viewer, in: snapshot, isHidden: !isThere)
                }
                let targets = try request.agents.filter { $0 != viewer.id }
                    .map { agent throws(MemoryError) in
                        try directory.agent(agent)
                    }
                guard !targets.isEmpty else { return }
                let owned = OwnedMemory(record: record, owner: viewer, directory: directory, now: now)
                try change(owned, targets, transaction)
                try DocumentTable.raise(.everShared, document: record.key, user: record.userKey, in: transaction)
            }
        }
    }
}
