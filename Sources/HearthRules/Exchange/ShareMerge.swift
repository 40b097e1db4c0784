package import HearthModel

/// Which of two shares of one memory with one agent holds, when they were made on two devices.
///
/// What a call said, sharing or taking back, comes before what a rule made: a revocation sticks, and no rule of another
/// device undoes it. Of two calls the later one holds, and at the same moment the revocation. What they say settles a tie; the ids of the
/// facts can't, because those of sensitive memories are not kept.
package struct ShareRank: Comparable, Sendable {
    private let isCall: Bool
    private let time: HybridTime
    private let isRevoked: Bool
    private let grantedAt: Int64
    private let said: [String]

    /// Ranks a share.
    ///
    /// - Parameters:
    ///   - share: The share, or its revocation.
    ///   - time: When it was made or taken back.
    ///   - grantedAt: Since when it counts, in microseconds.
    ///   - sinceHead: The head from which it counts, by its plain id.
    package init(_ share: Share, at time: HybridTime, grantedAt: Int64, sinceHead: VersionID) {
        isCall = share.origin == .explicit || share.isRevoked
        self.time = time
        isRevoked = share.isRevoked
        self.grantedAt = grantedAt
        let rule = if case .propagation(let rule) = share.origin { rule } else { "" }
        said = [share.permission.rawValue, rule, sinceHead.rawValue]
    }

    package static func < (left: ShareRank, right: ShareRank) -> Bool {
        if left.isCall != right.isCall { return right.isCall }
        if left.time != right.time { return left.time < right.time }
        if left.isRevoked != right.isRevoked { return right.isRevoked }
        if left.grantedAt != right.grantedAt { return left.grantedAt < right.grantedAt }
        return left.said.lexicographicallyPrecedes(right.said) { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
