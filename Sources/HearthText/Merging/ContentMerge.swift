/// Merges the edits of several sides to one text.
///
/// A three-way merge by sentence, line and list item, after diff3 (S. Khanna, K. Kunal, B. C. Pierce, *A Formal
/// Investigation of Diff3*, FSTTCS 2007), for any number of sides at once. Two things differ from diff3. Edits of
/// neighbouring segments count as separate: they need no untouched segment between them. And nothing is left to a
/// person: where edits overlap, every side's words stay, in the order in which the sides are given.
///
/// The result is the same for the same sides, whatever order their edits came in. The caller's ranking says which
/// side's words come first. It has no markers, and is one side's text, byte for byte, when no other side changed
/// anything.
package enum ContentMerge {
    /// The merged text.
    ///
    /// - Parameters:
    ///   - base: The text that all sides started from. Nil, for none, is the same as an empty text.
    ///   - edits: What each side made of it, the side of the highest rank first.
    /// - Returns: The text; with no edits, the base.
    package static func merge(base: String?, edits: [String]) -> String {
        let base = base ?? ""
        var sides: [String] = []
        // Canonically equivalent spellings are equal: to compose or decompose characters is no edit.
        for edit in edits where edit != base && !sides.contains(edit) { sides.append(edit) }
        if sides.count < 2 { return sides.first ?? base }

        let merge = SegmentMerge(base: base, sides: sides)
        var merged = MergedText(merge)
        for piece in merge.pieces() { merged.append(piece) }
        return merged.text
    }
}

/// Aligns the sides of a merge with their base, and says which segments come out, in order.
struct SegmentMerge {
    /// The base, then the sides, those of higher rank first.
    let texts: [SegmentedText]
    /// The words of each text's segments, as numbers.
    let words: [[Int]]
    /// For each text, and each segment of the base, the segment matched with it.
    let matches: [[Int?]]

    init(base: String, sides: [String]) {
        texts = [SegmentedText(base)] + sides.map(SegmentedText.init)
        var vocabulary = SegmentVocabulary()
        let words = texts.map { vocabulary.numbers(of: $0) }
        let size = vocabulary.count
        matches =
            [Array(words[0].indices)] + words.dropFirst().map { SequenceDiff(words[0], $0, vocabulary: size).matches }
        self.words = words
    }

    /// One segment of the result.
    enum Piece {
        /// A segment of the base that every side kept.
        case kept(Int)
        /// A segment that a side wrote.
        case written(text: Int, segment: Int)
    }

    /// The segments of the result.
    func pieces() -> [Piece] {
        var pieces: [Piece] = []
        var next = 0
        for group in HunkGroup.groups(of: splittingSharedInsertions(hunks()), joining: saysTheSame) {
            pieces.append(contentsOf: (next..<group.base.lowerBound).map(Piece.kept))
            pieces.append(contentsOf: written(by: group))
            next = group.base.upperBound
        }
        pieces.append(contentsOf: (next..<words[0].count).map(Piece.kept))
        return pieces
    }

    /// Which segment of a text a piece is; nil where the text does not have it.
    func segment(of piece: Piece, in text: Int) -> Int? {
        switch piece {
        case .kept(let segment): matches[text][segment]
        case .written(let writer, let segment): writer == text ? segment : nil
        }
    }

    /// All sides' hunks.
    private func hunks() -> [Hunk] {
        var hunks: [Hunk] = []
        for text in texts.indices.dropFirst() {
            var (base, own) = (0, 0)
            func close(_ baseEnd: Int, _ ownEnd: Int) {
                guard base < baseEnd || own < ownEnd else { return }
                hunks.append(Hunk(text: text, base: base..<baseEnd, segments: own..<ownEnd))
            }
            for (segment, match) in matches[text].enumerated() {
                guard let match else { continue }
                close(segment, match)
                (base, own) = (segment + 1, match + 1)
            }
            close(words[0].count, words[text].count)
        }
        return hunks
    }

    /// The hunks, where what a replacement begins or ends with is split off if another side inserts the same there.
    ///
    /// One side adds a sentence, the other adds the same and rewrites the next: both added it at the same place.
    private func splittingSharedInsertions(_ hunks: [Hunk]) -> [Hunk] {
        var inserted: [Int: [Int: Set<Int>]] = [:]  // by place and text: the words inserted
        for hunk in hunks where hunk.base.isEmpty {
            inserted[hunk.base.lowerBound, default: [:]][hunk.text, default: []]
                .formUnion(words[hunk.text][hunk.segments])
        }
        if inserted.isEmpty { return hunks }

        return hunks.flatMap { hunk -> [Hunk] in
            guard !hunk.base.isEmpty else { return [hunk] }
            func isInserted(_ segment: Int, at place: Int) -> Bool {
                inserted[place]?.contains { $0.key != hunk.text && $0.value.contains(words[hunk.text][segment]) }
                    ?? false
            }
            let place = (before: hunk.base.lowerBound, after: hunk.base.upperBound)
            let before = hunk.segments.prefix { isInserted($0, at: place.before) }.endIndex
            let after = (before..<hunk.segments.upperBound).reversed().prefix { isInserted($0, at: place.after) }.last
            let end = after ?? hunk.segments.upperBound
            return [
                Hunk(text: hunk.text, base: place.before..<place.before, segments: hunk.segments.lowerBound..<before),
                Hunk(text: hunk.text, base: hunk.base, segments: before..<end),
                Hunk(text: hunk.text, base: place.after..<place.after, segments: end..<hunk.segments.upperBound),
            ]
            .filter { !$0.base.isEmpty || !$0.segments.isEmpty }
        }
    }
}
