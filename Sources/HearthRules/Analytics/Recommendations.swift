package import HearthModel

/// What to do about what was counted. Each names a command.
package enum Recommendations {
    /// What is waiting, besides what the analytics have.
    package struct Waiting: Hashable, Sendable {
        package var conflicts: Int
        /// Drafts that are older than a day.
        package var oldDrafts: Int
        /// Memories whose importance should be another one.
        package var importances: Int
        /// Propagated and explicit shares of agents that have read none of what is shared with them.
        package var unusedShares: [AgentID: Int]

        package init(
            conflicts: Int = 0,
            oldDrafts: Int = 0,
            importances: Int = 0,
            unusedShares: [AgentID: Int] = [:]
        ) {
            self.conflicts = conflicts
            self.oldDrafts = oldDrafts
            self.importances = importances
            self.unusedShares = unusedShares
        }
    }

    /// From so many memories on, and from such a part of them, unread ones are worth a word.
    private static let fewestMemories = 20
    private static let unreadShare = 0.5

    package static func recommendations(
        _ analytics: MemoryAnalytics,
        waiting: Waiting
    ) -> [MemoryAnalytics.Recommendation] {
        let user = analytics.userID.map { " --user \(ShellWord($0.rawValue))" } ?? ""
        var result: [MemoryAnalytics.Recommendation] = []
        func recommend(_ reason: String, _ command: String) {
            result.append(MemoryAnalytics.Recommendation(reason: reason, command: command))
        }
        if waiting.conflicts > 0 {
            recommend("\(waiting.conflicts) conflicts wait for a person.", "hearth conflicts list")
        }
        if waiting.oldDrafts > 0 {
            recommend(
                "\(waiting.oldDrafts) drafts are older than a day; nobody else sees them.",
                "hearth sync --all\(user)"
            )
        }
        for advice in analytics.strategies {
            guard let strategy = advice.suggested, let best = advice.agreements.first else { continue }
            recommend(
                """
                People decided \(best.decisions) of \(advice.decisions) conflicts on \(advice.category.rawValue) as \
                \(strategy.rawValue) would have.
                """,
                "hearth conflicts resolve ID --strategy \(strategy.rawValue)"
            )
        }
        for unread in analytics.unread
        where unread.memories >= fewestMemories && Double(unread.unread) >= unreadShare * Double(unread.memories) {
            recommend(
                "\(unread.unread) of \(unread.memories) memories of \(unread.owner) were never read in 30 days.",
                "hearth list --agent \(ShellWord(unread.owner.rawValue))\(user)"
            )
        }
        for (agent, shares) in waiting.unusedShares.sorted(by: { $0.key < $1.key }) where shares >= fewestMemories {
            recommend(
                "\(shares) memories are shared with \(agent), which has read none of them.",
                "hearth policy show"
            )
        }
        result += analytics.unanswered.compactMap(ShareSuggestions.recommendation)
        if waiting.importances > 0 {
            recommend(
                "\(waiting.importances) memories are used otherwise than their importance says.",
                "hearth importance suggest\(user)"
            )
        }
        return result
    }
}
