@testable import HearthModel
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
        var change = change
        // A deletion that is still a draft can be published under a lease.
        let isDrafted = change.isDeletion && lock != nil && memory.drafts[agent]?.change.isDeletion == true
        let isSeen = access.sees(agent, memory) || isDrafted && access.liveStanding(of: agent, to: memory) != .none
        guard user == nil || user == memory.user, isSeen else { throw Refused(code: .memoryNotFound) }
        let standing = access.standing(of: agent, to: memory)
        if standing != .owner {
            let changesCategory = change.category.map { $0 != memory.published.category } ?? false
            let changesExpiry = change.expiresAt.map { $0 != memory.published.expiresAt } ?? false
            guard standing == .propose, !change.isDeletion, !changesCategory, !changesExpiry else {
                throw Refused(code: .accessDenied)
            }
            change.category = nil
            change.expiresAt = nil
        }
        if let ifVersion, ifVersion != memory.number(of: memory.head) { throw Refused(code: .versionMismatch) }
        if let lock {
            try check(lock, on: id, by: agent)
            publishUnderLease(id, by: agent, change)
        } else {
            try amend(id, by: agent, change)
        }
    }

    /// An agent edits what it sees.
    ///
    /// That may include values that others have published after the agent began its draft. The draft then moves on to
    /// the head, if its own fields allow that. If they do not, an edit that would change nothing on the old base is
    /// refused.
    private mutating func amend(_ id: MemoryID, by agent: AgentID, _ change: ModelChange) throws(Refused) {
        let memory = self[id]
        let held = memory.drafts[agent]
        var draft = held ?? ModelDraft(base: memory.head, change: ModelChange(), stamp: 0)
        if draft.base != memory.head {
            let base = memory[draft.base].fields
            let moved = ModelChange(everything: memory.published).leftOver(on: base).names
            if moved.isDisjoint(with: draft.change.names), !moved.isDisjoint(with: change.names) {
                draft.base = memory.head
            } else if !change.names.subtracting(change.leftOver(on: base).names).isDisjoint(with: moved) {
                throw Refused(code: .versionMismatch)
            }
        }
        draft.change = draft.change.followed(by: change)
        if draft.base == memory.head { draft.change = draft.change.leftOver(on: memory.published) }
        if draft.change == held?.change, draft.base == held?.base { return }
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
