import HearthText
import Testing

@testable import HearthRules

@Suite struct TimesAskedFor {
    private func entry(_ memory: Int64, at instant: Int64) -> DocumentEntry {
        DocumentEntry(
            document: memory,
            memory: memory,
            agent: 0,
            owner: 1,
            session: 0,
            createdAt: instant,
            expiresAt: .max,
            importance: 0.5,
            length: 3,
            category: 1,
            flags: [],
            type: 0
        )
    }

    @Test func `each date has the documents that were made then and can be found`() {
        // 2025-05-03, 2025-05-31T23:59:59.999999, 2025-06-01, 2024-05-03.
        let instants: [Int64] = [
            1_746_230_400_000_000, 1_748_735_999_999_999, 1_748_736_000_000_000, 1_714_694_400_000_000,
        ]
        let entries = instants.enumerated().map { entry(Int64($0), at: $1) }
        func holders(_ query: String, hidden: Int? = nil) -> [[Int]] {
            let dates = KeywordQuery(query).dates
            return AskedTimes(dates, entries: entries, isAlone: true, canFind: { $0 != hidden }).holders
        }
        #expect(holders("May 2025") == [[0, 1]])
        #expect(holders("May 2025", hidden: 0) == [[1]])
        #expect(holders("in May") == [[0, 1, 3]])
        #expect(holders("2024 and 2025") == [[3], [0, 1, 2]])
        #expect(holders("since June 2025") == [[2]])
        #expect(holders("30 February") == [[]])
        #expect(
            AskedTimes(KeywordQuery("May").dates, entries: [], isAlone: true, canFind: { _ in true }).holders == []
        )
    }

    @Test func `what was made at any of the times is chosen once, apart from what holds the date`() {
        let entries = (0..<4).map { entry(Int64($0), at: CivilYears.start(2_022 + $0)) }
        let times = AskedTimes(KeywordQuery("2023 and 2024").dates, entries: entries, isAlone: true) { _ in true }
        let selection = times.selection(named: [0, 2])
        #expect(selection.made == [1, 2])
        #expect(selection.named == [0])
    }
}

private enum CivilYears {
    /// The beginning of a year in the twenties, in microseconds since 1970.
    static func start(_ year: Int) -> Int64 {
        let days = (1970..<year).reduce(0) { $0 + ($1 % 4 == 0 ? 366 : 365) }
        return Int64(days) * 86_400_000_000
    }
}
