/// A word of a query as dates are read from it.
struct DateWord {
    /// In lower case.
    let text: String
    /// The bytes of the query that it stands for.
    private(set) var source: Range<Int>
    /// What it names where it is a date by itself: 2025-05-03, 2025年5月.
    let period: CalendarPeriod?
    /// The other reading of it, where day and month could be either.
    let otherPeriod: CalendarPeriod?
    let isCapitalized: Bool
    /// Whether an apostrophe stands before it: '25.
    var isElided = false
    /// Whether a dash stands behind it.
    var isFollowedByDash = false

    /// The same word where it takes other bytes.
    private func standing(at source: Range<Int>) -> DateWord {
        var word = self
        word.source = source
        return word
    }

    private init(_ text: Substring, at offset: Int, periods: [CalendarPeriod] = []) {
        self.text = text.lowercased()
        source = offset..<offset + text.utf8.count
        isCapitalized = text.first?.isUppercase == true
        period = periods.first
        otherPeriod = periods.dropFirst().first
    }
}

extension DateWord {
    /// The runs of letters and digits. Between two digits, `-`, `/` and `.` belong to the word (2025-05-03), and so does
    /// a space behind the sign for a year or a month (2025년 5월).
    static func words(of query: String) -> [DateWord] {
        let typed = Array(query)
        let characters = typed.map(\.withPlainDigit)
        var words: [DateWord] = []
        var (start, startOffset, offset) = (0, 0, 0)
        for index in 0...characters.count {
            let isInRun = index < characters.count && belongs(index, in: characters)
            if isInRun, start == index { startOffset = offset }
            if !isInRun {
                if start < index {
                    let word = Self.words(start..<index, at: startOffset, in: characters)
                    let isPlain = zip(typed[start..<index], characters[start..<index]).allSatisfy { $0 == $1 }
                    // Other digits take more bytes than those that are read.
                    words += isPlain ? word : word.map { $0.standing(at: startOffset..<offset) }
                }
                start = index + 1
            }
            if index < characters.count { offset += typed[index].utf8.count }
        }
        return words
    }

    private static func belongs(_ index: Int, in characters: [Character]) -> Bool {
        let character = characters[index]
        if character.isLetter || character.isNumber { return true }
        guard signs.contains(character), index > 0, index + 1 < characters.count, characters[index + 1].isASCIIDigit
        else { return false }
        let before = characters[index - 1]
        return character == " "
            ? NumericDate.signsInFront.contains(before) && index > 1 && characters[index - 2].isASCIIDigit
            : before.isASCIIDigit
    }

    /// One word, or several where the signs between the digits make no date: 2021-2023.
    private static func words(_ place: Range<Int>, at offset: Int, in characters: [Character]) -> [DateWord] {
        let text = String(characters[place])
        var words: [DateWord] = []
        if text.utf8.allSatisfy(isLetter) {
            // As most words are.
            words = [DateWord(text[...], at: offset)]
        } else if let (period, bytes) = NumericDate.chinese(text) {
            words = [DateWord(text.bytes(bytes), at: offset + bytes.lowerBound, periods: [period])]
        } else if case let periods = NumericDate.periods(text.lowercased()), !periods.isEmpty {
            words = [DateWord(text[...], at: offset, periods: periods)]
        } else if let (first, last) = NumericDate.interval(text) {
            words = [
                DateWord(first.text, at: offset, periods: first.periods),
                DateWord(last.text, at: offset + text.utf8.count - last.text.utf8.count, periods: last.periods),
            ]
            words[0].isFollowedByDash = true
        } else if text.contains(".") {
            // A version or an address.
            words = [DateWord(text[...], at: offset)]
        } else {
            var end = offset
            for part in text.split(omittingEmptySubsequences: false, whereSeparator: signs.contains) {
                words.append(DateWord(part, at: end))
                end += part.utf8.count + 1
            }
            for index in words.indices.dropLast() { words[index].isFollowedByDash = text.contains("-") }
        }
        words[0].isElided = place.lowerBound > 0 && "'’".contains(characters[place.lowerBound - 1])
        let behind = characters[place.upperBound...].prefix(3)
        let rest = behind.drop { $0.isWhitespace || $0 == "." }
        words[words.count - 1].isFollowedByDash =
            behind.starts(with: "..") || rest.first.map { "-–—~～〜".contains($0) } ?? false
        return words
    }

    private static let signs: Set<Character> = ["-", "/", ".", " "]

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}

extension String {
    fileprivate func bytes(_ range: Range<Int>) -> Substring {
        self[utf8.index(startIndex, offsetBy: range.lowerBound)..<utf8.index(startIndex, offsetBy: range.upperBound)]
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { isASCII && isNumber }

    /// The same, but for a digit of another script or width, which is the one of ASCII.
    var withPlainDigit: Character {
        guard !isASCII, let scalar = unicodeScalars.first, scalar.properties.numericType == .decimal,
            let digit = wholeNumberValue
        else { return self }
        return Character(String(digit))
    }
}

/// Numbers as parts of dates.
enum NumericDate {
    static func year(_ word: some StringProtocol) -> Int? {
        guard word.utf8.count == 4, let year = Int(word), (1_900...2_100).contains(year) else { return nil }
        return year
    }

    /// What the first of a month has behind its number in French, Spanish, Portuguese and Italian: 1er, 1º, 1ro.
    static let endingsOfFirst: Set<String> = ["er", "ᵉʳ", "º", "°", "ª", "o", "a", "ro", "ero"]

    /// A day of a month, also as 1st, 2nd, 3rd, 1er, 1º.
    static func day(_ word: some StringProtocol) -> Int? {
        if word.first == "1", case let ending = word.dropFirst(), ending != "a", endingsOfFirst.contains(String(ending))
        {
            return 1
        }
        let digits = ["st", "nd", "rd", "th"].contains { word.hasSuffix($0) } ? word.dropLast(2) : word[...]
        guard (1...2).contains(digits.utf8.count), let day = Int(digits), (1...31).contains(day) else { return nil }
        return day
    }

    private static func month(_ word: some StringProtocol) -> Int? {
        guard (1...2).contains(word.utf8.count), let month = Int(word), (1...12).contains(month) else { return nil }
        return month
    }

    /// 2025-05-03, 2025-05, 2025/5/3, 2025.05.03, 3.5.2025, 31/5/2025, 5/31/2025, 05/2025, 5.2025, 3.5.25,
    /// 31/5/25.
    ///
    /// 5/3/2025 is in March in one country and in May in another: it has both readings.
    static func periods(_ word: String) -> [CalendarPeriod] {
        guard let period = period(word) else { return [] }
        guard !word.contains("."), let month = period.month, let day = period.day, day <= 12, day != month,
            year(word.prefix(4)) == nil
        else { return [period] }
        return [period, CalendarPeriod(year: period.year, month: day, day: month)]
    }

    /// Two dates with a sign between them that is not theirs: 2026-05-01/2026-05-20, 1/5/2026-20/5/2026, 5/1-5/20/2026. The
    /// first may leave out the year.
    static func interval(
        _ word: String
    ) -> (first: (text: Substring, periods: [CalendarPeriod]), last: (text: Substring, periods: [CalendarPeriod]))? {
        for place in word.indices where word[place] == "-" || word[place] == "/" {
            let (first, last) = (word[..<place], word[word.index(after: place)...])
            guard let sign = last.first(where: { "-/.".contains($0) }), sign != word[place],
                !first.contains(word[place]), !last.contains(word[place]),
                case let ends = periods(String(last)), let end = ends.first, let year = end.year, end.day != nil
            else { continue }
            let whole = periods(String(first))
            if !whole.isEmpty { return ((first, whole), (last, ends)) }
            let ofYear = periods("\(first)\(sign)\(year)")
            if let begin = ofYear.first, begin.day != nil { return ((first, ofYear), (last, ends)) }
        }
        return nil
    }

    /// Whether a date in figures has the month in front of the day, and can't be read otherwise: 5/20/2026.
    static func hasMonthFirst(_ word: some StringProtocol) -> Bool {
        let parts = word.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 3 && month(parts[0]) != nil && day(parts[1]).map { $0 > 12 } == true
    }

    /// A day and a month in figures, as in front of a dash and the rest of a date: the `1.5.` of 1.5.–20.5.2026.
    static func dayAndMonth(_ word: some StringProtocol) -> (day: Int, month: Int)? {
        let parts = word.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let day = day(parts[0]), let month = month(parts[1]) else { return nil }
        return (day, month)
    }

    /// The first reading: the day before the month, if both are possible.
    private static func period(_ word: String) -> CalendarPeriod? {
        // A time of day may follow: 2025-05-03T10.
        let date = word.prefix { !$0.isLetter }
        guard date.count == word.count || word.dropFirst(date.count).first == "t",
            let sign = date.first(where: { "-/.".contains($0) })
        else { return nil }
        let parts = date.split(separator: sign, omittingEmptySubsequences: false)
        if let year = parts.first.flatMap({ year($0) }) { return period(year, parts.dropFirst(), sign: sign) }
        guard let year = parts.last.flatMap({ year($0) ?? shortYear($0, of: parts, sign: sign) }) else { return nil }
        if parts.count == 2, sign != "-" || parts[0].utf8.count == 2 {
            return month(parts[0]).map { CalendarPeriod(year: year, month: $0) }
        }
        guard parts.count == 3, let first = day(parts[0]), let second = day(parts[1]) else { return nil }
        if let month = month(parts[1]) { return CalendarPeriod(year: year, month: month, day: first) }
        return sign == "." ? nil : month(parts[0]).map { CalendarPeriod(year: year, month: $0, day: second) }
    }

    /// A year in two figures, behind a day and a month.
    private static func shortYear(_ word: Substring, of parts: [Substring], sign: Character) -> Int? {
        guard parts.count == 3, word.utf8.count == 2, sign != "-", let year = Int(word), year >= 0 else { return nil }
        return self.year(ofTwoFigures: year)
    }

    /// The year that two figures stand for: the one from 1950 to 2049.
    static func year(ofTwoFigures year: Int) -> Int { year < 50 ? 2_000 + year : 1_900 + year }

    /// Whether a date may be a version as well: numbers of one or two figures between full stops, as in 9.5.26.
    static func mayBeVersion(_ word: some StringProtocol) -> Bool {
        let parts = word.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 3 && parts.allSatisfy { (1...2).contains($0.utf8.count) }
    }

    /// The signs behind a year and a month, which a space may follow.
    static let signsInFront: Set<Character> = ["年", "月", "년", "월"]

    /// A year and what follows it.
    private static func period(_ year: Int, _ rest: ArraySlice<Substring>, sign: Character) -> CalendarPeriod? {
        // A dotted number is a version unless it is written like a date throughout.
        guard let first = rest.first, let month = month(first),
            sign != "." || rest.count == 2 && rest.allSatisfy({ $0.utf8.count == 2 }),
            rest.count == 2 || first.utf8.count == 2
        else { return nil }
        switch rest.count {
        case 1: return CalendarPeriod(year: year, month: month)
        case 2: return day(rest[rest.startIndex + 1]).map { CalendarPeriod(year: year, month: month, day: $0) }
        default: return nil
        }
    }

    /// 2023年5月7日 and its parts, as Chinese and Japanese write them, 2023년 5월 7일 in Korean, and how many bytes of the
    /// word it takes.
    static func chinese(_ word: String) -> (period: CalendarPeriod, bytes: Range<Int>)? {
        var period = CalendarPeriod()
        var digits = ""
        var (offset, start, end) = (0, 0, 0)
        for character in word {
            let width = character.utf8.count
            defer { offset += width }
            if character.isASCIIDigit {
                if digits.isEmpty, end == 0 { start = offset }
                digits.append(character)
                continue
            }
            let isPart: Bool
            switch character {
            case "年", "년":
                isPart = year(digits).map { period.year = $0 } != nil
            case "月", "월":
                isPart = month(digits).map { period.month = $0 } != nil
            case "日", "号", "號", "일":
                isPart = period.month != nil && day(digits).map { period.day = $0 } != nil
            default:
                isPart = false
            }
            digits = ""
            if isPart { end = offset + width }
        }
        return period.year != nil || period.month != nil ? (period, start..<end) : nil
    }
}
