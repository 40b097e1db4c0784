internal import Glibc

/// Pauses between attempts at a lock that another process holds.
///
/// They grow, because a lock held long needs no hurry, and vary, so that processes don't wake in step.
struct Backoff {
    /// The first pause: about what a small commit takes.
    static let first = Duration.microseconds(500)
    /// The longest pause.
    ///
    /// Short, because a busy writer lets go of the lock for moments only, and asking costs microseconds.
    static let longest = Duration.milliseconds(8)

    private var pause = Self.first

    mutating func sleep() {
        Self.sleep(pause * Double.random(in: 0.5...1))
        pause = min(pause * 2, Self.longest)
    }

    /// Stops the calling thread.
    static func sleep(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        var left = timespec()
        while nanosleep(&time, &left) == -1, errno == EINTR { time = left }
    }
}

/// Calls a closure again and again while another process holds the lock it needs.
///
/// - Parameters:
///   - limit: How long to go on.
///   - body: What to try. It leaves nothing behind when it fails.
/// - Returns: What the closure returned.
/// - Throws: The error of the last attempt.
func retryingWhileBusy<R>(atMost limit: Duration, _ body: () throws -> R) throws -> R {
    let began = ContinuousClock.now
    var backoff = Backoff()
    while true {
        do {
            return try body()
        } catch let error as SQLiteError where error.isBusy {
            guard .now - began < limit else { throw error }
            backoff.sleep()
        }
    }
}
