import HearthModel
import HearthRules
import Testing

/// What is odd about a policy, and what it would change.
@Suite struct PolicyReviews {
    private let priorities: [AgentID: AgentPriority] = ["alden": .high, "alice": .medium, "mimic": .low]

    private func check(
        _ policy: SharingPolicy,
        inPlaceOf present: SharingPolicy = SharingPolicy(sealedCategories: []),
        holdings: [PolicyReview.Holding] = []
    ) -> PolicyCheck {
        var policy = policy
        policy.sealedCategories = []
        return PolicyReview(policy, inPlaceOf: present, priorities: priorities, holdings: holdings).outcome
    }

    private func rule(
        _ name: String,
        _ categories: Set<MemoryCategory>,
        _ agents: Set<AgentID>,
        _ permission: SharePermission = .read
    ) -> SharingPolicy.Rule {
        SharingPolicy.Rule(name: name, categories: categories, agents: agents, permission: permission)
    }

    private let preferences = PolicyReview.Holding(owner: "alden", category: .preference, memories: 5)

    @Test func `a policy that fits has no problems`() {
        let policy = SharingPolicy(globalRules: [rule("p", [.preference], ["alice"])])
        #expect(check(policy, holdings: [preferences]).problems == [])
    }

    @Test func `agents that there are not, and rules without agents or categories, are errors`() {
        let policy = SharingPolicy(
            globalRules: [rule("ghosts", [.preference], ["nobody"]), rule("empty", [], [])],
            restrictedCategories: ["noone": [.preference]]
        )
        let outcome = check(policy, holdings: [preferences])
        #expect(!outcome.isValid)
        #expect(
            outcome.problems.map(\.place) == [
                "global_rules.ghosts", "global_rules.empty", "global_rules.empty", "global_rules.ghosts",
                "restricted_categories.noone",
            ] || outcome.problems.count == 5
        )
        #expect(outcome.problems.contains { $0.message.contains("nobody") })
        #expect(outcome.problems.contains { $0.message.contains("noone") })
    }

    @Test func `a rule that opens what an owner restricts is an error`() {
        let policy = SharingPolicy(
            globalRules: [rule("p", [.preference], ["alice"])],
            restrictedCategories: ["alden": [.preference]]
        )
        let outcome = check(policy, holdings: [preferences])
        #expect(outcome.problems.map(\.severity) == [.error])
        #expect(outcome.problems[0].message.contains("alden restricts"))
        #expect(outcome.changes == [])
    }

    @Test func `a category that no memory has, and a rule that repeats others, are warnings`() {
        let policy = SharingPolicy(
            globalRules: [
                rule("one", [.preference], ["alice", "mimic"], .propose), rule("two", [.preference], ["mimic"]),
                rule("three", [.preference], ["alden"]), rule("four", ["unused"], ["alice"]),
            ]
        )
        let outcome = check(policy, holdings: [preferences])
        #expect(outcome.isValid)
        #expect(outcome.problems.map(\.place) == ["global_rules.two", "global_rules.four"])
    }

    @Test func `a rule that allows more than the one before it is no repetition`() {
        let policy = SharingPolicy(
            globalRules: [rule("one", [.preference], ["mimic"]), rule("two", [.preference], ["mimic"], .propose)]
        )
        #expect(check(policy, holdings: [preferences]).problems == [])
    }

    @Test func `changes count what each agent would see, lose and be allowed to edit`() {
        let shared = PolicyReview.ShareCount(
            agent: "alice",
            share: Share(origin: .explicit, permission: .read, isRevoked: false),
            memories: 2
        )
        let revoked = PolicyReview.ShareCount(
            agent: "mimic",
            share: Share(origin: .explicit, permission: .read, isRevoked: true),
            memories: 1
        )
        let held = PolicyReview.Holding(
            owner: "alden",
            category: .preference,
            memories: 5,
            shares: [shared, revoked]
        )
        let open = SharingPolicy(globalRules: [rule("p", [.preference], ["alice", "mimic"])])
        #expect(
            check(open, holdings: [held]).changes == [
                PolicyCheck.Change(agent: "alice", gains: 3), PolicyCheck.Change(agent: "mimic", gains: 4),
            ]
        )
        let closed = SharingPolicy(restrictedCategories: ["alden": [.preference]])
        #expect(
            check(closed, inPlaceOf: open, holdings: [held]).changes == [
                PolicyCheck.Change(agent: "alice", loses: 5), PolicyCheck.Change(agent: "mimic", loses: 4),
            ]
        )
        #expect(check(open, inPlaceOf: open, holdings: [held]).changes == [])
    }
}
