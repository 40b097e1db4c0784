/// Reads the dates that are said from today on: "yesterday", "last week", "3 days ago", "the past two months", "tomorrow",
/// "in 3 days", "on Saturday", and the commonest of them in other languages (`RelativeWords`).
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

    init(in words: [DateWord], of query: String, today: CivilDate) {
        self.words = words
        utf8 = Array(query.utf8)
        self.today = RelativeDay(today)
    }

    private var isFrench: Bool {
        words.count == 1 || words.contains { RelativeWords.onlyFrench.contains($0.text) }
    }

    /// The date that begins at a word.
    func date(at index: Int) -> Found? {
        let word = words[index].text
        let isNumber = Int(word) != nil
        guard isNumber || RelativeWords.allBeginnings.contains(word) else { return nil }
        for language in RelativeWords.all where isNumber || language.beginnings.contains(word) {
            if let found = day(at: index, language) ?? ago(at: index, language) ?? ahead(at: index, language)
                ?? span(at: index, language) ?? unit(at: index, language) ?? latest(at: index, language),
                !isPart(of: index + found.length)
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
        follows(index) ? words[index].text : nil
    }

    private func follows(_ index: Int) -> Bool {
        guard index > 0, words.indices.contains(index) else { return false }
        let (start, end) = (words[index - 1].source.upperBound, words[index].source.lowerBound)
        return start < end && end - start <= 3 && utf8[start..<end].allSatisfy(Self.joiners.contains)
    }

    /// A space, a hyphen, and the apostrophe in both forms.
    private static let joiners = Set(" -'’".utf8)

    /// Whether "of" follows: "the last week of May" is said from May on.
    private func isPart(of index: Int) -> Bool { next(index).map { $0 == "of" } ?? false }
}

// MARK: - Days

extension RelativeDates {
    /// "yesterday", "the day before yesterday", "this morning", "tomorrow".
    private func day(at index: Int, _ language: RelativeWords) -> Found? {
        guard let (phrase, days) = language.days.first(where: { has($0.phrase, at: index) }), !isName(index, phrase)
        else { return nil }
        return Found(first: today.day(before: days), length: phrase.count)
    }

    /// Whether one word is part of a name: "today show", "USA Today", "heute journal", "Tomorrow never dies"; or is another
    /// word: `hier` is "here" in German and Dutch, and `Morgen` is the morning too.
    private func isName(_ index: Int, _ phrase: [String]) -> Bool {
        guard phrase.count == 1 else { return false }
        let (word, before) = (phrase[0], index > 0 ? words[index - 1] : nil)
        if word == "hier" { return !isFrench }
        if let before, RelativeWords.mornings[word]?.contains(before.text) == true { return true }
        if words[index].isCapitalized, before?.isCapitalized == true || before != nil && word == "morgen" {
            return true
        }
        guard let next = next(index + 1), !StopWords.contains(next, inGerman: word == "heute") else { return false }
        let isAtOnce = words[index + 1].source.lowerBound == words[index].source.upperBound + 1
        switch word {
        case "today", "tonight": return isAtOnce && next != "s"
        case "tomorrow": return isAtOnce && !RelativeWords.behindTomorrow.contains(next)
        case "heute": return before.map { ["der", "die", "das"].contains($0.text) } ?? true
        default: return false
        }
    }
}

// MARK: - Numbers of units

extension RelativeDates {
    /// "3 days", "a week", "a few months".
    private struct Amount {
        var number: ClosedRange<Int>
        var unit: RelativeDay.Unit
        /// The word behind it.
        var end: Int
        /// Whether it is "a week", which may be any.
        var hasArticle = false
    }

    /// "3 days ago", "vor einer Woche", "il y a 3 jours".
    private func ago(at index: Int, _ language: RelativeWords) -> Found? {
        guard
            let (amount, end) = amount(behind: language.agoInFront, at: index, language)
                ?? amount(before: language.agoBehind, at: index, language)
        else { return nil }
        return found(amount.number.upperBound, to: amount.number.lowerBound, amount.unit, length: end - index)
    }

    /// "in 3 days", "in drei Tagen", "dans 3 jours", "3 days from now".
    private func ahead(at index: Int, _ language: RelativeWords) -> Found? {
        guard
            let (amount, end) = amount(behind: language.aheadInFront, at: index, language)
                .flatMap({ isAhead($0.amount, at: index) ? $0 : nil })
                ?? amount(before: language.aheadBehind, at: index, language)
        else { return nil }
        return found(-amount.number.lowerBound, to: -amount.number.upperBound, amount.unit, length: end - index)
    }

    /// Whether a number of units says when, and not how long something takes or how often it is: "in a day", "in 5 hours",
    /// "once in a week".
    private func isAhead(_ amount: Amount, at index: Int) -> Bool {
        guard amount.hasArticle else { return amount.number.lowerBound > 0 }
        return amount.unit == .week && (index == 0 || !RelativeWords.howOften.contains(words[index - 1].text))
    }

    /// "the last 3 days", "the past week", "les 3 derniers mois", "the next few days".
    private func span(at index: Int, _ language: RelativeWords) -> Found? {
        let word = words[index].text
        if word == "past", let unit = next(index + 1).flatMap({ language.units[$0] }) {
            return found(span: Amount(number: 1...1, unit: unit, end: index + 2), forward: false, from: index)
        }
        if follows(index + 1), let amount = amount(at: index + 1, language) {
            if language.spans.contains(word) { return found(span: amount, forward: false, from: index) }
            if language.nextSpans.contains(word) { return found(span: amount, forward: true, from: index) }
        }
        guard language.order == .behind, let number = number(at: index, language), let adjective = next(number.end),
            let unit = next(number.end + 1).flatMap({ language.units[$0] })
        else { return nil }
        let amount = Amount(number: number.range, unit: unit, end: number.end + 2)
        if language.spans.contains(adjective) { return found(span: amount, forward: false, from: index) }
        return language.nextSpans.contains(adjective) ? found(span: amount, forward: true, from: index) : nil
    }

    private func amount(
        behind phrases: [[String]],
        at index: Int,
        _ language: RelativeWords
    ) -> (amount: Amount, end: Int)? {
        for phrase in phrases where has(phrase, at: index) && follows(index + phrase.count) {
            let place = index + phrase.count
            if let amount = amount(at: place, language) ?? one(at: place, language) { return (amount, amount.end) }
        }
        return nil
    }

    private func amount(
        before phrases: [[String]],
        at index: Int,
        _ language: RelativeWords
    ) -> (amount: Amount, end: Int)? {
        guard !phrases.isEmpty, let amount = amount(at: index, language) ?? one(at: index, language),
            follows(amount.end),
            let phrase = phrases.first(where: { has($0, at: amount.end) })
        else { return nil }
        return (amount, amount.end + phrase.count)
    }

    private func amount(at index: Int, _ language: RelativeWords) -> Amount? {
        guard let number = number(at: index, language), let unit = next(number.end).flatMap({ language.units[$0] })
        else { return nil }
        let hasArticle = number.range == 1...1 && Int(words[index].text) == nil
        let amount = Amount(number: number.range, unit: unit, end: number.end + 1, hasArticle: hasArticle)
        return unit == .hour ? inDays(amount) : amount
    }

    /// "неделю назад": a week that no number says.
    private func one(at index: Int, _ language: RelativeWords) -> Amount? {
        guard language.isOneSilent, words.indices.contains(index), let unit = language.units[words[index].text],
            unit != .hour
        else { return nil }
        return Amount(number: 1...1, unit: unit, end: index + 1)
    }

    /// Only the day is known from which hours are counted: they lead to the one day or to the other.
    private func inDays(_ hours: Amount) -> Amount {
        var days = hours
        days.number = hours.number.lowerBound / 24...(hours.number.upperBound + 23) / 24
        days.unit = .day
        return days
    }

    private func number(at index: Int, _ language: RelativeWords) -> (range: ClosedRange<Int>, end: Int)? {
        guard words.indices.contains(index) else { return nil }
        if let phrase = language.few.first(where: { has($0, at: index) }) { return (Self.few, index + phrase.count) }
        let word = words[index].text
        guard let number = Int(word) ?? language.numbers[word], (1...Self.mostUnits).contains(number) else {
            return nil
        }
        return (number...number, index + 1)
    }

    /// What people call a few. Of seven days they say that it is a week.
    private static let few = 2...6
    /// More are no time that anybody remembers.
    private static let mostUnits = 1_000

    /// From so many units ago to so many units ago.
    private func found(_ start: Int, to end: Int, _ unit: RelativeDay.Unit, length: Int) -> Found? {
        guard let first = today.period(unit, before: start) else { return nil }
        guard start != end else { return Found(first: first.first, last: first.last, length: length) }
        return today.period(unit, before: end)
            .map { Found(first: first.first, last: $0.last ?? $0.first, length: length) }
    }

    private func found(span amount: Amount, forward: Bool, from index: Int) -> Found? {
        let amount = amount.unit == .hour ? inDays(amount) : amount
        let number = amount.number.upperBound
        return today.span(amount.unit, forward ? -number : number)
            .map { Found(first: $0.first, last: $0.last, length: amount.end - index) }
    }
}

// MARK: - Units

extension RelativeDates {
    /// A weekday, or a week and its like.
    private enum Noun {
        case weekday(Int)
        case unit(RelativeDay.Unit)
    }

    /// "last week", "this month", "last Monday", "next Friday", "la semaine dernière", "la semana que viene".
    private func unit(at index: Int, _ language: RelativeWords) -> Found? {
        let word = words[index].text
        if follows(index + 1), let (noun, end) = noun(at: index + 1, language) {
            if language.this.contains(word) { return found(noun, before: 0, length: end - index) }
            if language.order != .behind {
                if language.last.contains(word) { return found(noun, before: 1, length: end - index) }
                if language.next.contains(word) { return found(noun, before: -1, length: end - index) }
            }
        }
        guard language.order != .inFront, let (noun, end) = noun(at: index, language), let adjective = next(end) else {
            return nil
        }
        if language.last.contains(adjective) { return found(noun, before: 1, length: end + 1 - index) }
        if language.next.contains(adjective) { return found(noun, before: -1, length: end + 1 - index) }
        return language.nextBehind.first { has($0, at: end) }
            .flatMap { found(noun, before: -1, length: end + $0.count - index) }
    }

    /// "on Saturday", "since Friday", "at the weekend": the last one.
    private func latest(at index: Int, _ language: RelativeWords) -> Found? {
        let hasArticle = language.articles.contains(words[index].text)
        let place = hasArticle ? index + 1 : index
        let isMeant =
            index > 0 && follows(index) && language.on.contains(words[index - 1].text)
            || hasArticle && language.isArticleEnough
        guard isMeant, place == index || follows(place), let (noun, end) = noun(at: place, language),
            // "el lunes pasado"
            unit(at: place, language) == nil, !isPartOfDate(end)
        else { return nil }
        switch noun {
        case .weekday(let weekday): return Found(first: today.last(weekday: weekday), length: end - index)
        case .unit(.weekend):
            let weekend = today.latestWeekend
            return Found(first: weekend.first, last: weekend.last, length: end - index)
        case .unit: return nil
        }
    }

    /// Whether a date stands behind a weekday, or the weekend is one of a date: "on Friday, 3 May", "the weekend of May 3".
    private func isPartOfDate(_ index: Int) -> Bool {
        guard words.indices.contains(index) else { return false }
        let next = words[index]
        if next.text == "the" || MonthName.connectives.contains(next.text) { return true }
        return next.period != nil || MonthName(next.text) != nil || NumericDate.day(next.text) != nil
    }

    private func noun(at index: Int, _ language: RelativeWords) -> (noun: Noun, end: Int)? {
        guard words.indices.contains(index) else { return nil }
        let word = words[index].text
        if let phrase = language.weekends.first(where: { has($0, at: index) }) {
            return (.unit(.weekend), index + phrase.count)
        }
        if let weekday = language.weekdays[word] {
            // "na segunda reunião" is the second one.
            if RelativeWords.ordinals.contains(word), let next = next(index + 1), next != "feira",
                !StopWords.contains(next, inGerman: false)
            {
                return nil
            }
            return (.weekday(weekday), next(index + 1) == "feira" ? index + 2 : index + 1)
        }
        guard let unit = language.units[word], !RelativeWords.plurals.contains(word) else { return nil }
        return (.unit(unit), index + 1)
    }

    private func found(_ noun: Noun, before number: Int, length: Int) -> Found? {
        switch noun {
        case .weekday(let weekday): return Found(first: today.day(weekday, before: number), length: length)
        // "this day" and "the next day" are any day.
        case .unit(.day), .unit(.hour): return nil
        case .unit(let unit):
            return today.period(unit, before: number)
                .map { Found(first: $0.first, last: $0.last, length: length) }
        }
    }
}
