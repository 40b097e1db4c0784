/// How long to wait after failures in a row before the next attempt: exponential backoff with jitter and a cap.
///
/// Half of each pause is fixed and half is random (the "equal jitter" of Amazon's Builders' Library, *Timeouts, retries and
/// backoff with jitter*), so that several processes don't come back in step and none comes back at once.
package struct RetrySchedule: Hashable, Sendable {
    /// The pause after the first failure, before jitter.
    package var first: Duration
    /// The longest pause.
    package var longest: Duration

    package init(first: Duration, longest: Duration) {
        self.first = first
        self.longest = longest
    }

    /// For background sync: a file that is busy or a disk that is full is seldom well again in less than a second, and a
    /// person who made room should not wait much more than a quarter of an hour.
    package static let backgroundSync = RetrySchedule(first: .seconds(1), longest: .seconds(900))

    /// The pause after some failures in a row.
    ///
    /// - Parameters:
    ///   - failures: How many there were, the last included; at least 1.
    ///   - generator: Where the jitter comes from.
    /// - Returns: Between a half and the whole of `first` doubled for each failure but the first, and at most `longest`.
    package func pause(
        afterFailures failures: Int,
        using generator: inout some RandomNumberGenerator
    ) -> Duration {
        // 2 to the 40th seconds is beyond any cap; the limit keeps the product within what a duration can hold.
        let doublings = min(max(failures - 1, 0), 40)
        let whole = min(first * (1 << doublings), longest)
        return whole * Double.random(in: 0.5...1, using: &generator)
    }
}
