import Foundation
import HearthModel
import HearthRules
import Testing

/// Days that are counted together.
@Suite struct UsageByPeriod {
    /// Days since 1970 of a date.
    private func day(_ text: String) -> Int {
        let formatter = ISO8601DateFormatter()
        return Int((formatter.date(from: "\(text)T00:00:00Z")?.timeIntervalSince1970 ?? 0) / 86_400)
    }

    private func starts(_ days: [String], by period: MemoryAnalytics.Period) -> [String] {
        UsagePeriods.usage(days.map { UsagePeriods.Day(number: day($0), stored: 1) }, by: period)
            .map { String(ISO8601DateFormatter().string(from: $0.start).prefix(10)) }
    }

    @Test func `months and weeks begin where calendars say, leap years too`() {
        #expect(starts(["2024-02-29"], by: .month) == ["2024-02-01"])
        #expect(
            starts(["2023-12-31", "2024-03-01"], by: .month) == [
                "2023-12-01", "2024-01-01", "2024-02-01", "2024-03-01",
            ]
        )
        #expect(starts(["2026-11-29"], by: .week) == ["2026-11-23"])
        #expect(starts(["2026-11-30"], by: .week) == ["2026-11-30"])
        #expect(starts(["1970-01-01"], by: .week) == ["1969-12-29"])
    }

    @Test func `every day of some centuries is in the month of the calendar`() {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(secondsFromGMT: 0) ?? .current
        for number in stride(from: -100_000, through: 100_000, by: 97) {
            let date = Date(timeIntervalSince1970: Double(number) * 86_400)
            let usage = UsagePeriods.usage([UsagePeriods.Day(number: number)], by: .month)
            let expected = calendar.dateInterval(of: .month, for: date)?.start
            #expect(usage.first?.start == expected, "day \(number)")
        }
    }

    @Test func `counts of one period are added, and gaps are filled`() {
        let days = [
            UsagePeriods.Day(number: 10, stored: 1, edited: 2), UsagePeriods.Day(number: 12, deleted: 3),
            UsagePeriods.Day(number: 10, stored: 4),
        ]
        let usage = UsagePeriods.usage(days, by: .day)
        #expect(
            usage.map(\.stored) == [5, 0, 0] && usage.map(\.edited) == [2, 0, 0] && usage.map(\.deleted) == [0, 0, 3]
        )
        #expect(UsagePeriods.usage([], by: .day) == [])
        let long = [UsagePeriods.Day(number: 0, stored: 1), UsagePeriods.Day(number: 100_000, stored: 1)]
        #expect(UsagePeriods.usage(long, by: .day).count == UsagePeriods.maximumCount)
    }
}
