package import HearthModel

/// Which of two shares of one memory with one agent holds, when they were made on two devices.
///
/// What a call said, sharing or taking back, comes before what a rule made: a revocation sticks, and no rule of another
/// device undoes it. Of two calls the later one holds, and at the same moment the revocation.
package struct ShareRank: Comparable, Sendable {
    private let isCall: Bool
    private let time: HybridTime
    private let isRevoked: Bool
    private let said: [UInt8]

    /// Ranks a share.
    ///
    /// - Parameters:
    ///   - share: The share, or its revocation.
    ///   - time: When it was made or taken back.
    ///   - said: What it says, to settle a tie alike everywhere.
    package init(_ share: Share, at time: HybridTime, said: [UInt8]) {
        isCall = share.origin == .explicit || share.isRevoked
        self.time = time
        isRevoked = share.isRevoked
        self.said = said
    }

    package static func < (left: ShareRank, right: ShareRank) -> Bool {
        if left.isCall != right.isCall { return right.isCall }
        if left.time != right.time { return left.time < right.time }
        if left.isRevoked != right.isRevoked { return right.isRevoked }
        return left.said.lexicographicallyPrecedes(right.said)
    }
}
