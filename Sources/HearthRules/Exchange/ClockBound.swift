package import HearthModel

/// How far another device's clock may be ahead of this one's before what it says has to wait.
///
/// A device whose clock is a year ahead would win every conflict for a year, and every clock that follows it would go
/// wrong too. So its edits wait here until this clock has come near, and an administrator is told.
package enum ClockBound {
    /// Ten minutes: more than clocks of computers that ask for the time are ever apart, and less than people notice.
    package static let maximumLead = Duration.seconds(600)

    /// Whether a time is too far ahead of this device's clock.
    package static func isTooFarAhead(_ time: HybridTime, of now: Timestamp) -> Bool {
        let lead = Int64(maximumLead.components.seconds) * 1_000
        return time.rawValue >> 16 > now.rawValue / 1_000 + lead
    }
}
