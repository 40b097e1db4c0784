import HearthModel
import HearthRules
import HearthSQLite

/// Checks the fencing token of a lease, before a write under that lease.
enum LeaseFence {
    /// Makes sure that a lease still entitles its holder to publish an edit of a memory.
    ///
    /// Call this inside the write transaction. The clock is read here and not before, because the lease may have ended
    /// while the operation waited for its turn. Nobody can acquire the lease between this and the commit, because
    /// acquiring it is a write too.
    ///
    /// - Parameters:
    ///   - lock: The lease that the agent presents.
    ///   - agent: The agent that presents it.
    ///   - memory: The key of the memory that the agent is about to edit.
    ///   - id: That memory's identifier.
    ///   - transaction: The write transaction.
    ///   - clock: The clock of the store.
    /// - Throws: `.lockLost` if the lease expired, was released or was taken; `.lockNotHeld` if it is another agent's;
    ///   `.invalidArgument` if it is on another memory.
    static func check(
        _ lock: MemoryLock,
        by agent: KnownAgent,
        memory: Int64,
        id: MemoryID,
        in transaction: StoreTransaction,
        clock: StoreClock
    ) throws {
        guard lock.memoryID == id else {
            throw MemoryError.invalidArgument("The lease is on memory \(lock.memoryID), not on \(id).")
        }
        guard lock.agentID == agent.id else {
            throw MemoryError(
                code: .lockNotHeld,
                message:
                    "The lease on memory \(id) was acquired by agent \(lock.agentID); \(agent.id) must acquire its own."
            )
        }
        let lease = try LeaseTable.live(memory: memory, at: clock.bootInstant, in: transaction.connection)
        guard let lease, lease.holder == agent.key, try lease.isMeant(by: lock, in: transaction.connection) else {
            throw MemoryError.lockLost(lock)
        }
    }
}

extension WriteContext {
    /// Publishes an edit under a lease, and with it the agent's draft.
    ///
    /// A draft whose base is no longer the head is published first, as by a sync. The edit is then published on top of
    /// the result.
    func publishUnderLease(
        _ change: FieldChange,
        over draft: Draft?,
        of record: MemoryRecord,
        by agent: KnownAgent
    ) throws {
        var record = record
        var change = change
        var context = self
        if let draft {
            if let error = try refusal(of: draft, of: record, by: agent) { throw error }
            if draft.base == record.head {
                change = draft.change.followed(by: change)
                context = try endDraft(draft, of: record)
            } else {
                _ = try settle(draft, of: record, by: agent)
                guard let after = try MemoryRecord.find(key: record.key, includingDeleted: true, in: snapshot) else {
                    throw MemoryError.memoryNotFound(record.id)
                }
                record = after
            }
        }
        change = change.leavingOut(unchangedFrom: record.fields)
        guard !change.isEmpty else { return }
        _ = try context.publish(editVersion(change, on: record, by: agent), of: record)
    }

    /// A new version on top of the published head.
    func editVersion(_ change: FieldChange, on record: MemoryRecord, by agent: KnownAgent) -> Version {
        Version(
            memoryID: record.id,
            parents: [record.head],
            author: agent.id,
            node: transaction.state.node,
            time: transaction.nextTime(at: now, after: record.headTime),
            fields: change.applied(to: record.fields),
            number: record.headNumber.saturatingSuccessor,
            digestKey: record.seal?.digestKey
        )
    }
}

extension MemoryError {
    static func lockLost(_ lock: MemoryLock) -> MemoryError {
        MemoryError(
            code: .lockLost,
            message: """
                The lease of agent \(lock.agentID) on memory \(lock.memoryID) (token \(lock.fencingToken)) has expired or was taken; \
                acquire it again and look at the memory anew.
                """
        )
    }
}
