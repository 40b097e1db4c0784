/// The rows of each phrase of a query, ascending, and how often it occurs in each: one phrase after the other.
struct PhraseLists {
    /// The rows beyond which memory is given back after a query: ten bytes each, for every connection that reads.
    static let keptRows = 1 << 18

    private(set) var phraseCount = 0
    private(set) var rowIDs: [Int64] = []
    private(set) var counts: [UInt16] = []
    private var starts: [Int] = []

    /// Makes ready for a query, with the memory of the one before.
    mutating func clear(phraseCount: Int) {
        self.phraseCount = phraseCount
        rowIDs.removeAll(keepingCapacity: true)
        counts.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
    }

    mutating func beginPhrase() {
        starts.append(rowIDs.count)
    }

    mutating func append(row: Int64, count: UInt16) {
        rowIDs.append(row)
        counts.append(count)
    }

    mutating func giveBackMemory() {
        if rowIDs.capacity > Self.keptRows { self = PhraseLists() }
    }

    /// Where each phrase lies; all are empty when no row matched, because nobody began a phrase then.
    var ranges: [Range<Int>] {
        guard starts.count == phraseCount else { return Array(repeating: 0..<0, count: phraseCount) }
        return zip(starts, starts.dropFirst() + [rowIDs.count]).map { $0..<$1 }
    }
}
