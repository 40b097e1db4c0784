import HearthModel

/// What both clocks showed at a moment.
struct ClockReading: Sendable {
    private var wall: Timestamp
    private var boot: BootInstant

    /// More than this within a cycle is a jump, and no drift: a clock that is set by the network is corrected by less.
    private static let tolerance = Duration.seconds(300)

    init(_ clock: StoreClock) {
        wall = clock.now()
        boot = clock.bootInstant
    }

    /// By how much the wall clock has jumped since an earlier reading; nil if it has not.
    func jump(since earlier: ClockReading) -> Duration? {
        guard boot.bootID == earlier.boot.bootID else { return nil }
        let passed = boot.duration(since: earlier.boot)
        let shown = Duration.microseconds(wall.rawValue) - .microseconds(earlier.wall.rawValue)
        let jump = shown - passed
        return jump > Self.tolerance || jump < .zero - Self.tolerance ? jump : nil
    }
}
