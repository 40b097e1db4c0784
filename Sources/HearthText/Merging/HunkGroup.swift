/// What one side replaced, and with what: a run of base segments, or a point between two, and a run of its own.
struct Hunk {
    let text: Int
    let base: Range<Int>
    let segments: Range<Int>
}

/// Hunks that overlap, directly or through others. Insertions at one place overlap too.
///
/// A replacement and an insertion right before or after it don't overlap, nor do replacements of neighbours: both keep
/// their place. Only where two sides say the same in them do they count as one place.
struct HunkGroup {
    private(set) var base: Range<Int>
    private(set) var hunks: [Hunk]

    /// The groups, in the order of the base.
    ///
    /// - Parameters:
    ///   - hunks: All sides' hunks.
    ///   - isSame: Whether two hunks that touch belong together.
    static func groups(of hunks: [Hunk], joining isSame: (Hunk, Hunk) -> Bool) -> [HunkGroup] {
        var joined: [HunkGroup] = []
        for group in overlapping(hunks) {
            if let last = joined.last, last.base.upperBound == group.base.lowerBound,
                last.hunks.contains(where: { hunk in group.hunks.contains { isSame(hunk, $0) } })
            {
                joined[joined.count - 1].base = last.base.lowerBound..<group.base.upperBound
                joined[joined.count - 1].hunks += group.hunks
            } else {
                joined.append(group)
            }
        }
        return joined
    }

    private static func overlapping(_ hunks: [Hunk]) -> [HunkGroup] {
        var groups: [HunkGroup] = []
        let sorted = hunks.sorted {
            ($0.base.lowerBound, $0.base.upperBound, $0.text) < ($1.base.lowerBound, $1.base.upperBound, $1.text)
        }
        for hunk in sorted {
            if let last = groups.indices.last, groups[last].overlaps(hunk) {
                groups[last].base =
                    groups[last].base.lowerBound..<max(groups[last].base.upperBound, hunk.base.upperBound)
                groups[last].hunks.append(hunk)
            } else {
                groups.append(HunkGroup(base: hunk.base, hunks: [hunk]))
            }
        }
        return groups
    }

    /// Whether a hunk belongs to this group, which begins no later than the hunk.
    private func overlaps(_ hunk: Hunk) -> Bool {
        hunk.base.lowerBound < base.upperBound || (hunk.base.isEmpty && hunk.base == base)
    }
}

extension SegmentMerge {
    /// Whether two sides say the same thing in two hunks.
    func saysTheSame(_ left: Hunk, _ right: Hunk) -> Bool {
        guard left.text != right.text else { return false }
        let said = Set(words[left.text][left.segments])
        return right.segments.contains { said.contains(words[right.text][$0]) && isWorded($0, of: right.text) }
    }
}

extension SegmentMerge {
    /// What one side wrote in place of the base segments that a group covers.
    private struct Wording {
        let text: Int
        var segments: [Int]
    }

    /// What takes the place of the base segments that a group covers.
    ///
    /// Every side's words stay, those of higher rank first. What all begin or end with comes once, and so does what an
    /// earlier side already said. A side whose words another's contain adds nothing, so that an edit goes before a
    /// deletion.
    func written(by group: HunkGroup) -> [Piece] {
        let wordings = uncontained(wordings(of: group))
        guard let first = wordings.first else { return [] }
        let shortest = wordings.map(\.segments.count).min() ?? 0
        let start = (0..<shortest)
            .prefix { index in
                wordings.allSatisfy { word(index, of: $0) == word(index, of: first) }
            }
            .count
        let end = (0..<shortest - start)
            .prefix { index in
                wordings.allSatisfy {
                    word($0.segments.count - 1 - index, of: $0) == word(first.segments.count - 1 - index, of: first)
                }
            }
            .count

        var middle: [Piece] = []
        var said = Tally()
        for wording in wordings {
            var unmatched = said
            for segment in wording.segments.dropFirst(start).dropLast(end) {
                let word = words[wording.text][segment]
                if unmatched.remove(word) && isWorded(segment, of: wording.text) { continue }
                said.insert(word)
                middle.append(.written(text: wording.text, segment: segment))
            }
        }
        func shared(_ segments: ArraySlice<Int>) -> [Piece] { segments.map { .written(text: first.text, segment: $0) } }
        return shared(first.segments.prefix(start)) + middle + shared(first.segments.suffix(end))
    }

    private func word(_ index: Int, of wording: Wording) -> Int {
        words[wording.text][wording.segments[index]]
    }

    /// The sides' wordings, those of higher rank first.
    private func wordings(of group: HunkGroup) -> [Wording] {
        var wordings: [Wording] = []
        for hunk in group.hunks.sorted(by: { ($0.text, $0.segments.lowerBound) < ($1.text, $1.segments.lowerBound) }) {
            if let last = wordings.indices.last, wordings[last].text == hunk.text {
                wordings[last].segments.append(contentsOf: hunk.segments)
            } else {
                wordings.append(Wording(text: hunk.text, segments: Array(hunk.segments)))
            }
        }
        return wordings
    }

    /// The wordings that no other one contains; of equal ones, the first.
    private func uncontained(_ wordings: [Wording]) -> [Wording] {
        if wordings.count == 1 { return wordings }
        let tallies = wordings.map { wording in Tally(wording.segments.lazy.map { words[wording.text][$0] }) }
        return wordings.indices
            .filter { index in
                !wordings.indices.contains { other in
                    other != index && tallies[other].contains(tallies[index])
                        && (other < index || !tallies[index].contains(tallies[other]))
                }
            }
            .map { wordings[$0] }
    }

    /// Whether a segment has a word. Rules and brackets have none, and may stand as often as sides put them.
    private func isWorded(_ segment: Int, of text: Int) -> Bool {
        let body = texts[text].bytes[texts[text].segments[segment].body]
        return String(decoding: body, as: UTF8.self).unicodeScalars.contains(where: \.isWord)
    }
}

/// How often each word occurs.
private struct Tally {
    private var counts: [Int: Int] = [:]
    private var total = 0

    init(_ words: some Sequence<Int> = EmptyCollection()) {
        for word in words { insert(word) }
    }

    mutating func insert(_ word: Int) {
        counts[word, default: 0] += 1
        total += 1
    }

    /// Takes one away; false if there was none.
    mutating func remove(_ word: Int) -> Bool {
        guard let count = counts[word], count > 0 else { return false }
        counts[word] = count - 1
        total -= 1
        return true
    }

    func contains(_ other: Tally) -> Bool {
        other.total <= total && other.counts.allSatisfy { $0.value <= counts[$0.key, default: 0] }
    }
}
