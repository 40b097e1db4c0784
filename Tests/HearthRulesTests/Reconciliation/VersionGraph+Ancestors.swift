@testable import HearthModel
@testable import HearthRules

/// Questions about a graph by the ids of its versions.
extension VersionGraph {
    /// The versions that this one was made from, directly or through others, and the version itself; empty if it isn't
    /// here.
    func ancestors(of id: VersionID) -> Set<VersionID> {
        guard let position = position(of: id) else { return [] }
        var ancestry = Ancestry(self)
        return Set(ancestry.ancestors(of: position).lazy.map { versions[$0].id })
    }

    /// Whether a version was made from another, directly or through others; a version is its own ancestor.
    func isAncestor(_ ancestor: VersionID, of id: VersionID) -> Bool {
        guard let ancestor = position(of: ancestor), let position = position(of: id) else { return false }
        var ancestry = Ancestry(self)
        return ancestry.isAncestor(ancestor, of: position)
    }

    /// The common ancestors of versions that are no ancestor of another common one, the greatest (hybrid time, id)
    /// first.
    ///
    /// Histories that cross give more than one; two first versions have none.
    func lowestCommonAncestors(of ids: [VersionID]) -> [VersionID] {
        let positions = ids.compactMap { position(of: $0) }
        guard positions.count == ids.count else { return [] }
        var ancestry = Ancestry(self)
        return ancestry.lowestCommonAncestors(of: positions).map { versions[$0].id }
    }

    /// The edits that heads come to when automatic merges are seen through, none an ancestor of another.
    ///
    /// Syncs in another order leave other merges behind, and the same edits.
    func edits(joinedBy ids: [VersionID]) -> Set<VersionID> {
        var edits: [Int] = []
        var stack = ids.compactMap { position(of: $0) }
        var seen = Set(stack)
        while let next = stack.popLast() {
            if versions[next].isAutomaticMerge && !parents[next].isEmpty {
                for parent in parents[next] where seen.insert(parent).inserted { stack.append(parent) }
            } else {
                edits.append(next)
            }
        }
        var ancestry = Ancestry(self)
        return Set(ancestry.latest(of: edits).lazy.map { versions[$0].id })
    }
}
