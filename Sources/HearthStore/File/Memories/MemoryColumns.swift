import HearthModel

/// How columns of `memories` hold what most memories have in common.
enum MemoryColumns {
    /// Nil where it is the usual one.
    static func importance(_ value: Double) -> Double? { value == SchemaV2.usualImportance ? nil : value }

    /// Nil where it is the usual one.
    static func confidence(_ value: Double) -> Double? { value == SchemaV2.usualConfidence ? nil : value }

    /// A head's hybrid time as `head_lag` holds it: most memories are as old as their head, so this is a small number.
    static func lag(of time: HybridTime, arrivedAt arrival: Timestamp) -> Int64 {
        time.rawValue &- base(arrival)
    }

    /// The hybrid time that a lag stands for.
    static func time(lag: Int64, arrivedAt arrival: Timestamp) -> HybridTime {
        HybridTime(rawValue: base(arrival) &+ lag)
    }

    /// With the microseconds, so that the digest of a memory's only version vouches for them too.
    private static func base(_ arrival: Timestamp) -> Int64 {
        ((arrival.rawValue / 1_000) << 16) &+ arrival.rawValue % 1_000
    }
}
