/// Why an agent may see a memory it doesn't own, and what it may do with it.
public struct SharingContext: Hashable, Sendable, Codable {
    /// What opened the memory.
    public enum Reason: String, Sendable, Codable {
        /// The owner, by call.
        case explicit
        /// A global rule of the policy.
        case rule
        /// A propagation rule of the policy.
        case propagation
    }

    /// What opened the memory.
    public var reason: Reason
    /// The rule's name, where a rule did.
    public var rule: String?
    /// What the agent may do, its priority taken into account.
    public var permission: SharePermission

    /// Describes why.
    public init(reason: Reason, rule: String? = nil, permission: SharePermission) {
        self.reason = reason
        self.rule = rule
        self.permission = permission
    }
}

/// A share as the file holds it: at most one for a memory and an agent.
struct Share: Hashable, Sendable {
    /// Who made it.
    enum Origin: Hashable, Sendable {
        case explicit
        case propagation(rule: String)
    }

    var origin: Origin
    var permission: SharePermission
    /// A revocation sticks: neither a global rule nor a propagation rule reaches the agent again.
    var isRevoked: Bool
}

/// May this agent see that memory, and what may it do? Pure, and the only place that decides it.
struct AccessRules: Sendable {
    let policy: SharingPolicy
    /// The agents' priorities, by policy and never as an agent claims them.
    let priorities: [AgentID: AgentPriority]
    /// The categories that any propagation rule names: most memories are of none.
    private let propagatedCategories: Set<MemoryCategory>

    init(policy: SharingPolicy, priorities: [AgentID: AgentPriority]) {
        self.policy = policy
        self.priorities = priorities
        propagatedCategories = policy.propagationRules.reduce(into: []) { $0.formUnion($1.categories) }
    }

    /// What an agent is to a memory.
    enum Standing: Hashable, Sendable {
        case owner
        case shared(SharingContext)
        case none
    }

    /// Whether the owner's policy keeps the category to the owner alone.
    func isRestricted(_ category: MemoryCategory, owner: AgentID) -> Bool {
        policy.restrictedCategories[owner]?.contains(category) ?? false
    }

    /// Decides what `viewer` is to a memory, given the share the file holds for the two, if any.
    func standing(of viewer: AgentID, owner: AgentID, category: MemoryCategory, share: Share?) -> Standing {
        if viewer == owner { return .owner }
        if isRestricted(category, owner: owner) { return .none }
        if let share {
            if share.isRevoked { return .none }
            switch share.origin {
            case .explicit:
                return .shared(SharingContext(reason: .explicit, permission: share.permission))
            case .propagation(let rule):
                let permission = raised(share.permission, viewer: viewer, owner: owner)
                return .shared(SharingContext(reason: .propagation, rule: rule, permission: permission))
            }
        }
        guard let context = globalRule(for: viewer, owner: owner, category: category) else { return .none }
        return .shared(context)
    }

    /// The first global rule that opens the category to the agent; one that lets it propose goes before one that doesn't.
    func globalRule(for viewer: AgentID, owner: AgentID, category: MemoryCategory) -> SharingContext? {
        let opening = policy.globalRules.filter { $0.categories.contains(category) && $0.agents.contains(viewer) }
        guard let rule = opening.first(where: { $0.permission == .propose }) ?? opening.first else { return nil }
        let permission = raised(rule.permission, viewer: viewer, owner: owner)
        return SharingContext(reason: .rule, rule: rule.name, permission: permission)
    }

    /// The shares that propagation makes for a memory of a category; none for a restricted one.
    func propagation(of category: MemoryCategory, owner: AgentID) -> [AgentID: Share] {
        guard propagatedCategories.contains(category), !isRestricted(category, owner: owner) else { return [:] }
        var shares: [AgentID: Share] = [:]
        for rule in policy.propagationRules where rule.categories.contains(category) {
            for agent in rule.agents where agent != owner {
                if let earlier = shares[agent], earlier.permission == .propose || rule.permission == .read { continue }
                shares[agent] = Share(
                    origin: .propagation(rule: rule.name),
                    permission: rule.permission,
                    isRevoked: false
                )
            }
        }
        return shares
    }

    /// An agent of priority not below the owner's may propose on what a rule shows it.
    private func raised(_ permission: SharePermission, viewer: AgentID, owner: AgentID) -> SharePermission {
        guard let viewerPriority = priorities[viewer], let ownerPriority = priorities[owner] else { return permission }
        return viewerPriority >= ownerPriority ? .propose : permission
    }
}
