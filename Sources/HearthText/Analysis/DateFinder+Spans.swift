// Several days on end: a text has the dates of all of them.

extension DateFinder {
    /// The span that begins with a date: `Nov 12–14, 2026`, `May 28 – June 3, 2026`, `2026-02-10/2026-02-14`,
    /// 2026年9月20日至25日.
    func span(from first: Found, in tokens: TokenizedText) -> Found? {
        guard first.periods.allSatisfy({ $0.day != nil }) else { return nil }
        if let found = characters(behind: first, in: tokens) { return found }
        let end = first.words.upperBound - 1
        guard let gap = gap(behind: end, spanFrom: first.words.lowerBound, in: tokens) else { return nil }
        if let last = date(startingAt: gap.next, in: tokens) {
            guard !gap.isSlash || isInFigures(first, in: tokens) && isInFigures(last, in: tokens) else { return nil }
            return span(from: first.periods, to: last, words: first.words.lowerBound, in: tokens)
        }
        // "June 3 - 5 apples" are no days.
        guard !gap.isSlash, let begin = first.periods.first, begin.year == nil, day(end, in: tokens) == begin.day,
            let day = day(gap.next, in: tokens), case let year = year(behind: gap.next, in: tokens),
            year != nil || gap.isTight && !isTime(gap.next, in: tokens)
                || isOpened(first.words.lowerBound, by: Self.openings, in: tokens)
        else { return nil }
        let last = CalendarPeriod(year: year?.year, month: begin.month, day: day)
        let found = Found(periods: [last], words: gap.next..<(year?.end ?? gap.next + 1))
        return span(from: first.periods, to: found, words: first.words.lowerBound, in: tokens)
    }

    /// The span that begins with a day of the month whose name stands behind the last: `12–14 Nov 2026`,
    /// `1st to 5th May`, `16. bis 18.4.2027`, `1.5.–20.6.2026`, `5/1-5/20/2026`.
    func span(at index: Int, in tokens: TokenizedText) -> Found? {
        guard startsWithDigit(index, in: tokens), !touchesWord(index, in: tokens),
            index == 0 || sign(behind: index - 1, in: tokens) == nil
        else { return nil }
        if let found = interval(at: index, in: tokens) { return found }
        if sign(behind: index, in: tokens) == UInt8(ascii: "."),
            let gap = gap(behind: index + 1, spanFrom: index, in: tokens), !gap.isSlash,
            let (day, month) = NumericDate.dayAndMonth(plainText(from: index, to: index + 1, in: tokens)),
            let last = figures(at: gap.next, in: tokens)
        {
            return span(from: [CalendarPeriod(month: month, day: day)], to: last, words: index, in: tokens)
        }
        guard let day = day(index, in: tokens), case let end = dayEnd(index, in: tokens),
            let gap = gap(behind: end - 1, spanFrom: index, in: tokens), !gap.isSlash,
            let last = date(startingAt: gap.next, in: tokens)
        else { return nil }
        let first = last.periods.filter { $0.day.map { $0 > day } == true }
            .map { CalendarPeriod(year: $0.year, month: $0.month, day: day) }
        return span(from: first, to: last, words: index, in: tokens)
    }

    /// All days from one date to another; nil where they are no span of at most a month.
    private func span(
        from first: [CalendarPeriod],
        to last: Found,
        words start: Int,
        in tokens: TokenizedText
    ) -> Found? {
        let days = first.flatMap { first in last.periods.flatMap { Self.days(from: first, to: $0) } }
        guard !days.isEmpty else { return nil }
        // Where both ends have two readings, the days may be those of one of them alone.
        let ends = first.count > 1 && last.periods.count > 1 ? first + last.periods : []
        return Found(periods: days + ends, words: start..<last.words.upperBound)
    }

    /// The days of a span. The year that one end leaves out is that of the other, or the one beside it.
    private static func days(from first: CalendarPeriod, to last: CalendarPeriod) -> [CalendarPeriod] {
        guard let begin = first.month, let firstDay = first.day, let end = last.month, let lastDay = last.day else {
            return []
        }
        let isOverNewYear = (begin, firstDay) > (end, lastDay)
        var (first, last) = (first, last)
        if first.year == nil { first.year = last.year.map { isOverNewYear ? $0 - 1 : $0 } }
        if last.year == nil { last.year = first.year.map { isOverNewYear ? $0 + 1 : $0 } }
        return CalendarPeriod.days(from: first, to: last) ?? []
    }

    private func day(_ index: Int, in tokens: TokenizedText) -> Int? {
        word(index, in: tokens).flatMap { NumericDate.day($0) }
    }

    /// The date whose first word is at an index. A month may stand in front of its number.
    private func date(startingAt index: Int, in tokens: TokenizedText) -> Found? {
        for number in index...index + 1 {
            if let date = date(at: number, in: tokens), date.words.lowerBound == index,
                date.periods.allSatisfy({ $0.day != nil })
            {
                return date
            }
        }
        return nil
    }

    private func isInFigures(_ date: Found, in tokens: TokenizedText) -> Bool {
        date.words.allSatisfy { startsWithDigit($0, in: tokens) }
    }

    /// Two dates in figures with a sign between them that is not theirs, of which the first may leave out the year.
    private func interval(at index: Int, in tokens: TokenizedText) -> Found? {
        var end = index + 1
        while end < tokens.count, end - index < Self.mostNumbers, sign(behind: end - 1, in: tokens) != nil { end += 1 }
        guard end - index >= 5 else { return nil }
        let typed = plainText(from: index, to: end - 1, in: tokens).lowercased()
        guard let (first, last) = NumericDate.interval(typed) else { return nil }
        return span(from: first.periods, to: Found(periods: last.periods, words: index..<end), words: index, in: tokens)
    }

    /// Those of two dates.
    private static let mostNumbers = 6

    private func plainText(from first: Int, to last: Int, in tokens: TokenizedText) -> String {
        plainText(tokens.tokens[first].source.lowerBound..<tokens.tokens[last].source.upperBound)
    }
}

// MARK: - What is between the ends

extension DateFinder {
    /// What is between the two ends of a span.
    private struct Gap {
        /// The first word behind it.
        var next: Int
        /// Whether it is a dash without spaces.
        var isTight = false
        /// Whether it is the slash of ISO 8601, between dates in figures.
        var isSlash = false
    }

    /// A dash, or "to" and its like. "And" counts only in "between… and…".
    private func gap(behind index: Int, spanFrom start: Int, in tokens: TokenizedText) -> Gap? {
        guard index + 1 < tokens.count, let sign = signs(behind: index, in: tokens) else { return nil }
        let isTight = tokens.tokens[index + 1].source.lowerBound - tokens.tokens[index].source.upperBound == sign.count
        if sign == [UInt8(ascii: "/")] { return Gap(next: index + 1, isTight: isTight, isSlash: true) }
        if Self.dashes.contains(sign) { return Gap(next: index + 1, isTight: isTight) }
        guard sign.isEmpty, tokens.tokens[index + 1].kind == .word, case let word = typedWord(index + 1, in: tokens),
            QueryDates.spanning.contains(word)
                || word == "and" && isOpened(start, by: ["between"], in: tokens),
            signs(behind: index + 1, in: tokens)?.isEmpty == true
        else { return nil }
        return Gap(next: Self.articles.contains(typedWord(index + 2, in: tokens)) ? index + 3 : index + 2)
    }

    /// What is between a word and the next besides spaces and the full stop of an ordinal; nil where it is long, or ends a
    /// line: a list of days is no span.
    private func signs(behind index: Int, in tokens: TokenizedText) -> [UInt8]? {
        guard index + 1 < tokens.count else { return nil }
        let (start, end) = (tokens.tokens[index].source.upperBound, tokens.tokens[index + 1].source.lowerBound)
        guard start <= end, end - start <= Self.longestGap else { return nil }
        let gap = text[start..<end]
        return gap.contains(UInt8(ascii: "\n"))
            ? nil : gap.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: ".") }
    }

    /// A full stop, and a dash of three bytes between spaces.
    private static let longestGap = 6
    private static let dashes = Set(["-", "–", "—", "−", "‐", "‑", "‒", "~", "～", "〜"].map { Array($0.utf8) })
    private static let articles: Set<String> = ["the", "le", "il", "el", "den", "zum"]
    private static let openings: Set<String> = ["from", "between"]

    private func typedWord(_ index: Int, in tokens: TokenizedText) -> String {
        tokens.tokens.indices.contains(index)
            ? String(decoding: text[tokens.tokens[index].source], as: UTF8.self).lowercased() : ""
    }

    /// Whether the word in front of a span says that it is one: "from", "between the".
    private func isOpened(_ start: Int, by openings: Set<String>, in tokens: TokenizedText) -> Bool {
        let place = typedWord(start - 1, in: tokens) == "the" ? start - 2 : start - 1
        return openings.contains(typedWord(place, in: tokens))
    }

    /// Whether a number is a time of day or counts something: `June 3-5 pm`, `June 3-14:30`.
    private func isTime(_ index: Int, in tokens: TokenizedText) -> Bool {
        let end = tokens.tokens[index].source.upperBound
        if end < text.count, ":%".utf8.contains(text[end]) { return true }
        return Self.hours.contains(typedWord(index + 1, in: tokens))
    }

    private static let hours: Set<String> = ["am", "pm", "h", "uhr", "o", "hours", "percent"]
}

// MARK: - Scripts without spaces

extension DateFinder {
    /// 9月20日至25日, 9月20日～10月3日, 9월 20일부터 25일까지.
    private func characters(behind first: Found, in tokens: TokenizedText) -> Found? {
        let last = first.words.upperBound - 1
        guard tokens.tokens[last].kind == .character, let month = first.periods.first?.month,
            let next = spanOfCharacters(behind: last, in: tokens)
        else { return nil }
        let end = charactersEnd(from: next, in: tokens)
        guard end > next else { return nil }
        let typed = plainText(
            tokens.tokens[next].source.lowerBound..<tokens.tokens[end - 1].source.upperBound
        )
        guard let found = NumericDate.chinese(typed) ?? NumericDate.chinese("\(month)月\(typed)"),
            found.period.day != nil
        else { return nil }
        let day = Found(periods: [found.period], words: next..<end)
        return span(from: first.periods, to: day, words: first.words.lowerBound, in: tokens)
    }

    /// The word behind a dash or the characters for "to".
    private func spanOfCharacters(behind index: Int, in tokens: TokenizedText) -> Int? {
        guard let sign = signs(behind: index, in: tokens) else { return nil }
        if Self.dashes.contains(sign) { return index + 1 }
        guard sign.isEmpty else { return nil }
        for length in 1...2 {
            let word = (1...length).map { typedWord(index + $0, in: tokens) }.joined()
            if Self.spanningCharacters.contains(word) { return index + length + 1 }
        }
        return nil
    }

    private static let spanningCharacters: Set<String> = ["至", "到", "から", "부터"]
}
