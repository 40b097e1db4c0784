import FoundationEssentials

/// Dates as RFC 3339 writes them, to the microsecond.
///
/// Foundation's ISO 8601 style writes milliseconds at most, reads 30 February as 2 March and ignores what follows the
/// zone.
enum RFC3339 {
    /// The date in UTC with six digits of fraction, such as 2026-03-01T18:20:05.500000Z.
    static func string(_ date: Date) -> String {
        let microseconds = Int((date.timeIntervalSince1970 * 1_000_000).rounded())
        let (second, fraction) = microseconds.quotientAndRemainder(flooringBy: 1_000_000)
        return "\(civilTime(second, separator: "T")).\(padded(fraction, 6))Z"
    }

    /// The date in UTC to the minute, for people.
    static func minutes(_ date: Date) -> String {
        let second = Int(date.timeIntervalSince1970.rounded(.down))
        return civilTime(second, separator: " ").dropLast(3) + "Z"
    }

    /// Reads a date and time with its zone; nil for anything else.
    ///
    /// Digits beyond the microsecond are dropped, and a leap second counts as the first second of the next minute, as
    /// POSIX has it.
    static func date(_ text: String) -> Date? {
        var scanner = Scanner(text)
        guard let year = scanner.number(4), year >= 1, scanner.skip("-"),
            let month = scanner.number(2), (1...12).contains(month), scanner.skip("-"),
            let day = scanner.number(2), (1...days(in: month, of: year)).contains(day),
            scanner.skip("T") || scanner.skip("t"),
            let hour = scanner.number(2), hour < 24, scanner.skip(":"),
            let minute = scanner.number(2), minute < 60, scanner.skip(":"),
            let second = scanner.number(2), second <= 60,
            let microsecond = scanner.fraction(),
            let offset = scanner.zone(),
            scanner.isAtEnd
        else { return nil }
        let minutes = (daysSinceEpoch(year, month, day) * 24 + hour) * 60 + minute - offset
        return Date(timeIntervalSince1970: Double((minutes * 60 + second) * 1_000_000 + microsecond) / 1_000_000)
    }

    private static func civilTime(_ second: Int, separator: String) -> String {
        let (day, timeOfDay) = second.quotientAndRemainder(flooringBy: 86_400)
        let date = civilDate(day)
        return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))\(separator)"
            + "\(padded(timeOfDay / 3_600, 2)):\(padded(timeOfDay / 60 % 60, 2)):\(padded(timeOfDay % 60, 2))"
    }

    private static func padded(_ number: Int, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}

// Conversions between days and the proleptic Gregorian calendar. Source: Howard Hinnant, "chrono-Compatible Low-Level
// Date Algorithms".
extension RFC3339 {
    /// Years are counted from March, so that the leap day comes last; an era is 400 of them.
    private static let daysPerEra = 146_097
    /// Days from 1 March of the year 0 to 1 January 1970.
    private static let epochOffset = 719_468

    private static func daysSinceEpoch(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let (era, yearOfEra) = (month > 2 ? year : year - 1).quotientAndRemainder(flooringBy: 400)
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * daysPerEra + dayOfEra - epochOffset
    }

    private static func civilDate(_ day: Int) -> (year: Int, month: Int, day: Int) {
        let (era, dayOfEra) = (day + epochOffset).quotientAndRemainder(flooringBy: daysPerEra)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// Reads a date's digits from left to right.
private struct Scanner {
    private var rest: ArraySlice<UInt8>

    init(_ text: String) {
        rest = Array(text.utf8)[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    mutating func number(_ digits: Int) -> Int? {
        var value = 0
        for _ in 0..<digits {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// Microseconds: 0 if there is no fraction, nil if a point stands without digits.
    mutating func fraction() -> Int? {
        guard skip(".") else { return 0 }
        var value = 0
        var count = 0
        while let digit = digit() {
            if count < 6 { value = value * 10 + digit }
            count += 1
        }
        guard count > 0 else { return nil }
        for _ in count..<max(6, count) { value *= 10 }
        return value
    }

    /// Minutes east of Greenwich: Z, +hh:mm, +hhmm or +hh.
    mutating func zone() -> Int? {
        if skip("Z") || skip("z") { return 0 }
        let sign = skip("+") ? 1 : skip("-") ? -1 : 0
        guard sign != 0, let hours = number(2), hours < 24 else { return nil }
        guard !isAtEnd else { return sign * hours * 60 }
        _ = skip(":")
        guard let minutes = number(2), minutes < 60 else { return nil }
        return sign * (hours * 60 + minutes)
    }

    private mutating func digit() -> Int? {
        guard let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        rest.removeFirst()
        return Int(byte - UInt8(ascii: "0"))
    }
}

extension Int {
    /// Division that rounds towards negative infinity, so that the remainder is never negative.
    fileprivate func quotientAndRemainder(flooringBy divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
