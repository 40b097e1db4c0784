import HearthMemory
import TestSupport

/// The rules of sharing as the design states them, once more and without the engine's: who sees a memory, and who may do
/// what with it.
struct PolicyModel {
    /// What the file holds of one memory.
    struct Entry {
        var id: MemoryID
        var owner: AgentID
        var user: UserID
        var category: MemoryCategory
        var content: String
        var shares: [AgentID: Grant] = [:]
        var isDeleted = false
    }

    /// What an owner or a propagation rule has said of one agent.
    struct Grant {
        var isByCall: Bool
        var mayPropose: Bool
        var isRevoked = false
    }

    enum Right: Int, Comparable {
        case nothing, read, propose, everything

        static func < (left: Right, right: Right) -> Bool { left.rawValue < right.rawValue }
    }

    var priorities: [AgentID: AgentPriority]
    var policy: SharingPolicy
    var entries: [Entry] = []

    var agents: [AgentID] { priorities.keys.sorted() }

    func isRestricted(_ entry: Entry) -> Bool {
        policy.restrictedCategories[entry.owner, default: []].contains(entry.category)
    }

    func isNotBelow(_ agent: AgentID, _ owner: AgentID) -> Bool {
        priorities[agent]!.rawValue <= priorities[owner]!.rawValue
    }

    func isCritical(_ agent: AgentID) -> Bool { priorities[agent] == .critical }

    /// What an agent may do with a memory, and why it sees it.
    func right(of agent: AgentID, to entry: Entry) -> (right: Right, reason: SharingContext.Reason?) {
        if agent == entry.owner { return (.everything, nil) }
        if isRestricted(entry) { return (.nothing, nil) }
        let isRaised = isNotBelow(agent, entry.owner)
        if let grant = entry.shares[agent] {
            if grant.isRevoked { return (.nothing, nil) }
            if grant.isByCall { return (grant.mayPropose ? .propose : .read, .explicit) }
            return (grant.mayPropose || isRaised ? .propose : .read, .propagation)
        }
        var right = Right.nothing
        for rule in policy.globalRules where rule.categories.contains(entry.category) && rule.agents.contains(agent) {
            right = max(right, rule.permission == .propose || isRaised ? .propose : .read)
        }
        return (right, right == .nothing ? nil : .rule)
    }

    /// What an agent may do with a memory that is there.
    func liveRight(of agent: AgentID, to entry: Entry) -> Right {
        entry.isDeleted ? .nothing : right(of: agent, to: entry).right
    }

    func visible(to agent: AgentID, of user: UserID) -> [Entry] {
        entries.filter { $0.user == user && liveRight(of: agent, to: $0) != .nothing }
    }

    func mayLease(_ agent: AgentID, _ entry: Entry) -> Bool {
        agent == "system" || agent == entry.owner || isNotBelow(agent, entry.owner)
    }

    /// Sends a memory to the agents of the propagation rules, when it is stored or published.
    mutating func propagate(_ place: Int) {
        let entry = entries[place]
        guard !isRestricted(entry), !entry.isDeleted else { return }
        for agent in agents where agent != entry.owner && entry.shares[agent] == nil {
            let rules = policy.propagationRules.filter {
                $0.categories.contains(entry.category) && $0.agents.contains(agent)
            }
            guard !rules.isEmpty else { continue }
            let mayPropose = rules.contains { $0.permission == .propose }
            entries[place].shares[agent] = Grant(isByCall: false, mayPropose: mayPropose)
        }
    }
}

extension PolicyModel {
    static let categories: [MemoryCategory] = [.general, .preference, .knowledge, .alert, .privateTasks, "garden"]

    /// Agents of random priorities under random rules.
    static func random(using random: inout SeededGenerator) -> PolicyModel {
        var priorities: [AgentID: AgentPriority] = ["system": .critical]
        for name in ["ash", "birch", "cedar", "elm", "fir"] {
            priorities[AgentID(rawValue: name)] = AgentPriority.allCases.randomElement(using: &random)
        }
        // A rule may name an agent that there is not.
        let named = priorities.keys.sorted() + ["ghost"]
        func some<Element>(_ all: [Element], _ share: Double, _ random: inout SeededGenerator) -> [Element] {
            all.filter { _ in Double.random(in: 0..<1, using: &random) < share }
        }
        func rules(_ name: String, _ count: Int, _ random: inout SeededGenerator) -> [SharingPolicy.Rule] {
            (0..<count)
                .map { number in
                    SharingPolicy.Rule(
                        name: "\(name) \(number)",
                        categories: Set(some(categories, 0.3, &random) + [categories[number % categories.count]]),
                        agents: Set(some(named, 0.4, &random) + [named[number % named.count]]),
                        permission: Bool.random(using: &random) ? .read : .propose
                    )
                }
        }
        var restricted: [AgentID: Set<MemoryCategory>] = [:]
        for agent in named {
            let categories = some(categories, 0.2, &random)
            if !categories.isEmpty { restricted[agent] = Set(categories) }
        }
        let policy = SharingPolicy(
            globalRules: rules("global", Int.random(in: 0...4, using: &random), &random),
            restrictedCategories: restricted,
            propagationRules: rules("sent", Int.random(in: 0...3, using: &random), &random)
        )
        return PolicyModel(priorities: priorities, policy: policy)
    }
}
