import FoundationEssentials

/// A time that a query names. It is one more term, which the memories made then hold.
package struct DateTerm: Hashable, Sendable {
    var year: Int?
    var month: Int?
    var day: Int?

    private static let microsecondsPerDay: Int64 = 86_400_000_000

    /// Whether an instant, in microseconds since 1970, lies in it.
    ///
    /// A day includes the one after it, because the person's day and the day in UTC may differ.
    package func holds(_ instant: Int64) -> Bool {
        if matches(CivilDate(instant)) { return true }
        let (dayBefore, overflows) = instant.subtractingReportingOverflow(Self.microsecondsPerDay)
        return day != nil && !overflows && matches(CivilDate(dayBefore))
    }

    private func matches(_ date: CivilDate) -> Bool {
        (year ?? date.year) == date.year && (month ?? date.month) == date.month && (day ?? date.day) == date.day
    }
}

/// A date of the Gregorian calendar in UTC.
struct CivilDate: Hashable {
    var year: Int
    var month: Int
    var day: Int

    /// The date of an instant in microseconds since 1970, by Howard Hinnant's algorithm ("chrono-Compatible Low-Level
    /// Date Algorithms").
    init(_ instant: Int64) {
        let days = Int((Double(instant) / 86_400_000_000).rounded(.down)) + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shifted + 2) / 5 + 1
        month = shifted < 10 ? shifted + 3 : shifted - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }
}

/// Finds the dates in a query: "7 May 2023", "May 7th", "in May", "2023-05-07", "2023", 2023年5月7日.
package enum QueryDates {
    private static let months = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ]

    package static func terms(in query: String) -> [DateTerm] {
        let words = words(of: query.prefix(utf8Length: KeywordQuery.longestQuery))
        var terms: [DateTerm] = []
        var index = 0
        while index < words.count {
            let (term, length) = term(at: index, of: words)
            if let term, !terms.contains(term) { terms.append(term) }
            index += max(1, length)
        }
        return terms
    }

    private static func term(at index: Int, of words: [Substring]) -> (DateTerm?, length: Int) {
        if let date = iso(words[index]) ?? chinese(words[index]) { return (date, 1) }
        let here = words[index]
        let next = index + 1 < words.count ? words[index + 1] : ""
        let afterNext = index + 2 < words.count ? words[index + 2] : ""
        if let month = month(here, isBesideNumber: day(next) != nil || year(next) != nil) {
            if let day = day(next) {
                guard let year = year(afterNext) else { return (DateTerm(month: month, day: day), 2) }
                return (DateTerm(year: year, month: month, day: day), 3)
            }
            guard let year = year(next) else { return (DateTerm(month: month), 1) }
            return (DateTerm(year: year, month: month), 2)
        }
        if let day = day(here) {
            let ofMonth = next == "of"
            let name = ofMonth ? afterNext : next
            if let month = month(name, isBesideNumber: true) {
                let place = index + (ofMonth ? 3 : 2)
                let year = place < words.count ? year(words[place]) : nil
                return (DateTerm(year: year, month: month, day: day), place - index + (year == nil ? 0 : 1))
            }
        }
        return (year(here).map { DateTerm(year: $0) }, 1)
    }

    /// A month by its English name or the first three letters of it. "may" alone is a verb unless it is written as a
    /// name.
    private static func month(_ word: Substring, isBesideNumber: Bool) -> Int? {
        let name = word.lowercased()
        guard name.utf8.count >= 3, name != "may" || isBesideNumber || word.first?.isUppercase == true else {
            return nil
        }
        guard let place = months.firstIndex(where: { $0 == name || $0.prefix(3) == name }) else { return nil }
        // Short forms are words of their own: "mar", "jun", "sep" need a number beside them.
        return months[place] == name || isBesideNumber ? place + 1 : nil
    }

    private static func year(_ word: Substring) -> Int? {
        guard word.utf8.count == 4, let year = Int(word), (1_900...2_100).contains(year) else { return nil }
        return year
    }

    private static func day(_ word: Substring) -> Int? {
        var digits = word
        for ending in ["st", "nd", "rd", "th"] where digits.hasSuffix(ending) { digits = digits.dropLast(2) }
        guard (1...2).contains(digits.utf8.count), let day = Int(digits), (1...31).contains(day) else { return nil }
        return day
    }

    /// 2023-05-07 or 2023-05.
    private static func iso(_ word: Substring) -> DateTerm? {
        let parts = word.split(separator: "-", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), let year = year(parts[0]), parts[1].utf8.count == 2,
            let month = Int(parts[1]),
            (1...12).contains(month)
        else { return nil }
        guard parts.count == 3 else { return DateTerm(year: year, month: month) }
        return day(parts[2]).map { DateTerm(year: year, month: month, day: $0) }
    }

    /// 2023年5月7日 and its parts, as Chinese and Japanese write them.
    private static func chinese(_ word: Substring) -> DateTerm? {
        var term = DateTerm()
        var digits = ""
        for character in word {
            switch character {
            case "年": term.year = year(digits[...]) ?? term.year
            case "月": term.month = Int(digits).flatMap { (1...12).contains($0) ? $0 : nil } ?? term.month
            case "日", "号": term.day = day(digits[...]) ?? term.day
            case let digit where digit.isASCII && digit.isNumber:
                digits.append(digit)
                continue
            default: break
            }
            digits = ""
        }
        return term.year != nil || term.month != nil ? term : nil
    }

    private static func words(of query: String) -> [Substring] {
        query.split { !($0.isLetter || $0.isNumber || $0 == "-") }
    }
}
