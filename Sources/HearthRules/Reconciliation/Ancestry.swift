import BitCollections
package import HearthModel

/// Answers which version is an ancestor of which, by position in a graph, and remembers what it found.
///
/// Ancestor means the version itself too. A set of ancestors is a bit for each version: a thousand versions take 125 bytes.
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

    /// Those of the versions that are an ancestor of no other one, each once, in order of position.
    mutating func latest(of positions: some Sequence<Int>) -> [Int] {
        let distinct = Array(BitSet(positions))
        guard distinct.count > 1 else { return distinct }
        return distinct.filter { earlier in
            !distinct.contains { $0 != earlier && isAncestor(earlier, of: $0) }
        }
    }

    /// The common ancestors that are an ancestor of no other common one, the greatest (hybrid time, id) first.
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

        package static func < (left: Stamp, right: Stamp) -> Bool {
            (left.time, left.id) < (right.time, right.id)
        }
    }

    package var stamp: Stamp { Stamp(time: time, id: id) }
}
