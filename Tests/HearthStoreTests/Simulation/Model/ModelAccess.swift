@testable import HearthModel
@testable import HearthStore

/// What an agent may do with a memory.
enum ModelStanding: Int, Comparable {
    case none
    case read
    case propose
    case owner

    static func < (left: ModelStanding, right: ModelStanding) -> Bool { left.rawValue < right.rawValue }
}

/// Who may see what, according to the design.
struct ModelAccess {
    let profiles: [AgentID: AgentProfile]
    let policy: SharingPolicy

    func priority(_ agent: AgentID) -> AgentPriority { profiles[agent]?.priority ?? .low }

    func isRestricted(_ category: MemoryCategory, of owner: AgentID) -> Bool {
        policy.restrictedCategories[owner]?.contains(category) ?? false
    }

    /// What an agent is to a memory, deleted or not.
    func standing(of agent: AgentID, to memory: ModelMemory) -> ModelStanding {
        if agent == memory.owner { return .owner }
        let category = memory.published.category
        if isRestricted(category, of: memory.owner) { return .none }
        let permission: SharePermission
        if let share = memory.shares[agent] {
            if share.isRevoked { return .none }
            if share.origin == .call { return share.permission == .read ? .read : .propose }
            permission = share.permission
        } else {
            let rules = policy.globalRules.filter { $0.categories.contains(category) && $0.agents.contains(agent) }
            guard !rules.isEmpty else { return .none }
            permission = rules.contains { $0.permission == .propose } ? .propose : .read
        }
        return permission == .propose || priority(agent) >= priority(memory.owner) ? .propose : .read
    }

    /// The same, but nothing if the memory's deletion is published.
    func liveStanding(of agent: AgentID, to memory: ModelMemory) -> ModelStanding {
        memory.published.isDeleted ? .none : standing(of: agent, to: memory)
    }

    func sees(_ agent: AgentID, _ memory: ModelMemory) -> Bool {
        liveStanding(of: agent, to: memory) != .none && memory.drafts[agent]?.change.isDeletion != true
    }

    func isOpenedByRule(_ category: MemoryCategory, to agent: AgentID) -> Bool {
        policy.globalRules.contains { $0.categories.contains(category) && $0.agents.contains(agent) }
    }

    /// Shares a memory with the agents of the propagation rules who have never had a share of it.
    func propagate(_ memory: inout ModelMemory) {
        let category = memory.published.category
        guard !isRestricted(category, of: memory.owner) else { return }
        for agent in profiles.keys where agent != memory.owner && memory.shares[agent] == nil {
            let rules = policy.propagationRules.filter {
                $0.categories.contains(category) && $0.agents.contains(agent)
            }
            guard !rules.isEmpty else { continue }
            memory.shares[agent] = ModelShare(
                origin: .propagation,
                permission: rules.contains { $0.permission == .propose } ? .propose : .read,
                sinceHead: memory.head,
                sinceCount: memory.order.count
            )
        }
    }

    /// The versions that an agent's history shows: to its owner all, to others their own and those that were the head
    /// while they could see the memory. To those who may decide on it, also the edits that were not.
    func history(of memory: ModelMemory, for agent: AgentID) -> Set<VersionID> {
        if agent == memory.owner { return Set(memory.order) }
        let share = memory.shares[agent]
        return Set(
            memory.order.enumerated()
                .filter { place, id in
                    let version = memory[id]
                    if version.author == agent { return true }
                    let wasShown = memory.pastHeads.contains(id) && !version.fields.isDeleted
                    guard wasShown || priority(agent) == .critical else { return false }
                    let category = version.fields.category
                    if isRestricted(category, of: memory.owner) || share?.isRevoked == true { return false }
                    if let share, place >= share.sinceCount || id == share.sinceHead { return true }
                    return isOpenedByRule(category, to: agent)
                }
                .map(\.element)
        )
    }
}
