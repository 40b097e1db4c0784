@testable import HearthStore

extension Model {
    /// An edit or a deletion, under a lease or as a draft.
    mutating func edit(
        _ id: MemoryID,
        by agent: AgentID,
        _ change: ModelChange,
        lock: MemoryLock? = nil,
        ifVersion: Int? = nil,
        user: UserID? = nil
    ) throws(Refused) {
        let memory = self[id]
        guard user == nil || user == memory.user, access.sees(agent, memory) else {
            throw Refused(code: .memoryNotFound)
        }
        let standing = access.standing(of: agent, to: memory)
        if standing != .owner {
            let changesCategory = change.category.map { $0 != memory.published.category } ?? false
            guard standing == .propose, !change.isDeletion, !changesCategory else {
                throw Refused(code: .accessDenied)
            }
        }
        if let ifVersion, ifVersion != memory.number(of: memory.head) { throw Refused(code: .versionMismatch) }
        if let lock {
            try check(lock, on: id, by: agent)
            publishUnderLease(id, by: agent, change)
        } else {
            amend(id, by: agent, change)
        }
    }

    private mutating func amend(_ id: MemoryID, by agent: AgentID, _ change: ModelChange) {
        let memory = self[id]
        let held = memory.drafts[agent]
        var draft = held ?? ModelDraft(base: memory.head, change: ModelChange(), stamp: 0)
        draft.change = draft.change.followed(by: change)
        if draft.base == memory.head { draft.change = draft.change.leftOver(on: memory.published) }
        if draft.change == held?.change { return }
        draft.stamp = nextStamp()
        self[id].drafts[agent] = draft.change.isEmpty ? nil : draft
    }

    private mutating func publishUnderLease(_ id: MemoryID, by agent: AgentID, _ change: ModelChange) {
        var change = change
        if let draft = self[id].drafts[agent] {
            if draft.base == self[id].head {
                change = draft.change.followed(by: change)
                self[id].drafts[agent] = nil
            } else {
                _ = settle(draft, of: id, by: agent)
            }
        }
        let memory = self[id]
        change = change.leftOver(on: memory.published)
        guard !change.isEmpty else { return }
        _ = publish(
            ModelVersion(
                id: memory.nextID,
                parents: [memory.head],
                author: agent,
                fields: change.applied(to: memory.published),
                stamp: nextStamp()
            ),
            of: id
        )
    }

    mutating func discard(_ id: MemoryID, by agent: AgentID) throws(Refused) {
        if self[id].drafts.removeValue(forKey: agent) != nil { return }
        guard access.sees(agent, self[id]) else { throw Refused(code: .memoryNotFound) }
    }

    mutating func restore(_ id: MemoryID, by agent: AgentID) throws(Refused) {
        let memory = self[id]
        guard memory.owner == agent else {
            let isHidden = access.liveStanding(of: agent, to: memory) == .none
            throw Refused(code: isHidden ? .memoryNotFound : .accessDenied)
        }
        if memory.published.isDeleted {
            try refuseIfLocked(memory, to: agent)
            var fields = memory.published
            fields.isDeleted = false
            _ = publish(
                ModelVersion(
                    id: memory.nextID,
                    parents: [memory.head],
                    author: agent,
                    fields: fields,
                    stamp: nextStamp()
                ),
                of: id
            )
        }
        guard var draft = self[id].drafts[agent], draft.change.isDeletion else { return }
        draft.change.isDeletion = false
        draft.stamp = nextStamp()
        self[id].drafts[agent] = draft.change.isEmpty ? nil : draft
    }

    func refuseIfLocked(_ memory: ModelMemory, to agent: AgentID) throws(Refused) {
        if let lease = liveLease(of: memory), lease.holder != agent { throw Refused(code: .locked) }
    }
}
