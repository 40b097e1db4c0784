public import FoundationEssentials

/// A point in wall-clock time, in microseconds since 1970-01-01T00:00:00Z: what the file stores.
public struct Timestamp: RawRepresentable, Hashable, Comparable, Sendable, Codable {
    /// Microseconds since the Unix epoch.
    public let rawValue: Int64

    /// Wraps microseconds since the Unix epoch.
    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// The earliest time a store accepts: the beginning of the year -9999.
    public static let earliest = Timestamp(rawValue: -377_705_116_800_000_000)

    /// The latest time a store accepts: the end of the year 9999.
    public static let latest = Timestamp(rawValue: 253_402_300_799_999_999)

    /// Rounds a date to the microsecond.
    ///
    /// - Throws: `.invalidArgument` for a date that is not finite, or not in the years -9999 to 9999; `name` says which
    ///   argument it was.
    public init(_ date: Date, name: String) throws(MemoryError) {
        let microseconds = (date.timeIntervalSince1970 * 1_000_000).rounded()
        guard microseconds.isFinite,
            microseconds >= Double(Self.earliest.rawValue), microseconds <= Double(Self.latest.rawValue)
        else {
            throw .invalidArgument("\(name) must be a date in the years -9999 to 9999.")
        }
        self.init(rawValue: Int64(microseconds))
    }

    /// The same point as a date.
    public var date: Date { Date(timeIntervalSince1970: Double(rawValue) / 1_000_000) }

    /// Earlier is less.
    @inlinable
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// Hybrid logical time: wall-clock milliseconds in the upper 48 bits, a counter in the lower 16.
///
/// It follows the wall clock while that advances, and counts on while that stands still or goes back. So every edit is
/// later than what its author had seen. Source: Kulkarni, Demirbas, Madappa, Avva and Leone, "Logical Physical Clocks",
/// OPODIS 2014.
@usableFromInline
package struct HybridTime: RawRepresentable, Hashable, Comparable, Sendable, Codable {
    /// Milliseconds since the Unix epoch shifted left by 16, plus the counter; never negative.
    @usableFromInline package let rawValue: Int64

    /// Wraps a stored value.
    @usableFromInline
    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// The time before all others.
    package static let zero = HybridTime(rawValue: 0)

    /// The last millisecond that leaves room to count on: in the year 4199.
    private static let latestMilliseconds = Int64.max >> 17

    /// The next time after this one at a wall clock that may have jumped either way.
    package func next(at wallClock: Timestamp) -> HybridTime {
        let milliseconds = min(max(0, wallClock.rawValue / 1_000), Self.latestMilliseconds)
        return max(HybridTime(rawValue: milliseconds << 16), HybridTime(rawValue: rawValue.saturatingSuccessor))
    }

    /// The next time after this one while the wall clock stands still.
    package var successor: HybridTime { HybridTime(rawValue: rawValue.saturatingSuccessor) }

    /// The wall-clock part.
    package var timestamp: Timestamp { Timestamp(rawValue: (rawValue >> 16) * 1_000) }

    /// Earlier is less.
    @inlinable
    package static func < (left: HybridTime, right: HybridTime) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension Timestamp {
    /// The time that much later, to the microsecond; from ``earliest`` to ``latest``.
    package func advanced(by duration: Duration) -> Timestamp {
        let (sum, overflows) = rawValue.addingReportingOverflow(duration.clampedNanoseconds / 1_000)
        guard !overflows else { return duration < .zero ? .earliest : .latest }
        return Timestamp(rawValue: sum).bounded
    }

    /// The times that a store accepts, as the file has them.
    package static let accepted = earliest.rawValue...latest.rawValue

    /// The nearest time that a store accepts.
    package var bounded: Timestamp { min(max(self, .earliest), .latest) }
}

extension Duration {
    /// The duration in nanoseconds, rounded up so that a positive one stays positive, and at most what 64 bits hold:
    /// 292 years.
    package var clampedNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflows else { return seconds < 0 ? .min : .max }
        let fraction = attoseconds / 1_000_000_000 + (attoseconds % 1_000_000_000 > 0 ? 1 : 0)
        let (sum, carries) = product.addingReportingOverflow(fraction)
        return carries ? .max : sum
    }
}

extension Duration {
    /// A number of days of 86,400 seconds.
    package static func days(_ count: Int) -> Duration {
        .seconds(count * 86_400)
    }
}
