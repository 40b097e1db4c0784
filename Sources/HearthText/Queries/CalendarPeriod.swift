/// A year, a month or a day of the Gregorian calendar in UTC, or that month or day of every year.
struct CalendarPeriod: Hashable, Sendable {
    var year: Int?
    /// 1…12.
    var month: Int?
    /// 1…31; only with a month.
    var day: Int?

    /// When it begins in a year and when it ends, in microseconds since 1970; nil for a day that the year doesn't have.
    ///
    /// A day includes some time after it, because the person's day and the day in UTC may differ: what a date names, the whole day after
    /// it.
    func range(inYear year: Int, after slack: Int64 = CivilDay.microseconds) -> Range<Int64>? {
        guard let month else { return CivilDay.start(year, 1, 1)..<CivilDay.start(year + 1, 1, 1) }
        let next = month == 12 ? (year: year + 1, month: 1) : (year: year, month: month + 1)
        let start = CivilDay.start(year, month, 1)
        let end = CivilDay.start(next.year, next.month, 1)
        guard let day else { return start..<end }
        let dayStart = start + Int64(day - 1) * CivilDay.microseconds
        guard dayStart < end else { return nil }
        return dayStart..<dayStart + CivilDay.microseconds + slack
    }

    /// The days from one to another, both included; nil where they are more than those of a month, or in no order.
    ///
    /// Without years the second may be in the next one: 28 December to 3 January.
    static func days(from first: CalendarPeriod, to last: CalendarPeriod) -> [CalendarPeriod]? {
        guard let firstDay = first.civilDate, let lastDay = last.civilDate, (first.year == nil) == (last.year == nil)
        else { return nil }
        let start = firstDay.daysSince1970
        var end = lastDay.daysSince1970
        if end < start, last.year == nil { end = CivilDate(leapYear + 1, lastDay.month, lastDay.day).daysSince1970 }
        guard start < end, end - start < mostDays else { return nil }
        return (start...end)
            .map {
                let date = CivilDate(daysSince1970: $0)
                return CalendarPeriod(year: first.year.map { _ in date.year }, month: date.month, day: date.day)
            }
    }

    /// The day, in a leap year where it is one of every year; nil for a wider time.
    private var civilDate: CivilDate? {
        guard let month, let day, day <= CivilDate.days(in: month, of: year ?? Self.leapYear) else { return nil }
        return CivilDate(year ?? Self.leapYear, month, day)
    }

    private static let leapYear = 2_000
    /// Those of the longest month.
    private static let mostDays = 31
}

/// Days of the calendar as instants.
enum CivilDay {
    static let microseconds: Int64 = 86_400_000_000

    /// When a day begins, in microseconds since 1970.
    static func start(_ year: Int, _ month: Int, _ day: Int) -> Int64 {
        Int64(CivilDate(year, month, day).daysSince1970) * microseconds
    }

    /// The year of an instant in microseconds since 1970.
    static func year(of instant: Int64) -> Int { date(of: instant).year }

    /// The day of an instant in microseconds since 1970.
    static func date(of instant: Int64) -> CivilDate {
        CivilDate(daysSince1970: Int(instant).quotientAndRemainder(flooringBy: Int(microseconds)).quotient)
    }
}
