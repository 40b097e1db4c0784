import Foundation
import TestSupport
import Testing

@testable import HearthText

@Suite struct TimesOfDates {
    private let calendar: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()

    @Test func `what a date holds is what the calendar says of the day and the day before`() throws {
        var generator = SeededGenerator()
        let span = Int64(-2_208_988_800_000_000)...Int64(4_102_444_800_000_000)
        for _ in 0..<400 {
            let month = Bool.random(using: &generator) ? Int.random(in: 1...12, using: &generator) : nil
            let day = month != nil && Bool.random(using: &generator) ? Int.random(in: 1...31, using: &generator) : nil
            let year =
                month == nil || Bool.random(using: &generator) ? Int.random(in: 1_990...2_030, using: &generator) : nil
            let period = CalendarPeriod(year: year, month: month, day: day)
            let ranges = DateTerm(first: period).ranges(touching: span, isAlone: true)
            for _ in 0..<20 {
                let instant = Int64.random(in: 600_000_000_000_000...1_950_000_000_000_000, using: &generator)
                let isHeld = ranges.contains { $0.contains(instant) }
                let isExpected =
                    matches(period, instant)
                    || period.day != nil && matches(period, instant - CivilDay.microseconds)
                #expect(isHeld == isExpected, "\(period) \(instant), HEARTH_TEST_SEED=\(generator.seed)")
            }
        }
    }

    private func matches(_ period: CalendarPeriod, _ instant: Int64) -> Bool {
        let date = Date(timeIntervalSince1970: (Double(instant) / 1_000_000).rounded(.down))
        let parts = calendar.dateComponents([.year, .month, .day], from: date)
        return (period.year ?? parts.year) == parts.year && (period.month ?? parts.month) == parts.month
            && (period.day ?? parts.day) == parts.day
    }

    @Test func `years are told apart to the microsecond, also before 1970`() {
        for year in stride(from: -9_999, through: 9_999, by: 7) {
            let start = CivilDay.start(year, 1, 1)
            #expect(CivilDay.year(of: start) == year)
            #expect(CivilDay.year(of: start - 1) == year - 1)
        }
    }

    @Test func `since, after, until and before take a side, but for what is measured from the time`() throws {
        let span = Int64(0)...Int64(4_102_444_800_000_000)
        func ranges(_ query: String, isAlone: Bool = true) throws -> [Range<Int64>] {
            try #require(KeywordQuery(query).dates.first).ranges(touching: span, isAlone: isAlone)
        }
        let (start, end) = (CivilDay.start(2025, 5, 1), CivilDay.start(2025, 6, 1))
        #expect(try ranges("since May 2025") == [start..<Int64.max])
        #expect(try ranges("after May 2025") == [end..<Int64.max])
        #expect(try ranges("until May 2025") == [Int64.min..<end])
        #expect(try ranges("before May 2025") == [Int64.min..<start])
        #expect(try ranges("plumber before May 2025", isAlone: false) == [Int64.min..<start])
        for measure in ["the week", "two weeks", "the Sunday", "last weekend", "eine Woche", "la semaine"] {
            #expect(try ranges("the plumber \(measure) before May 2025", isAlone: false) == [start..<end], "\(measure)")
        }
        #expect(try ranges("May to July 2025") == [start..<CivilDay.start(2025, 8, 1)])
        #expect(try ranges("30 February 2025").isEmpty)
    }

    @Test func `a span over the new year is one stretch of each winter`() throws {
        let span = CivilDay.start(2023, 6, 1)...CivilDay.start(2024, 6, 1)
        let date = try #require(KeywordQuery("November to January").dates.first)
        #expect(
            date.ranges(touching: span, isAlone: false) == [
                CivilDay.start(2023, 11, 1)..<CivilDay.start(2024, 2, 1)
            ]
        )
    }
}
