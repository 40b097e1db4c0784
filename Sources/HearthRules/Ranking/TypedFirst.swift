package import HearthText

/// Puts the results in which the query stands as typed before the others.
///
/// Words say nothing of order and little of signs: `192.168.1.10` and `192.168.10.1`, `Tom owes Anna` and `Anna owes Tom`
/// have the same. So of the best results, those that have the query letter by letter come first, in their order, with a
/// score of at least that of the best of the others.
package enum TypedFirst {
    /// How many results are worth looking at.
    package static let depth = Proximity.depth
    /// How many are looked at where none of the best has the query as typed: of common words there are hundreds of
    /// memories that hold them all, and few in which they stand side by side.
    package static let reach = 200

    /// The results, those that match better first. Equal ones keep their order, and what scores high keeps its score.
    package static func arranged(
        _ results: [Ranked],
        match: (Ranked) throws -> TypedText.Match
    ) rethrows -> [Ranked] {
        guard results.count > 1 else { return results }
        var matches = try results.prefix(depth).map { (result: $0, match: try match($0)) }
        if matches.allSatisfy({ $0.match == .none }) {
            matches += try results.prefix(reach).dropFirst(depth).map { (result: $0, match: try match($0)) }
        }
        guard Set(matches.map(\.match)).count > 1 || results.count > matches.count else { return results }
        var arranged: [Ranked] = []
        var bar = 0.0
        // From the last to the first: each result scores at least what those behind it do.
        for result in results.dropFirst(matches.count).reversed() {
            arranged.append(result)
            bar = max(bar, result.score)
        }
        for kind in [TypedText.Match.none, .folded, .exact] {
            for item in matches.reversed() where item.match == kind {
                var result = item.result
                bar = max(bar, result.score)
                result.score = bar
                arranged.append(result)
            }
        }
        return arranged.reversed()
    }
}
