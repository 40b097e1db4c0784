package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// A user with more memories than this is erased in several transactions, so that other writers get their turn.
    package static let longErasure = 256
    /// How many memories one of them erases at most.
    package static let erasedAtOnce = 512
    /// How long one of them works. It is more than upkeep takes, because each leaves a row in the audit.
    private static let timeOfErasure = Duration.milliseconds(5)

    /// Erases everything of a user for good: memories, sessions, and the keys of sensitive memories; durable on return.
    ///
    /// Leases that agents hold on the memories end. The user may come back as a new one. No key is needed.
    ///
    /// Many memories go in short transactions that let others write first, each with its audit row; the last one takes all
    /// the rest, with the keys. An erasure that was killed in between has erased some memories and left the others as they
    /// were, and the next one goes on. Memories that do not read, for want of a key or because of damage, go in the last.
    ///
    /// - Parameters:
    ///   - id: The user.
    ///   - agentID: A critical agent, or `system`.
    ///   - limit: How many memories at most go in one transaction.
    ///   - batch: How many go in each at most if there are more.
    /// - Throws: `.invalidArgument` if the file has no such user; `.accessDenied`.
    @discardableResult
    package func eraseUser(
        _ id: UserID,
        as agentID: AgentID,
        limit: Int = MemoryStore.longErasure,
        batch: Int = MemoryStore.erasedAtOnce
    ) async throws -> ErasureReport {
        let id = try id.validated()
        var memories = try await eraseMost(of: id, as: agentID, ifMoreThan: limit, batch: batch)
        let (rest, user) = try await auditingRefusal {
            try await writePublishing { context in
                let (agent, user) = try context.erasable(id, by: agentID)
                let memories = try context.eraseUser(user, id: id)
                try context.audit(memories, of: user, erasedBy: agent)
                return (memories, user)
            }
        }
        memories += rest
        catalogs.forget(user)
        vectors.forget(user)
        return try erasureReport(memories: memories)
    }

    private static let unreadable: Set<MemoryError.Code> = [.keyUnavailable, .decryptionFailed, .storeCorrupt]

    /// Erases those memories of a user that read, if there are many. Memories that come meanwhile are left.
    private func eraseMost(
        of id: UserID,
        as agentID: AgentID,
        ifMoreThan limit: Int,
        batch: Int
    ) async throws -> Int {
        guard let memories = try memoriesToErase(of: id), memories.count > limit else { return 0 }
        var erased = 0
        var place: Int64 = 0
        var rows = batch
        while place < memories.last {
            do {
                let done = try await eraseSome(of: id, as: agentID, in: place + 1...memories.last, atMost: rows)
                erased += done.erased
                (place, rows) = (done.last, batch)
            } catch let error as MemoryError where Self.unreadable.contains(error.code) {
                // One of them does not read. Alone it is passed over, and goes with the rest.
                if rows == 1 { place = try memoriesToErase(of: id, after: place)?.first ?? memories.last }
                rows = rows == 1 ? batch : 1
            }
        }
        return erased
    }

    /// The memories of a user behind one of them: how many, the first and the last; nil if there are none.
    private func memoriesToErase(of id: UserID, after place: Int64 = 0) throws -> (
        count: Int, first: Int64, last: Int64
    )? {
        try read { snapshot in
            guard let user = try snapshot.key(of: id) else { return nil }
            let found = try snapshot.connection.first(
                """
                SELECT count(*), min(document_key), max(document_key) FROM documents
                WHERE user_key = ?1 AND document_key > ?2 AND agent_key IS NULL
                """,
                user,
                place,
                as: { (count: $0.int(0), first: $0.int64(1), last: $0.int64(2)) }
            )
            return found.flatMap { $0.count > 0 ? $0 : nil }
        }
    }

    /// Erases some memories of a user.
    ///
    /// - Returns: How many, and the last that was looked at.
    private func eraseSome(
        of id: UserID,
        as agentID: AgentID,
        in range: ClosedRange<Int64>,
        atMost rows: Int
    ) async throws -> (erased: Int, last: Int64) {
        try await auditingRefusal {
            try await writePublishing(givingWay: true) { [maintenancePolicy] context in
                let (agent, user) = try context.erasable(id, by: agentID)
                let limit = MaintenanceCycle.BatchLimit(
                    policy: maintenancePolicy,
                    rows: rows,
                    time: Self.timeOfErasure,
                    clock: context.clock
                )
                let keys = try context.connection.rows(
                    """
                    SELECT document_key FROM documents
                    WHERE user_key = ?1 AND document_key BETWEEN ?2 AND ?3 AND agent_key IS NULL ORDER BY document_key LIMIT ?4
                    """,
                    user,
                    range.lowerBound,
                    range.upperBound,
                    rows,
                    as: { $0.int64(0) }
                )
                var (erased, examined) = (0, 0)
                try context.connection.withoutForeignKeys {
                    for key in keys where limit.allows(after: examined) {
                        examined += 1
                        let found = try MemoryRecord.find(
                            key: key,
                            includingDeleted: true,
                            opening: .ifPossible,
                            in: context.snapshot
                        )
                        guard let record = found, !record.isLocked else { continue }
                        erased += try context.erase(record).count
                    }
                }
                // The last transaction scrubs.
                context.afterCommit.leavesTraces = false
                if erased > 0 { try context.audit(erased, of: user, erasedBy: agent) }
                return (erased, examined == keys.count && examined < rows ? range.upperBound : keys[examined - 1])
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
