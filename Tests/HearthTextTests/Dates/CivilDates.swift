import TestSupport
import Testing

@testable import HearthText

/// Days and dates of the calendar.
@Suite struct CivilDates {
    @Test func `days follow one another through months and years, and lead back to their numbers`() {
        var random = SeededGenerator()
        for _ in 0..<200 {
            let start = Int.random(in: -1_500_000...1_500_000, using: &random)
            var expected = CivilDate(daysSince1970: start)
            for day in start..<start + 800 {
                let date = CivilDate(daysSince1970: day)
                #expect(date == expected && date.daysSince1970 == day, "day \(day)")
                expected.day += 1
                if expected.day > CivilDate.days(in: expected.month, of: expected.year) {
                    expected = CivilDate(expected.year, expected.month + 1, 1)
                }
                if expected.month > 12 { expected = CivilDate(expected.year + 1, 1, 1) }
            }
        }
    }

    @Test(arguments: [
        (0, CivilDate(1970, 1, 1)), (-1, CivilDate(1969, 12, 31)), (11_016, CivilDate(2000, 2, 29)),
        (-719_162, CivilDate(1, 1, 1)), (2_932_896, CivilDate(9999, 12, 31)),
    ])
    func `known days have their numbers`(number: Int, date: CivilDate) {
        #expect(CivilDate(daysSince1970: number) == date)
        #expect(date.daysSince1970 == number)
    }
}
