import BitCollections
import HearthModel
import HearthText

extension Reconciliation {
    /// The contents of edits, none of them an ancestor of another, merged into one text.
    ///
    /// Edits that share more history than all do are merged among themselves first, against what they share: a sentence that one
    /// of them replaced knowingly isn't brought back by another that had left it as it was.
    mutating func mergedContent(of edits: [Int]) -> String {
        let ranked = edits.sorted { rank($0) > rank($1) }
        let base = ancestry.lowestCommonAncestors(of: ranked).first
        var sides = groups(of: ranked, above: base)
        // What can't be told apart any more is merged side by side.
        if sides.count == 1 { sides = ranked.map { [$0] } }
        return ContentMerge.merge(
            base: base.map { fields($0).content },
            edits: sides.map { $0.count == 1 ? fields($0[0]).content : mergedContent(of: $0) }
        )
    }

    /// The edits, those together that have an ancestor in common which `base` hasn't, in the order of their first.
    private mutating func groups(of edits: [Int], above base: Int?) -> [[Int]] {
        let shared = base.map { ancestry.ancestors(of: $0) } ?? []
        var groups: [(edits: [Int], ancestors: BitSet)] = []
        for edit in edits {
            var group = (edits: [edit], ancestors: ancestry.ancestors(of: edit).subtracting(shared))
            let related = groups.indices.filter { !groups[$0].ancestors.isDisjoint(with: group.ancestors) }
            for index in related.reversed() {
                let other = groups.remove(at: index)
                group.edits = other.edits + group.edits
                group.ancestors.formUnion(other.ancestors)
            }
            groups.insert(group, at: related.first ?? groups.endIndex)
        }
        return groups.map(\.edits)
    }
}
