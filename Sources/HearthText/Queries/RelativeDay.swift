/// A day, from which other times are counted.
struct RelativeDay {
    /// What is counted.
    enum Unit {
        case day
        case week
        case weekend
        case month
        case year
        case hour
    }

    private let date: CivilDate
    private let days: Int
    /// Days since Monday.
    private let weekday: Int

    init(_ date: CivilDate) {
        self.date = date
        days = date.daysSince1970
        // 1 January 1970 was a Thursday.
        weekday = (days + 3).quotientAndRemainder(flooringBy: 7).remainder
    }

    /// The day so many days before; a negative number counts those behind.
    func day(before number: Int) -> CalendarPeriod { Self.period(days - number) }

    /// The last such day before this one; 0 is Monday.
    func last(weekday other: Int) -> CalendarPeriod { day(before: (weekday - other + 6) % 7 + 1) }

    /// The first such day behind this one.
    func next(weekday other: Int) -> CalendarPeriod { day(before: -((other - weekday + 6) % 7 + 1)) }

    /// A weekday as it is said: the last one before, the one of this week, or the next one.
    func day(_ other: Int, before number: Int) -> CalendarPeriod {
        if number == 0 { return day(before: weekday - other) }
        return number > 0 ? last(weekday: other) : next(weekday: other)
    }

    /// The last weekend that has begun.
    var latestWeekend: (first: CalendarPeriod, last: CalendarPeriod) {
        let saturday = days - weekday + (weekday < 5 ? -2 : 5)
        return (Self.period(saturday), Self.period(saturday + 1))
    }

    /// The week, month or year so many before this one; a negative number counts those behind.
    func period(_ unit: Unit, before number: Int) -> (first: CalendarPeriod, last: CalendarPeriod?)? {
        let monday = days - weekday - 7 * number
        switch unit {
        case .day: return (day(before: number), nil)
        case .week: return (Self.period(monday), Self.period(monday + 6))
        case .weekend: return (Self.period(monday + 5), Self.period(monday + 6))
        case .month:
            let (year, month) = month(before: number)
            return year < 1 ? nil : (CalendarPeriod(year: year, month: month), nil)
        case .year: return date.year - number < 1 ? nil : (CalendarPeriod(year: date.year - number), nil)
        case .hour: return nil
        }
    }

    /// From so many units before to this day, or from this day to so many units behind it.
    func span(_ unit: Unit, _ number: Int) -> (first: CalendarPeriod, last: CalendarPeriod)? {
        let other: CalendarPeriod
        switch unit {
        case .day: other = day(before: number)
        case .week: other = day(before: 7 * number)
        case .weekend, .hour: return nil
        case .month, .year:
            let (year, month) = month(before: unit == .year ? 12 * number : number)
            guard year >= 1 else { return nil }
            other = CalendarPeriod(year: year, month: month, day: min(date.day, CivilDate.days(in: month, of: year)))
        }
        return number > 0 ? (other, day(before: 0)) : (day(before: 0), other)
    }

    private func month(before number: Int) -> (year: Int, month: Int) {
        let (year, month) = (date.year * 12 + date.month - 1 - number).quotientAndRemainder(flooringBy: 12)
        return (year, month + 1)
    }

    private static func period(_ days: Int) -> CalendarPeriod {
        let date = CivilDate(daysSince1970: days)
        return CalendarPeriod(year: date.year, month: date.month, day: date.day)
    }
}
