import HearthModel
import HearthRules
import HearthSQLite

extension WriteContext {
    /// A memory that an agent may decide on: its owner, or a critical agent that sees it. The owner and `system`, which
    /// maintains every memory, get it even if it is deleted.
    ///
    /// - Throws: ``AuditedRefusal`` of `.memoryNotFound` if the agent does not see the memory, else of `.accessDenied`.
    func authorizedRecord(
        _ id: MemoryID,
        user: UserID?,
        for agent: KnownAgent,
        attempt: String,
        deed: PriorityRights.Deed = .rollBack,
        opening: MemoryRecord.Opening = .required
    ) throws -> MemoryRecord {
        let record = try snapshot.record(
            of: id,
            for: agent,
            user: user,
            includingDeleted: true,
            isMaintenance: agent.id == AgentProfile.system.id,
            opening: opening == .never ? .never : .ifPossible
        )
        guard let record else { throw MemoryError.memoryNotFound(id) }
        guard user == nil || record.userID == user else {
            throw try AuditedRefusal(of: attempt, of: record, as: agent, in: snapshot, isHidden: true)
        }
        if record.owner == agent.id || agent.id == AgentProfile.system.id {
            if opening == .required { try record.requireOpen() }
            return record
        }
        let isThere = !record.fields.isDeleted && !record.isExpired(at: now)
        let isSeen = try isThere && snapshot.standing(of: agent, to: record) != .none
        guard directory.rules.allow(deed, by: agent.id, owner: record.owner, seesMemory: isSeen) else {
            throw try AuditedRefusal(
                of: attempt,
                of: record,
                as: agent,
                in: snapshot,
                isHidden: !isThere
            )
        }
        if opening == .required { try record.requireOpen() }
        return record
    }

    /// - Throws: `.locked` while another agent holds the lease.
    func refuseIfLocked(_ record: MemoryRecord, to agent: KnownAgent) throws {
        guard let holder = try holder(of: record, otherThan: agent) else { return }
        throw MemoryError(
            code: .locked,
            message: """
                Agent \(holder) holds the lease on memory \(record.id); wait until it is released, or release it by force as a critical \
                agent.
                """
        )
    }

    /// The other agent that holds the lease of a memory; nil if none does.
    func holder(of record: MemoryRecord, otherThan agent: KnownAgent) throws -> AgentID? {
        guard record.flags.contains(.everLeased) else { return nil }
        let lease = try LeaseTable.live(memory: record.key, at: clock.bootInstant, in: connection)
        guard let lease, lease.holder != agent.key else { return nil }
        return try directory.agent(key: lease.holder).id
    }

    /// Publishes a decision in place of every head, with an audit row.
    ///
    /// - Returns: The deciding agent's view of the memory afterwards.
    func publishDecision(
        _ fields: MemoryFields,
        on record: MemoryRecord,
        how: String,
        action: AuditAction,
        as agent: KnownAgent
    ) throws -> Memory {
        let record = try seals(fields.category) ? setSensitive(true, record) : record
        let version = try decisionVersion(fields, on: record, by: agent)
        _ = try replaceHeads(of: record, with: version, how: how, by: agent.key)
        let entry = AuditEntry(
            action: action,
            agent: agent.key,
            user: record.userKey,
            memories: [record.key],
            // By number: an id is a digest of the text, and would outlive an erasure here.
            detail: ["version": "\(version.number)"]
        )
        try AuditTrail.append(entry, at: now, to: transaction)
        return try view(of: record, for: agent)
    }

    /// A new version that has every head as a parent.
    func decisionVersion(_ fields: MemoryFields, on record: MemoryRecord, by agent: KnownAgent) throws -> Version {
        let openConflict = try ConflictTable.waiting(on: record, in: connection)
        let heads = try openConflict == nil ? [record.head] : VersionTable.heads(memory: record.key, in: connection)
        let reader = VersionReader(of: record, in: snapshot)
        let others = try heads.filter { $0 != record.head }.map { try reader.version($0) }
        return Version(
            memoryID: record.id,
            parents: heads,
            author: agent.id,
            node: transaction.state.node,
            time: transaction.nextTime(at: now, after: others.map(\.time).reduce(record.headTime, max)),
            fields: fields,
            number: others.map(\.number).reduce(record.headNumber, max).saturatingSuccessor,
            digestKey: record.seal?.digestKey
        )
    }

    /// The memory as it is now, read again.
    func reread(_ record: MemoryRecord) throws -> MemoryRecord {
        guard let current = try MemoryRecord.find(key: record.key, includingDeleted: true, in: snapshot) else {
            throw MemoryError.memoryNotFound(record.id)
        }
        return current
    }

    /// An agent's view of a memory that it has just decided on.
    func view(of record: MemoryRecord, for agent: KnownAgent) throws -> Memory {
        try snapshot.view(of: reread(record), by: agent, sharing: nil, now: now).memory
    }
}
