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
    /// Memories that upkeep has folded into it say the same and go with it.
    ///
    /// Without its key a sensitive memory is erased all the same. Its texts then leave no marks, so that they may be imported
    /// again; the report counts such memories.
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
        let erased: (memories: Int, unmarked: Int)
        do {
            do {
                erased = try await eraseRows(of: id, as: agentID, userID: userID, opening: .required)
            } catch let error as MemoryError where error.code == .keyUnavailable {
                erased = try await eraseRows(of: id, as: agentID, userID: userID, opening: .ifPossible)
            }
        } catch let error as MemoryError where error.isDamage {
            erased = try await eraseRows(of: id, as: agentID, userID: userID, opening: .never)
        }
        catalogs.forgetTexts()
        return try erasureReport(memories: erased.memories, unmarked: erased.unmarked)
    }

    /// - Returns: How many memories are erased, and how many of them left no marks of their texts.
    private func eraseRows(
        of id: MemoryID,
        as agentID: AgentID,
        userID: UserID?,
        opening: MemoryRecord.Opening
    ) async throws -> (memories: Int, unmarked: Int) {
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
                let erased = try context.erase(record, opening: opening)
                let entry = AuditEntry(action: .erase, agent: agent.key, user: record.userKey, memories: erased)
                try AuditTrail.append(entry, at: context.now, to: context.transaction)
                // What was folded into it has the same user, and so is as locked as it is.
                return (erased.count, record.isLocked ? erased.count : 0)
            }
        }
    }
}
