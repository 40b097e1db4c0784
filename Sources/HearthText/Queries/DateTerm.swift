/// A time that a query names. It is one more term, which the memories made then hold.
package struct DateTerm: Hashable, Sendable {
    /// Which side of the named time is meant.
    enum Side: Sendable {
        /// The time itself.
        case within
        /// "since May": with all that follows.
        case onwards
        /// "after May".
        case after
        /// "until May": with all that comes before.
        case upTo
        /// "before May".
        case before
    }

    var first: CalendarPeriod
    /// The end of "from May to July"; nil where only one time is named.
    var last: CalendarPeriod?
    var side = Side.within
    /// The other reading of a date in figures, where day and month could be either: 5/3/2025.
    var other: CalendarPeriod?
    var otherLast: CalendarPeriod?

    /// Whether what is asked for is near it, on its side: "the week before May".
    var isMeasuredFrom = false
    /// Whether it is said from today on: "yesterday".
    var isFromToday = false
    /// Whether a day is that day in UTC alone.
    var isExact = false

    /// The days of a span of at most a month, in which a text may have any of them.
    var days: [CalendarPeriod]? { last.flatMap { CalendarPeriod.days(from: first, to: $0) } }

    /// How much of the time behind a day belongs to it. What is said from today on is not to reach into today itself, but for the night:
    /// where it is still yesterday in America, hardly anybody in Europe writes.
    private var slack: Int64 { isExact ? 0 : isFromToday ? CivilDay.microseconds / 3 : CivilDay.microseconds }

    /// The same without the time behind a day.
    package var exact: DateTerm {
        var term = self
        term.isExact = true
        return term
    }

    /// Whether it names one day of one year.
    package var isOneDay: Bool { first.day != nil && first.year != nil && last == nil && side == .within }

    /// Whether it is in every year.
    package var isYearless: Bool { first.year == nil }

    /// The stretches of time that it names, in microseconds since 1970, in order and apart from one another.
    ///
    /// A time without a year is one stretch in each of the years.
    ///
    /// - Parameters:
    ///   - span: The first and the last instant of interest.
    ///   - isAlone: Whether nothing but the time is asked for. With other words, what is measured from a time ("the week before May")
    ///     is likely to be told then.
    package func ranges(touching span: ClosedRange<Int64>, isAlone: Bool) -> [Range<Int64>] {
        let years =
            first.year.map { $0...$0 }
            // One more at either end, for a day in UTC and for "November to January".
            ?? (CivilDay.year(of: span.lowerBound) - 1)...(CivilDay.year(of: span.upperBound) + 1)
        let all = years.flatMap(ranges).sorted { $0.lowerBound < $1.lowerBound }
        guard isAlone || !isMeasuredFrom, side != .within, first.year != nil, let start = all.first else {
            return Self.joined(
                all.filter { $0.upperBound > span.lowerBound && $0.lowerBound <= span.upperBound }
            )
        }
        let end = all.reduce(start.upperBound) { max($0, $1.upperBound) }
        switch side {
        case .within: return Self.joined(all)
        case .onwards: return [start.lowerBound..<Int64.max]
        case .after: return [start.upperBound..<Int64.max]
        case .upTo: return [Int64.min..<end]
        case .before: return [Int64.min..<(all.last ?? start).lowerBound]
        }
    }

    /// The one stretch of time that is meant where nothing else is said, in microseconds since 1970. Of a time without a year it is the
    /// latest that has begun. A day is that day in UTC alone.
    ///
    /// - Parameter instant: When it is asked.
    package func period(asOf instant: Int64) -> Range<Int64>? {
        let lately = (instant - 2 * Self.longestYear)...instant
        let all = ranges(touching: isYearless ? lately : Int64.min...Int64.max, isAlone: true)
            .filter { !isYearless || $0.lowerBound <= instant }
        guard let range = all.max(by: { $0.lowerBound < $1.lowerBound }) else { return nil }
        guard (last ?? first).day != nil, range.upperBound != .max, side != .before else { return range }
        return range.lowerBound..<max(range.lowerBound, range.upperBound - slack)
    }

    private static let longestYear = 366 * CivilDay.microseconds

    /// What each reading says of a year.
    private func ranges(inYear year: Int) -> [Range<Int64>] {
        [range(from: first, to: last, inYear: year), other.flatMap { range(from: $0, to: otherLast, inYear: year) }]
            .compactMap(\.self)
    }

    private func range(from first: CalendarPeriod, to last: CalendarPeriod?, inYear year: Int) -> Range<Int64>? {
        guard let start = first.range(inYear: year, after: slack) else { return nil }
        guard let last else { return start }
        let lastYear = last.year ?? year
        guard let end = last.range(inYear: lastYear, after: slack) else { return start }
        if end.upperBound > start.lowerBound { return start.lowerBound..<end.upperBound }
        guard last.year == nil, let next = last.range(inYear: year + 1, after: slack) else { return start }
        return start.lowerBound..<next.upperBound
    }

    private static func joined(_ ranges: [Range<Int64>]) -> [Range<Int64>] {
        ranges.reduce(into: []) { joined, range in
            if let before = joined.last, range.lowerBound <= before.upperBound {
                joined[joined.count - 1] = before.lowerBound..<max(before.upperBound, range.upperBound)
            } else {
                joined.append(range)
            }
        }
    }
}
