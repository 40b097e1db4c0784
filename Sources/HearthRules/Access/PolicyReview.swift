package import HearthModel

/// Judges a policy, and says what it would change for whom.
package struct PolicyReview {
    /// How many live memories there are of an owner and a category.
    package struct Holding: Hashable, Sendable {
        package var owner: AgentID
        package var category: MemoryCategory
        package var memories: Int
        /// The shares that agents have of them: how many memories have such a share.
        package var shares: [ShareCount]

        package init(owner: AgentID, category: MemoryCategory, memories: Int, shares: [ShareCount] = []) {
            (self.owner, self.category, self.memories, self.shares) = (owner, category, memories, shares)
        }
    }

    /// How many memories an agent has a kind of share of.
    package struct ShareCount: Hashable, Sendable {
        package var agent: AgentID
        package var share: Share
        package var memories: Int

        package init(agent: AgentID, share: Share, memories: Int) {
            (self.agent, self.share, self.memories) = (agent, share, memories)
        }
    }

    private let policy: SharingPolicy
    private let present: SharingPolicy
    private let priorities: [AgentID: AgentPriority]
    private let holdings: [Holding]

    /// - Parameters:
    ///   - policy: The policy to judge.
    ///   - present: The one that stands.
    ///   - priorities: The agents that there are.
    ///   - holdings: The memories that there are.
    package init(
        _ policy: SharingPolicy,
        inPlaceOf present: SharingPolicy,
        priorities: [AgentID: AgentPriority],
        holdings: [Holding]
    ) {
        (self.policy, self.present, self.priorities, self.holdings) = (policy, present, priorities, holdings)
    }

    /// The whole check.
    package var outcome: PolicyCheck {
        let problems =
            ruleProblems(policy.globalRules, list: "global_rules")
            + ruleProblems(policy.propagationRules, list: "propagation_rules") + ownerProblems
        return PolicyCheck(
            problems: problems.filter { $0.severity == .error } + problems.filter { $0.severity == .warning },
            changes: changes
        )
    }
}

extension PolicyReview {
    private typealias Problem = PolicyCheck.Problem
    private typealias Rule = SharingPolicy.Rule

    private func ruleProblems(_ rules: [Rule], list: String) -> [Problem] {
        rules.indices.flatMap { index in
            let rule = rules[index]
            let place = "\(list).\(rule.name)"
            return emptiness(of: rule, at: place) + unknownNames(in: rule, at: place)
                + restrictions(against: rule, at: place) + repetition(of: rule, behind: rules[..<index], at: place)
        }
    }

    private func emptiness(of rule: Rule, at place: String) -> [Problem] {
        var missing: [String] = []
        if rule.agents.isEmpty { missing.append("agents") }
        if rule.categories.isEmpty { missing.append("categories") }
        return missing.map {
            Problem(severity: .error, place: place, message: "The rule has no \($0), so it does nothing.")
        }
    }

    private func unknownNames(in rule: Rule, at place: String) -> [Problem] {
        let agents = rule.agents.filter { priorities[$0] == nil }.sorted()
            .map {
                Problem(severity: .error, place: place, message: "There is no agent \($0).")
            }
        return agents + unusedCategories(rule.categories, at: place)
    }

    /// What is restricted or sealed may well come later; a rule is mostly written for what is there.
    private func unusedCategories(_ categories: Set<MemoryCategory>, at place: String) -> [Problem] {
        let unused = categories.subtracting(holdings.map(\.category)).map(\.rawValue).sorted()
        guard let first = unused.first else { return [] }
        let names = unused.count == 1 ? "category \(first)" : "categories \(unused.joined(separator: ", "))"
        return [Problem(severity: .warning, place: place, message: "No memory has the \(names).")]
    }

    /// What an owner restricts no rule opens.
    private func restrictions(against rule: Rule, at place: String) -> [Problem] {
        policy.restrictedCategories.sorted { $0.key < $1.key }
            .flatMap { owner, restricted in
                // A rule that opens a category to its owner alone opens nothing.
                guard rule.agents != [owner] else { return [Problem]() }
                return rule.categories.intersection(restricted).map(\.rawValue).sorted()
                    .map { category in
                        Problem(
                            severity: .error,
                            place: place,
                            message:
                                "The rule opens \(category), which \(owner) restricts: memories of \(owner) stay closed."
                        )
                    }
            }
    }

    /// A rule of which every part is said by rules before it, or is no more than what another says.
    private func repetition(of rule: Rule, behind earlier: ArraySlice<Rule>, at place: String) -> [Problem] {
        guard !rule.agents.isEmpty, !rule.categories.isEmpty else { return [] }
        let fitting = earlier.filter { rule.permission == .read || $0.permission == .propose }
        let isCovered = rule.agents.allSatisfy { agent in
            rule.categories.allSatisfy { category in
                fitting.contains { $0.agents.contains(agent) && $0.categories.contains(category) }
            }
        }
        guard isCovered else { return [] }
        let names =
            fitting.filter {
                !$0.agents.isDisjoint(with: rule.agents) && !$0.categories.isDisjoint(with: rule.categories)
            }
            .map(\.name)
        return [
            Problem(
                severity: .warning,
                place: place,
                message: "The rule does nothing that is not done by \(names.joined(separator: ", ")) before it."
            )
        ]
    }

    private var ownerProblems: [Problem] {
        policy.restrictedCategories.keys.filter { priorities[$0] == nil }.sorted()
            .map { owner in
                Problem(
                    severity: .error,
                    place: "restricted_categories.\(owner)",
                    message: "There is no agent \(owner)."
                )
            }
    }
}

extension PolicyReview {
    /// What would change, by the rules that decide who sees what. Propagation shares only what is stored or published
    /// from then on, so it changes nothing that is there.
    private var changes: [PolicyCheck.Change] {
        let old = AccessRules(policy: present, priorities: priorities)
        let new = AccessRules(policy: policy, priorities: priorities)
        return priorities.keys.sorted()
            .compactMap { viewer in
                var change = PolicyCheck.Change(agent: viewer)
                for holding in holdings where holding.owner != viewer {
                    var rest = holding.memories
                    for count in holding.shares where count.agent == viewer {
                        rest -= count.memories
                        change.note(count.memories, of: holding, share: count.share, before: old, after: new)
                    }
                    change.note(rest, of: holding, share: nil, before: old, after: new)
                }
                return change == PolicyCheck.Change(agent: viewer) ? nil : change
            }
    }
}

extension PolicyCheck.Change {
    fileprivate mutating func note(
        _ memories: Int,
        of holding: PolicyReview.Holding,
        share: Share?,
        before old: AccessRules,
        after new: AccessRules
    ) {
        func permission(by rules: AccessRules) -> SharePermission? {
            let standing = rules.standing(of: agent, owner: holding.owner, category: holding.category, share: share)
            guard case .shared(let context) = standing else { return nil }
            return context.permission
        }
        let (before, after) = (permission(by: old), permission(by: new))
        if before == nil, after != nil { gains += memories }
        if before != nil, after == nil { loses += memories }
        if before != .propose, after == .propose { mayPropose += memories }
    }
}
