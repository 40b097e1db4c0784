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
