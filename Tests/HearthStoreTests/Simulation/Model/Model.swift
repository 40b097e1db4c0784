@testable import HearthModel
@testable import HearthStore

/// Thrown by the model for a call that the store should refuse.
struct Refused: Error, Hashable {
    var code: MemoryError.Code
}

/// What a store promises, kept in dictionaries.
///
/// It is written from the design, and knows nothing of tables, transactions or the engine's code.
struct Model {
    let access: ModelAccess
    var memories: [MemoryID: ModelMemory] = [:]
    /// The ids in the order in which the memories were stored.
    var ids: [MemoryID] = []
    /// Counts edits, as hybrid time does in the store.
    var stamp = 0
    /// Nanoseconds on the boot clock.
    var boot: Int64
    var nextTicket = 0

    init(access: ModelAccess, boot: Int64) {
        self.access = access
        self.boot = boot
    }

    subscript(id: MemoryID) -> ModelMemory {
        get {
            guard let memory = memories[id] else { preconditionFailure("The model has no memory \(id).") }
            return memory
        }
        set { memories[id] = newValue }
    }

    /// The memories of a user.
    func memories(of user: UserID) -> [ModelMemory] { ids.map { self[$0] }.filter { $0.user == user } }

    mutating func nextStamp() -> Int {
        stamp += 1
        return stamp
    }

    mutating func store(
        _ id: MemoryID,
        _ draft: MemoryDraft,
        by owner: AgentID,
        user: UserID,
        shareWith others: [AgentID]
    ) {
        var memory = ModelMemory(
            id: id,
            user: user,
            owner: owner,
            type: draft.type,
            fields: ModelFields(draft),
            stamp: nextStamp()
        )
        for agent in others {
            memory.shares[agent] = ModelShare(
                origin: .call,
                permission: .propose,
                sinceHead: memory.head,
                sinceCount: 1
            )
        }
        access.propagate(&memory)
        ids.append(id)
        self[id] = memory
    }
}

// MARK: - What agents see

extension Model {
    /// One agent's view of one memory.
    struct View: Equatable {
        var fields: ModelFields
        var status: SyncStatus
        var head: VersionID
        var number: Int
    }

    func view(of id: MemoryID, for agent: AgentID) -> View? {
        let memory = self[id]
        guard access.sees(agent, memory) else { return nil }
        let lease = liveLease(of: memory)
        let status: SyncStatus =
            if let lease, lease.holder != agent {
                .locked
            } else if memory.conflict != nil {
                .conflict
            } else if memory.drafts[agent] != nil {
                .pending
            } else {
                .synced
            }
        return View(
            fields: memory.drafts[agent]?.change.applied(to: memory.published) ?? memory.published,
            status: status,
            head: memory.head,
            number: memory.number(of: memory.head)
        )
    }

    /// The counts of an agent's slice.
    func statistics(for agent: AgentID, user: UserID) -> SliceStatistics {
        var statistics = SliceStatistics()
        for memory in memories(of: user) where access.liveStanding(of: agent, to: memory) != .none {
            guard let view = view(of: memory.id, for: agent) else {
                statistics.syncStatus[.deleted, default: 0] += 1
                continue
            }
            statistics.totalMemories += 1
            statistics.memoryTypes[memory.type, default: 0] += 1
            statistics.syncStatus[view.status, default: 0] += 1
            if liveLease(of: memory) != nil { statistics.lockedMemories += 1 }
            if memory.conflict != nil { statistics.conflictedMemories += 1 }
            if memory.owner == agent { statistics.ownMemories += 1 } else { statistics.sharedMemories += 1 }
        }
        return statistics
    }

    /// The memories on which a conflict waits.
    var conflicts: [MemoryID] { ids.filter { self[$0].conflict != nil } }
}

// MARK: - Sharing

extension Model {
    mutating func share(
        _ id: MemoryID,
        by agent: AgentID,
        with others: [AgentID],
        permission: SharePermission
    ) throws(Refused) {
        try authorizeOwner(agent, of: id)
        var memory = self[id]
        guard !access.isRestricted(memory.published.category, of: memory.owner) else {
            throw Refused(code: .restrictedCategory)
        }
        for other in others where other != memory.owner {
            var share =
                memory.shares[other].flatMap { $0.isRevoked ? nil : $0 }
                ?? ModelShare(
                    origin: .call,
                    permission: permission,
                    sinceHead: memory.head,
                    sinceCount: memory.order.count
                )
            share.origin = .call
            share.permission = permission
            memory.shares[other] = share
        }
        self[id] = memory
    }

    mutating func revoke(_ id: MemoryID, by agent: AgentID, from others: [AgentID]) throws(Refused) {
        try authorizeOwner(agent, of: id)
        for other in others where other != self[id].owner {
            self[id].shares[other] = ModelShare(
                origin: .call,
                permission: .read,
                isRevoked: true,
                sinceHead: self[id].head,
                sinceCount: self[id].order.count
            )
        }
    }

    private func authorizeOwner(_ agent: AgentID, of id: MemoryID) throws(Refused) {
        let standing = access.liveStanding(of: agent, to: self[id])
        guard standing != .none else { throw Refused(code: .memoryNotFound) }
        guard standing == .owner else { throw Refused(code: .accessDenied) }
    }
}
