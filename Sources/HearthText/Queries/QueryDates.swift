/// A date in a query, and where it stands.
struct FoundDate {
    var term: DateTerm
    /// Its bytes in the query.
    var source: Range<Int>
    /// Whether it is a year without a month, which might be any number.
    var isYearAlone: Bool
    /// Whether the words before it say that it is a time: "in 2023".
    var hasPreposition: Bool
    /// Whether it is said from today on: "yesterday", "last week".
    var isRelative = false
    /// Whether it may be a version: 9.5.26.
    var mayBeVersion = false
}

/// Finds the dates in a query: "7 May 2023", "May 7th", "in May", "2023-05-07", "2023", 2023年5月7日, "May to July 2023",
/// "3-20 May 2023"; and, where today is known, those that are said from there: "yesterday", "last week" (`RelativeDate`).
///
/// Some names of months are words of other kinds too: "protest march", "May I…", "august". They are months only in the
/// company of a day, a year or a preposition.
struct QueryDates {
    /// In the order of the query.
    private(set) var dates: [FoundDate] = []

    private let words: [DateWord]
    private let utf8: [UInt8]

    /// Whether a query of plain words may name a date. Without a number, each date has a month or a word with which
    /// relative dates begin.
    static func mayStand(in words: [String]) -> Bool { words.contains(where: beginnings.contains) }

    /// The same for any query in UTF-8: signs beyond ASCII may be words of any kind.
    static func mayStand(in query: [UInt8]) -> Bool {
        guard query.allSatisfy({ $0 < 0x80 && !$0.isASCIIDigit }) else { return true }
        return query.split { Tokenizer.asciiLetters[Int($0)] == 0 }
            .contains { beginnings.contains(String(decoding: $0, as: UTF8.self).lowercased()) }
    }

    private static let beginnings = MonthName.all.union(RelativeWords.allBeginnings)

    /// - Parameter today: The day from which relative dates count; without it there are none.
    init(in query: String, today: CivilDate? = nil) {
        words = DateWord.words(of: query)
        utf8 = Array(query.utf8)
        let relative = today.map { RelativeDates(in: words, of: query, today: $0) }
        var places: [Range<Int>] = []
        var index = 0
        while index < words.count {
            if let found = relative?.date(at: index) {
                let place = index..<index + found.length
                add(found, at: place, after: places.last)
                places.append(place)
                index += found.length
                continue
            }
            if let days = days(from: index) ?? partOfYear(from: index) {
                places.append(index..<index + days.length)
                add(days.last, at: places[places.count - 1], after: nil)
                dates[dates.count - 1].term.first = days.first
                dates[dates.count - 1].term.last = days.last
                index += days.length
                continue
            }
            guard let (period, length) = period(at: index, after: places.last) else {
                index += 1
                continue
            }
            let place = index..<index + length
            add(period, at: place, after: places.last)
            places.append(place)
            index += length
        }
    }

    /// Adds a date that is said from today on.
    private mutating func add(_ found: RelativeDates.Found, at place: Range<Int>, after before: Range<Int>?) {
        let count = dates.count
        add(found.first, at: place, after: before)
        let added = dates.count - 1
        if let last = found.last { dates[added].term.last = last }
        guard dates.count > count else { return }
        dates[added].isYearAlone = false
        dates[added].isRelative = true
        dates[added].term.isFromToday = true
    }

    /// Adds a date, or makes one of it and the date before: "from May to July 2023".
    private mutating func add(_ period: CalendarPeriod, at place: Range<Int>, after before: Range<Int>?) {
        let source = words[place.lowerBound].source.lowerBound..<words[place.upperBound - 1].source.upperBound
        if let before, isConnected(before, place), var earlier = dates.last, earlier.term.last == nil {
            // "May and June 2023": the year is that of both.
            if earlier.term.first.month != nil, earlier.term.first.year == nil { earlier.term.first.year = period.year }
            dates[dates.count - 1] = earlier
            if isSpan(before, place), earlier.term.first.month != nil || period.month == nil {
                earlier.term.last = period
                let other = place.count == 1 ? words[place.lowerBound].otherPeriod : nil
                // One end that can be read in one way only says how the other is meant.
                if other == nil {
                    let isMonthFirst = place.count == 1 && NumericDate.hasMonthFirst(words[place.lowerBound].text)
                    if isMonthFirst, let other = earlier.term.other { earlier.term.first = other }
                    earlier.term.other = nil
                }
                earlier.term.otherLast = earlier.term.other == nil ? nil : other
                earlier.term.side = .within
                earlier.source = earlier.source.lowerBound..<source.upperBound
                dates[dates.count - 1] = earlier
                return
            }
        }
        let preposition = place.lowerBound > 0 ? words[place.lowerBound - 1].text : ""
        let both = place.lowerBound > 1 ? "\(words[place.lowerBound - 2].text) \(preposition)" : ""
        let measure = place.lowerBound > 1 ? words[place.lowerBound - 2].text : ""
        dates.append(
            FoundDate(
                term: DateTerm(
                    first: period,
                    side: Self.sidesOfTwoWords[both] ?? Self.sides[preposition] ?? .within,
                    other: place.count == 1 ? words[place.lowerBound].otherPeriod : nil,
                    isMeasuredFrom: Self.measures.contains(measure)
                ),
                source: source,
                isYearAlone: period.month == nil && words[place.lowerBound].text.utf8.count == 4,
                hasPreposition: Self.prepositions.contains(preposition) || preposition == "of"
                    || Self.foreignPrepositions.contains(preposition),
                mayBeVersion: place.count == 1 && NumericDate.mayBeVersion(words[place.lowerBound].text)
            )
        )
    }

    /// Whether two dates are next to each other, with at most one word between them that connects them.
    private func isConnected(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
        switch right.lowerBound - left.upperBound {
        case 0: true
        case 1: Self.connectives.contains(words[left.upperBound].text)
        default: false
        }
    }

    /// Whether two connected dates are the ends of a span: "May to July", "between May and July", "2021-2023".
    private func isSpan(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
        if right.lowerBound == left.upperBound {
            // A dash: nothing else leaves no word between two dates that belong together.
            let (before, behind) = (words[right.lowerBound - 1], words[right.lowerBound])
            let gap = behind.source.lowerBound - before.source.upperBound
            return before.isFollowedByDash && (gap > 0 && gap <= 3 || before.source == behind.source)
        }
        let connective = words[left.upperBound].text
        let isBetween = left.lowerBound > 0 && words[left.lowerBound - 1].text == "between"
        return Self.spanning.contains(connective) || connective == "and" && isBetween
    }
}

// MARK: - One date

extension QueryDates {
    /// The date that begins at a word, and how many words it takes.
    private func period(at index: Int, after before: Range<Int>?) -> (CalendarPeriod, length: Int)? {
        let word = words[index]
        if let period = word.period { return (period, 1) }
        if let month = MonthName(word.text) { return period(month, at: index, after: before) }
        if let day = NumericDate.day(word.text) { return period(dayOfMonth: day, at: index) }
        guard let year = NumericDate.year(word.text) else { return nil }
        return periodBehind(year, at: index) ?? (CalendarPeriod(year: year), 1)
    }

    /// "2023 May 7", "2023 May".
    private func periodBehind(_ number: Int, at index: Int) -> (CalendarPeriod, length: Int)? {
        // "since 2023 May has been…"
        guard let name = word(index + 1), let month = MonthName(name), year(at: index + 2) == nil,
            !words[index].isFollowedByDash
        else { return nil }
        if let day = day(at: index + 2), year(at: index + 3) == nil {
            return (CalendarPeriod(year: number, month: month.number, day: day), 3)
        }
        guard month.isWhole, month.isCertain || index + 2 == words.count else { return nil }
        return (CalendarPeriod(year: number, month: month.number), 2)
    }

    /// Several days of one month: "3-20 May 2023", "May 3-20, 2023", "from 3 to 20 May".
    private func days(from index: Int) -> (first: CalendarPeriod, last: CalendarPeriod, length: Int)? {
        let found: (first: Int, last: CalendarPeriod, length: Int)?
        if let first = day(at: index), let next = endOfSpan(behind: index), let last = day(at: next),
            let (period, length) = period(dayOfMonth: last, at: next)
        {
            found = (first, period, next - index + length)
        } else if let name = word(index), let month = MonthName(name), !month.isForeign, let first = day(at: index + 1),
            let next = endOfSpan(behind: index + 1), let last = day(at: next), !isCounted(next),
            word(next + 1).flatMap({ MonthName($0) }) == nil
        {
            let year = year(at: next + 1)
            let period = CalendarPeriod(year: year?.year, month: month.number, day: last)
            found = (first, period, next - index + 1 + (year?.length ?? 0))
        } else {
            found = nil
        }
        if found == nil, let days = daysInFigures(from: index) { return days }
        guard let found, let last = found.last.day, found.first < last else { return nil }
        var first = found.last
        first.day = found.first
        return (first, found.last, found.length)
    }

    /// "Q2 2025", "2025 Q2", "H1 2025": a quarter or a half of a year.
    private func partOfYear(
        from index: Int
    ) -> (first: CalendarPeriod, last: CalendarPeriod, length: Int)? {
        guard let first = word(index), let second = word(index + 1) else { return nil }
        let part: Range<Int>?
        let number: Int?
        if let months = Self.partsOfYear[first] {
            (part, number) = (months, NumericDate.year(second))
        } else {
            (part, number) = (Self.partsOfYear[second], NumericDate.year(first))
        }
        guard let part, let number else { return nil }
        return (
            CalendarPeriod(year: number, month: part.lowerBound),
            CalendarPeriod(year: number, month: part.upperBound - 1), 2
        )
    }

    private static let partsOfYear: [String: Range<Int>] = [
        "q1": 1..<4, "q2": 4..<7, "q3": 7..<10, "q4": 10..<13, "h1": 1..<7, "h2": 7..<13,
    ]

    /// "5.-20.5.2026", "1.5.–20.5.2026": the rest of the first date is that of the last.
    private func daysInFigures(
        from index: Int
    ) -> (first: CalendarPeriod, last: CalendarPeriod, length: Int)? {
        guard words[index].isFollowedByDash, index + 1 < words.count, let last = words[index + 1].period,
            last.year != nil, last.month != nil, let lastDay = last.day
        else { return nil }
        var first = last
        if let (day, month) = NumericDate.dayAndMonth(words[index].text) {
            (first.day, first.month) = (day, month)
        } else if let day = day(at: index), day < lastDay {
            first.day = day
        } else {
            return nil
        }
        return (first, last, 2)
    }

    /// The word at which the span ends that begins at another: behind a dash, or behind "to" and its like.
    private func endOfSpan(behind index: Int) -> Int? {
        if words[index].isFollowedByDash { return index + 1 }
        guard let connective = word(index + 1) else { return nil }
        let isBetween =
            index > 0 && words[index - 1].text == "between" || index > 1 && words[index - 2].text == "between"
        guard Self.spanning.contains(connective) || connective == "and" && isBetween else { return nil }
        return word(index + 2) == "the" ? index + 3 : index + 2
    }

    /// "May 7th, 2023", "May 2023", "May of 2023", "May '23", "in May", "mayo de 2023".
    private func period(
        _ month: MonthName,
        at index: Int,
        after before: Range<Int>?
    ) -> (CalendarPeriod, length: Int)? {
        if let (year, length) = year(at: index + 1) {
            return (CalendarPeriod(year: year, month: month.number), 1 + length)
        }
        if !month.isForeign, let day = day(at: index + 1), !(month.isVerb && isCounted(index + 1)) {
            let year = year(at: index + 2)
            let period = CalendarPeriod(year: year?.year, month: month.number, day: day)
            return (period, 2 + (year?.length ?? 0))
        }
        let isMonth =
            month.isCertain || month.isWhole && (hasCompany(index) || isConnected(index, after: before))
            || month.isForeign && beginsSpan(index)
        guard isMonth else { return nil }
        return (CalendarPeriod(month: month.number), 1)
    }

    /// "7 May 2023", "7th of May".
    private func period(dayOfMonth day: Int, at index: Int) -> (CalendarPeriod, length: Int)? {
        // "1.º de mayo"
        let end = word(index + 1) == "º" ? index + 2 : index + 1
        let hasOf = word(end).map(MonthName.connectives.contains) ?? false
        let place = end + (hasOf ? 1 : 0)
        guard let name = word(place), let month = MonthName(name) else { return nil }
        let year = year(at: place + 1)
        let isLast = place + 1 == words.count
        let isBegun = index == 0 || Self.prepositions.contains(words[index - 1].text)
        // "player 2 may pass" and "only 1 may enter" are no dates.
        guard
            !month.isVerb || words[place].isCapitalized || hasOf || year != nil || isLast || isBegun
                || Int(words[index].text) == nil
        else { return nil }
        let period = CalendarPeriod(year: year?.year, month: month.number, day: day)
        return (period, place - index + 1 + (year?.length ?? 0))
    }

    private func word(_ index: Int) -> String? { words.indices.contains(index) ? words[index].text : nil }

    private func day(at index: Int) -> Int? { word(index).flatMap { NumericDate.day($0) } }

    /// "2023", "of 2023", "'23".
    private func year(at index: Int) -> (year: Int, length: Int)? {
        guard words.indices.contains(index) else { return nil }
        if words[index].isElided, words[index].text.utf8.count == 2, let year = Int(words[index].text) {
            return (NumericDate.year(ofTwoFigures: year), 1)
        }
        if let year = NumericDate.year(words[index].text) { return (year, 1) }
        guard MonthName.connectives.contains(words[index].text),
            let year = word(index + 1).flatMap({ NumericDate.year($0) })
        else {
            return nil
        }
        return (year, 2)
    }

    /// Whether a number counts what follows it: "march 10 miles".
    private func isCounted(_ index: Int) -> Bool { word(index + 1).map(Self.units.contains) ?? false }

    /// Whether the words before a month's name say that it is one.
    private func hasCompany(_ index: Int) -> Bool {
        guard let before = word(index - 1) else { return false }
        if Self.prepositions.contains(before) { return true }
        if words[index].isCapitalized, Self.loosePrepositions.contains(before) { return true }
        return before == "of" && (word(index - 2).map(Self.parts.contains) ?? false)
    }

    /// Whether a month's name is connected to the date before it, or to a month behind it that has a number or can be
    /// nothing else: "in May or June", "May and June 2023".
    private func isConnected(_ index: Int, after before: Range<Int>?) -> Bool {
        if let before, words[before.lowerBound].period == nil, MonthName(words[before.lowerBound].text) != nil,
            isConnected(before, index..<index + 1)
        {
            return true
        }
        let hasConnective = word(index + 1).map(Self.connectives.contains) == true
        let next = hasConnective ? index + 2 : index + 1
        guard let month = word(next).flatMap({ MonthName($0) }) else { return false }
        if month.isCertain || year(at: next + 1) != nil || day(at: next + 1) != nil { return true }
        // "May and June", "May, June", "May/June", "May-June"; "June and April" are people.
        let isEarlier = MonthName(words[index].text).map { $0.number < month.number } == true
        return month.isWhole && isEarlier && (hasConnective || hasSignBetween(index, next))
    }

    /// Whether a comma, a slash or a dash, and nothing else but spaces, is between two words.
    private func hasSignBetween(_ left: Int, _ right: Int) -> Bool {
        let (start, end) = (words[left].source.upperBound, words[right].source.lowerBound)
        guard start < end else { return false }
        let gap = utf8[start..<end].filter { $0 != UInt8(ascii: " ") }
        return gap.count == 1 && ",/-".utf8.contains(gap[0]) || gap.count == 3 && words[left].isFollowedByDash
    }

    /// Whether a span of months begins with a month of another language: "Mai bis Juli 2026".
    private func beginsSpan(_ index: Int) -> Bool {
        guard let next = endOfSpan(behind: index), word(next).flatMap({ MonthName($0) }) != nil else { return false }
        return year(at: next + 1) != nil
    }

    /// What stands before a time and seldom before anything else without an article.
    private static let prepositions: Set<String> = [
        "in", "during", "since", "until", "till", "by", "before", "after", "from", "last", "next", "early", "late",
        "mid", "around", "throughout", "between", "on",
    ]
    /// What stands before a time, and before names, verbs and things as well.
    private static let loosePrepositions: Set<String> = ["of", "for", "to", "this", "every", "through"]
    /// "the end of May".
    private static let parts: Set<String> = [
        "beginning", "start", "middle", "end", "half", "part", "month", "week", "days", "rest", "all", "most",
    ]
    private static let connectives = spanning.union(["and", "or", "und", "oder", "et", "ou", "y", "e", "o", "и", "или"])
    static let spanning: Set<String> = [
        "to", "until", "till", "through", "bis", "al", "au", "ao", "a", "à", "hasta", "по", "до",
    ]
    private static let sidesOfTwoWords: [String: DateTerm.Side] = [
        "later than": .after, "prior to": .before, "earlier than": .before, "not before": .onwards, "up to": .upTo,
        "starting in": .onwards, "starting from": .onwards, "as of": .onwards,
    ]
    private static let sides: [String: DateTerm.Side] = [
        "since": .onwards, "after": .after, "until": .upTo, "till": .upTo, "before": .before,
        "seit": .onwards, "desde": .onwards, "depuis": .onwards, "sinds": .onwards, "nach": .after, "después": .after,
        "после": .after, "bis": .upTo, "hasta": .upTo, "vor": .before, "до": .before,
    ]
    /// "in" and its like in front of a year, in other languages.
    private static let foreignPrepositions: Set<String> = [
        "en", "im", "em", "nel", "в", "jahr", "année", "año", "anno", "ano", "jaar", "seit", "desde", "depuis", "sinds",
        "nach", "bis", "hasta", "vor", "после", "до", "с",
    ]
    /// What may lie between a time and what is asked for: "the week before May 7".
    private static let measures: Set<String> = [
        "day", "days", "night", "nights", "morning", "evening", "week", "weeks", "weekend", "month", "months", "year",
        "years",
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "shortly", "just", "right",
        "soon",
        "tag", "tage", "woche", "wochen", "monat", "monate", "jahr", "jahre", "kurz", "jour", "jours", "semaine",
        "semaines",
        "mois", "juste", "día", "días", "semana", "semanas", "mes", "meses", "justo", "день", "дня", "дней", "неделю",
        "недели",
    ]
    private static let units: Set<String> = [
        "mile", "miles", "km", "kilometers", "kilometres", "meters", "metres", "minutes", "hours", "people", "times",
        "steps", "blocks", "laps", "percent",
    ]
}
