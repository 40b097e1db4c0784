/// Reads a date and a time of day from left to right, as ISO 8601 and RFC 3339 write them.
///
/// What may be left out is for the caller to say.
package struct DateScanner {
    private var rest: ArraySlice<UInt8>

    package init(_ text: String) {
        rest = Array(text.utf8)[...]
    }

    package var isAtEnd: Bool { rest.isEmpty }

    package mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    /// A day that the calendar has, of the year 1 or later: yyyy-mm-dd.
    package mutating func date() -> CivilDate? {
        guard let year = number(4), year >= 1, skip("-"),
            let month = number(2), (1...12).contains(month), skip("-"),
            let day = number(2), (1...CivilDate.days(in: month, of: year)).contains(day)
        else { return nil }
        return CivilDate(year, month, day)
    }

    /// Minutes since midnight: hh:mm.
    package mutating func minutes() -> Int? {
        guard let hour = number(2), hour < 24, skip(":"), let minute = number(2), minute < 60 else { return nil }
        return hour * 60 + minute
    }

    /// Microseconds of a minute: ss, and digits behind a point, of which those beyond the sixth are dropped. A leap second counts
    /// as the first second of the next minute, as POSIX has it.
    package mutating func microseconds() -> Int? {
        guard let second = number(2), second <= 60, let fraction = fraction() else { return nil }
        return second * 1_000_000 + fraction
    }

    /// Minutes east of Greenwich: Z, +hh:mm, +hhmm or +hh.
    package mutating func zone() -> Int? {
        if skip("Z") || skip("z") { return 0 }
        let sign = skip("+") ? 1 : skip("-") ? -1 : 0
        guard sign != 0, let hours = number(2), hours < 24 else { return nil }
        guard !isAtEnd else { return sign * hours * 60 }
        _ = skip(":")
        guard let minutes = number(2), minutes < 60 else { return nil }
        return sign * (hours * 60 + minutes)
    }

    private mutating func number(_ digits: Int) -> Int? {
        var value = 0
        for _ in 0..<digits {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// 0 if there is no fraction, nil if a point stands without digits.
    private mutating func fraction() -> Int? {
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

    private mutating func digit() -> Int? {
        guard let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        rest.removeFirst()
        return Int(byte - UInt8(ascii: "0"))
    }
}
