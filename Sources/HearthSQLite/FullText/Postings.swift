/// What a full-text query matched: for each phrase of the query the rows that hold it, and how often each row does.
///
/// Flat, because a phrase may match a hundred thousand rows: one phrase after the other, in one array of row ids and one
/// of counts.
package struct Postings: Sendable {
    /// Above this many rows the memory is given back after a query: it is ten bytes a row, for every connection that
    /// reads.
    static let keptRows = 1 << 18

    /// The number of phrases in the query.
    package private(set) var phraseCount = 0

    /// The rows of each phrase, ascending.
    package private(set) var rowIDs: [Int64] = []

    /// How often a phrase occurs in each of its rows; 65,535 stands for that many or more.
    package private(set) var counts: [UInt16] = []

    private var starts: [Int] = []

    /// Where the rows of a phrase are in ``rowIDs`` and ``counts``. When no row matched, no phrase was begun.
    package func rows(of phrase: Int) -> Range<Int> {
        guard starts.count == phraseCount else { return 0..<0 }
        return starts[phrase]..<(phrase + 1 < phraseCount ? starts[phrase + 1] : rowIDs.count)
    }

    /// Gets ready for a query, in the memory of the one before.
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
        if rowIDs.capacity > Self.keptRows { self = Postings() }
    }
}
