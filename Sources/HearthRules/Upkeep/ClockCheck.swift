package import HearthModel

/// Compares how far the wall clock has moved since the last cycle with the clock that never jumps.
package enum ClockCheck {
    /// A reading of both clocks.
    package struct Reading: Hashable, Sendable {
        package var wall: Timestamp
        package var boot: BootInstant

        package init(wall: Timestamp, boot: BootInstant) {
            self.wall = wall
            self.boot = boot
        }
    }

    /// How far the wall clock is ahead of where it should be, if that is more than may be; negative: behind.
    ///
    /// After a restart of the machine there is nothing to compare with. Then the wall clock is in doubt only if it shows
    /// an earlier time than before.
    package static func trouble(since last: Reading, now: Reading, tolerance: Duration) -> Duration? {
        let passed = Duration.microseconds(now.wall.rawValue) - .microseconds(last.wall.rawValue)
        guard last.boot.bootID == now.boot.bootID else { return passed < .zero - tolerance ? passed : nil }
        let ahead = passed - now.boot.duration(since: last.boot)
        return ahead > tolerance || ahead < .zero - tolerance ? ahead : nil
    }
}
