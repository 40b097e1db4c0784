import Testing

@testable import HearthText

/// "Yesterday", "last week" and their like, asked on Wednesday, 4 March 2026.
@Suite struct RelativeDatesInQueries {
    private static let night = CivilDay.microseconds / 3
    private static let now = CivilDay.start(2026, 3, 4) + 45_000_000_000

    /// The dates of a query as year-month-day, `*` for what is not said, and `…` between the ends of a span.
    private func dates(_ query: String, askedAt instant: Int64? = now) -> [String] {
        func text(_ period: CalendarPeriod) -> String {
            [period.year, period.month, period.day].map { $0.map { "\($0)" } ?? "*" }.joined(separator: "-")
        }
        return KeywordQuery(query, askedAt: instant).dates
            .map { text($0.first) + ($0.last.map { "…" + text($0) } ?? "") }
    }

    @Test(arguments: [
        ("yesterday", "2026-3-3"), ("What did I do yesterday?", "2026-3-3"), ("yesterday's dinner", "2026-3-3"),
        ("today", "2026-3-4"), ("what is on today", "2026-3-4"), ("today's notes", "2026-3-4"),
        ("last night", "2026-3-3"),
        ("the day before yesterday", "2026-3-2"), ("3 days ago", "2026-3-1"), ("four days ago", "2026-2-28"),
        ("last week", "2026-2-23…2026-3-1"), ("this week", "2026-3-2…2026-3-8"), ("a week ago", "2026-2-23…2026-3-1"),
        ("two weeks ago", "2026-2-16…2026-2-22"), ("last weekend", "2026-2-28…2026-3-1"),
        ("last month", "2026-2-*"), ("this month", "2026-3-*"), ("4 months ago", "2025-11-*"),
        ("last year", "2025-*-*"),
        ("this year", "2026-*-*"), ("2 years ago", "2024-*-*"), ("last Monday", "2026-3-2"),
        ("last Wednesday", "2026-2-25"), ("last Thursday", "2026-2-26"), ("the last 3 days", "2026-3-1…2026-3-4"),
        ("past two weeks", "2026-2-18…2026-3-4"), ("in the past month", "2026-2-4…2026-3-4"),
        ("the last 12 months", "2025-3-4…2026-3-4"),
        ("Was habe ich gestern gemacht?", "2026-3-3"), ("vorgestern", "2026-3-2"),
        ("letzte Woche", "2026-2-23…2026-3-1"),
        ("im letzten Monat", "2026-2-*"), ("letztes Jahr", "2025-*-*"), ("vor 3 Tagen", "2026-3-1"),
        ("vor einer Woche", "2026-2-23…2026-3-1"), ("in den letzten 3 Tagen", "2026-3-1…2026-3-4"),
        ("letzten Montag", "2026-3-2"), ("diese Woche", "2026-3-2…2026-3-8"), ("was gab es heute", "2026-3-4"),
        ("hier", "2026-3-3"), ("qu'est-ce que j'ai fait hier ?", "2026-3-3"), ("avant-hier", "2026-3-2"),
        ("aujourd’hui", "2026-3-4"), ("la semaine dernière", "2026-2-23…2026-3-1"), ("le mois dernier", "2026-2-*"),
        ("l'année dernière", "2025-*-*"), ("il y a 3 jours", "2026-3-1"), ("ces 3 derniers jours", "2026-3-1…2026-3-4"),
        ("cette semaine", "2026-3-2…2026-3-8"), ("lundi dernier", "2026-3-2"),
        ("¿qué hice ayer?", "2026-3-3"), ("la semana pasada", "2026-2-23…2026-3-1"), ("el mes pasado", "2026-2-*"),
        ("el año pasado", "2025-*-*"), ("hace 3 días", "2026-3-1"), ("hace una semana", "2026-2-23…2026-3-1"),
        ("los últimos 3 días", "2026-3-1…2026-3-4"), ("esta semana", "2026-3-2…2026-3-8"),
        ("что было вчера", "2026-3-3"), ("на прошлой неделе", "2026-2-23…2026-3-1"), ("3 дня назад", "2026-3-1"),
    ])
    func `a time that is said from today on is read`(query: String, expected: String) {
        #expect(dates(query) == [expected])
    }

    @Test(arguments: [
        "the last Jedi", "today show", "the today show", "USA Today", "heute journal", "week", "last", "day", "ago",
        "this",
        "last day of school", "the last week of May", "the last 3 days of school", "this is it", "last one",
        "last weeks",
        "days ago", "0 days ago", "wer wohnt hier", "wat is hier gebeurd", "past tense", "last, week",
        "at last. Week one",
        "5000 days ago", "vor der Tür", "hace calor", "il y a du pain", "este perro", "этот дом", "a year", "3 days",
    ])
    func `words that are only part of one are words`(query: String) {
        #expect(dates(query).filter { $0 != "*-5-*" } == [])
    }

    @Test func `who does not say when he asks has no today`() {
        #expect(dates("what happened yesterday", askedAt: nil) == [])
    }

    @Test func `the phrases that are given up keep the day on which they were asked`() {
        let query = KeywordQuery("\"red lamp\" yesterday", askedAt: Self.now)
        let relaxed = query.relaxed(Set(query.clauses.filter(\.isRequired).map(\.phrase)))
        #expect(relaxed.dates.count == 1)
        #expect(relaxed.dates == query.dates)
    }

    @Test(arguments: [
        ("since yesterday", CivilDay.start(2026, 3, 3)..<Int64.max),
        ("seit gestern", CivilDay.start(2026, 3, 3)..<Int64.max),
        ("since last week", CivilDay.start(2026, 2, 23)..<Int64.max),
        ("before last month", Int64.min..<CivilDay.start(2026, 2, 1)),
        ("last week", CivilDay.start(2026, 2, 23)..<CivilDay.start(2026, 3, 2) + night),
        ("between last Monday and yesterday", CivilDay.start(2026, 3, 2)..<CivilDay.start(2026, 3, 4) + night),
    ])
    func `it takes sides and has ends as other dates do`(query: String, expected: Range<Int64>) throws {
        let query = KeywordQuery(query, askedAt: Self.now)
        let span = Int64(0)...CivilDay.start(2030, 1, 1)
        #expect(try #require(query.dates.first).ranges(touching: span, isAlone: true) == [expected])
        #expect(query.isAboutTime)
    }

    @Test func `months and years are counted over the new year and to the end of a short month`() {
        #expect(dates("last month", askedAt: CivilDay.start(2026, 1, 31)) == ["2025-12-*"])
        #expect(dates("the last 1 month", askedAt: CivilDay.start(2026, 3, 31)) == ["2026-2-28…2026-3-31"])
        #expect(dates("last week", askedAt: CivilDay.start(2026, 1, 4)) == ["2025-12-22…2025-12-28"])
        #expect(dates("last Sunday", askedAt: CivilDay.start(2026, 1, 4)) == ["2025-12-28"])
    }
}
