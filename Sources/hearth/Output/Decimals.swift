/// Numbers as tables show them.
enum Decimals {
    /// A number with so many digits behind the point.
    static func string(_ value: Double, digits: Int = 2) -> String {
        guard value.isFinite else { return "\(value)" }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int((value.magnitude * scale).rounded())
        guard digits > 0 else { return "\(value < 0 && scaled > 0 ? "-" : "")\(scaled)" }
        let (whole, fraction) = scaled.quotientAndRemainder(dividingBy: Int(scale))
        let padding = String(repeating: "0", count: digits - String(fraction).count)
        return "\(value < 0 && scaled > 0 ? "-" : "")\(whole).\(padding)\(fraction)"
    }

    /// A number without a point where it needs none.
    static func brief(_ value: Double) -> String {
        value == value.rounded() ? string(value, digits: 0) : string(value, digits: 1)
    }
}
