import HearthEmbedding
package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// Stores memories of one agent and user in one transaction, all or none; durable on return.
    ///
    /// Each is published at once as its version 1. The shares asked for and those of the propagation rules are visible to the other
    /// agents' next call. Memories without a `createdAt` get the present time, one microsecond after another, in the order given.
    ///
    /// - Returns: The identifiers in the order given.
    /// - Throws: `.invalidArgument`, `.unknownAgent`, `.restrictedCategory` for a share of a restricted category, `.memoryNotFound` for
    ///   a parent that the agent may not see, `.keyUnavailable` for a sensitive memory.
    package func store(
        _ drafts: [MemoryDraft],
        agentID: AgentID,
        userID: UserID,
        sessionID: SessionID? = nil,
        shareWith: [AgentID] = []
    ) async throws -> [MemoryID] {
        guard !drafts.isEmpty else {
            _ = try read { try $0.directory.acting(agentID) }
            return []
        }
        // The first of a few is refused before the writer is asked; so it is to be with the last of many.
        if drafts.count > MemoryPreparation.shareLength { for draft in drafts { try draft.validate() } }
        let now = clock.now()
        let make: @Sendable (Int) throws(MemoryError) -> NewMemory = { index in
            try NewMemory(
                id: nil,
                agentID: agentID,
                userID: userID,
                sessionID: sessionID,
                draft: drafts[index],
                now: Timestamp(rawValue: now.rawValue + Int64(index))
            )
        }
        let ids = try await auditingRefusal {
            try await prepare(drafts.count, make) { [self] new in
                try await write { [self] transaction in
                    var inserter = try inserter(transaction, shareWith: shareWith, now: now)
                    var ids: [MemoryID] = []
                    ids.reserveCapacity(drafts.count)
                    try new.visit { _, memory in
                        try inserter.add(memory)
                        ids.append(memory.id)
                    }
                    try inserter.finish()
                    return ids
                }
            }
        }
        embedLater()
        return ids
    }

    /// One agent's view of one memory.
    ///
    /// A view of another agent's memory leaves an audit row, committed before this returns.
    ///
    /// - Throws: `.memoryNotFound` where the agent may not see it, `userID` is another user's, or it is not there.
    package func memory(_ id: MemoryID, as agentID: AgentID, userID: UserID? = nil) async throws -> Memory {
        guard let memory = try await memories([id], as: agentID, userID: userID).first else {
            throw MemoryError.memoryNotFound(id)
        }
        return memory
    }

    /// One agent's view of several memories, in the order given; those it may not see are absent.
    package func memories(_ ids: [MemoryID], as agentID: AgentID, userID: UserID? = nil) async throws -> [Memory] {
        let ids = try ids.map { id throws(MemoryError) in try id.validated() }
        let now = clock.now()
        let receipt = try read { snapshot in
            let viewer = try snapshot.directory.acting(agentID)
            var receipt = ReadReceipt(viewer: viewer.key)
            for id in ids {
                let (view, refused) = try snapshot.look(for: id, as: viewer, user: userID, now: now)
                if let view { receipt.views.append(view) }
                if let refused { receipt.refused.append((refused.key, refused.userKey)) }
            }
            return receipt
        }
        return try await account(for: receipt, at: now).map(\.memory)
    }
}

/// What a call has read, to be audited and counted before it is returned.
struct ReadReceipt: Sendable {
    var viewer: Int64
    var views: [MemoryView] = []
    /// Memories and their users that the agent asked for by name and may not see.
    var refused: [(memory: Int64, user: Int64)] = []
}

extension MemoryStore {
    /// Audits what of a result belongs to others, counts the reads, and hands the result on.
    func account(for receipt: ReadReceipt, at now: Timestamp) async throws -> [MemoryView] {
        let shared = receipt.views.filter { $0.sharing != nil }
        if !shared.isEmpty || !receipt.refused.isEmpty && !isReadOnly {
            guard !isReadOnly else { throw MemoryError.unaudited }
            let keys = shared.map(\.record.key)
            let refused = receipt.refused.map(\.memory)
            let user = shared.first?.record.userKey
            let refusedUser = receipt.refused.first?.user
            try await write { transaction in
                if !keys.isEmpty {
                    let entry = AuditEntry(action: .read, agent: receipt.viewer, user: user, memories: keys)
                    try AuditTrail.append(entry, at: now, to: transaction)
                }
                if !refused.isEmpty {
                    let entry = AuditEntry(
                        action: .refuse,
                        agent: receipt.viewer,
                        user: refusedUser,
                        memories: refused,
                        detail: ["attempt": AuditAction.read.rawValue]
                    )
                    try AuditTrail.append(entry, at: now, to: transaction)
                }
            }
        }
        if accesses.count(receipt.views.lazy.map(\.record.key), at: now), !isReadOnly { try await flushAccesses() }
        return receipt.views
    }

    /// Writes the reads counted so far.
    func flushAccesses() async throws {
        let counts = accesses.take()
        guard !counts.isEmpty else { return }
        try await write { transaction in
            for (memory, count) in counts {
                // A memory that was purged meanwhile has nothing to count for.
                try transaction.connection.run(
                    """
                    INSERT INTO accesses (memory_key, count, last_at) SELECT memory_key, ?2, ?3 FROM memories WHERE memory_key = ?1
                    ON CONFLICT (memory_key) DO UPDATE SET count = count + excluded.count, last_at = max(last_at, excluded.last_at)
                    """,
                    memory,
                    count.reads,
                    count.lastAt.rawValue
                )
            }
        }
    }
}
