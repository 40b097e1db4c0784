package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// A user with more memories than this is erased in several transactions, so that other writers get their turn.
    package static let longErasure = 2_048
    /// How many memories one of them erases: what takes a fraction of a second.
    package static let erasedAtOnce = 512

    /// Erases everything of a user for good: memories, sessions, and the keys of sensitive memories; durable on return.
    ///
    /// Leases that agents hold on the memories end. The user may come back as a new one. No key is needed.
    ///
    /// Many memories go in several transactions, each with its audit row; the last one takes all the rest, with the keys.
    /// An erasure that was killed in between has erased some memories and left the others as they were, and the next
    /// one goes on. Memories that do not read, for want of a key or because of damage, go in the last.
    ///
    /// - Parameters:
    ///   - id: The user.
    ///   - agentID: A critical agent, or `system`.
    ///   - limit: How many memories at most go in one transaction.
    ///   - batch: How many go in each if there are more.
    /// - Throws: `.invalidArgument` if the file has no such user; `.accessDenied`.
    @discardableResult
    package func eraseUser(
        _ id: UserID,
        as agentID: AgentID,
        limit: Int = MemoryStore.longErasure,
        batch: Int = MemoryStore.erasedAtOnce
    ) async throws -> ErasureReport {
        let id = try id.validated()
        var memories = 0
        do {
            while let count = try await eraseSome(of: id, as: agentID, unlessFewerThan: limit + 1, batch: batch) {
                memories += count
            }
        } catch let error as MemoryError where Self.unreadable.contains(error.code) {
            // What does not read goes with the rest.
        }
        memories += try await auditingRefusal {
            try await writePublishing { context in
                let (agent, user) = try context.erasable(id, by: agentID)
                let memories = try context.eraseUser(user, id: id)
                try context.audit(memories, of: user, erasedBy: agent)
                return memories
            }
        }
        return ErasureReport(memories: memories, isComplete: try read(Self.isScrubbed))
    }

    private static let unreadable: Set<MemoryError.Code> = [.keyUnavailable, .decryptionFailed, .storeCorrupt]

    /// Erases some memories of a user.
    ///
    /// - Returns: How many; nil if there are too few, or none of the first reads.
    private func eraseSome(
        of id: UserID,
        as agentID: AgentID,
        unlessFewerThan least: Int,
        batch: Int
    ) async throws -> Int? {
        try await auditingRefusal {
            try await writePublishing { context in
                let (agent, user) = try context.erasable(id, by: agentID)
                let keys = try context.connection.rows(
                    "SELECT document_key FROM documents WHERE user_key = ?1 AND agent_key IS NULL LIMIT ?2",
                    user,
                    least,
                    as: { $0.int64(0) }
                )
                guard keys.count == least else { return nil }
                var erased = 0
                try context.withErasingIndexes {
                    for key in keys.prefix(batch) {
                        let found = try MemoryRecord.find(key: key, includingDeleted: true, in: context.snapshot)
                        guard let record = found else { continue }
                        try context.erase(record)
                        erased += 1
                    }
                }
                guard erased > 0 else { return nil }
                // The last transaction scrubs.
                context.afterCommit.leavesTraces = false
                try context.audit(erased, of: user, erasedBy: agent)
                return erased
            }
        }
    }
}

extension WriteContext {
    /// A user that an agent may erase, and the agent.
    fileprivate func erasable(_ id: UserID, by agentID: AgentID) throws -> (agent: KnownAgent, user: Int64) {
        let agent = try directory.acting(agentID)
        let user = try UserTable.find(id, in: connection)
        guard directory.rules.allow(.eraseUser, by: agent.id) else {
            throw AuditedRefusal(
                MemoryError(
                    code: .accessDenied,
                    message: "Only a critical agent erases all of a user; \(agent.id) is none."
                ),
                AuditEntry(
                    action: .refuse,
                    agent: agent.key,
                    user: user,
                    detail: ["attempt": AuditAction.erase.rawValue]
                )
            )
        }
        guard let user else { throw MemoryError.invalidArgument("There is no user \(id).") }
        return (agent, user)
    }

    fileprivate func audit(_ memories: Int, of user: Int64, erasedBy agent: KnownAgent) throws {
        let entry = AuditEntry(action: .erase, agent: agent.key, user: user, detail: ["memories": "\(memories)"])
        try AuditTrail.append(entry, at: now, to: transaction)
    }
}
