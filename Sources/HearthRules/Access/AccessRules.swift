package import HearthModel

/// Decides whether an agent may see a memory, and what it may do with it. Nothing else decides that.
package struct AccessRules: Sendable {
    package let policy: SharingPolicy
    /// The agents' priorities as the policy gives them, never as an agent claims them.
    package let priorities: [AgentID: AgentPriority]
    /// The categories that any propagation rule names. Most memories are of none of them.
    private let propagatedCategories: Set<MemoryCategory>

    init(policy: SharingPolicy, priorities: [AgentID: AgentPriority]) {
        self.policy = policy
        self.priorities = priorities
        propagatedCategories = policy.propagationRules.reduce(into: []) { $0.formUnion($1.categories) }
    }

    /// What an agent is to a memory.
    package enum Standing: Hashable, Sendable {
        case owner
        case shared(SharingContext)
        case none
    }

    /// Whether the policy keeps the owner's memories of a category to the owner alone.
    package func isRestricted(_ category: MemoryCategory, owner: AgentID) -> Bool {
        policy.restrictedCategories[owner]?.contains(category) ?? false
    }

    /// Decides what `viewer` is to a memory, given the share the file holds for the two, if any.
    package func standing(of viewer: AgentID, owner: AgentID, category: MemoryCategory, share: Share?) -> Standing {
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

    /// The first global rule that opens the category to the agent. A rule that lets it propose goes before one that
    /// does not.
    func globalRule(for viewer: AgentID, owner: AgentID, category: MemoryCategory) -> SharingContext? {
        let opening = policy.globalRules.filter { $0.categories.contains(category) && $0.agents.contains(viewer) }
        guard let rule = opening.first(where: { $0.permission == .propose }) ?? opening.first else { return nil }
        let permission = raised(rule.permission, viewer: viewer, owner: owner)
        return SharingContext(reason: .rule, rule: rule.name, permission: permission)
    }

    /// The shares that propagation makes for a memory of a category; none for a restricted one.
    package func propagation(of category: MemoryCategory, owner: AgentID) -> [AgentID: Share] {
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

    /// An agent whose priority is not below the owner's may also propose edits of what a rule shows it.
    private func raised(_ permission: SharePermission, viewer: AgentID, owner: AgentID) -> SharePermission {
        allow(.proposeByRule, by: viewer, owner: owner, seesMemory: true) ? .propose : permission
    }
}

extension AccessRules {
    /// Whether an agent may lease a memory.
    package enum LeaseRight: Hashable, Sendable {
        case granted
        /// It sees the memory but may not lease it.
        case denied
        /// It does not see the memory.
        case unseen
    }

    /// The owner may, and so may an agent that sees the memory and whose priority is not below the owner's. `system`
    /// may lease any.
    package func leaseRight(of agent: AgentID, owner: AgentID, standing: Standing) -> LeaseRight {
        if standing == .owner { return .granted }
        let seesMemory = standing != .none
        if allow(.lease, by: agent, owner: owner, seesMemory: seesMemory) { return .granted }
        return seesMemory ? .denied : .unseen
    }
}

extension AccessRules {
    /// Whether an agent that sees a memory may decide on it, and so sees the edits that there are to decide on.
    package func mayDecide(_ agent: AgentID, owner: AgentID) -> Bool {
        agent == owner || allow(.seeUndecided, by: agent, owner: owner, seesMemory: true)
    }
}

/// Decides which versions of a memory an agent sees that does not own it.
package struct HistoryLimits {
    var viewer: AgentID
    var owner: AgentID
    var rules: AccessRules
    var share: Share?
    /// When the share began; nil where there is none.
    var since: (head: VersionID, order: Int64)?
    /// The versions that the head of then was made from, in a file that exchanges with other devices. They alone came before:
    /// the order in which versions came in is another on each device.
    var before: Set<VersionID>?

    package init(
        viewer: AgentID,
        owner: AgentID,
        rules: AccessRules,
        share: Share? = nil,
        since: (head: VersionID, order: Int64)? = nil,
        before: Set<VersionID>? = nil
    ) {
        self.viewer = viewer
        self.owner = owner
        self.rules = rules
        self.share = share
        self.since = since
        self.before = before
    }

    /// Whether the agent may decide on the memory. Then it also sees the edits that wait or that lost.
    package var mayDecide: Bool { rules.mayDecide(viewer, owner: owner) }

    /// Whether the agent sees a version: its own, and what was shown to it as the published head. That is what came in
    /// since it was given the memory, and what a rule would have shown it. An agent that may decide also sees the
    /// versions of that time that nobody was shown. A version of a restricted category is the owner's alone, whatever
    /// the memory's category is now.
    ///
    /// - Parameters:
    ///   - order: When it came in, in the order of all publications in the file.
    ///   - wasShown: Whether it was the published head, and the memory existed by it.
    package func admits(_ version: Version, publishedAt order: Int64, wasShown: Bool) -> Bool {
        if version.author == viewer { return true }
        guard wasShown || mayDecide else { return false }
        guard !rules.isRestricted(version.fields.category, owner: owner), share?.isRevoked != true else { return false }
        if let since, version.id == since.head || came(version, order, since: since.order) { return true }
        return rules.globalRule(for: viewer, owner: owner, category: version.fields.category) != nil
    }

    private func came(_ version: Version, _ order: Int64, since start: Int64) -> Bool {
        if let before { return !before.contains(version.id) }
        return order >= start
    }
}
