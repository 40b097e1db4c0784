import FoundationEssentials
import HearthText

/// Times as other programs write them.
enum ForeignTime {
    /// Reads a date, alone or with a time, with or without a zone; without one it is taken as UTC.
    ///
    /// - Returns: nil for anything else; then the text belongs to the metadata.
    static func date(_ text: String) -> Date? {
        var scanner = DateScanner(text)
        guard let day = scanner.date() else { return nil }
        var minutes = day.daysSince1970 * 24 * 60
        var microseconds = 0
        if !scanner.isAtEnd {
            guard scanner.skip("T") || scanner.skip("t") || scanner.skip(" "), let time = scanner.minutes() else {
                return nil
            }
            minutes += time
            if scanner.skip(":") {
                guard let read = scanner.microseconds() else { return nil }
                microseconds = read
            }
            _ = scanner.skip(" ")
            if !scanner.isAtEnd {
                guard let offset = scanner.zone(), scanner.isAtEnd else { return nil }
                minutes -= offset
            }
        }
        return Date(timeIntervalSince1970: Double(minutes * 60_000_000 + microseconds) / 1_000_000)
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
}
