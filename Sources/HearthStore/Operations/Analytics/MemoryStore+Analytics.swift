package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// Counts how memories are used, all of one state of the store; it changes nothing.
    ///
    /// It reads tables from end to end, on a thread of its own.
    ///
    /// - Parameters:
    ///   - userID: Whose memories; nil: everybody's.
    ///   - period: How long the periods are that memories are counted by.
    /// - Throws: `.invalidArgument` if the file has no such user.
    package func analytics(userID: UserID? = nil, by period: MemoryAnalytics.Period = .week) async throws
        -> MemoryAnalytics
    {
        if !isReadOnly { try await flushReadCounts() }
        await writeUnansweredSearches()
        let now = clock.now()
        return try await readUntilCancelled { snapshot in
            let reader = try AnalyticsReader(snapshot, userID: userID?.validated(), now: now)
            var analytics = MemoryAnalytics(userID: userID, period: period, generatedAt: now.date)
            analytics.usage = UsagePeriods.usage(try reader.days(), by: period)
            (analytics.reads, analytics.coAccess) = (try reader.reads(), try reader.coAccess())
            (analytics.unread, analytics.unanswered) = (try reader.unread(), try reader.unanswered())
            analytics.strategies = StrategyAgreement.advice(try reader.decisions())
            analytics.recommendations = Recommendations.recommendations(analytics, waiting: try reader.waiting())
            return analytics
        }
    }
}

extension AnalyticsReader {
    fileprivate func waiting() throws -> Recommendations.Waiting {
        Recommendations.Waiting(
            conflicts: try count(
                "SELECT count(*) FROM conflicts WHERE resolved_at IS NULL AND (?1 IS NULL OR user_key = ?1)"
            ),
            oldDrafts: try snapshot.connection.first(
                "SELECT count(*) FROM drafts WHERE created_at <= ?2 AND (?1 IS NULL OR user_key = ?1)",
                user,
                now.rawValue - 86_400_000_000,
                as: { $0.int(0) }
            ) ?? 0,
            importances: try importanceSuggestions(limit: Self.countedSuggestions).count,
            unusedShares: try unusedShares()
        )
    }

    /// How many suggestions are counted at most.
    private static var countedSuggestions: Int { 1_000 }
}
