package import HearthModel

/// When upkeep has not been done for too long.
package enum UpkeepSchedule {
    /// A host that does upkeep again and again has missed it if it is this long ago and three intervals: a machine may
    /// be off over a weekend.
    package static let longestPause = Duration.days(3)
    /// Without such a host somebody should do it by hand after this time.
    package static let longestWithoutHost = Duration.days(30)

    /// How long upkeep is overdue, since it was last done or since the first memory came; nil if it is not.
    ///
    /// - Parameters:
    ///   - last: When it last ended; nil if it never did.
    ///   - next: When the host that did it said it would begin again; nil if nobody did.
    ///   - firstMemory: When the oldest memory came into the file; nil if there is none.
    package static func overdue(
        last: Timestamp?,
        next: Timestamp?,
        firstMemory: Timestamp?,
        now: Timestamp
    ) -> Duration? {
        guard let start = last ?? firstMemory else { return nil }
        var longest = longestWithoutHost
        if let last, let next { longest = max(longestPause, duration(from: last, to: next) * 3) }
        let passed = duration(from: start, to: now)
        return passed > longest ? passed : nil
    }

    private static func duration(from start: Timestamp, to end: Timestamp) -> Duration {
        .microseconds(end.rawValue) - .microseconds(start.rawValue)
    }
}
