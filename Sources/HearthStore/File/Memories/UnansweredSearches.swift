import HearthModel
import HearthSQLite
import Synchronization

/// Counts in memory which searches found nothing, so that a search waits for no write.
///
/// Nothing that an agent sees depends on these counts, nor on when they are written. What was searched for is not in them.
final class UnansweredSearches: Sendable {
    /// Who searched whose memories when.
    struct Occasion: Hashable, Sendable {
        var agent: Int64
        var user: Int64
        /// Days since 1970-01-01.
        var day: Int64
    }

    /// The most occasions that are counted and not written; others are not counted. That is some hundred KiB.
    static let mostUnwritten = 4_096

    private let counts = Mutex<[Occasion: Int64]>([:])

    func count(_ occasion: Occasion) {
        counts.withLock { counts in
            guard counts[occasion] != nil || counts.count < Self.mostUnwritten else { return }
            counts[occasion] = (counts[occasion] ?? 0).saturatingSuccessor
        }
    }

    /// Takes everything that is counted, in order to write it.
    func take() -> [Occasion: Int64] {
        counts.withLock { counts in
            defer { counts = [:] }
            return counts
        }
    }

    /// Counts on with what was not written.
    func putBack(_ taken: [Occasion: Int64]) {
        counts.withLock { $0.merge(taken) { $0.saturatingAdding($1) } }
    }
}

/// The rows of `unanswered_searches`.
enum UnansweredTable {
    static func add(_ counts: [UnansweredSearches.Occasion: Int64], in transaction: StoreTransaction) throws {
        _ = transaction.sequence
        for (occasion, count) in counts {
            // A user that was erased meanwhile has no counts.
            try transaction.connection.run(
                """
                INSERT INTO unanswered_searches (day, user_key, agent_key, searches) SELECT ?1, user_key, ?3, ?4 FROM users WHERE user_key = ?2
                ON CONFLICT (day, user_key, agent_key) DO UPDATE
                    SET searches = min(searches, 9223372036854775807 - excluded.searches) + excluded.searches
                """,
                occasion.day,
                occasion.user,
                occasion.agent,
                count
            )
        }
    }

    /// Removes rows of days that are not kept.
    ///
    /// - Returns: How many.
    static func remove(except days: ClosedRange<Int64>, atMost count: Int, in connection: Connection) throws -> Int {
        try connection.run(
            """
            DELETE FROM unanswered_searches WHERE (day, user_key, agent_key) IN (
                SELECT day, user_key, agent_key FROM unanswered_searches WHERE day < ?1 OR day > ?2 LIMIT ?3)
            """,
            days.lowerBound,
            days.upperBound,
            count
        )
        return Int(connection.changes)
    }

    /// Everything that is counted on some days, the most searches first.
    static func counts(
        on days: ClosedRange<Int64>,
        user: Int64?,
        atMost count: Int,
        in connection: Connection
    ) throws -> [(user: Int64, agent: Int64, searches: Int, days: Int, last: Int64)] {
        try connection.rows(
            """
            SELECT user_key, agent_key, sum(min(searches, 1000000000000)), count(*), max(day) FROM unanswered_searches
            WHERE day BETWEEN ?1 AND ?2 AND (?3 IS NULL OR user_key = ?3)
            GROUP BY user_key, agent_key ORDER BY 3 DESC, 1, 2 LIMIT ?4
            """,
            days.lowerBound,
            days.upperBound,
            user,
            count,
            as: { ($0.int64(0), $0.int64(1), $0.int(2), $0.int(3), $0.int64(4)) }
        )
    }
}
