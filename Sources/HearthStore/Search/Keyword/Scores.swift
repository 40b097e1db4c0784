/// The scores of the rows that a query found.
struct Scores: Sendable {
    /// One score for each row of the postings, in their order; 0 for a row that is no result.
    var values: [Float] = []
    /// How much each clause of the query says by its rarity.
    var inverseDocumentFrequencies: [Float]
    /// What no memory can exceed: that of one which has every clause more often than can be counted.
    var bound: Float

    init(inverseDocumentFrequencies: [Float], bound: Float) {
        self.inverseDocumentFrequencies = inverseDocumentFrequencies
        self.bound = bound
    }

    /// The greatest score; dividing by it brings a result list to 0…1, which is what scores of several kinds are mixed
    /// at.
    var maximum: Float { values.max() ?? 0 }

    /// The indices of the best `count` rows, best first; `precedes` decides between two rows of equal score and must
    /// say which of any two goes first.
    func top(_ count: Int, precedes: (Int, Int) -> Bool) -> [Int] {
        guard count > 0 else { return [] }
        func isBetter(_ left: Int, _ right: Int) -> Bool {
            values[left] != values[right] ? values[left] > values[right] : precedes(left, right)
        }
        // The kept rows as a binary heap with the worst in front: nearly every row is dismissed by one comparison with
        // it.
        var kept: [Int] = []
        kept.reserveCapacity(min(count, values.count))
        for row in values.indices where values[row] > 0 {
            if kept.count < count {
                kept.append(row)
                if kept.count == count { kept.makeHeap(isBetter) }
            } else if values[row] >= values[kept[0]], isBetter(row, kept[0]) {
                kept[0] = row
                kept.siftDown(from: 0, isBetter)
            }
        }
        return kept.sorted(by: isBetter)
    }
}

extension [Int] {
    fileprivate mutating func makeHeap(_ isBetter: (Int, Int) -> Bool) {
        for index in stride(from: count / 2 - 1, through: 0, by: -1) { siftDown(from: index, isBetter) }
    }

    fileprivate mutating func siftDown(from start: Int, _ isBetter: (Int, Int) -> Bool) {
        var parent = start
        while true {
            var worst = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < count && isBetter(self[worst], self[child]) {
                worst = child
            }
            if worst == parent { return }
            swapAt(parent, worst)
            parent = worst
        }
    }
}
