import HearthModel

/// Where the value of one field came from, for every version of a graph.
///
/// A version's *origin* is the version in which its value of the field arose: the version itself, if it was made by an
/// edit that changed the field, or by joining parents whose values arose apart; otherwise the one origin that its
/// parents' values come from. A later origin supersedes the earlier ones it was made from, so that an edit overrules
/// what its author saw of the field that it changed, and nothing else.
///
/// What joining edits made of a field is settled, and a single origin needs no further look. There is one exception:
/// under manual review nobody was asked what a *deleted* memory says, because nobody reads it. If an edit that had not
/// seen the join brings the memory back, the joined edits are compared as if they met only now.
struct FieldHistory {
    private let graph: VersionGraph
    private let origins: [Int]
    /// The origins that are joins and not edits.
    private let joins: Set<Int>
    /// The automatic merges of a deleted memory whose origin is a join from which no edit was made.
    private let unsettled: Set<Int>

    /// Finds the origins in one pass.
    ///
    /// - Parameters:
    ///   - graph: The versions.
    ///   - ancestry: Of `graph`.
    ///   - mayChange: Whether a version may change the field. What any other says of it does not count.
    ///   - changed: Whether an edit changed the field, given the fields of the new version and of a parent.
    init(
        in graph: VersionGraph,
        _ ancestry: inout Ancestry,
        mayChange: (Version) -> Bool = { _ in true },
        changed: (MemoryFields, MemoryFields) -> Bool
    ) {
        var origins: [Int] = []
        origins.reserveCapacity(graph.versions.count)
        var joins: Set<Int> = []
        var unsettled: Set<Int> = []
        for (position, version) in graph.versions.enumerated() {
            let parents = graph.parents[position]
            let isEdit =
                parents.isEmpty
                || !version.isAutomaticMerge && mayChange(version)
                    && parents.contains { changed(version.fields, graph.versions[$0].fields) }
            if isEdit {
                origins.append(position)
                continue
            }
            let inherited = ancestry.latest(of: parents.lazy.map { origins[$0] })
            let isUnsettled = parents.allSatisfy { origins[$0] != inherited[0] || unsettled.contains($0) }
            let isJoin =
                inherited.count > 1
                || isUnsettled && changed(version.fields, graph.versions[inherited[0]].fields)
            if isJoin { joins.insert(position) }
            if version.isAutomaticMerge && version.fields.isDeleted && (isJoin || isUnsettled) {
                unsettled.insert(position)
            }
            origins.append(isJoin ? position : inherited[0])
        }
        self.graph = graph
        self.origins = origins
        self.joins = joins
        self.unsettled = unsettled
    }

    /// The edits of the field that versions have and that no later one of theirs supersedes.
    ///
    /// A single origin that is settled is the answer. Several are compared, after those that only joined edits have
    /// been expanded to the edits. So the same set of edits is compared, in whatever order and grouping they were
    /// merged before.
    ///
    /// - Parameters:
    ///   - heads: The versions.
    ///   - ancestry: Of the graph.
    ///   - asksAgain: Whether what a deleted memory says counts as unsettled.
    func latestEdits(at heads: [Int], _ ancestry: inout Ancestry, asksAgain: Bool) -> [Int] {
        let latest = ancestry.latest(of: heads.lazy.map { origins[$0] })
        if latest.count == 1,
            !asksAgain || heads.contains(where: { origins[$0] == latest[0] && !unsettled.contains($0) })
        {
            return latest
        }

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
