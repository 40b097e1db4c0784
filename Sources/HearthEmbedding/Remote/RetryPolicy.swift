/// How often a failed request is made again, and how long to wait before that.
///
/// By default a few attempts with short waits, because a search may be waiting. It goes on by keywords when the
/// embedder gives up.
package struct RetryPolicy: Sendable {
    /// The number of attempts, the first included.
    package var attempts: Int
    /// The longest wait before the second attempt; it doubles with each further one.
    package var baseDelay: Duration
    /// The longest wait of all, also where the server asks for a longer one.
    package var maximumDelay: Duration

    /// Assembles a policy; the defaults suit a call that somebody waits for.
    package init(
        attempts: Int = 3,
        baseDelay: Duration = .milliseconds(200),
        maximumDelay: Duration = .seconds(5)
    ) {
        self.attempts = attempts
        self.baseDelay = baseDelay
        self.maximumDelay = maximumDelay
    }

    /// The wait after a failed attempt, or nil where it was the last.
    ///
    /// "Full jitter": any wait from nothing to the longest, so that clients that failed together don't come back
    /// together (Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015). A server that says when to
    /// come back is taken at its word.
    ///
    /// - Parameters:
    ///   - attempt: The number of the attempt that failed, from 1.
    ///   - retryAfter: What the server asked for.
    ///   - jitter: A random number from 0 to 1.
    /// - Returns: The wait, or nil where there is no further attempt.
    package func delay(afterAttempt attempt: Int, retryAfter: Duration?, jitter: Double) -> Duration? {
        guard attempt < attempts else { return nil }
        if let retryAfter { return min(retryAfter, maximumDelay) }
        let doublings = min(max(attempt, 1) - 1, 30)
        return min(baseDelay * (1 << doublings), maximumDelay) * jitter
    }
}
