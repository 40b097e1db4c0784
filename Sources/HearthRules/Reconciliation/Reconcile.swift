package import HearthModel

/// Settles several heads of a memory.
///
/// Versions and a policy go in, and an outcome comes out. No table, clock or process is involved. The answer depends on
/// the edits that the heads hold and on the policy alone, so places that resolve the same edits in another order, or in
/// other groups, come to the same field values. The article *Sync and conflicts* says how and why.
package enum Reconcile {
    /// Joins heads into one version, or says that a person has to decide.
    ///
    /// - Parameters:
    ///   - graph: The heads and what they were made from, at least as far as ``VersionGraph/init(reaching:load:)``
    ///     gathers.
    ///   - heads: The versions to reconcile, in any order; one that is an ancestor of another changes nothing.
    ///   - policy: The strategy and who has which priority.
    /// - Throws: `.storeCorrupt` where a version that decides the outcome is not in the graph; `.invalidArgument` where
    ///   there are no heads, or they belong to several memories.
    package static func reconcile(
        _ graph: VersionGraph,
        heads: [VersionID],
        policy: ReconcilePolicy
    ) throws(MemoryError) -> ReconcileOutcome {
        let region = try VersionGraph(reaching: heads) { (id) throws(MemoryError) -> Version in
            guard let version = graph[id] else { throw .missingVersion(id) }
            return version
        }
        var ancestry = Ancestry(region)
        let latest = ancestry.latest(of: heads.compactMap { region.position(of: $0) })
        guard let first = latest.first else {
            throw .invalidArgument("There is no head to reconcile; give at least one.")
        }
        guard latest.allSatisfy({ region.versions[$0].memoryID == region.versions[first].memoryID }) else {
            throw .invalidArgument("The heads belong to several memories; reconcile one memory at a time.")
        }
        if latest.count == 1 { return .fastForward(region.versions[first].id) }

        var reconciliation = Reconciliation(region, heads: latest, ancestry: ancestry, policy: policy)
        let fields = reconciliation.fields()
        return reconciliation.outcome(fields)
    }
}

extension Reconciliation {
    /// The outcome, given the fields that the strategy came to.
    mutating func outcome(_ fields: MemoryFields) -> ReconcileOutcome {
        if let kind = ConflictKind(contested) {
            if policy.strategy == .manualReview { return .conflict(waiting(kind, because: .manualReview)) }
            if let undecided { return .conflict(waiting(kind, because: .undecided(undecided))) }
        }
        return .merged(AutomaticMerge(version: merge(fields), contested: contested))
    }

    private mutating func waiting(_ kind: ConflictKind, because reason: WaitingConflict.Reason) -> WaitingConflict {
        let base = ancestry.lowestCommonAncestors(of: heads).first.map { graph.versions[$0].id }
        let ordered = heads.map { graph.versions[$0] }.publishedFirst(policy.publishedHead)
        return WaitingConflict(
            contested: contested,
            kind: kind,
            base: base,
            heads: ordered.map(\.id),
            reason: reason
        )
    }

    /// The version that joins the heads. It is made of nothing but them, so its id is the same wherever it is made.
    private func merge(_ fields: MemoryFields) -> Version {
        let parents = heads.map { graph.versions[$0] }
        return Version(
            memoryID: parents[0].memoryID,
            parents: parents.map(\.id),
            author: AgentProfile.system.id,
            node: policy.mergeNode,
            time: parents.map(\.time).max() ?? .zero,
            fields: fields,
            number: (parents.map(\.number).max() ?? 0).saturatingSuccessor,
            digestKey: parents[0].digestKey
        )
    }
}

extension MemoryError {
    fileprivate static func missingVersion(_ id: VersionID) -> MemoryError {
        MemoryError(
            code: .storeCorrupt,
            message: "Version \(id), from which others were made, is missing; restore the file from a backup."
        )
    }
}
