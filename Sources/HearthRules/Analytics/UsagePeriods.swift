import FoundationEssentials
package import HearthModel

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
            return day - floorModulo(day + 3, 7)
        case .month: return day - dayOfMonth(day) + 1
        }
    }

    /// The day of the month, from 1. Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
    /// `civil_from_days`.
    private static func dayOfMonth(_ day: Int) -> Int {
        let dayOfEra = floorModulo(day + 719_468, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        return dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    }

    private static func floorModulo(_ value: Int, _ modulus: Int) -> Int {
        let rest = value % modulus
        return rest < 0 ? rest + modulus : rest
    }
}
