import FoundationEssentials
package import HearthModel
import HearthText

/// Counts days together into periods without gaps.
package struct UsagePeriods {
    /// What happened on one day.
    package struct Day: Hashable, Sendable {
        /// Days since 1970-01-01.
        package var number: Int
        package var stored = 0
        package var edited = 0
        package var deleted = 0

        package init(number: Int, stored: Int = 0, edited: Int = 0, deleted: Int = 0) {
            (self.number, self.stored, self.edited, self.deleted) = (number, stored, edited, deleted)
        }
    }

    /// The most periods that are told of: the latest ones.
    package static let maximumCount = 400

    /// The periods from the first day to the last one, the latest ``maximumCount`` of them.
    package static func usage(_ days: [Day], by period: MemoryAnalytics.Period) -> [MemoryAnalytics.Usage] {
        guard let last = days.map(\.number).max(), let first = days.map(\.number).min() else { return [] }
        var starts = [start(of: last, period)]
        while let earliest = starts.last, earliest > first, starts.count < maximumCount {
            starts.append(start(of: earliest - 1, period))
        }
        var counts: [Int: MemoryAnalytics.Usage] = [:]
        for day in days {
            let start = start(of: day.number, period)
            var usage = counts[start] ?? MemoryAnalytics.Usage(start: date(ofDay: start))
            usage.stored += day.stored
            usage.edited += day.edited
            usage.deleted += day.deleted
            counts[start] = usage
        }
        return starts.reversed().map { counts[$0] ?? MemoryAnalytics.Usage(start: date(ofDay: $0)) }
    }

    private static func date(ofDay day: Int) -> Date { Date(timeIntervalSince1970: Double(day) * 86_400) }

    /// The first day of the period that a day is in.
    static func start(of day: Int, _ period: MemoryAnalytics.Period) -> Int {
        switch period {
        case .day: return day
        case .week:
            // 1970-01-01 was a Thursday, three days after a Monday.
            return day - (day + 3).quotientAndRemainder(flooringBy: 7).remainder
        case .month: return day - CivilDate(daysSince1970: day).day + 1
        }
    }
}
