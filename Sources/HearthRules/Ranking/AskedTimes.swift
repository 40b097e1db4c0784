package import HearthText

/// The documents that were made at the times that a query names.
///
/// The bounds of each time are computed once, and every document is compared with them: no document's day is.
package struct AskedTimes {
    /// For each time, the slots made then, ascending.
    package private(set) var holders: [[Int]]
    /// The slots made then where a person's day may be another than that in UTC: behind the end of each of the times. None where more
    /// than the times is asked for.
    private var late: Set<Int> = []
    /// Whether all times are single days.
    private let areDays: Bool

    /// Finds them among the slots that can be found.
    ///
    /// - Parameters:
    ///   - isAlone: Whether nothing but these times is asked for.
    package init(
        _ dates: [DateTerm],
        entries: [DocumentEntry],
        isAlone: Bool,
        canFind: (_ slot: Int) -> Bool
    ) {
        holders = dates.map { _ in [] }
        areDays = dates.allSatisfy(\.isOneDay)
        guard !dates.isEmpty, let first = entries.first?.createdAt else { return }
        // Only a date of every year has to know how far the years go.
        let span = dates.contains(where: \.isYearless) ? Self.span(of: entries, from: first) : .min ... .max
        let times = dates.map { Bounds($0.ranges(touching: span, isAlone: isAlone)) }
        for (time, bounds) in times.enumerated() where !bounds.isEmpty {
            for slot in entries.indices where bounds.contains(entries[slot].createdAt) && canFind(slot) {
                holders[time].append(slot)
            }
        }
        // Only what is found by the time alone has an order by it, and "since 2020" may be nearly everything.
        guard isAlone else { return }
        let exact = dates.map { Bounds($0.exact.ranges(touching: span, isAlone: isAlone)) }
        late = Set(all.filter { slot in !exact.contains { $0.contains(entries[slot].createdAt) } })
    }

    /// What a query about these times finds, if some documents hold the date as it was typed.
    package func selection(named: [Int32]) -> TimeSelection {
        let made = all.map { Int32($0) }
        let isMade = Set(made)
        return TimeSelection(
            made: made.filter { !late.contains(Int($0)) },
            late: made.filter { late.contains(Int($0)) },
            named: named.filter { !isMade.contains($0) },
            // Who writes a whole date means it. A month or a year may be said of anything.
            alternates: areDays
        )
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
