/// How often a request is made again, and how long to wait before.
public struct RetryPolicy: Sendable, Hashable {
    /// The number of attempts, the first included.
    public var attempts: Int
    /// The longest wait before the second attempt; it doubles with each further one.
    public var baseDelay: Duration
    /// The longest wait of all, also where the server asks for a longer one.
    public var maximumDelay: Duration

    /// Creates a policy: by default three attempts, up to 0.2 s and up to 0.4 s apart.
    ///
    /// Few and short, because a search may be waiting, which goes on by keywords when the embedder gives up.
    public init(attempts: Int = 3, baseDelay: Duration = .milliseconds(200), maximumDelay: Duration = .seconds(5)) {
        self.attempts = attempts
        self.baseDelay = baseDelay
        self.maximumDelay = maximumDelay
    }

    /// One attempt only.
    public static let never = RetryPolicy(attempts: 1)

    /// The wait after a failed attempt, or nil where it was the last.
    ///
    /// "Full jitter": anything from nothing to the longest wait, so that clients which failed together don't come back
    /// together (Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015). A server that says when to
    /// come back is taken at its word.
    ///
    /// - Parameters:
    ///   - attempt: The number of the attempt that failed, from 1.
    ///   - retryAfter: What the server asked for.
    ///   - jitter: A random number from 0 to 1.
    /// - Returns: The wait, or nil where there is no further attempt.
    func delay(afterAttempt attempt: Int, retryAfter: Duration?, jitter: Double) -> Duration? {
        guard attempt < attempts else { return nil }
        if let retryAfter { return min(retryAfter, maximumDelay) }
        let doublings = min(attempt - 1, 30)
        return min(baseDelay * (1 << doublings), maximumDelay) * jitter
    }
}
