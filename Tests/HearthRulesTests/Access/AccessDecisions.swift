import Testing

@testable import HearthModel
@testable import HearthRules

@Suite struct AccessDecisions {
    private let rules = AccessRules(
        policy: .hearthlink,
        priorities: Dictionary(uniqueKeysWithValues: AgentProfile.hearthlink.map { ($0.id, $0.priority) })
    )

    private func sees(_ viewer: AgentID, owner: AgentID, _ category: MemoryCategory, share: Share? = nil) -> Bool {
        rules.standing(of: viewer, owner: owner, category: category, share: share) != .none
    }

    /// The tables of the default policy, written down once more by hand.
    private static let global: [(categories: [MemoryCategory], agents: Set<AgentID>)] = [
        ([.preference, .userPreferences], ["alden", "alice", "mimic"]),
        ([.knowledge, .systemKnowledge], ["alden", "alice", "sentry"]),
        ([.alert, .securityAlerts], ["alden", "sentry"]),
        ([.pattern, .behavioral, .behavioralPatterns], ["alice", "mimic"]),
    ]

    @Test func `global rules open their categories to their agents and to no others`() {
        for (categories, agents) in Self.global {
            for category in categories {
                for owner in AgentProfile.hearthlink.map(\.id) {
                    for viewer in AgentProfile.hearthlink.map(\.id) where viewer != owner {
                        let isOpen = agents.contains(viewer)
                        #expect(sees(viewer, owner: owner, category) == isOpen, "\(viewer) \(category)")
                    }
                }
            }
        }
    }

    @Test func `a restricted category stays with its owner whatever shares and rules say`() {
        let share = Share(origin: .explicit, permission: .propose, isRevoked: false)
        for (owner, categories) in SharingPolicy.hearthlink.restrictedCategories {
            for category in categories {
                for viewer in AgentProfile.hearthlink.map(\.id) where viewer != owner {
                    #expect(!sees(viewer, owner: owner, category, share: share))
                }
                #expect(sees(owner, owner: owner, category))
                #expect(rules.propagation(of: category, owner: owner).isEmpty)
            }
        }
    }

    @Test func `another agent's restricted category is an ordinary one`() {
        let share = Share(origin: .explicit, permission: .read, isRevoked: false)
        #expect(sees("alice", owner: "alden", .securityCredentials, share: share))
    }

    @Test func `a revocation shuts out rules too`() {
        let revoked = Share(origin: .explicit, permission: .read, isRevoked: true)
        #expect(sees("alice", owner: "alden", .preference))
        #expect(!sees("alice", owner: "alden", .preference, share: revoked))
    }

    @Test func `priority raises what a rule shows, never an explicit share`() {
        func permission(_ viewer: AgentID, owner: AgentID, share: Share?) -> SharePermission? {
            let standing = rules.standing(of: viewer, owner: owner, category: .preference, share: share)
            guard case .shared(let context) = standing else { return nil }
            return context.permission
        }
        #expect(permission("alden", owner: "mimic", share: nil) == .propose)
        #expect(permission("mimic", owner: "alden", share: nil) == .read)
        let explicit = Share(origin: .explicit, permission: .read, isRevoked: false)
        #expect(permission("alden", owner: "mimic", share: explicit) == .read)
        let propagated = Share(origin: .propagation(rule: "r"), permission: .read, isRevoked: false)
        #expect(permission("alden", owner: "mimic", share: propagated) == .propose)
    }

    @Test func `an agent the policy does not know is never raised`() {
        let context = rules.globalRule(for: "stranger", owner: "mimic", category: .preference)
        #expect(context == nil)
    }

    @Test func `propagation sends a category on to the rule's agents but its owner`() {
        #expect(Set(rules.propagation(of: .incident, owner: "sentry").keys) == ["alden"])
        #expect(Set(rules.propagation(of: .analysis, owner: "alice").keys) == ["alden"])
        #expect(Set(rules.propagation(of: .preference, owner: "alden").keys) == ["mimic"])
        #expect(rules.propagation(of: .conversation, owner: "alden").isEmpty)
    }
}
