/// What a full-text query matched: for each row, how often each phrase of the query occurs in it.
///
/// Flat, because a query may match a hundred thousand rows: one array of row ids and one of counts.
package struct Postings: Sendable, Equatable {
    /// The number of phrases in the query.
    package private(set) var phraseCount: Int

    /// The rows that matched, ascending.
    package private(set) var rowIDs: [Int64] = []

    /// The occurrences of phrase `p` in row `r` at `r * phraseCount + p`; 65,535 stands for that many or more.
    package private(set) var counts: [UInt16] = []

    /// Postings of no row.
    package init(phraseCount: Int) {
        self.phraseCount = phraseCount
    }

    /// Merges the rows of each phrase.
    init(merging lists: PhraseLists) {
        self.init(phraseCount: 0)
        merge(lists)
    }

    /// Whether a row has all of some phrases.
    package func row(_ row: Int64, holds phrases: [Int]) -> Bool {
        var (low, high) = (0, rowIDs.count)
        while low < high {
            let middle = (low + high) / 2
            if rowIDs[middle] < row { low = middle + 1 } else { high = middle }
        }
        guard low < rowIDs.count, rowIDs[low] == row else { return false }
        return phrases.allSatisfy { counts[low * phraseCount + $0] > 0 }
    }

    /// Counts the rows that hold any of some phrases as holding others too, as often.
    package mutating func count(_ phrases: [Int], alsoAs others: [Int]) {
        counts.withUnsafeMutableBufferPointer { counts in
            for first in stride(from: 0, to: counts.count, by: phraseCount) {
                var count: UInt16 = 0
                for phrase in phrases { count = max(count, counts[first + phrase]) }
                guard count > 0 else { continue }
                for phrase in others { counts[first + phrase] = max(count, counts[first + phrase]) }
            }
        }
    }

    /// Takes in the rows of each phrase in place of what it held, in the same memory.
    mutating func merge(_ lists: PhraseLists) {
        phraseCount = lists.phraseCount
        rowIDs.removeAll(keepingCapacity: true)
        counts.removeAll(keepingCapacity: true)
        guard phraseCount > 1 else {
            rowIDs.append(contentsOf: lists.rowIDs)
            counts.append(contentsOf: lists.counts)
            return
        }
        let ranges = lists.ranges
        let longest = ranges.map(\.count).max() ?? 0
        rowIDs.reserveCapacity(longest)
        counts.reserveCapacity(longest * phraseCount)
        lists.rowIDs.withUnsafeBufferPointer { allRows in
            lists.counts.withUnsafeBufferPointer { allCounts in
                // Where each phrase stands, and the row it stands at: past the end, a row id that no index has.
                var position = ranges.map(\.lowerBound)
                var rows = ranges.map { $0.isEmpty ? .max : allRows[$0.lowerBound] }
                while let row = rows.min(), row < .max {
                    rowIDs.append(row)
                    for phrase in 0..<phraseCount {
                        guard rows[phrase] == row else {
                            counts.append(0)
                            continue
                        }
                        counts.append(allCounts[position[phrase]])
                        position[phrase] += 1
                        let isAtEnd = position[phrase] == ranges[phrase].upperBound
                        rows[phrase] = isAtEnd ? .max : allRows[position[phrase]]
                    }
                }
            }
        }
    }
}

/// The rows of each phrase of a query, ascending, and how often the phrase occurs in each: one phrase after the other.
struct PhraseLists {
    /// Above this many rows the memory is given back after a query: it is ten bytes a row, for every connection that
    /// reads.
    static let keptRows = 1 << 18

    private(set) var phraseCount = 0
    private(set) var rowIDs: [Int64] = []
    private(set) var counts: [UInt16] = []
    private var starts: [Int] = []

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
        if rowIDs.capacity > Self.keptRows { self = PhraseLists() }
    }

    /// Where the rows of each phrase are; all are empty when no row matched, because then no phrase was begun.
    var ranges: [Range<Int>] {
        guard starts.count == phraseCount else { return Array(repeating: 0..<0, count: phraseCount) }
        return zip(starts, starts.dropFirst() + [rowIDs.count]).map { $0..<$1 }
    }
}
