package import HearthModel
import HearthText

/// Which searches are counted that found nothing, and what they suggest to share.
package enum ShareSuggestions {
    /// For how many days the counts are kept, today among them.
    package static let daysKept: Int64 = 90
    /// From so many searches on, and on so many days, something is suggested: one bad evening is no habit.
    private static let fewestSearches = 5
    private static let fewestDays = 2
    /// From so many memories on a rule is less work than shares one by one.
    private static let manyMemories = 20

    /// Whether a search is counted: it looked among others' memories, and found nothing.
    ///
    /// - Parameter owners: The agents whose memories were asked for; empty: anybody's.
    package static func counts(
        by agent: AgentID,
        includingShared: Bool,
        owners: Set<AgentID>,
        results: Int
    ) -> Bool {
        results == 0 && includingShared && owners != [agent]
    }

    /// The day of UTC that a time is in, in days since 1970-01-01.
    package static func day(of time: Timestamp) -> Int64 {
        Int64(Int(time.rawValue).quotientAndRemainder(flooringBy: 86_400_000_000).quotient)
    }

    /// The days whose counts are kept. A clock that was wrong may have left others.
    package static func daysKept(at now: Timestamp) -> ClosedRange<Int64> {
        let today = day(of: now)
        return today - daysKept + 1...today
    }

    /// Those of some memories that may be shared with an agent and are not open to it by a rule, the most first.
    ///
    /// - Parameter memories: Memories that no share speaks of.
    package static func shareable(
        _ memories: [MemoryAnalytics.Unanswered.Shareable],
        with agent: AgentID,
        rules: AccessRules
    ) -> [MemoryAnalytics.Unanswered.Shareable] {
        memories
            .filter { group in
                !rules.isRestricted(group.category, owner: group.owner)
                    && rules.standing(of: agent, owner: group.owner, category: group.category, share: nil) == .none
            }
            .sorted {
                ($1.memories, $0.owner, $0.category.rawValue) < ($0.memories, $1.owner, $1.category.rawValue)
            }
    }

    /// What to recommend because of an agent's searches; nil if they are few, or nothing could be shared.
    package static func recommendation(
        _ unanswered: MemoryAnalytics.Unanswered
    ) -> MemoryAnalytics.Recommendation? {
        guard unanswered.searches >= fewestSearches, unanswered.days >= fewestDays,
            let most = unanswered.shareable.first
        else { return nil }
        let (agent, user) = (unanswered.agentID, unanswered.userID)
        let identity = "--agent \(ShellWord(most.owner.rawValue)) --user \(ShellWord(user.rawValue))"
        let list = "hearth list \(identity) --own --category \(ShellWord(most.category.rawValue))"
        let isMany = most.memories >= manyMemories
        let way =
            isMany
            ? "A global rule for the category in what `hearth policy show --json` prints opens them."
            : "`\(list)` shows them."
        return MemoryAnalytics.Recommendation(
            reason: """
                \(agent) searched others' memories of \(user) \(unanswered.searches) times on \(unanswered.days) days and found \
                nothing. Of what it may not see, the most is of \(most.owner) and \(most.category.rawValue): \
                \(most.memories == 1 ? "1 memory" : "\(most.memories) memories"). \(way)
                """,
            command: isMany
                ? "hearth policy load FILE" : "hearth share ID \(identity) --with \(ShellWord(agent.rawValue))"
        )
    }
}
