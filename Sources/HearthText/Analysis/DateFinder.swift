/// Finds the dates in a text that have a day or a year with their month: `3 June 2026`, `June 3rd`, `2026-06-03`,
/// `03.06.2026`, `5/31/2026`, `3 de junio de 2026`, 2026年6月3日; and the spans of several days.
///
/// Every date has a number, so the other words cost next to nothing.
struct DateFinder {
    let text: UnsafeBufferPointer<UInt8>

    /// Adds what the index has for the dates to the tokens of the text. The terms of the tokens are stems.
    func addDates(to tokens: inout TokenizedText) {
        var index = 0
        while index < tokens.count {
            // Nearly no word is a number.
            guard startsWithDigit(index, in: tokens), case let day = date(at: index, in: tokens),
                let date = day.map({ span(from: $0, in: tokens) ?? $0 }) ?? span(at: index, in: tokens)
            else {
                index += 1
                continue
            }
            let source =
                tokens.tokens[date.words.lowerBound].source
                .lowerBound..<tokens.tokens[date.words.upperBound - 1].source
                .upperBound
            tokens.append(.init(terms: Set(date.periods.flatMap(\.indexTerms)).sorted(), source: source))
            index = date.words.upperBound
        }
    }

    /// A date and the words that it takes.
    struct Found {
        var periods: [CalendarPeriod]
        var words: Range<Int>
    }

    /// The date whose first number is at an index.
    func date(at index: Int, in tokens: TokenizedText) -> Found? {
        guard startsWithDigit(index, in: tokens) else { return nil }
        return figures(at: index, in: tokens) ?? characters(at: index, in: tokens)
            ?? dayAndMonth(at: index, in: tokens) ?? monthAndNumber(at: index, in: tokens)
            ?? yearAndMonth(at: index, in: tokens)
    }

    /// A part of the text with plain digits.
    func plainText(_ source: Range<Int>) -> String {
        let typed = String(decoding: text[source], as: UTF8.self)
        return typed.utf8.count == typed.count ? typed : String(typed.map(\.withPlainDigit))
    }

    func startsWithDigit(_ index: Int, in tokens: TokenizedText) -> Bool {
        guard index < tokens.count, case let token = tokens.tokens[index], token.kind == .word, !token.isPlain else {
            return false
        }
        // A fraction is no day.
        let isFraction =
            index > 0 && tokens.tokens[index - 1].source == token.source
            || index + 1 < tokens.count && tokens.tokens[index + 1].source == token.source
        return !isFraction && tokens.term(at: index).first?.isASCIIDigit ?? false
    }

    func word(_ index: Int, in tokens: TokenizedText) -> String? {
        guard tokens.tokens.indices.contains(index), tokens.tokens[index].kind == .word else { return nil }
        return String(decoding: tokens.term(at: index), as: UTF8.self)
    }
}

// MARK: - In figures

extension DateFinder {
    /// `2026-06-03`, `3.6.2026`, `06/2026`: the numbers between equal signs.
    func figures(at index: Int, in tokens: TokenizedText) -> Found? {
        guard let sign = sign(behind: index, in: tokens),
            index == 0 || self.sign(behind: index - 1, in: tokens) != sign,
            !touchesWord(index, in: tokens)
        else { return nil }
        var end = index + 1
        while end < tokens.count, self.sign(behind: end - 1, in: tokens) == sign { end += 1 }
        guard end - index <= 3 else { return nil }
        let source = tokens.tokens[index].source.lowerBound..<tokens.tokens[end - 1].source.upperBound
        let periods = NumericDate.periods(plainText(source).lowercased())
            .filter { $0.month != nil }
        return periods.isEmpty ? nil : Found(periods: periods, words: index..<end)
    }

    /// Whether a word touches the number behind it, as the `v` of `v9.5.26` does.
    func touchesWord(_ index: Int, in tokens: TokenizedText) -> Bool {
        index > 0 && tokens.tokens[index - 1].kind == .word
            && tokens.tokens[index - 1].source.upperBound == tokens.tokens[index].source.lowerBound
    }

    /// The only byte between two numbers, if it is one that dates have.
    func sign(behind index: Int, in tokens: TokenizedText) -> UInt8? {
        guard startsWithDigit(index, in: tokens), startsWithDigit(index + 1, in: tokens) else { return nil }
        let (start, end) = (tokens.tokens[index].source.upperBound, tokens.tokens[index + 1].source.lowerBound)
        guard end == start + 1, "-./".utf8.contains(text[start]) else { return nil }
        return text[start]
    }

    /// 2026年6月3日 and its parts.
    private func characters(at index: Int, in tokens: TokenizedText) -> Found? {
        let end = charactersEnd(from: index, in: tokens)
        guard end > index else { return nil }
        let source = tokens.tokens[index].source.lowerBound..<tokens.tokens[end - 1].source.upperBound
        guard let found = NumericDate.chinese(plainText(source)) else { return nil }
        return found.period.term == nil ? nil : Found(periods: [found.period], words: index..<end)
    }

    /// Where the numbers end that have a character behind each.
    func charactersEnd(from index: Int, in tokens: TokenizedText) -> Int {
        var end = index
        while end + 1 < tokens.count, end - index < 6, startsWithDigit(end, in: tokens),
            tokens.tokens[end + 1].kind == .character,
            tokens.tokens[end].source.upperBound == tokens.tokens[end + 1].source.lowerBound
        {
            end += 2
        }
        return end
    }
}

// MARK: - In words

extension DateFinder {
    /// `3 June 2026`, `the 3rd of June`, `3. Juni`, `3 de junio de 2026`.
    private func dayAndMonth(at index: Int, in tokens: TokenizedText) -> Found? {
        guard let day = word(index, in: tokens).flatMap({ NumericDate.day($0) }) else { return nil }
        var place = dayEnd(index, in: tokens)
        guard touches(place, in: tokens) else { return nil }
        let hasConnective = word(place, in: tokens).map(MonthName.connectives.contains) ?? false
        if hasConnective { place += 1 }
        guard touches(place, in: tokens), let month = month(place, in: tokens) else { return nil }
        let year = year(behind: place, in: tokens)
        // "only 1 may enter"
        guard !month.isVerb || hasConnective || year != nil || isCapitalized(place, in: tokens) else { return nil }
        let period = CalendarPeriod(year: year?.year, month: month.number, day: day)
        return Found(periods: [period], words: index..<(year?.end ?? place + 1))
    }

    /// Where a day ends: behind the letters of an ordinal that are words of their own (`1er`, `1º`, `1.º`).
    func dayEnd(_ index: Int, in tokens: TokenizedText) -> Int {
        guard word(index, in: tokens) == "1", let ending = word(index + 1, in: tokens),
            NumericDate.endingsOfFirst.contains(ending)
        else { return index + 1 }
        let (day, token) = (tokens.tokens[index], tokens.tokens[index + 1])
        let gap = text[day.source.upperBound..<max(day.source.upperBound, token.source.lowerBound)]
        // "Room 1a" and "1 o 2" are none.
        let isSign = token.source.contains { text[$0] >= 0x80 }
        guard gap.isEmpty && ending.utf8.count > 1 || isSign && gap.allSatisfy({ $0 == UInt8(ascii: ".") }) else {
            return index + 1
        }
        return index + 2
    }

    /// `June 3rd, 2026`, `June 2026`, `June of 2026`, `June '26`.
    private func monthAndNumber(at index: Int, in tokens: TokenizedText) -> Found? {
        let hasConnective = word(index - 1, in: tokens).map(MonthName.connectives.contains) ?? false
        let place = hasConnective ? index - 2 : index - 1
        guard place >= 0, let month = month(place, in: tokens) else { return nil }
        if let (year, end) = year(behind: place, in: tokens) {
            return Found(periods: [CalendarPeriod(year: year, month: month.number)], words: place..<end)
        }
        guard !month.isForeign, !hasConnective, touches(index, in: tokens),
            let day = word(index, in: tokens).flatMap({ NumericDate.day($0) })
        else { return nil }
        let year = year(behind: index, in: tokens)
        guard !month.isVerb || year != nil || isCapitalized(place, in: tokens) else { return nil }
        let period = CalendarPeriod(year: year?.year, month: month.number, day: day)
        return Found(periods: [period], words: place..<(year?.end ?? index + 1))
    }

    /// `2026 June 3`, `2026 June`.
    private func yearAndMonth(at index: Int, in tokens: TokenizedText) -> Found? {
        let place = index + 1
        guard let year = word(index, in: tokens).flatMap({ NumericDate.year($0) }), isBehindSpace(place, in: tokens),
            let month = month(place, in: tokens), self.year(behind: place, in: tokens) == nil
        else { return nil }
        if isBehindSpace(place + 1, in: tokens),
            let day = word(place + 1, in: tokens).flatMap({ NumericDate.day($0) }),
            self.year(behind: place + 1, in: tokens) == nil
        {
            let period = CalendarPeriod(year: year, month: month.number, day: day)
            return Found(periods: [period], words: index..<place + 2)
        }
        guard month.isCertain || month.isWhole && !month.isVerb && isCapitalized(place, in: tokens) else { return nil }
        return Found(periods: [CalendarPeriod(year: year, month: month.number)], words: index..<place + 1)
    }

    /// Whether one space and nothing else is between a word and the one before.
    private func isBehindSpace(_ index: Int, in tokens: TokenizedText) -> Bool {
        guard index > 0, index < tokens.count else { return false }
        let (start, end) = (tokens.tokens[index - 1].source.upperBound, tokens.tokens[index].source.lowerBound)
        return end == start + 1 && text[start] == UInt8(ascii: " ")
    }

    private func month(_ index: Int, in tokens: TokenizedText) -> MonthName? {
        guard tokens.tokens.indices.contains(index), tokens.tokens[index].kind == .word else { return nil }
        // As it stands there: `mars` has the stem of `mar`.
        return MonthName(String(decoding: text[tokens.tokens[index].source], as: UTF8.self).lowercased())
    }

    /// The year that follows a word, and where it ends.
    func year(behind index: Int, in tokens: TokenizedText) -> (year: Int, end: Int)? {
        var place = index + 1
        if word(place, in: tokens).map(MonthName.connectives.contains) == true { place += 1 }
        guard let number = word(place, in: tokens), touches(place, in: tokens) else { return nil }
        if let year = NumericDate.year(number) { return (year, place + 1) }
        let start = tokens.tokens[place].source.lowerBound
        let isElided = start > 0 && text[start - 1] == UInt8(ascii: "'") || start > 2 && isApostrophe(at: start - 3)
        guard isElided, number.utf8.count == 2, let year = Int(number) else { return nil }
        return (NumericDate.year(ofTwoFigures: year), place + 1)
    }

    private func isApostrophe(at offset: Int) -> Bool {
        text[offset] == 0xE2 && text[offset + 1] == 0x80 && text[offset + 2] == 0x99
    }

    /// Whether nothing but what stands inside a date is between a word and the one before.
    private func touches(_ index: Int, in tokens: TokenizedText) -> Bool {
        guard index > 0, index < tokens.count else { return false }
        let gap = text[
            tokens.tokens[index - 1].source
                .upperBound..<max(
                    tokens.tokens[index - 1].source.upperBound,
                    tokens.tokens[index].source.lowerBound
                )
        ]
        // A dash between spaces, or a long one, is between two dates.
        let isDash =
            gap.contains(UInt8(ascii: "-")) && gap.count > 1
            || gap.contains(0xE2) && !gap.contains(0x99)
        return gap.count <= 5 && !isDash && gap.allSatisfy { $0 >= 0x80 || " ,.-/'\n".utf8.contains($0) }
    }

    private func isCapitalized(_ index: Int, in tokens: TokenizedText) -> Bool {
        let first = text[tokens.tokens[index].source.lowerBound]
        return first >= UInt8(ascii: "A") && first <= UInt8(ascii: "Z")
    }
}
