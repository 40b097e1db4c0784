/// Aligns two sequences of numbers, each of which stands for a segment or a word.
///
/// Equal ends are matched first, then a longest common subsequence (E. W. Myers, *An O(ND) Difference Algorithm and Its
/// Variations*, Algorithmica 1986, in linear space). A long region is first divided at the numbers that occur once on
/// either side, the longest run of them that keeps their order (patience diff, after Bram Cohen).
///
/// The work is bounded: where ``budget`` runs out, what is left counts as replaced. Nothing is lost by that: a merge
/// only becomes coarser.
struct SequenceDiff {
    /// Steps over one pair of texts, each a few nanoseconds: some tenths of a second for the worst 4 MiB.
    private static let budget = 30_000_000
    /// A region is long beyond so many segments of both sides together. In a shorter one the longest common subsequence
    /// costs next to nothing.
    private static let longRegion = 1_000

    private let base: [Int]
    private let edit: [Int]
    /// For each base segment, the edit's segment that is matched with it, or nil.
    private(set) var matches: [Int?]
    private var stepsLeft = Self.budget
    private var occurrences: Occurrences

    /// Aligns an edit with its base.
    ///
    /// - Parameters:
    ///   - base: What the edit was made from.
    ///   - edit: What it came to.
    ///   - vocabulary: One more than the greatest number in either.
    init(_ base: [Int], _ edit: [Int], vocabulary: Int) {
        self.base = base
        self.edit = edit
        matches = Array(repeating: nil, count: base.count)
        occurrences = Occurrences(vocabulary)

        var regions = [Region(base: base.indices, edit: edit.indices)]
        while let region = regions.popLast() {
            let rest = matchEnds(of: region)
            if rest.base.isEmpty || rest.edit.isEmpty { continue }
            stepsLeft -= rest.base.count + rest.edit.count
            if stepsLeft < 0 { break }
            let isLong = rest.base.count + rest.edit.count > Self.longRegion
            let anchors = isLong ? uniqueAnchors(in: rest) : []
            regions.append(contentsOf: anchors.isEmpty ? halves(of: rest) : parts(of: rest, between: anchors))
        }
    }

    private struct Region {
        var base: Range<Int>
        var edit: Range<Int>
    }

    private mutating func matchEnds(of region: Region) -> Region {
        var rest = region
        while let first = rest.base.first, let other = rest.edit.first, base[first] == edit[other] {
            matches[first] = other
            rest.base.removeFirst()
            rest.edit.removeFirst()
        }
        while let last = rest.base.last, let other = rest.edit.last, base[last] == edit[other] {
            matches[last] = other
            rest.base.removeLast()
            rest.edit.removeLast()
        }
        return rest
    }
}

// MARK: - Patience

extension SequenceDiff {
    /// How often, and where last, each number occurs in a region.
    private struct Occurrences {
        var inBase: [Int32]
        var inEdit: [Int32]
        var place: [Int]

        init(_ vocabulary: Int) {
            inBase = Array(repeating: 0, count: vocabulary)
            inEdit = inBase
            place = Array(repeating: 0, count: vocabulary)
        }
    }

    /// Matches of numbers that occur once on each side: as many as keep their order on both.
    private mutating func uniqueAnchors(in region: Region) -> [(base: Int, edit: Int)] {
        for index in region.base { occurrences.inBase[base[index]] += 1 }
        for index in region.edit {
            occurrences.inEdit[edit[index]] += 1
            occurrences.place[edit[index]] = index
        }
        let unique = region.base.filter {
            occurrences.inBase[base[$0]] == 1 && occurrences.inEdit[base[$0]] == 1
        }
        let pairs = unique.map { (base: $0, edit: occurrences.place[base[$0]]) }
        for index in region.base { occurrences.inBase[base[index]] = 0 }
        for index in region.edit { occurrences.inEdit[edit[index]] = 0 }
        return Self.longestAscending(pairs)
    }

    /// The longest subsequence in which `edit` ascends too, by laying out piles (patience sorting).
    private static func longestAscending(_ pairs: [(base: Int, edit: Int)]) -> [(base: Int, edit: Int)] {
        var tops: [Int] = []
        var previous: [Int?] = []
        for (index, pair) in pairs.enumerated() {
            var low = 0
            var high = tops.count
            while low < high {
                let middle = (low + high) / 2
                if pairs[tops[middle]].edit < pair.edit { low = middle + 1 } else { high = middle }
            }
            previous.append(low > 0 ? tops[low - 1] : nil)
            if low == tops.count { tops.append(index) } else { tops[low] = index }
        }
        var ascending: [(base: Int, edit: Int)] = []
        var next = tops.last
        while let index = next {
            ascending.append(pairs[index])
            next = previous[index]
        }
        return ascending.reversed()
    }

    private mutating func parts(of region: Region, between anchors: [(base: Int, edit: Int)]) -> [Region] {
        var parts: [Region] = []
        var start = (base: region.base.lowerBound, edit: region.edit.lowerBound)
        for anchor in anchors {
            matches[anchor.base] = anchor.edit
            parts.append(Region(base: start.base..<anchor.base, edit: start.edit..<anchor.edit))
            start = (anchor.base + 1, anchor.edit + 1)
        }
        parts.append(Region(base: start.base..<region.base.upperBound, edit: start.edit..<region.edit.upperBound))
        return parts
    }
}

// MARK: - Myers

extension SequenceDiff {
    /// The regions before and after a point on a shortest path of edits; none where the budget is used up.
    ///
    /// The search goes from both corners at once. The point where the two meet is on a shortest path.
    private mutating func halves(of region: Region) -> [Region] {
        let (left, right) = (region.base.lowerBound, region.base.upperBound)
        let (top, bottom) = (region.edit.lowerBound, region.edit.upperBound)
        let (width, height) = (right - left, bottom - top)
        let reach = (width + height + 1) / 2
        let skew = width - height
        var forward = Frontier(reach: reach, width: width, height: height)
        var backward = forward

        for distance in 0...reach {
            stepsLeft -= 2 * distance + 2
            if stepsLeft < 0 { return [] }
            for diagonal in stride(from: -distance, through: distance, by: 2) {
                let length = forward.advance(on: diagonal, distance) { base[left + $0] == edit[top + $1] }
                stepsLeft -= length
                let met = !skew.isMultiple(of: 2) && abs(skew - diagonal) < distance
                if met, let x = forward.meets(backward, on: diagonal) {
                    return Self.split(region, left + x, top + x - diagonal)
                }
            }
            for diagonal in stride(from: -distance, through: distance, by: 2) {
                let length = backward.advance(on: diagonal, distance) { base[right - 1 - $0] == edit[bottom - 1 - $1] }
                stepsLeft -= length
                let met = skew.isMultiple(of: 2) && abs(skew - diagonal) <= distance
                if met, let x = backward.meets(forward, on: diagonal) {
                    return Self.split(region, right - x, bottom - x + diagonal)
                }
            }
        }
        return []
    }

    /// How far one search got. For each diagonal k, on which the numbers of base and edit segments taken differ by k,
    /// this is the most base segments taken.
    private struct Frontier {
        let width: Int
        let height: Int
        /// Diagonals count from here on; those not reached hold -1.
        private let origin: Int
        private var taken: [Int]

        init(reach: Int, width: Int, height: Int) {
            self.width = width
            self.height = height
            origin = reach + 1
            taken = Array(repeating: -1, count: 2 * reach + 3)
        }

        /// Takes one more edit towards a diagonal and then all that is equal; returns how much was equal.
        mutating func advance(on diagonal: Int, _ distance: Int, equal: (Int, Int) -> Bool) -> Int {
            let right = taken[origin + diagonal - 1]
            let down = taken[origin + diagonal + 1]
            var x = distance == 0 ? 0 : -1
            if right >= 0, right < width { x = right + 1 }
            if down > x, down - diagonal <= height { x = down }
            guard x >= 0 else { return 0 }
            let start = x
            while x < width, x - diagonal < height, equal(x, x - diagonal) { x += 1 }
            taken[origin + diagonal] = x
            return x - start
        }

        /// How far this search is on a diagonal, if it has met there the one from the other corner.
        func meets(_ other: Frontier, on diagonal: Int) -> Int? {
            let x = taken[origin + diagonal]
            let opposite = other.taken[origin + width - height - diagonal]
            return x >= 0 && opposite >= 0 && x + opposite >= width ? x : nil
        }
    }

    private static func split(_ region: Region, _ base: Int, _ edit: Int) -> [Region] {
        [
            Region(base: region.base.lowerBound..<base, edit: region.edit.lowerBound..<edit),
            Region(base: base..<region.base.upperBound, edit: edit..<region.edit.upperBound),
        ]
    }
}
