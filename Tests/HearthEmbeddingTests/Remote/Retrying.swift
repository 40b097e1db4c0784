import Testing

@testable import HearthEmbedding

/// The waits between attempts.
@Suite struct Retrying {
    @Test func `waits double up to the longest`() {
        let policy = RetryPolicy(attempts: 6, baseDelay: .seconds(1), maximumDelay: .seconds(5))
        let waits = (1...6).map { policy.delay(afterAttempt: $0, retryAfter: nil, jitter: 1) }
        #expect(waits == [.seconds(1), .seconds(2), .seconds(4), .seconds(5), .seconds(5), nil])
    }

    @Test func `a wait is anything down to nothing`() {
        let policy = RetryPolicy(baseDelay: .seconds(1))
        #expect(policy.delay(afterAttempt: 1, retryAfter: nil, jitter: 0) == .zero)
        #expect(policy.delay(afterAttempt: 1, retryAfter: nil, jitter: 0.5) == .milliseconds(500))
    }

    @Test func `no server makes us wait longer than the longest`() {
        let policy = RetryPolicy(maximumDelay: .seconds(5))
        #expect(policy.delay(afterAttempt: 1, retryAfter: .seconds(3_600), jitter: 0) == .seconds(5))
        #expect(RetryPolicy(attempts: 1).delay(afterAttempt: 1, retryAfter: .seconds(1), jitter: 1) == nil)
    }

    @Test func `any number of attempts can be counted`() {
        let policy = RetryPolicy(attempts: .max, baseDelay: .seconds(1), maximumDelay: .seconds(5))
        #expect(policy.delay(afterAttempt: 1_000_000, retryAfter: nil, jitter: 1) == .seconds(5))
    }
}
