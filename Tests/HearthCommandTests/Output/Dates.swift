import FoundationEssentials
import TestSupport
import Testing

@testable import hearth

@Suite struct Dates {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-03-01T18:20:05.5+01:00", 1_772_385_605.5),
        ("2026-03-01t17:20:05.500000z", 1_772_385_605.5),
        ("2026-03-01T18:20:05.5000009+0100", 1_772_385_605.5),
        ("2026-03-01T18:20:05.5+01", 1_772_385_605.5),
        ("2024-02-29T00:00:00Z", 1_709_164_800),
        ("2016-12-31T23:59:60Z", 1_483_228_800),
        ("0001-01-01T00:00:00Z", -62_135_596_800),
        ("9999-12-31T23:59:59Z", 253_402_300_799),
    ])
    func `a date and time with a zone is read`(text: String, seconds: Double) {
        #expect(RFC3339.date(text)?.timeIntervalSince1970 == seconds)
    }

    @Test(arguments: [
        "", "yesterday", "2026-03-01", "2026-03-01T18:20:05", "2026-03-01 18:20:05Z", "2026-02-30T00:00:00Z",
        "2023-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-03-00T00:00:00Z",
        "2026-03-01T24:00:00Z", "2026-03-01T18:60:00Z", "2026-03-01T18:20:61Z", "2026-03-01T18:20:05.Z",
        "2026-03-01T18:20:05Z!", "0000-01-01T00:00:00Z", "2026-03-01T18:20:05+24:00", "+2026-03-01T18:20:05Z",
        "２０２６-03-01T18:20:05Z",
    ])
    func `anything else is not`(text: String) {
        #expect(RFC3339.date(text) == nil)
    }

    @Test func `what is written is read back to the microsecond`() throws {
        var generator = SeededGenerator()
        for _ in 0..<2_000 {
            // 1903 to 2098; farther away a Date itself is no longer exact to the microsecond.
            let microseconds = Int64.random(in: -2_100_000_000_000_000...4_060_000_000_000_000, using: &generator)
            let text = RFC3339.string(Date(timeIntervalSince1970: Double(microseconds) / 1_000_000))
            let date = try #require(RFC3339.date(text))
            #expect(Int64((date.timeIntervalSince1970 * 1_000_000).rounded()) == microseconds)
            #expect(RFC3339.string(date) == text)
        }
    }

    @Test(arguments: [Double(Int64.max), -Double(Int64.max), .greatestFiniteMagnitude, .infinity, -.infinity, .nan])
    func `a time that no store takes is written as some time all the same`(seconds: Double) {
        for seconds in [seconds, seconds / 1_000_000] {
            let date = Date(timeIntervalSince1970: seconds)
            #expect(RFC3339.string(date).hasSuffix("Z") && RFC3339.minutes(date).hasSuffix("Z"))
        }
    }

    @Test func `people see minutes in UTC`() {
        #expect(RFC3339.minutes(Date(timeIntervalSince1970: 1_772_385_605.5)) == "2026-03-01 17:20Z")
        #expect(RFC3339.minutes(Date(timeIntervalSince1970: -1)) == "1969-12-31 23:59Z")
    }
}
