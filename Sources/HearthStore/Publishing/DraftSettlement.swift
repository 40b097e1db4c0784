import HearthModel
import HearthRules

/// What became of one draft in a sync.
enum DraftSettlement: Sendable {
    /// It is published, or there was nothing in it to publish.
    case settled(PublishedMemory?, conflict: ConflictKind?, settledConflicts: Int)
    /// It waits with other edits for a decision.
    case waiting(ConflictID)
    /// Another agent holds the lease, so it stays a draft.
    case behindLease(MemoryID, holder: AgentID)
    /// The agent may no longer do what it drafted, so it stays a draft.
    case refused(MemoryID, MemoryError)
    /// It could not be published, so it stays a draft.
    case failed(MemoryID, MemoryError)
    /// Meanwhile the draft was published or discarded by another call.
    case gone
}

extension AgentSyncResult {
    /// Counts a draft.
    mutating func count(_ settlement: DraftSettlement) {
        switch settlement {
        case .settled(let memory, let conflict, let settledConflicts):
            memoriesProcessed += 1
            if let memory { published.append(memory) }
            successfulSyncs += 1
            conflictsResolved += settledConflicts
            if conflict != nil {
                conflictsDetected += 1
                conflictsResolved += 1
            }
        case .waiting:
            memoriesProcessed += 1
            conflictsDetected += 1
            conflictsPending += 1
        case .behindLease(let id, let holder):
            memoriesProcessed += 1
            draftsBehindLeases += 1
            fail(
                id,
                .locked,
                "agent \(holder) holds the lease; the draft stays pending until it is released."
            )
        case .refused(let id, let error):
            memoriesProcessed += 1
            fail(id, error.code, "\(error.message) The draft stays as it is; discard it if it isn't wanted.")
        case .failed(let id, let error):
            memoriesProcessed += 1
            fail(id, error.code, "\(error.message) The draft stays as it is.")
        case .gone:
            break
        }
    }

    /// Notes that a memory is not as it should be, for people and for programs.
    mutating func fail(_ id: MemoryID, _ code: MemoryError.Code, _ message: String) {
        errors.append("Memory \(id): \(message)")
        failures.append(SyncFailure(memoryID: id, code: code, message: message))
    }
}

extension WriteContext {
    /// Publishes an agent's draft of a memory, if it still has one and may still publish it.
    func settleDraft(of memory: Int64, by agent: KnownAgent) throws -> DraftSettlement {
        guard let draft = try DraftTable.find(memory: memory, agent: agent.key, in: snapshot),
            let record = try MemoryRecord.find(key: memory, includingDeleted: true, in: snapshot)
        else { return .gone }
        // Rights come before leases: an agent that no longer sees the memory must not learn who holds its lease.
        if let error = try refusal(of: draft, of: record, by: agent) {
            let entry = AuditEntry(refusing: "publish", of: record, to: agent)
            try AuditTrail.append(entry, at: now, to: transaction)
            return .refused(try snapshot.name(of: record, for: agent), error)
        }
        if let holder = try holder(of: record, otherThan: agent) {
            return .behindLease(try snapshot.name(of: record, for: agent), holder: holder)
        }
        return try settle(draft, of: record, by: agent)
    }

    /// Makes a draft a version and publishes it; the draft ends.
    func settle(_ draft: Draft, of record: MemoryRecord, by agent: KnownAgent) throws -> DraftSettlement {
        let base =
            draft.base == record.head
            ? record.fields
            : try VersionReader(of: record, in: snapshot).version(draft.base).fields
        let context = try endDraft(draft, of: record)
        guard !draft.change.leavingOut(unchangedFrom: base).isEmpty else {
            return .settled(nil, conflict: nil, settledConflicts: 0)
        }
        let version = Version(
            memoryID: record.id,
            parents: [draft.base],
            author: agent.id,
            node: transaction.state.node,
            time: draft.time,
            fields: draft.change.applied(to: base),
            number: draft.baseNumber.saturatingSuccessor,
            digestKey: record.seal?.digestKey
        )
        let outcome = try context.publish(version, of: record)
        if outcome.kind != nil, let waiting = outcome.waiting { return .waiting(waiting.id) }
        return .settled(
            PublishedMemory(memoryID: try snapshot.name(of: record, for: agent), version: outcome.head),
            conflict: outcome.kind,
            settledConflicts: outcome.settledConflicts
        )
    }

    /// Why an agent may no longer publish what it drafted; nil if it may.
    func refusal(of draft: Draft, of record: MemoryRecord, by agent: KnownAgent) throws -> MemoryError? {
        switch try snapshot.standing(of: agent, to: record) {
        case .owner:
            return nil
        case .shared where record.isExpired(at: now):
            return .memoryNotFound(record.id)
        case .shared(let context):
            guard context.permission == .propose else {
                return MemoryError(code: .accessDenied, message: "Agent \(agent.id) may no longer edit it.")
            }
            guard draft.change.fields.isDisjoint(with: .ownersAlone) else {
                return MemoryError(
                    code: .accessDenied,
                    message: "Only its owner \(record.owner) changes its category or expiry, or deletes it."
                )
            }
            return nil
        case .none:
            return .memoryNotFound(record.id)
        }
    }
}
