/// Where the value of one field came from, for every version of a graph.
///
/// A version's *origin* is the version in which its value of the field arose: itself, when it was made by an edit that changed the
/// field, or by joining parents whose values arose apart; otherwise the one origin that its parents' values come down to. A
/// later origin supersedes the earlier ones it was made from, so that an edit overrules what its author saw of the field
/// it changed, and nothing else.
struct EditsOfField {
    private let graph: VersionGraph
    private let origins: [Int]
    /// The origins that are no edits.
    private let joins: Set<Int>

    /// Finds the origins in one pass.
    ///
    /// - Parameters:
    ///   - graph: The versions.
    ///   - ancestry: Of `graph`.
    ///   - changed: Whether the first version, made by an edit of the second, has the field changed.
    init(in graph: VersionGraph, _ ancestry: inout Ancestry, changed: (MemoryFields, MemoryFields) -> Bool) {
        var origins: [Int] = []
        origins.reserveCapacity(graph.versions.count)
        var joins: Set<Int> = []
        for (position, version) in graph.versions.enumerated() {
            let parents = graph.parents[position]
            let isEdit =
                parents.isEmpty
                || !version.isAutomaticMerge
                    && parents.contains { changed(version.fields, graph.versions[$0].fields) }
            if isEdit {
                origins.append(position)
                continue
            }
            let inherited = ancestry.latest(of: parents.lazy.map { origins[$0] })
            if inherited.count > 1 { joins.insert(position) }
            origins.append(inherited.count > 1 ? position : inherited[0])
        }
        self.graph = graph
        self.origins = origins
        self.joins = joins
    }

    /// The edits of the field that versions have and that no later one of theirs supersedes.
    ///
    /// A single origin is its own answer: it was settled then, and nothing since has contested it. Several are compared, and
    /// before that those that only joined edits are expanded to these. What is compared is then the same set of edits in whatever
    /// order and grouping they were merged before.
    func latest(at heads: [Int], _ ancestry: inout Ancestry) -> [Int] {
        let latest = ancestry.latest(of: heads.lazy.map { origins[$0] })
        guard latest.count > 1 else { return latest }

        var edits: [Int] = []
        var seen = Set(latest)
        var stack = latest
        while let origin = stack.popLast() {
            if joins.contains(origin) {
                for parent in graph.parents[origin] where seen.insert(origins[parent]).inserted {
                    stack.append(origins[parent])
                }
            } else {
                edits.append(origin)
            }
        }
        return ancestry.latest(of: edits)
    }
}
