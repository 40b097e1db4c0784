import FoundationEssentials
import HearthText

/// Times as other programs write them.
enum ForeignTime {
    /// Reads a date, alone or with a time, with or without a zone; without one it is taken as UTC.
    ///
    /// - Returns: nil for anything else; then the text belongs to the metadata.
    static func date(_ text: String) -> Date? {
        var digits = Digits(text.utf8)
        guard let year = digits.number(4), year >= 1, digits.skip("-"),
            let month = digits.number(2), (1...12).contains(month), digits.skip("-"),
            let day = digits.number(2), (1...days(in: month, of: year)).contains(day)
        else { return nil }
        let midnight = Double(daysSinceEpoch(year, month, day) * 86_400)
        if digits.isAtEnd { return Date(timeIntervalSince1970: midnight) }
        guard digits.skip("T") || digits.skip("t") || digits.skip(" "),
            let hour = digits.number(2), hour < 24, digits.skip(":"),
            let minute = digits.number(2), minute < 60
        else { return nil }
        var second = 0.0
        if digits.skip(":") {
            guard let whole = digits.number(2), whole <= 60, let fraction = digits.fraction() else { return nil }
            second = Double(whole) + fraction
        }
        _ = digits.skip(" ")
        guard let offset = digits.zone(), digits.isAtEnd else { return nil }
        return Date(timeIntervalSince1970: midnight + Double((hour * 60 + minute - offset) * 60) + second)
    }

    /// Reads seconds since 1970, milliseconds where seconds would be thousands of years away, or text.
    static func date(_ value: JSONValue?) -> Date? {
        switch value {
        case .integer, .number:
            guard let number = value?.double else { return nil }
            return Date(timeIntervalSince1970: abs(number) > 100_000_000_000 ? number / 1_000 : number)
        case .string(let text): return date(text)
        default: return nil
        }
    }

    /// Days from 1 January 1970. Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    private static func daysSinceEpoch(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month > 2 ? year : year - 1
        let (era, yearOfEra) = (year / 400, year % 400)
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// Reads the digits of a time from left to right.
private struct Digits {
    private var rest: ArraySlice<UInt8>

    init(_ text: some Sequence<UInt8>) {
        rest = Array(text)[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    mutating func number(_ count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// 0 if there is no fraction, nil if a point stands without digits.
    mutating func fraction() -> Double? {
        guard skip(".") else { return 0 }
        var (value, unit) = (0.0, 1.0)
        guard let first = digit() else { return nil }
        var next: Int? = first
        while let digit = next {
            unit /= 10
            value += Double(digit) * unit
            next = self.digit()
        }
        // To the microsecond, as files keep it.
        return (value * 1_000_000).rounded() / 1_000_000
    }

    /// Minutes east of Greenwich: nothing, Z, +hh:mm, +hhmm or +hh.
    mutating func zone() -> Int? {
        if isAtEnd || skip("Z") || skip("z") { return 0 }
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
