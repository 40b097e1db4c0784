/// Reads the dates that are said from today on: "yesterday", "last week", "3 days ago", "the past two months", and the
/// commonest of them in other languages (`RelativeWords`).
///
/// They are calendar periods as others are. A week begins on Monday. Only whole forms count: "last" and "week" are
/// words, and so is "today" in front of a thing ("today show").
struct RelativeDates {
    /// A date and how many words it takes.
    struct Found {
        var first: CalendarPeriod
        /// The end of a week or a span.
        var last: CalendarPeriod?
        var length: Int
    }

    private let words: [DateWord]
    private let utf8: [UInt8]
    private let today: RelativeDay
    private let isFrench: Bool

    init(in words: [DateWord], of query: String, today: CivilDate) {
        self.words = words
        utf8 = Array(query.utf8)
        self.today = RelativeDay(today)
        isFrench = words.count == 1 || words.contains { RelativeWords.onlyFrench.contains($0.text) }
    }

    /// The date that begins at a word.
    func date(at index: Int) -> Found? {
        let word = words[index].text
        let isNumber = Int(word) != nil
        for language in RelativeWords.all where isNumber || language.beginnings.contains(word) {
            if let found = day(at: index, language) ?? ago(at: index, language) ?? span(at: index, language)
                ?? unit(at: index, language), !isPart(of: index + found.length)
            {
                return found
            }
        }
        return nil
    }

    /// The words from an index on, as many as stand together.
    private func has(_ phrase: [String], at index: Int) -> Bool {
        guard index + phrase.count <= words.count else { return false }
        return phrase.indices.allSatisfy { words[index + $0].text == phrase[$0] && ($0 == 0 || follows(index + $0)) }
    }

    /// The word at an index, if it stands right behind the one before.
    private func next(_ index: Int) -> String? {
        words.indices.contains(index) && follows(index) ? words[index].text : nil
    }

    private func follows(_ index: Int) -> Bool {
        let (start, end) = (words[index - 1].source.upperBound, words[index].source.lowerBound)
        return start < end && end - start <= 3 && utf8[start..<end].allSatisfy(Self.joiners.contains)
    }

    /// A space, a hyphen, and the apostrophe in both forms.
    private static let joiners = Set(" -'’".utf8)

    /// Whether "of" follows: "the last week of May" is said from May on.
    private func isPart(of index: Int) -> Bool { next(index).map { $0 == "of" } ?? false }
}

// MARK: - Forms

extension RelativeDates {
    /// "yesterday", "the day before yesterday", "this morning".
    private func day(at index: Int, _ language: RelativeWords) -> Found? {
        guard let (phrase, days) = language.days.first(where: { has($0.phrase, at: index) }), !isName(index, phrase)
        else { return nil }
        return Found(first: today.day(before: days), length: phrase.count)
    }

    /// Whether one word is part of a name: "today show", "USA Today", "heute journal"; or is another language's: `hier`
    /// is "here" in German and Dutch.
    private func isName(_ index: Int, _ phrase: [String]) -> Bool {
        guard phrase.count == 1 else { return false }
        let (word, before) = (phrase[0], index > 0 ? words[index - 1] : nil)
        if word == "hier" { return !isFrench }
        if words[index].isCapitalized, before?.isCapitalized == true { return true }
        guard let next = next(index + 1), !StopWords.contains(next, inGerman: word == "heute") else { return false }
        switch word {
        case "today": return words[index + 1].source.lowerBound == words[index].source.upperBound + 1 && next != "s"
        case "heute": return before.map { ["der", "die", "das"].contains($0.text) } ?? true
        default: return false
        }
    }

    /// "3 days ago", "vor einer Woche", "il y a 3 jours".
    private func ago(at index: Int, _ language: RelativeWords) -> Found? {
        var place = index
        if !language.agoInFront.isEmpty {
            guard has(language.agoInFront, at: index) else { return nil }
            place += language.agoInFront.count
        }
        guard let (number, unit, end) = counted(at: place, language) else { return nil }
        let length = end - index + language.agoBehind.count
        guard language.agoBehind.isEmpty || end < words.count && follows(end) && has(language.agoBehind, at: end)
        else { return nil }
        return period(unit, before: number, length: length)
    }

    /// "the last 3 days", "the past week", "les 3 derniers mois".
    private func span(at index: Int, _ language: RelativeWords) -> Found? {
        if language.spans.contains(words[index].text) {
            if let (number, unit, end) = counted(at: index + 1, language), follows(index + 1) {
                return today.span(unit, number).map { Found(first: $0.first, last: $0.last, length: end - index) }
            }
            guard words[index].text == "past", let unit = next(index + 1).flatMap({ language.units[$0] }) else {
                return nil
            }
            return today.span(unit, 1).map { Found(first: $0.first, last: $0.last, length: 2) }
        }
        guard language.isLastBehind, let number = number(at: index, language), let last = next(index + 1),
            language.spans.contains(last), let unit = next(index + 2).flatMap({ language.units[$0] })
        else { return nil }
        return today.span(unit, number).map { Found(first: $0.first, last: $0.last, length: 3) }
    }

    /// "last week", "this month", "last Monday", "la semaine dernière".
    private func unit(at index: Int, _ language: RelativeWords) -> Found? {
        guard let second = next(index + 1), !RelativeWords.plurals.contains(second) else { return nil }
        let first = words[index].text
        if language.this.contains(first) { return language.units[second].flatMap { period($0, before: 0, length: 2) } }
        let (adjective, noun) = language.isLastBehind ? (second, first) : (first, second)
        guard language.last.contains(adjective) else { return nil }
        if let weekday = language.weekdays[noun] {
            return Found(first: today.last(weekday: weekday), length: 2)
        }
        return language.units[noun].flatMap { $0 == .day ? nil : period($0, before: 1, length: 2) }
    }

    /// "3 days", "a week".
    private func counted(
        at index: Int,
        _ language: RelativeWords
    ) -> (number: Int, unit: RelativeDay.Unit, end: Int)? {
        guard let number = number(at: index, language), let unit = next(index + 1).flatMap({ language.units[$0] })
        else {
            return nil
        }
        return (number, unit, index + 2)
    }

    private func number(at index: Int, _ language: RelativeWords) -> Int? {
        guard words.indices.contains(index) else { return nil }
        let word = words[index].text
        guard let number = Int(word) ?? language.numbers[word], (1...Self.mostUnits).contains(number) else {
            return nil
        }
        return number
    }

    /// More are no time that anybody remembers.
    private static let mostUnits = 1_000

    private func period(_ unit: RelativeDay.Unit, before number: Int, length: Int) -> Found? {
        // "this day" is any day.
        guard unit != .day || number > 0 else { return nil }
        return today.period(unit, before: number).map { Found(first: $0.first, last: $0.last, length: length) }
    }
}

/// A day, from which other times are counted.
struct RelativeDay {
    /// What is counted.
    enum Unit {
        case day
        case week
        case weekend
        case month
        case year
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

    /// The day so many days before.
    func day(before number: Int) -> CalendarPeriod { Self.period(days - number) }

    /// The last such day before this one; 0 is Monday.
    func last(weekday other: Int) -> CalendarPeriod { day(before: (weekday - other + 6) % 7 + 1) }

    /// The week, month or year so many before this one.
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
        }
    }

    /// From so many units before to this day.
    func span(_ unit: Unit, _ number: Int) -> (first: CalendarPeriod, last: CalendarPeriod)? {
        let start: CalendarPeriod
        switch unit {
        case .day: start = day(before: number)
        case .week: start = day(before: 7 * number)
        case .weekend: return nil
        case .month, .year:
            let (year, month) = month(before: unit == .year ? 12 * number : number)
            guard year >= 1 else { return nil }
            start = CalendarPeriod(year: year, month: month, day: min(date.day, CivilDate.days(in: month, of: year)))
        }
        return (start, day(before: 0))
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
