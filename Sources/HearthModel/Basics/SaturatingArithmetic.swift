extension FixedWidthInteger {
    /// One more, or the same where the type has no greater number: what counts on from a number that was read.
    @inlinable package var saturatingSuccessor: Self {
        self == .max ? self : self + 1
    }

    /// The sum, or the number of the type that is nearest to it.
    @inlinable
    package func saturatingAdding(_ other: Self) -> Self {
        let (sum, overflows) = addingReportingOverflow(other)
        guard overflows else { return sum }
        return other < 0 ? .min : .max
    }

    /// The difference, or the number of the type that is nearest to it.
    @inlinable
    package func saturatingSubtracting(_ other: Self) -> Self {
        let (difference, overflows) = subtractingReportingOverflow(other)
        guard overflows else { return difference }
        return self < other ? .min : .max
    }

    /// The product, or the number of the type that is nearest to it.
    @inlinable
    package func saturatingMultiplying(by other: Self) -> Self {
        let (product, overflows) = multipliedReportingOverflow(by: other)
        guard overflows else { return product }
        return (self < 0) == (other < 0) ? .max : .min
    }
}

extension Duration {
    /// So many seconds, or the most that can be counted in whole ones; nil for what is not a number.
    package init?(saturatingSeconds seconds: Double) {
        guard !seconds.isNaN else { return nil }
        // The greatest Double below 2^63.
        let most = Double(Int64.max).nextDown
        self = .seconds(min(max(seconds, -most), most))
    }
}
