import BitCollections
import HeapModule
package import HearthModel

/// Versions of one memory, and which was made from which.
///
/// A graph holds as much of a memory's history as its caller gathered. A parent that is not here counts as unknown, and
/// the version made from it as a first one. ``init(reaching:load:)`` gathers so much that this changes no answer.
package struct VersionGraph: Sendable {
    /// The versions, every parent before its children.
    let versions: [Version]
    /// For each of ``versions``, the positions of those of its parents that are here.
    let parents: [[Int]]
    private let positions: [VersionID: Int]

    /// Arranges versions that are given in any order. One that is given twice counts once.
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
    /// The walk goes from the heads towards the first version, newest first, and ends at a version that every path from
    /// the heads passes through. All that the heads disagree on was written after that version: what was written
    /// before, every head has seen through it. For a draft whose base is the head before the published one that is
    /// three versions, however long the history is.
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

    /// Where the walk goes on: at versions of greater number first, because none of lower number is made from them.
    ///
    /// A wrong number makes the walk longer, but its answer no worse.
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
    subscript(id: VersionID) -> Version? {
        positions[id].map { versions[$0] }
    }

    /// Where the version of that id stands in ``versions``.
    func position(of id: VersionID) -> Int? { positions[id] }
}

extension VersionGraph {
    /// The versions from which no other one here was made, in the order of ``versions``.
    package var heads: [VersionID] {
        var hasChild = BitSet()
        for parent in parents.joined() { hasChild.insert(parent) }
        return versions.indices.lazy.filter { !hasChild.contains($0) }.map { versions[$0].id }
    }
}

/// Answers which version is an ancestor of which, by position in a graph, and remembers the answers.
///
/// A version is its own ancestor. A set of ancestors has one bit for each version: a thousand versions take 125 bytes.
struct Ancestry {
    private let graph: VersionGraph
    private var found: [Int: BitSet] = [:]

    init(_ graph: VersionGraph) {
        self.graph = graph
    }

    mutating func ancestors(of position: Int) -> BitSet {
        if let known = found[position] { return known }
        var ancestors = BitSet()
        var stack = [position]
        while let next = stack.popLast() {
            guard ancestors.insert(next).inserted else { continue }
            if let known = found[next] {
                ancestors.formUnion(known)
            } else {
                stack.append(contentsOf: graph.parents[next])
            }
        }
        found[position] = ancestors
        return ancestors
    }

    mutating func isAncestor(_ ancestor: Int, of position: Int) -> Bool {
        // Parents stand before children, so a later one is never the ancestor of an earlier one.
        ancestor == position || (ancestor < position && ancestors(of: position).contains(ancestor))
    }

    /// The versions that are an ancestor of no other given one, each once, in order of position.
    mutating func latest(of positions: some Sequence<Int>) -> [Int] {
        let distinct = Array(BitSet(positions))
        guard distinct.count > 1 else { return distinct }
        return distinct.filter { earlier in
            !distinct.contains { $0 != earlier && isAncestor(earlier, of: $0) }
        }
    }

    /// The common ancestors that are an ancestor of no other common one, with the greatest (hybrid time, id) first.
    mutating func lowestCommonAncestors(of positions: [Int]) -> [Int] {
        guard let first = positions.first else { return [] }
        var common = ancestors(of: first)
        for position in positions.dropFirst() { common.formIntersection(ancestors(of: position)) }

        var lowest: [Int] = []
        while let last = common.last {
            lowest.append(last)
            common.subtract(ancestors(of: last))
        }
        return lowest.sorted { graph.versions[$0].stamp > graph.versions[$1].stamp }
    }
}

extension Version {
    /// (hybrid time, id): which of two versions is the later one, the same everywhere and never a tie.
    package struct Stamp: Comparable {
        let time: HybridTime
        let id: VersionID

        package init(time: HybridTime, id: VersionID) {
            (self.time, self.id) = (time, id)
        }

        package static func < (left: Stamp, right: Stamp) -> Bool {
            (left.time, left.id) < (right.time, right.id)
        }
    }

    package var stamp: Stamp { Stamp(time: time, id: id) }
}
