import FoundationEssentials
import HearthText

/// Dates as RFC 3339 writes them, to the microsecond.
///
/// Foundation's ISO 8601 style writes milliseconds at most, reads 30 February as 2 March and ignores what follows the
/// zone.
enum RFC3339 {
    /// The date in UTC with six digits of fraction, such as 2026-03-01T18:20:05.500000Z.
    static func string(_ date: Date) -> String {
        let microseconds = Int(bounded(date.timeIntervalSince1970 * 1_000_000).rounded())
        let (second, fraction) = microseconds.quotientAndRemainder(flooringBy: 1_000_000)
        return "\(civilTime(second, separator: "T")).\(padded(fraction, 6))Z"
    }

    /// The date in UTC to the minute, for people.
    static func minutes(_ date: Date) -> String {
        let second = Int(bounded(date.timeIntervalSince1970).rounded(.down))
        return civilTime(second, separator: " ").dropLast(3) + "Z"
    }

    /// Reads a date and time with its zone; nil for anything else.
    ///
    /// Digits beyond the microsecond are dropped, and a leap second counts as the first second of the next minute, as
    /// POSIX has it.
    static func date(_ text: String) -> Date? {
        var scanner = DateScanner(text)
        guard let day = scanner.date(), scanner.skip("T") || scanner.skip("t"),
            let time = scanner.minutes(), scanner.skip(":"),
            let microseconds = scanner.microseconds(),
            let offset = scanner.zone(),
            scanner.isAtEnd
        else { return nil }
        let minutes = day.daysSince1970 * 24 * 60 + time - offset
        return Date(timeIntervalSince1970: Double(minutes * 60_000_000 + microseconds) / 1_000_000)
    }

    /// A count of seconds or microseconds that fits into a date: a damaged file may say anything.
    private static func bounded(_ count: Double) -> Double {
        count.isNaN ? 0 : min(max(count, -longest), longest)
    }

    /// In microseconds the 29,000 years around 1970.
    private static let longest = 4.6e17

    private static func civilTime(_ second: Int, separator: String) -> String {
        let (day, timeOfDay) = second.quotientAndRemainder(flooringBy: 86_400)
        let date = CivilDate(daysSince1970: day)
        return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))\(separator)"
            + "\(padded(timeOfDay / 3_600, 2)):\(padded(timeOfDay / 60 % 60, 2)):\(padded(timeOfDay % 60, 2))"
    }

    private static func padded(_ number: Int, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
