import BitCollections
import HeapModule
package import HearthModel

/// Versions of one memory, and which was made from which.
///
/// A graph holds as much of a memory's history as its caller gathered. A parent that isn't here is taken for unknown, and the
/// version made from it for a first one; ``init(reaching:load:)`` gathers so much that this changes no answer.
package struct VersionGraph: Sendable {
    /// The versions, every parent before its children.
    package let versions: [Version]
    /// For each of ``versions``, the positions of those of its parents that are here.
    let parents: [[Int]]
    private let positions: [VersionID: Int]

    /// Arranges versions given in any order; the same one given twice counts once.
    package init(_ versions: some Collection<Version>) {
        let known = Dictionary(versions.lazy.map { ($0.id, $0) }) { first, _ in first }
        var ordered: [Version] = []
        ordered.reserveCapacity(known.count)
        var positions: [VersionID: Int] = [:]
        positions.reserveCapacity(known.count)

        // Depth first with a stack of its own: a history may be longer than the call stack is deep.
        var visited: Set<VersionID> = []
        var stack: [Version] = []
        for start in versions {
            stack.append(start)
            while let version = stack.last {
                if visited.insert(version.id).inserted {
                    for id in version.parents where !visited.contains(id) {
                        if let parent = known[id] { stack.append(parent) }
                    }
                } else {
                    stack.removeLast()
                    if positions[version.id] == nil {
                        positions[version.id] = ordered.count
                        ordered.append(version)
                    }
                }
            }
        }
        self.versions = ordered
        self.parents = ordered.map { version in version.parents.compactMap { positions[$0] } }
        self.positions = positions
    }

    /// Gathers the versions that decide how `heads` reconcile, and no others.
    ///
    /// The walk goes from the heads towards the first version, newest first, and ends at a version that every path from the heads
    /// passes through. All that the heads disagree on was written above it: what was written below, every head has seen
    /// through it. For a draft whose base is the head before the published one that is three versions, however long the history is.
    package init<Failure: Error>(
        reaching heads: [VersionID],
        load: (VersionID) throws(Failure) -> Version
    ) throws(Failure) {
        var gathered: [VersionID: Version] = [:]
        var frontier = Heap<Waypoint>()
        for id in heads where gathered[id] == nil {
            let version = try load(id)
            gathered[id] = version
            frontier.insert(Waypoint(version))
        }
        // A path that ended at a first version passed through nothing that another path passes through.
        var endedAtFirst = false
        while let waypoint = frontier.popMax(), let version = gathered[waypoint.id] {
            if frontier.isEmpty && !endedAtFirst { break }
            if version.parents.isEmpty { endedAtFirst = true }
            for id in version.parents where gathered[id] == nil {
                let parent = try load(id)
                gathered[id] = parent
                frontier.insert(Waypoint(parent))
            }
        }
        self.init(gathered.values)
    }

    /// Where the walk will go on: versions of greater number first, since they can't be made from those of lower.
    ///
    /// A number that lies makes the walk longer and its answer no worse.
    private struct Waypoint: Comparable {
        let number: Int
        let id: VersionID

        init(_ version: Version) {
            number = version.number
            id = version.id
        }

        static func < (left: Waypoint, right: Waypoint) -> Bool {
            (left.number, left.id) < (right.number, right.id)
        }
    }

    /// The version of that id, if it is here.
    package subscript(id: VersionID) -> Version? {
        positions[id].map { versions[$0] }
    }

    /// Where the version of that id stands in ``versions``.
    func position(of id: VersionID) -> Int? { positions[id] }
}

extension VersionGraph {
    /// The versions that no other one here was made from, in the order of ``versions``.
    package var heads: [VersionID] {
        var hasChild = BitSet()
        for parent in parents.joined() { hasChild.insert(parent) }
        return versions.indices.lazy.filter { !hasChild.contains($0) }.map { versions[$0].id }
    }

    /// The versions that this one was made from, directly or through others, and the version itself; empty if it isn't here.
    package func ancestors(of id: VersionID) -> Set<VersionID> {
        guard let position = position(of: id) else { return [] }
        var ancestry = Ancestry(self)
        return Set(ancestry.ancestors(of: position).lazy.map { versions[$0].id })
    }

    /// Whether a version was made from another, directly or through others; a version is its own ancestor.
    package func isAncestor(_ ancestor: VersionID, of id: VersionID) -> Bool {
        guard let ancestor = position(of: ancestor), let position = position(of: id) else { return false }
        var ancestry = Ancestry(self)
        return ancestry.isAncestor(ancestor, of: position)
    }

    /// The common ancestors of versions that are no ancestor of another common one, the greatest (hybrid time, id) first.
    ///
    /// Histories that cross give more than one; two first versions have none.
    package func lowestCommonAncestors(of ids: [VersionID]) -> [VersionID] {
        let positions = ids.compactMap { position(of: $0) }
        guard positions.count == ids.count else { return [] }
        var ancestry = Ancestry(self)
        return ancestry.lowestCommonAncestors(of: positions).map { versions[$0].id }
    }

    /// The edits that heads come to when automatic merges are seen through, none an ancestor of another.
    ///
    /// Syncs in another order leave other merges behind, and the same edits.
    package func edits(joinedBy ids: [VersionID]) -> Set<VersionID> {
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
