/// A moment on the clock that counts suspend and never jumps, in one boot of the machine.
package struct BootInstant: Hashable, Comparable, Sendable {
    /// Which boot; moments of different boots are not to be compared.
    package var bootID: String
    /// Nanoseconds since some point of that boot.
    package var nanoseconds: Int64

    package init(bootID: String, nanoseconds: Int64) {
        self.bootID = bootID
        self.nanoseconds = nanoseconds
    }

    /// Whether, as a deadline, it is over: a deadline of another boot always is.
    package func hasPassed(at now: BootInstant) -> Bool {
        bootID != now.bootID || nanoseconds <= now.nanoseconds
    }

    /// The moment that much later; past what a clock can count, the last one it can.
    package func advanced(by duration: Duration) -> BootInstant {
        let (sum, overflows) = nanoseconds.addingReportingOverflow(duration.clampedNanoseconds)
        return BootInstant(bootID: bootID, nanoseconds: overflows ? .max : sum)
    }

    /// Earlier is less, within one boot.
    package static func < (left: BootInstant, right: BootInstant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// How much later this is than an earlier moment of the same boot.
    package func duration(since earlier: BootInstant) -> Duration {
        .nanoseconds(nanoseconds - earlier.nanoseconds)
    }
}

extension StoreClock {
    /// The present moment on the clock that never jumps.
    package var bootInstant: BootInstant { BootInstant(bootID: bootID, nanoseconds: bootTime()) }
}

extension Timestamp {
    /// The time that much later, to the microsecond, and at most ``latest``.
    package func advanced(by duration: Duration) -> Timestamp {
        let (sum, overflows) = rawValue.addingReportingOverflow(duration.clampedNanoseconds / 1_000)
        return overflows ? .latest : min(.latest, Timestamp(rawValue: sum))
    }
}

extension Duration {
    /// The duration in nanoseconds, rounded up so that a positive one stays positive, and at most what 64 bits hold: 292 years.
    package var clampedNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflows else { return seconds < 0 ? .min : .max }
        let fraction = attoseconds / 1_000_000_000 + (attoseconds % 1_000_000_000 > 0 ? 1 : 0)
        let (sum, carries) = product.addingReportingOverflow(fraction)
        return carries ? .max : sum
    }
}
