@testable import HearthModel
@testable import HearthStore

extension Model {
    mutating func rollback(_ id: MemoryID, to version: VersionID, by agent: AgentID) throws(Refused) {
        var memory = self[id]
        if memory.owner != agent, agent != "system" {
            guard access.liveStanding(of: agent, to: memory) != .none else { throw Refused(code: .memoryNotFound) }
            guard access.priority(agent) == .critical else { throw Refused(code: .accessDenied) }
        }
        try refuseIfLocked(memory, to: agent)
        // An agent can roll back only to a version that its history shows.
        guard memory.owner == agent || agent == "system" || access.history(of: memory, for: agent).contains(version)
        else { throw Refused(code: .invalidArgument) }
        var fields = memory[version].fields
        guard !fields.isDeleted else { throw Refused(code: .invalidArgument) }
        // Only the owner can change who may see the memory, and for how long.
        if memory.owner != agent { fields.keepOwners(of: memory.published) }
        conclude(&memory, fields, by: agent)
        self[id] = memory
    }

    /// Settles the conflict that waits on a memory.
    ///
    /// - Returns: The edits whose contents the store merges; nil if the content is settled.
    mutating func resolve(
        _ id: MemoryID,
        by agent: AgentID,
        strategy: ConflictResolution?,
        decision: ManualDecision?
    ) throws(Refused) {
        var memory = self[id]
        try authorizeDecision(agent, on: memory)
        try refuseIfLocked(memory, to: agent)
        let heads = memory.heads
        guard let decision else {
            let strategy = strategy ?? access.profiles[memory.owner]?.conflictResolution ?? .latestWins
            guard strategy != .manualReview else { throw Refused(code: .decisionRequired) }
            let outcome = reconcile(heads, of: memory, by: strategy)
            merge(heads, of: &memory, into: outcome)
            memory.conflict = nil
            self[id] = memory
            return
        }
        var fields = memory.published
        switch decision {
        case .keep(let version):
            guard heads.contains(version) else { throw Refused(code: .invalidArgument) }
            fields = memory[version].fields
            if agent != memory.owner, memory[version].author != memory.owner { fields.keepOwners(of: memory.published) }
        case .content(let content):
            fields = reconcile(heads, of: memory, by: .latestWins).fields
            fields.content = content
            fields.isDeleted = false
        case .delete:
            fields.isDeleted = true
        }
        conclude(&memory, fields, by: agent)
        self[id] = memory
    }

    /// Who may settle a conflict on a memory, or ask about one that was settled.
    func authorizeDecision(_ agent: AgentID, on memory: ModelMemory) throws(Refused) {
        guard memory.owner != agent, access.priority(agent) != .critical else { return }
        let isHidden = access.liveStanding(of: agent, to: memory) == .none
        throw Refused(code: isHidden ? .conflictNotFound : .accessDenied)
    }

    /// Replaces every head by one version.
    private mutating func conclude(_ memory: inout ModelMemory, _ fields: ModelFields, by agent: AgentID) {
        let id = memory.nextID
        memory.insert(
            ModelVersion(id: id, parents: Set(memory.heads), author: agent, fields: fields, stamp: nextStamp())
        )
        advance(&memory, to: id)
        memory.conflict = nil
    }
}
