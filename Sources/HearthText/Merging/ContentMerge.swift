/// Merges what several sides made of one text.
///
/// A three-way merge by sentence, line and list item, after diff3 (S. Khanna, K. Kunal, B. C. Pierce, *A Formal Investigation of Diff3*,
/// FSTTCS 2007), for any number of sides at once. Two things differ from diff3. Edits of neighbouring segments are apart:
/// they needn't have an untouched segment between them. And nothing is left to a person: where edits overlap every
/// side's words stay, in the order the sides are given.
///
/// The result is the same for the same sides whatever order their edits came in; which side's words come first is the caller's
/// ranking. It has no markers, and is one side's text, byte for byte, when no other side changed anything.
package enum ContentMerge {
    /// The merged text.
    ///
    /// - Parameters:
    ///   - base: The text all sides started from; nil when there is none, which is as good as an empty one.
    ///   - edits: What each side made of it, the side of the highest rank first.
    /// - Returns: The text; with no edits, the base.
    package static func merge(base: String?, edits: [String]) -> String {
        let base = base ?? ""
        var sides: [String] = []
        for edit in edits where !edit.isExactly(base) && !sides.contains(where: edit.isExactly) {
            sides.append(edit)
        }
        if sides.count < 2 { return sides.first ?? base }

        let merge = SegmentMerge(base: base, sides: sides)
        var joint = JointText(merge)
        for piece in merge.pieces() { joint.append(piece) }
        return joint.text
    }
}

extension String {
    /// Equal byte for byte: canonically equivalent spellings are told apart, since one of them is an edit of the other.
    fileprivate func isExactly(_ other: String) -> Bool {
        utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
    }
}
