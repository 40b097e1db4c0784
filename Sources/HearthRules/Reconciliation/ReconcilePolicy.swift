package import HearthModel

/// What reconciliation needs to know of the rules that hold for a memory.
package struct ReconcilePolicy: Sendable {
    /// How contested fields are settled.
    var strategy: ConflictResolution
    /// The priority that the policy gives each agent. What an agent says of itself does not matter. An agent that is
    /// not here counts lowest.
    var priorities: [AgentID: AgentPriority]
    /// The memory's owner, who alone changes its category and its expiry; nil where every author may.
    var owner: AgentID?
    /// The head that everyone sees at present. It stays while a conflict waits for a person.
    package var publishedHead: VersionID?
    /// The node of merges: it names the policy in a file that exchanges with other devices.
    var mergeNode: String
    /// The most bytes of UTF-8 that merged content may have.
    var maximumContentLength: Int

    /// Assembles a policy.
    package init(
        strategy: ConflictResolution,
        priorities: [AgentID: AgentPriority] = [:],
        owner: AgentID? = nil,
        publishedHead: VersionID? = nil,
        mergeNode: String = Version.mergeNode,
        maximumContentLength: Int = MemoryFields.maximumContentLength
    ) {
        self.strategy = strategy
        self.priorities = priorities
        self.owner = owner
        self.publishedHead = publishedHead
        self.mergeNode = mergeNode
        self.maximumContentLength = maximumContentLength
    }
}

extension ReconcilePolicy {
    /// Whether a version may say otherwise than its parents about a field that only the owner changes.
    ///
    /// The edit of another agent may not. Such an edit is refused before it is published, but a file may hold some that
    /// were published when an expiry was not yet the owner's alone. A version with several parents joins or decides,
    /// and whoever made it had the right to.
    func mayChangeOwnersFields(_ version: Version) -> Bool {
        owner == nil || version.author == owner || version.parents.count != 1
    }

    /// Which edit of a contested field comes before which, by the strategy. It is a total order, the same everywhere.
    struct Rank: Comparable {
        /// Importance, or priority turned so that more important is greater; the same for all where time alone decides.
        let weight: Double
        let stamp: Version.Stamp

        static func < (left: Rank, right: Rank) -> Bool {
            left.weight == right.weight ? left.stamp < right.stamp : left.weight < right.weight
        }
    }

    func rank(of version: Version) -> Rank {
        let weight: Double =
            switch strategy {
            case .highestImportance:
                // NaN has no place in the order of numbers, but here it needs one.
                version.fields.importance.isNaN ? -.infinity : version.fields.importance
            case .agentPriority:
                priorities[version.author].map { -Double($0.rawValue) } ?? -.infinity
            case .latestWins, .mergeContent, .manualReview:
                0
            }
        return Rank(weight: weight, stamp: version.stamp)
    }
}
