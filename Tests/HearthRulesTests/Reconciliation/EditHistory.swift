import Testing

@testable import HearthModel
@testable import HearthRules

/// A memory's versions, made one by one as a test tells them.
struct EditHistory {
    private(set) var versions: [Version] = []
    /// What automatic merges here are made by.
    var policy: ReconcilePolicy

    /// The first version.
    let first: Version

    init(
        _ strategy: ConflictResolution = .latestWins,
        first fields: MemoryFields = MemoryFields(content: "Ana likes tea.")
    ) {
        policy = ReconcilePolicy(
            strategy: strategy,
            priorities: ["sentry": .critical, "alden": .high, "alice": .medium, "mimic": .low]
        )
        first = Version(
            memoryID: "mem_1",
            parents: [],
            author: "alden",
            node: "node_1",
            time: HybridTime(rawValue: 0),
            fields: fields,
            number: 1
        )
        versions = [first]
    }

    var graph: VersionGraph { VersionGraph(versions) }

    /// An edit by an agent: of one version, or of several as a decision or a rollback is.
    mutating func edit(
        _ parents: Version...,
        by author: AgentID = "alden",
        at time: Int64,
        _ change: (inout MemoryFields) -> Void
    ) -> Version {
        edit(parents, by: author, at: time, change)
    }

    mutating func edit(
        _ parents: [Version],
        by author: AgentID = "alden",
        at time: Int64,
        _ change: (inout MemoryFields) -> Void
    ) -> Version {
        var fields = parents[0].fields
        change(&fields)
        let version = Version(
            memoryID: parents[0].memoryID,
            parents: parents.map(\.id),
            author: author,
            node: "node_1",
            time: HybridTime(rawValue: time),
            fields: fields,
            number: (parents.map(\.number).max() ?? 0) + 1
        )
        versions.append(version)
        return version
    }

    /// What heads come to; the version is added where there is a new one.
    mutating func reconcile(
        _ heads: Version...,
        by strategy: ConflictResolution? = nil
    ) throws -> ReconcileOutcome {
        try reconcile(heads, by: strategy)
    }

    mutating func reconcile(_ heads: [Version], by strategy: ConflictResolution? = nil) throws -> ReconcileOutcome {
        var policy = policy
        policy.strategy = strategy ?? policy.strategy
        let outcome = try Reconcile.reconcile(graph, heads: heads.map(\.id), policy: policy)
        if case .merged(let merge) = outcome { versions.append(merge.version) }
        return outcome
    }

    /// The version that heads come to where nobody has to decide.
    mutating func merge(_ heads: Version..., by strategy: ConflictResolution? = nil) throws -> Version {
        try merge(heads, by: strategy)
    }

    mutating func merge(_ heads: [Version], by strategy: ConflictResolution? = nil) throws -> Version {
        switch try reconcile(heads, by: strategy) {
        case .fastForward(let id): return try #require(graph[id])
        case .merged(let merge): return merge.version
        case .conflict(let conflict): throw Undecided(conflict: conflict)
        }
    }

    struct Undecided: Error {
        let conflict: WaitingConflict
    }
}
