package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// The versions of a memory, oldest first, including those that lost a conflict.
    ///
    /// The owner sees all of them, even if the memory is deleted or has expired. Any other agent sees its own, and what
    /// was the published head since it could see the memory. If it may decide on the memory, it sees the versions of
    /// that time that wait or have lost as well. Each is checked against its id.
    ///
    /// - Throws: `.memoryNotFound`; `.storeCorrupt` for a version that is not what its id says.
    package func history(
        of id: MemoryID,
        as agentID: AgentID,
        userID: UserID? = nil
    ) async throws -> [MemoryVersion] {
        let id = try id.validated()
        let userID = try userID?.validated()
        let now = clock.now()
        let (versions, entry) = try await auditingRefusal {
            // There may be thousands of versions, and each is put together and checked.
            try await self.readUntilCancelled { snapshot -> ([MemoryVersion], AuditEntry?) in
                let viewer = try snapshot.directory.acting(agentID)
                let record = try snapshot.recordWithHistory(id, user: userID, as: viewer, now: now)
                let versions = try snapshot.history(of: record, as: viewer)
                guard viewer.id != record.owner else { return (versions, nil) }
                let entry = AuditEntry(action: .read, agent: viewer.key, user: record.userKey, memories: [record.key])
                return (versions, entry)
            }
        }
        if let entry { try await audit(entry, at: now) }
        return versions
    }

    /// Publishes the fields of an old version as a new version, at once and in place of every head; durable on return.
    /// This settles a conflict that waits.
    ///
    /// No version is removed from the history. The agent's own draft stays as it is. If the agent is not the owner, the
    /// category and the expiry stay too. The memory must exist afterwards: a version whose expiry has passed is refused.
    ///
    /// - Parameters:
    ///   - id: The memory.
    ///   - version: A version that is not a deletion, from the history that the agent sees. `system`, which maintains
    ///     every memory, may name any version.
    ///   - agentID: The owner, or a critical agent.
    /// - Returns: The memory afterwards.
    /// - Throws: `.memoryNotFound`; `.accessDenied`; `.locked` while another agent holds the lease; `.invalidArgument`
    ///   for a version that is not in that history, that is a deletion, or that would have expired.
    @discardableResult
    package func rollback(
        _ id: MemoryID,
        to version: VersionID,
        as agentID: AgentID,
        userID: UserID? = nil
    ) async throws -> Memory {
        let id = try id.validated()
        let userID = try userID?.validated()
        return try await auditingRefusal {
            try await writePublishing { context in
                let snapshot = context.snapshot
                let agent = try context.directory.acting(agentID)
                let record = try context.authorizedRecord(id, user: userID, for: agent, attempt: "rollback")
                try context.refuseIfLocked(record, to: agent)
                guard version.bytes != nil,
                    try VersionTable.contains(version, of: record, in: context.connection)
                else { throw MemoryError.unknownVersion(version, of: id) }
                let reader = VersionReader(of: record, in: snapshot)
                let stored = try reader.stored(version)
                // If the agent published a version that its history does not show, it would read it.
                guard try snapshot.mayRollBack(to: stored, of: record, as: agent) else {
                    throw MemoryError.unknownVersion(version, of: id)
                }
                var fields = stored.version.fields
                fields.provenance = TrustRules.broughtBack(fields, among: try reader.all().lazy.map(\.version.fields))
                guard !fields.isDeleted else {
                    throw MemoryError.invalidArgument(
                        "Version \(version) is the deletion of memory \(id); name one that has content, or delete the memory."
                    )
                }
                let carried = agent.id == record.owner ? fields : fields.withOwnersFields(of: record.fields)
                guard !carried.isExpired(at: context.now) else {
                    throw MemoryError.invalidArgument(
                        """
                        With version \(version) memory \(id) would have expired already. Let its owner restore it or give it another \
                        expiry, or name another version.
                        """
                    )
                }
                return try context.publishDecision(carried, on: record, how: "rollback", action: .rollback, as: agent)
            }
        }
    }

    /// Brings back a memory that is deleted or has expired, for its owner and until it is purged; durable on return.
    ///
    /// An expiry that has passed is removed. A deletion or an expiry that is still a draft is withdrawn. Any other memory
    /// stays as it is. If a conflict waits on the memory, the restored version becomes one of its sides.
    ///
    /// - Returns: The memory afterwards.
    /// - Throws: `.memoryNotFound`, also for a deleted memory of another owner; `.accessDenied` for any other memory of
    ///   another owner; `.locked` while another agent holds the lease.
    @discardableResult
    package func restore(_ id: MemoryID, as agentID: AgentID, userID: UserID? = nil) async throws -> Memory {
        let id = try id.validated()
        let userID = try userID?.validated()
        return try await auditingRefusal {
            try await writePublishing { context in try Self.restore(id, as: agentID, userID: userID, in: context) }
        }
    }

    /// Brings back a memory in a transaction.
    static func restore(_ id: MemoryID, as agentID: AgentID, userID: UserID?, in context: WriteContext) throws -> Memory
    {
        let agent = try context.directory.acting(agentID)
        let snapshot = context.snapshot
        guard let record = try snapshot.record(of: id, for: agent, user: userID, includingDeleted: true) else {
            throw MemoryError.memoryNotFound(id)
        }
        let isUsers = userID == nil || record.userID == userID
        guard isUsers, record.owner == agent.id else {
            throw try AuditedRefusal(
                of: "restore",
                of: record,
                as: agent,
                in: snapshot,
                isHidden: !isUsers || record.fields.isDeleted || record.isExpired(at: context.now)
            )
        }
        try record.requireOpen()
        let isExpired = record.isExpired(at: context.now)
        if record.fields.isDeleted || isExpired {
            try context.refuseIfLocked(record, to: agent)
            let version = context.editVersion(FieldChange(), on: record, by: agent)
                .with {
                    $0.isDeleted = false
                    if isExpired { $0.expiresAt = nil }
                }
            try context.keepApartIfFolded(record)
            _ = try context.publish(version, of: record)
            try AuditTrail.append(
                AuditEntry(
                    action: .restore,
                    agent: agent.key,
                    user: record.userKey,
                    memories: [record.key],
                    detail: ["version": "\(version.number)"]
                ),
                at: context.now,
                to: context.transaction
            )
        }
        let draft = try DraftTable.find(memory: record.key, agent: agent.key, in: context.snapshot)
        if let draft {
            let current = try context.reread(record)
            _ = try DraftWriter(context).withdrawAbsence(draft, of: current)
        }
        return try context.view(of: record, for: agent)
    }
}

extension HistoryLimits {
    init(of viewer: KnownAgent, on record: MemoryRecord, in snapshot: Snapshot) throws {
        let connection = snapshot.connection
        let since = try ShareTable.since(user: record.userKey, memory: record.key, agent: viewer.key, in: connection)
        var before: Set<VersionID>?
        if let since, snapshot.state.exchanges {
            let versions = try VersionReader(of: record, in: snapshot).all().map(\.version)
            before = PublishedLine(versions, head: record.head, owner: record.owner).ancestors(of: since.head)
        }
        self.init(
            viewer: viewer.id,
            owner: record.owner,
            rules: snapshot.directory.rules,
            share: try ShareTable.find(user: record.userKey, memory: record.key, agent: viewer.key, in: connection),
            since: since,
            before: before
        )
    }
}

extension Snapshot {
    /// What an agent sees of a memory's versions, oldest first.
    func history(of record: MemoryRecord, as viewer: KnownAgent) throws -> [MemoryVersion] {
        let all = try VersionReader(of: record, in: self).all()
        guard viewer.id != record.owner else { return all.map { MemoryVersion($0.version) } }
        let limits = try HistoryLimits(of: viewer, on: record, in: self)
        let wasShown = try shownVersions(of: record, all)
        return all.filter { limits.admits($0.version, publishedAt: $0.publishedOrder, wasShown: wasShown($0)) }
            .map { MemoryVersion($0.version) }
    }

    /// Which versions of a memory were its published head, as far as everyone is told.
    private func shownVersions(of record: MemoryRecord, _ all: [StoredVersion]) throws -> (StoredVersion) -> Bool {
        guard state.exchanges else {
            let heads = HeadSuccession(all.sorted { $0.publishedOrder < $1.publishedOrder }.lazy.map(\.version))
            return { heads.wasShown($0.version, publishedAt: $0.publishedAt) }
        }
        // Of a sensitive memory each file has other ids, which would settle ties otherwise.
        let labels = record.isSensitive ? PlainLabels(all.map(\.version)) : nil
        let versions = labels.map { Array($0.versions) } ?? all.map(\.version)
        let head = labels?.plain(record.head) ?? record.head
        let line = PublishedLine(versions, head: head, owner: record.owner)
        return { stored in
            line.wasShown(labels.flatMap { $0[$0.plain(stored.version.id)] } ?? stored.version)
        }
    }

    /// Whether an agent that may roll a memory back may go to this version of it.
    fileprivate func mayRollBack(
        to version: StoredVersion,
        of record: MemoryRecord,
        as agent: KnownAgent
    ) throws -> Bool {
        if agent.id == record.owner || agent.id == AgentProfile.system.id { return true }
        // It may decide on the memory, so it does not matter to it which versions were shown to everyone.
        return try HistoryLimits(of: agent, on: record, in: self)
            .admits(version.version, publishedAt: version.publishedOrder, wasShown: false)
    }

    /// A memory whose history an agent may read. Its owner may read it even if the memory is deleted.
    fileprivate func recordWithHistory(
        _ id: MemoryID,
        user: UserID?,
        as viewer: KnownAgent,
        now: Timestamp
    ) throws -> MemoryRecord {
        guard let record = try record(of: id, for: viewer, user: user, includingDeleted: true) else {
            throw MemoryError.memoryNotFound(id)
        }
        let isUsers = user == nil || record.userID == user
        if isUsers && viewer.id == record.owner {
            try record.requireOpen()
            return record
        }
        let isThere = isUsers && !record.fields.isDeleted && !record.isExpired(at: now)
        guard isThere, try standing(of: viewer, to: record) != .none else {
            throw try AuditedRefusal(of: "history", of: record, as: viewer, in: self, isHidden: true)
        }
        try record.requireOpen()
        return record
    }
}

extension MemoryError {
    static func unknownVersion(_ version: VersionID, of id: MemoryID) -> MemoryError {
        .invalidArgument("Memory \(id) has no version \(version); its history lists those it has.")
    }
}
