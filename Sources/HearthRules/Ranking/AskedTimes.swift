package import HearthText

/// The documents that were made at the times that a query names.
///
/// The bounds of each time are computed once, and every document is compared with them: no document's day is.
package struct AskedTimes {
    /// For each time, the slots made then, ascending.
    package private(set) var holders: [[Int]]

    /// Finds them among the slots that can be found.
    ///
    /// - Parameters:
    ///   - takesSides: Whether "since" and "before" count.
    package init(
        _ dates: [DateTerm],
        entries: [DocumentEntry],
        takesSides: Bool,
        canFind: (_ slot: Int) -> Bool
    ) {
        holders = dates.map { _ in [] }
        guard !dates.isEmpty, let first = entries.first?.createdAt else { return }
        // Only a date of every year has to know how far the years go.
        let span = dates.contains(where: \.isYearless) ? Self.span(of: entries, from: first) : .min ... .max
        let times = dates.map { Bounds($0.ranges(touching: span, takesSides: takesSides)) }
        for (time, bounds) in times.enumerated() where !bounds.isEmpty {
            for slot in entries.indices where bounds.contains(entries[slot].createdAt) && canFind(slot) {
                holders[time].append(slot)
            }
        }
    }

    /// What a query about these times finds, if some documents hold the date as it was typed.
    package func selection(named: [Int32]) -> TimeSelection {
        let made = Set(all.lazy.map { Int32($0) })
        return TimeSelection(made: made.sorted(), named: named.filter { !made.contains($0) })
    }

    /// The slots made at any of the times, ascending.
    package var all: [Int] { holders.count == 1 ? holders[0] : Set(holders.joined()).sorted() }

    private static func span(of entries: [DocumentEntry], from first: Int64) -> ClosedRange<Int64> {
        var (earliest, latest) = (first, first)
        for entry in entries {
            earliest = min(earliest, entry.createdAt)
            latest = max(latest, entry.createdAt)
        }
        return earliest...latest
    }
}

/// Stretches of time in order, asked for one instant after the other.
private struct Bounds {
    private let ranges: [Range<Int64>]
    private let all: Range<Int64>

    var isEmpty: Bool { ranges.isEmpty }

    init(_ ranges: [Range<Int64>]) {
        self.ranges = ranges
        all = (ranges.first?.lowerBound ?? 0)..<(ranges.last?.upperBound ?? 0)
    }

    func contains(_ instant: Int64) -> Bool {
        guard all.contains(instant) else { return false }
        guard ranges.count > 1 else { return true }
        // The last stretch that begins no later.
        var (low, high) = (0, ranges.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if ranges[middle].lowerBound <= instant { low = middle } else { high = middle }
        }
        return ranges[low].contains(instant)
    }
}
