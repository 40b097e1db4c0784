package import HearthModel

/// Which of several heads everyone sees while a conflict waits, in a file that exchanges with other devices.
///
/// A file of its own keeps the head that was published before. Of two devices each had published its own edit, so
/// there the answer is a function of the heads alone: what the owner, a merge or a decision of `system` says comes before
/// the proposal of another agent, and the earliest edit before later ones.
package enum PublishedHead {
    /// The head that is published; nil if there is none.
    ///
    /// - Parameters:
    ///   - heads: The heads, in any order.
    ///   - owner: The memory's owner.
    package static func choose(among heads: [Version], owner: AgentID) -> Version? {
        heads.min { (rank($0, owner: owner), $0.stamp) < (rank($1, owner: owner), $1.stamp) }
    }

    private static func rank(_ version: Version, owner: AgentID) -> Int {
        version.author == owner || version.author == AgentProfile.system.id ? 0 : 1
    }
}
