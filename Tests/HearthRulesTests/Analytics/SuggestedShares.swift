import HearthModel
import TestSupport
import Testing

@testable import HearthRules

/// What is suggested to share because an agent searches and finds nothing.
@Suite struct SuggestedShares {
    private typealias Group = MemoryAnalytics.Unanswered.Shareable

    private func unanswered(
        searches: Int = 5,
        days: Int = 2,
        _ shareable: [MemoryAnalytics.Unanswered.Shareable]
    ) -> MemoryAnalytics.Unanswered {
        MemoryAnalytics.Unanswered(
            userID: "iris",
            agentID: "mimic",
            searches: searches,
            days: days,
            lastDay: Timestamp(rawValue: 0).date,
            shareable: shareable
        )
    }

    @Test func `only a search that looked among others' memories and found nothing is counted`() {
        func counts(_ shared: Bool, _ owners: Set<AgentID>, _ results: Int) -> Bool {
            ShareSuggestions.counts(by: "mimic", includingShared: shared, owners: owners, results: results)
        }
        #expect(counts(true, [], 0) && counts(true, ["alden"], 0) && counts(true, ["alden", "mimic"], 0))
        #expect(!counts(true, [], 1) && !counts(false, [], 0) && !counts(true, ["mimic"], 0))
    }

    @Test func `days begin at midnight of UTC, before 1970 too`() {
        let day: Int64 = 86_400_000_000
        for (time, expected) in [(0, 0), (day - 1, 0), (day, 1), (-1, -1), (-day, -1), (-day - 1, -2)] {
            #expect(ShareSuggestions.day(of: Timestamp(rawValue: time)) == expected)
        }
        for extreme in [Timestamp.earliest, .latest] {
            let days = ShareSuggestions.daysKept(at: extreme)
            #expect(days.count == 90 && days.upperBound == ShareSuggestions.day(of: extreme))
        }
    }

    @Test func `restricted categories, an agent's own memories and what a rule opens are not to be shared`() {
        let rules = AgentDirectory(sequence: 1, policy: .hearthlink, agents: []).rules
        let groups = [
            Group(owner: "alden", category: .general, memories: 3),
            Group(owner: "alden", category: .privateTasks, memories: 9),
            Group(owner: "alden", category: .preference, memories: 9),
            Group(owner: "mimic", category: .general, memories: 9),
            Group(owner: "sentry", category: .general, memories: 5),
            Group(owner: "alice", category: .general, memories: 3),
        ]
        let shareable = ShareSuggestions.shareable(groups, with: "mimic", rules: rules)
        #expect(shareable.map { "\($0.owner) \($0.memories)" } == ["sentry 5", "alden 3", "alice 3"])
        #expect(shareable.allSatisfy { $0.category == .general })
    }

    @Test func `one evening of searches, few searches, or nothing to share suggest nothing`() {
        let group = Group(owner: "alden", category: .general, memories: 3)
        #expect(ShareSuggestions.recommendation(unanswered(searches: 50, days: 1, [group])) == nil)
        #expect(ShareSuggestions.recommendation(unanswered(searches: 4, days: 4, [group])) == nil)
        #expect(ShareSuggestions.recommendation(unanswered(searches: 50, days: 9, [])) == nil)
        #expect(ShareSuggestions.recommendation(unanswered([group])) != nil)
    }

    @Test func `a suggestion says who, how often and what, and names the command`() throws {
        let few = try #require(
            ShareSuggestions.recommendation(
                unanswered([Group(owner: "al den", category: .general, memories: 3)])
            )
        )
        for part in ["mimic", "iris", "5 times", "2 days", "al den", "general", "3 memories", "`hearth list"] {
            #expect(few.reason.contains(part), "\(part)")
        }
        #expect(few.command == "hearth share ID --agent 'al den' --user iris --with mimic")
        let many = try #require(
            ShareSuggestions.recommendation(unanswered([Group(owner: "alden", category: .general, memories: 20)]))
        )
        #expect(many.command == "hearth policy load FILE" && many.reason.contains("global rule"))
    }
}
