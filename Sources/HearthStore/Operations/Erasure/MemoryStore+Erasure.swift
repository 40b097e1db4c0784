package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// Erases a memory for good: its history, drafts, conflicts, shares, words and vectors; durable on return.
    ///
    /// The identifier is never used again and no import brings it back. An import of the same text under another
    /// identifier is refused too, unless it asks for that. The audit keeps a row that names the memory by a number.
    ///
    /// The rows go in one transaction. Then the bytes that are left of them go: from the word index, from free pages and
    /// from the write-ahead log. If a reader of another process keeps the log, the report says so, and the rest is done
    /// when the file is next opened, or at the next erasure.
    ///
    /// Without its key a sensitive memory is erased all the same; its text may then be imported again.
    ///
    /// - Parameters:
    ///   - id: The memory, deleted or not.
    ///   - agentID: The owner, or a critical agent that sees it.
    ///   - userID: The user that the memory is expected to belong to; nil for any.
    /// - Throws: `.memoryNotFound`; `.accessDenied`; `.locked` while another agent holds the lease.
    @discardableResult
    package func eraseMemory(
        _ id: MemoryID,
        as agentID: AgentID,
        userID: UserID? = nil
    ) async throws -> ErasureReport {
        let id = try id.validated()
        let userID = try userID?.validated()
        do {
            try await eraseRows(of: id, as: agentID, userID: userID, opening: .required)
        } catch let error as MemoryError where error.code == .keyUnavailable {
            try await eraseRows(of: id, as: agentID, userID: userID, opening: .ifPossible)
        }
        return ErasureReport(memories: 1, isComplete: try read(Self.isScrubbed))
    }

    private func eraseRows(
        of id: MemoryID,
        as agentID: AgentID,
        userID: UserID?,
        opening: MemoryRecord.Opening
    ) async throws {
        try await auditingRefusal {
            try await writePublishing { context in
                let agent = try context.directory.acting(agentID)
                let record = try context.authorizedRecord(
                    id,
                    user: userID,
                    for: agent,
                    attempt: AuditAction.erase.rawValue,
                    deed: .erase,
                    opening: opening
                )
                try context.refuseIfLocked(record, to: agent)
                let entry = AuditEntry(action: .erase, agent: agent.key, user: record.userKey, memories: [record.key])
                try context.erase(record)
                try AuditTrail.append(entry, at: context.now, to: context.transaction)
            }
        }
    }

    /// Erases everything of a user for good: memories, sessions, and the keys of sensitive memories; durable on return.
    ///
    /// Leases that agents hold on the memories end. The user may come back as a new one. No key is needed.
    ///
    /// - Parameters:
    ///   - id: The user.
    ///   - agentID: A critical agent, or `system`.
    /// - Throws: `.invalidArgument` if the file has no such user; `.accessDenied`.
    @discardableResult
    package func eraseUser(_ id: UserID, as agentID: AgentID) async throws -> ErasureReport {
        let id = try id.validated()
        let memories = try await auditingRefusal {
            try await writePublishing { context in
                let agent = try context.directory.acting(agentID)
                let user = try UserTable.find(id, in: context.connection)
                guard context.directory.rules.allow(.eraseUser, by: agent.id) else {
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
                let memories = try context.eraseUser(user, id: id)
                let entry = AuditEntry(
                    action: .erase,
                    agent: agent.key,
                    user: user,
                    detail: ["memories": "\(memories)"]
                )
                try AuditTrail.append(entry, at: context.now, to: context.transaction)
                return memories
            }
        }
        return ErasureReport(memories: memories, isComplete: try read(Self.isScrubbed))
    }
}
