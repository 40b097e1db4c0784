public import HearthModel
import HearthStore

extension MultiAgentMemoryCoordinator {
    /// Erases a memory for good: its history, drafts, conflicts, shares, words and vectors; durable on return.
    ///
    /// Nothing brings it back: ``history(of:agentID:userID:)``, ``restoreMemory(_:agentID:userID:)`` and
    /// ``rollbackMemory(_:to:agentID:userID:)`` throw `.memoryNotFound`, and no import takes its identifier again. An
    /// import of the same text under another identifier is refused too, unless it asks for that. The audit keeps a row,
    /// in which the memory is a number.
    ///
    /// The rows go in one transaction. Then the bytes go that are left of them in the word index, in free pages and in the
    /// write-ahead log. A reader of another process may keep the log: the report says so, and the rest is done when the
    /// file is next opened, or at the next erasure. Backups keep what they have; see <doc:Security>.
    ///
    /// A sensitive memory is erased without its key too. Then nothing marks its texts, so an import of one under another
    /// identifier stores it: the report counts such memories.
    ///
    /// - Parameters:
    ///   - id: The memory, deleted or not.
    ///   - agentID: The owner, or a critical agent that sees it.
    ///   - userID: Whose memory it is, where several users have one of that identifier.
    /// - Throws: `.memoryNotFound`; `.accessDenied`; `.locked` while another agent holds the lease.
    @discardableResult
    public func eraseMemory(_ id: MemoryID, agentID: AgentID, userID: UserID? = nil) async throws -> ErasureReport {
        try await operations.perform { store in try await store.eraseMemory(id, as: agentID, userID: userID) }
    }

    /// Removes the bytes that earlier erasures have left because another process kept the write-ahead log.
    ///
    /// That is done at every opening and erasure too. The administrator's: no agent is asked for.
    ///
    /// - Returns: Whether anything is left; it counts no memories.
    /// - Throws: `.storeReadOnly`, `.storeBusy`, `.closed`.
    @discardableResult
    public func finishErasures() async throws -> ErasureReport {
        try await operations.administer { try await $0.finishErasures() }
    }

    /// Whether bytes are left in the file of what was erased, or made sensitive, and why; nothing is tried.
    ///
    /// The administrator's: no agent is asked for. It counts no memories.
    ///
    /// - Throws: `.storeBusy`, `.closed`.
    public func erasureStatus() async throws -> ErasureReport {
        try await operations.administer { try $0.erasureStatus() }
    }

    /// Erases everything of a user for good: memories, sessions, and the keys of sensitive memories; durable on return.
    ///
    /// Many memories go in several transactions, so that others can write in between; the keys go in the last. If the
    /// process is killed in between, some memories are erased and the others are as they were; call it again then.
    ///
    /// Every process that has the file open drops the keys at its next call. Leases that agents hold end. The user may
    /// come back as a new one. No key is needed. The rest is as for ``eraseMemory(_:agentID:userID:)``.
    ///
    /// - Parameters:
    ///   - id: The user.
    ///   - agentID: A critical agent, or `system`.
    /// - Throws: `.invalidArgument` if the file has no such user; `.accessDenied`.
    @discardableResult
    public func eraseUser(_ id: UserID, agentID: AgentID) async throws -> ErasureReport {
        try await operations.perform { store in try await store.eraseUser(id, as: agentID) }
    }
}
