import CoreMetrics
import HearthEmbedding
package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// Stores memories of one agent and user in one transaction, all or none; durable on return.
    ///
    /// Each is published at once as its version 1. The other agents see what is shared with them, by this call or by a
    /// propagation rule, from their next call on. Memories without a `createdAt` get the present time, one microsecond
    /// after another, in the order given.
    ///
    /// - Returns: The identifiers in the order given.
    /// - Throws: `.invalidArgument`, also for an expiry that has passed; `.unknownAgent`, `.restrictedCategory` for a share
    ///   of a restricted category, `.memoryNotFound` for a parent that the agent may not see, `.keyUnavailable` for a sensitive memory.
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
        // Of a few memories all are checked before the writer is asked. The same is done here for many.
        if drafts.count > MemoryPreparation.chunkLength { for draft in drafts { try draft.validate() } }
        let now = clock.now()
        for draft in drafts { try draft.refuseExpiry(before: now) }
        let (sealed, keys) = try await sealing(of: drafts, agentID: agentID, userID: userID)
        let make: @Sendable (Int) throws(MemoryError) -> NewMemory = { index in
            try NewMemory(
                id: nil,
                agentID: agentID,
                userID: userID,
                sessionID: sessionID,
                draft: drafts[index],
                keys: sealed[index] ? keys : nil,
                now: Timestamp(rawValue: now.rawValue + Int64(index))
            )
        }
        let (ids, unsealed) = try await auditingRefusal {
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
                    let user = try transaction.keys.user(userID, now: now, in: transaction.connection)
                    transaction.adds(to: user)
                    return (ids, inserter.unsealed)
                }
            }
        }
        if unsealed > 0, keyring.shouldSayUnsealed() { log.sayUnsealed() }
        metrics?.stored.increment(by: ids.count)
        embedLater()
        return ids
    }

    /// One agent's view of one memory.
    ///
    /// A view of another agent's memory leaves an audit row, committed before this returns.
    ///
    /// - Throws: `.memoryNotFound` if the agent may not see it, if it belongs to another user than `userID`, or if it
    ///   is not there.
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
        let receipt = try await read(mayTakeLong: ids.count > Self.longRead) { snapshot in
            let viewer = try snapshot.directory.acting(agentID)
            var receipt = ReadReceipt(viewer: viewer.key)
            for id in ids {
                let (view, refused) = try snapshot.look(for: id, as: viewer, user: userID, now: now)
                if let view { receipt.views.append(view) }
                if let refused { receipt.refused.append((refused.key, refused.userKey)) }
            }
            return receipt
        }
        return try await auditAndCount(receipt, at: now).map(\.memory)
    }
}

extension MemoryStore {
    /// Begins a session of a user; durable on return.
    ///
    /// - Parameters:
    ///   - userID: The user, who is added to the file on first use.
    ///   - agentID: The agent that begins it.
    ///   - name: A name for people, at most 256 bytes of UTF-8.
    /// - Throws: `.unknownAgent`, `.invalidArgument`.
    package func createSession(userID: UserID, agentID: AgentID, name: String? = nil) async throws -> SessionID {
        let userID = try userID.validated()
        if let name { try Identifiers.validate(name, kind: "session name") }
        let now = clock.now()
        let id = IdentifierGenerator.sessionID(at: now)
        try await write { [directories] transaction in
            let agent = try transaction.directory(directories).acting(agentID)
            let user = try transaction.keys.user(userID, now: now, in: transaction.connection)
            let session = try transaction.keys.session(id, user: user, now: now, in: transaction.connection)
            try transaction.connection.run(
                "UPDATE sessions SET agent_key = ?2, name = ?3 WHERE session_key = ?1",
                session,
                agent.key,
                name
            )
            _ = transaction.sequence
        }
        return id
    }

    /// Ends a user's session; durable on return.
    ///
    /// Ending a session that has ended is no error. Storing in a session that has ended opens it again: it has not ended
    /// then, and goes on as the same session.
    ///
    /// - Parameter userID: The user. It may be left out while only one user has a session with this identifier.
    /// - Throws: `.invalidArgument` if there is no such session, and if several users have one and none is named.
    package func endSession(_ id: SessionID, userID: UserID? = nil) async throws {
        let id = try id.validated()
        let userID = try userID?.validated()
        let now = clock.now()
        try await write { transaction in
            let sessions = try SessionTable.keys(of: id, userID: userID, in: transaction.connection)
            guard let session = sessions.first else {
                throw MemoryError.invalidArgument("There is no session \(id)\(userID.map { " of user \($0)" } ?? "").")
            }
            guard sessions.count == 1 else {
                throw MemoryError.invalidArgument("Several users have a session \(id); say whose is to end (userID).")
            }
            try SessionTable.end(session, at: now, in: transaction)
        }
    }
}
