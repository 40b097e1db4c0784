package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// The conflicts that wait for a decision, oldest first: an administrator's view over all users. Each has the
    /// version of every head and their common ancestor.
    package func pendingConflicts() async throws -> [SyncConflict] {
        try await withKeys { try read { try $0.pendingConflicts() } }
    }

    /// The conflicts of a user's memories that wait and that an agent may decide on, oldest first.
    ///
    /// That are those on its own memories; for a critical agent also those on memories that it sees, with the versions that their
    /// history shows it; for `system` every one. What an agent is shown of another's memory leaves an audit row, committed before
    /// this returns.
    ///
    /// - Throws: `.unknownAgent`, `.agentNotActive`, `.invalidArgument`; `.keyUnavailable` where one is on a sensitive memory.
    package func pendingConflicts(as agentID: AgentID, userID: UserID) async throws -> [SyncConflict] {
        let userID = try userID.validated()
        let now = clock.now()
        let (conflicts, entry) = try await withKeys {
            try read { snapshot -> ([SyncConflict], AuditEntry?) in
                let viewer = try snapshot.directory.acting(agentID)
                guard let user = try UserTable.find(userID, in: snapshot.connection) else { return ([], nil) }
                let shown = try ConflictTable.waiting(ofUser: user, in: snapshot.connection)
                    .compactMap { row in
                        try snapshot.conflict(row, decidedBy: viewer, now: now).map { ($0, row.memory) }
                    }
                let others = shown.filter { $0.0.ownerID != viewer.id }.map(\.1)
                let entry = AuditEntry(action: .read, agent: viewer.key, user: user, memories: others)
                return (shown.map(\.0), others.isEmpty ? nil : entry)
            }
        }
        if let entry { try await audit(entry, at: now) }
        return conflicts
    }

    /// Settles a conflict that waits, by a strategy or a decision; durable on return.
    ///
    /// The new version has every head as a parent, so nothing waits any longer. The versions that did not win stay in
    /// the history. Every resolution is audited.
    ///
    /// - Parameters:
    ///   - id: The conflict.
    ///   - agentID: The memory's owner, or a critical agent.
    ///   - strategy: How to settle it; nil to do as the owner's profile says. A decision takes precedence.
    ///   - decision: What a person decided.
    /// - Throws: `.conflictNotFound`, also if the agent does not see the memory; `.conflictAlreadyResolved`;
    ///   `.accessDenied`; `.decisionRequired` if there is no decision and the strategy is to ask for one or cannot
    ///   settle it; `.locked` while another agent holds the lease; `.invalidArgument` for a version that is not one of
    ///   the conflict's, and for content that is too long.
    @discardableResult
    package func resolve(
        _ id: ConflictID,
        as agentID: AgentID,
        strategy: ConflictResolution? = nil,
        decision: ManualDecision? = nil
    ) async throws -> ResolvedConflict {
        let id = try id.validated()
        if case .content(let content) = decision { _ = try FieldLimits.content(content) }
        let outcome = try await auditingRefusal {
            try await writePublishing { context in
                try ResolutionRequest(conflict: id, agentID: agentID, strategy: strategy, decision: decision)
                    .perform(in: context)
            }
        }
        switch outcome {
        case .resolved(let resolved):
            return resolved
        case .undecided(let reason):
            throw MemoryError(
                code: .decisionRequired,
                message: "Conflict \(id) can't be settled by strategy: \(reason) Decide on it by hand."
            )
        }
    }
}

/// An attempt to settle one conflict.
private struct ResolutionRequest: Sendable {
    var conflict: ConflictID
    var agentID: AgentID
    var strategy: ConflictResolution?
    var decision: ManualDecision?

    enum Outcome: Sendable {
        case resolved(ResolvedConflict)
        /// The strategy cannot settle it. The notification to an administrator is committed.
        case undecided(String)
    }

    func perform(in context: WriteContext) throws -> Outcome {
        let agent = try context.directory.acting(agentID)
        let row = try ConflictTable.find(conflict, in: context.connection)
        guard let row else { throw MemoryError.conflictNotFound(conflict) }
        let record = try authorizedRecord(of: row, for: agent, in: context)
        guard !row.isResolved else {
            throw MemoryError(
                code: .conflictAlreadyResolved,
                message: "Conflict \(conflict) was settled before; the history of memory \(record.id) shows how."
            )
        }
        try context.refuseIfLocked(record, to: agent)
        let heads = try VersionTable.heads(memory: record.key, in: context.connection)
        let used = try decision == nil ? context.strategy(for: record, given: strategy) : .manualReview
        let version: Version
        if let decision {
            let fields = try fields(of: decision, by: agent, for: record, heads: heads, in: context)
            version = try context.decisionVersion(fields, on: record, by: agent)
        } else {
            guard used != .manualReview else { throw MemoryError.decisionRequired(conflict) }
            switch try context.outcome(for: heads, of: record, strategy: used) {
            case .merged(let merge): version = merge.version
            case .fastForward(let head): throw MemoryError.corrupt("Conflict \(conflict) has the one head \(head).")
            case .conflict(let waiting):
                return try escalate(waiting, of: row, on: record, in: context)
            }
        }
        _ = try context.replaceHeads(
            of: record,
            with: version,
            how: decision == nil ? used.rawValue : "decision",
            by: agent.key
        )
        let entry = AuditEntry(
            action: .resolve,
            agent: agent.key,
            user: record.userKey,
            memories: [record.key],
            detail: ["conflict": conflict.rawValue, "strategy": used.rawValue, "version": "\(version.number)"]
        )
        try AuditTrail.append(entry, at: context.now, to: context.transaction)
        return .resolved(
            ResolvedConflict(
                conflictID: conflict,
                memoryID: record.id,
                strategy: used,
                version: version.id,
                resolvedAt: context.now.date
            )
        )
    }

    /// The memory, for its owner and for critical agents. For an agent that does not see the memory there is no such
    /// conflict.
    private func authorizedRecord(
        of row: ConflictRow,
        for agent: KnownAgent,
        in context: WriteContext
    ) throws -> MemoryRecord {
        let snapshot = context.snapshot
        guard let record = try MemoryRecord.find(key: row.memory, includingDeleted: true, in: snapshot) else {
            throw MemoryError.conflictNotFound(conflict)
        }
        let maySettle = context.directory.rules.allow(.settle, by: agent.id, owner: record.owner)
        guard agent.id != record.owner, !maySettle else { return record }
        var refusal = try AuditedRefusal(of: "resolve", of: record, as: agent, in: snapshot)
        if refusal.error.code == .memoryNotFound || record.fields.isDeleted || record.isExpired(at: context.now) {
            refusal.error = .conflictNotFound(conflict)
        }
        throw refusal
    }

    private func fields(
        of decision: ManualDecision,
        by agent: KnownAgent,
        for record: MemoryRecord,
        heads: [VersionID],
        in context: WriteContext
    ) throws -> MemoryFields {
        switch decision {
        case .keep(let version):
            guard heads.contains(version) else {
                throw MemoryError.invalidArgument(
                    "Version \(version) is none of conflict \(conflict); name one of \(heads.map(\.rawValue).joined(separator: ", "))."
                )
            }
            let reader = VersionReader(of: record, in: context.snapshot)
            let kept = try reader.version(version)
            let isOwners = agent.id == record.owner || kept.author == record.owner
            var fields = isOwners ? kept.fields : kept.fields.withOwnersFields(of: record.fields)
            let others = try heads.map { try reader.version($0).fields }
            fields.provenance = TrustRules.broughtBack(fields, among: others)
            return fields
        case .content(let content):
            var fields = record.fields
            if case .merged(let merge) = try context.outcome(for: heads, of: record, strategy: .latestWins) {
                fields = merge.version.fields
            }
            fields.content = content
            // Whoever decided had all of them in view.
            let reader = VersionReader(of: record, in: context.snapshot)
            let sides = try heads.map { try reader.version($0).fields.provenance }
            fields.provenance = TrustRules.merged(sides + [.standard]) ?? .standard
            fields.isDeleted = false
            return fields
        case .delete:
            var fields = record.fields
            fields.isDeleted = true
            return fields
        }
    }

    /// Tells an administrator that the strategy could not settle the conflict, which goes on waiting.
    private func escalate(
        _ waiting: WaitingConflict,
        of row: ConflictRow,
        on record: MemoryRecord,
        in context: WriteContext
    ) throws -> Outcome {
        guard case .undecided(let reason) = waiting.reason else { throw MemoryError.decisionRequired(conflict) }
        let notification = AdministratorNotification.conflict(
            row.id,
            on: record.id,
            of: record.owner,
            user: record.userID,
            saying: record.fields,
            isSensitive: record.isSensitive,
            escalatedBecause: reason,
            at: context.now
        )
        try context.raise(notification, on: record, conflict: row)
        return .undecided(reason)
    }
}

extension Snapshot {
    /// The conflicts that wait, oldest first.
    func pendingConflicts() throws -> [SyncConflict] {
        try ConflictTable.allWaiting(in: connection).map(conflict)
    }

    /// The conflicts that wait and can be read with the keys that are in memory, and how many wait in all.
    func readablePendingConflicts() throws -> SyncStatistics.Conflicts {
        let rows = try ConflictTable.allWaiting(in: connection)
        var conflicts = SyncStatistics.Conflicts(
            conflicts: try rows.compactMap { row in
                do {
                    return try conflict(row)
                } catch is KeysNeeded {
                    return nil
                }
            }
        )
        conflicts.count = rows.count
        return conflicts
    }

    private func conflict(_ row: ConflictRow) throws -> SyncConflict {
        guard let record = try MemoryRecord.find(key: row.memory, includingDeleted: true, in: self) else {
            throw MemoryError.corrupt("Conflict \(row.id) is on a memory that is not there.")
        }
        let reader = VersionReader(of: record, in: self)
        let heads = try VersionTable.heads(memory: record.key, in: connection).map(reader.version)
        return SyncConflict(
            row,
            on: record,
            heads: heads.publishedFirst(record.head),
            base: try row.base.map(reader.version)
        )
    }

    /// A conflict as an agent has it that may decide on it; nil for one that may not.
    fileprivate func conflict(_ row: ConflictRow, decidedBy viewer: KnownAgent, now: Timestamp) throws -> SyncConflict?
    {
        let found = try MemoryRecord.find(
            key: row.memory,
            includingDeleted: true,
            opening: .ifPossible,
            in: self
        )
        guard let record = found else {
            throw MemoryError.corrupt("Conflict \(row.id) is on a memory that is not there.")
        }
        guard viewer.id != record.owner, viewer.id != AgentProfile.system.id else {
            try record.requireOpen()
            return try conflict(row)
        }
        guard directory.rules.mayDecide(viewer.id, owner: record.owner),
            !record.fields.isDeleted, !record.isExpired(at: now),
            try standing(of: viewer, to: record) != .none
        else { return nil }
        try record.requireOpen()
        let reader = VersionReader(of: record, in: self)
        let limits = try HistoryLimits(of: viewer, on: record, in: self)
        let admits = { (id: VersionID) throws -> Version? in
            let stored = try reader.stored(id)
            // It may decide on the memory, so it does not matter to it which versions were shown to everyone.
            let isAdmitted = limits.admits(stored.version, publishedAt: stored.publishedOrder, wasShown: false)
            return isAdmitted ? stored.version : nil
        }
        let heads = try VersionTable.heads(memory: record.key, in: connection).compactMap(admits)
        return SyncConflict(
            row,
            on: record,
            heads: heads.publishedFirst(record.head),
            base: try row.base.flatMap(admits)
        )
    }
}

extension SyncConflict {
    /// - Parameters:
    ///   - heads: The versions of the heads, the published one first.
    ///   - base: The version that they were all made from.
    fileprivate init(_ row: ConflictRow, on record: MemoryRecord, heads: [Version], base: Version?) {
        var agents: [AgentID] = []
        for version in heads where !agents.contains(version.author) { agents.append(version.author) }
        self.init(
            id: row.id,
            memoryID: record.id,
            kind: row.kind,
            agents: agents,
            strategy: row.strategy,
            base: base.map { MemoryVersion($0) },
            versions: heads.map { MemoryVersion($0) },
            createdAt: row.createdAt.date,
            userID: record.userID,
            ownerID: record.owner
        )
    }
}

extension MemoryError {
    static func conflictNotFound(_ id: ConflictID) -> MemoryError {
        MemoryError(code: .conflictNotFound, message: "There is no conflict \(id) that this agent may settle.")
    }

    static func decisionRequired(_ id: ConflictID) -> MemoryError {
        MemoryError(
            code: .decisionRequired,
            message: """
                Conflict \(id) is for a person to settle: keep one of its versions, give other content, delete the memory, or name a strategy.
                """
        )
    }
}
