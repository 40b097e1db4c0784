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
        ("неделю назад", "2026-2-23…2026-3-1"),
        ("ieri", "2026-3-3"), ("cosa ho fatto oggi?", "2026-3-4"), ("l'altro ieri", "2026-3-2"),
        ("la settimana scorsa", "2026-2-23…2026-3-1"), ("la scorsa settimana", "2026-2-23…2026-3-1"),
        ("il mese scorso", "2026-2-*"), ("3 giorni fa", "2026-3-1"), ("gli ultimi 3 giorni", "2026-3-1…2026-3-4"),
        ("lunedì scorso", "2026-3-2"), ("wat deed ik gisteren?", "2026-3-3"), ("vandaag", "2026-3-4"),
        ("eergisteren", "2026-3-2"), ("vorige week", "2026-2-23…2026-3-1"), ("vorig jaar", "2025-*-*"),
        ("3 dagen geleden", "2026-3-1"), ("de afgelopen 3 dagen", "2026-3-1…2026-3-4"), ("ontem", "2026-3-3"),
        ("o que eu fiz hoje?", "2026-3-4"), ("anteontem", "2026-3-2"), ("a semana passada", "2026-2-23…2026-3-1"),
        ("o mês passado", "2026-2-*"), ("há 3 dias", "2026-3-1"), ("3 dias atrás", "2026-3-1"),
        ("sexta-feira passada", "2026-2-27"),
    ])
    func `a time that is said from today on is read`(query: String, expected: String) {
        #expect(dates(query) == [expected])
    }

    @Test(arguments: [
        ("tomorrow", "2026-3-5"), ("What is on tomorrow?", "2026-3-5"), ("tomorrow's appointments", "2026-3-5"),
        ("tomorrow morning", "2026-3-5"), ("dentist tomorrow at 9", "2026-3-5"), ("tonight", "2026-3-4"),
        ("the day after tomorrow", "2026-3-6"), ("in 3 days", "2026-3-7"), ("in three days' time", "2026-3-7"),
        ("3 days from now", "2026-3-7"), ("a month from today", "2026-4-*"), ("in a week", "2026-3-9…2026-3-15"),
        ("in 2 weeks", "2026-3-16…2026-3-22"), ("next week", "2026-3-9…2026-3-15"), ("next month", "2026-4-*"),
        ("What do I do next year?", "2027-*-*"), ("next Friday", "2026-3-6"), ("next Wednesday", "2026-3-11"),
        ("this Friday", "2026-3-6"), ("this weekend", "2026-3-7…2026-3-8"), ("next weekend", "2026-3-14…2026-3-15"),
        ("the coming weekend", "2026-3-14…2026-3-15"), ("the next 3 days", "2026-3-4…2026-3-7"),
        ("over the next few days", "2026-3-4…2026-3-10"), ("in a few days", "2026-3-6…2026-3-10"),
        ("morgen", "2026-3-5"), ("Was ist morgen los?", "2026-3-5"), ("Morgen Zahnarzt", "2026-3-5"),
        ("Zahnarzt morgen früh", "2026-3-5"), ("übermorgen", "2026-3-6"), ("nächste Woche", "2026-3-9…2026-3-15"),
        ("im nächsten Monat", "2026-4-*"), ("nächstes Jahr", "2027-*-*"), ("nächsten Freitag", "2026-3-6"),
        ("in drei Tagen", "2026-3-7"), ("in einer Woche", "2026-3-9…2026-3-15"),
        ("in den nächsten 3 Tagen", "2026-3-4…2026-3-7"), ("dieses Wochenende", "2026-3-7…2026-3-8"),
        ("demain", "2026-3-5"), ("après-demain", "2026-3-6"), ("la semaine prochaine", "2026-3-9…2026-3-15"),
        ("le mois prochain", "2026-4-*"), ("l'année prochaine", "2027-*-*"), ("vendredi prochain", "2026-3-6"),
        ("dans 3 jours", "2026-3-7"), ("la semaine qui vient", "2026-3-9…2026-3-15"),
        ("les 3 prochains jours", "2026-3-4…2026-3-7"), ("ce week-end", "2026-3-7…2026-3-8"),
        ("mañana", "2026-3-5"), ("¿qué tengo mañana por la mañana?", "2026-3-5"), ("pasado mañana", "2026-3-6"),
        ("la semana que viene", "2026-3-9…2026-3-15"), ("la próxima semana", "2026-3-9…2026-3-15"),
        ("el mes próximo", "2026-4-*"), ("el viernes que viene", "2026-3-6"), ("dentro de 3 días", "2026-3-7"),
        ("los próximos 3 días", "2026-3-4…2026-3-7"), ("este fin de semana", "2026-3-7…2026-3-8"),
        ("завтра", "2026-3-5"), ("послезавтра", "2026-3-6"), ("на следующей неделе", "2026-3-9…2026-3-15"),
        ("в следующем месяце", "2026-4-*"), ("через 3 дня", "2026-3-7"), ("через неделю", "2026-3-9…2026-3-15"),
        ("domani", "2026-3-5"), ("dopodomani", "2026-3-6"), ("la settimana prossima", "2026-3-9…2026-3-15"),
        ("fra 3 giorni", "2026-3-7"), ("overmorgen", "2026-3-6"), ("volgende week", "2026-3-9…2026-3-15"),
        ("over 3 dagen", "2026-3-7"), ("amanhã", "2026-3-5"), ("depois de amanhã", "2026-3-6"),
        ("a semana que vem", "2026-3-9…2026-3-15"), ("daqui a 3 dias", "2026-3-7"),
    ])
    func `a time to come is read as well`(query: String, expected: String) {
        #expect(dates(query) == [expected])
    }

    @Test(arguments: [
        ("the last few days", "2026-2-26…2026-3-4"), ("a few days ago", "2026-2-26…2026-3-2"),
        ("several weeks ago", "2026-1-19…2026-2-22"), ("a couple of months ago", "2025-9-*…2026-1-*"),
        ("in den letzten paar Tagen", "2026-2-26…2026-3-4"), ("vor ein paar Tagen", "2026-2-26…2026-3-2"),
        ("il y a quelques jours", "2026-2-26…2026-3-2"), ("hace unos días", "2026-2-26…2026-3-2"),
        ("несколько дней назад", "2026-2-26…2026-3-2"), ("in the last 24 hours", "2026-3-3…2026-3-4"),
        ("past 48 hours", "2026-3-2…2026-3-4"), ("24 hours ago", "2026-3-3"), ("5 hours ago", "2026-3-3…2026-3-4"),
        ("in den letzten 24 Stunden", "2026-3-3…2026-3-4"), ("at the weekend", "2026-2-28…2026-3-1"),
        ("What did I do on the weekend?", "2026-2-28…2026-3-1"), ("am Wochenende", "2026-2-28…2026-3-1"),
        ("last weekend", "2026-2-28…2026-3-1"), ("letztes Wochenende", "2026-2-28…2026-3-1"),
        ("le week-end dernier", "2026-2-28…2026-3-1"), ("el fin de semana pasado", "2026-2-28…2026-3-1"),
        ("в прошлые выходные", "2026-2-28…2026-3-1"), ("lo scorso fine settimana", "2026-2-28…2026-3-1"),
        ("o fim de semana passado", "2026-2-28…2026-3-1"), ("since Friday", "2026-2-27"),
        ("What happened on Saturday?", "2026-2-28"), ("on Wednesday", "2026-2-25"), ("am Samstag", "2026-2-28"),
        ("seit Freitag", "2026-2-27"), ("depuis vendredi", "2026-2-27"), ("el sábado", "2026-2-28"),
        ("в субботу", "2026-2-28"), ("op zaterdag", "2026-2-28"), ("on Friday, 8 May 2026", "2026-5-8"),
        ("on Saturday May 9", "*-5-9"), ("on Sunday the 3rd of May", "*-5-3"), ("am Freitag, 8. Mai 2026", "2026-5-8"),
    ])
    func `so is a time that is said loosely, and the day behind a preposition`(query: String, expected: String) {
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
        "Tomorrow never dies", "tomorrow people", "Tomorrow Land", "guten Morgen", "am Morgen", "jeden Morgen Yoga",
        "Tee am frühen Morgen", "Christian Morgen", "every morgen", "goede morgen", "por la mañana", "esta mañana fría",
        "cada mañana", "once in a year", "in a day", "once in a week", "in an hour", "done in 4 hours", "next day",
        "the next one", "next weeks", "in 3 steps",
        "on Mondays", "Black Friday", "Friday", "Saturday Night Fever", "the weekend", "the weekend of the fair",
        "lundi", "in the next room", "few days", "dans la rue", "en la casa", "через дорогу", "over the moon",
        "fa caldo",
        "este mundo", "on Friday the 13th",
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
        ("since Friday", CivilDay.start(2026, 2, 27)..<Int64.max),
        ("since the weekend", CivilDay.start(2026, 2, 28)..<Int64.max),
        ("seit dem Wochenende", CivilDay.start(2026, 2, 28)..<Int64.max),
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
        #expect(dates("next month", askedAt: CivilDay.start(2026, 12, 31)) == ["2027-1-*"])
        #expect(dates("the next 1 month", askedAt: CivilDay.start(2026, 1, 31)) == ["2026-1-31…2026-2-28"])
        #expect(dates("tomorrow", askedAt: CivilDay.start(2026, 12, 31)) == ["2027-1-1"])
    }

    @Test func `on a Sunday the weekend is the one that has begun`() {
        #expect(dates("at the weekend", askedAt: CivilDay.start(2026, 3, 1)) == ["2026-2-28…2026-3-1"])
        #expect(dates("last weekend", askedAt: CivilDay.start(2026, 3, 1)) == ["2026-2-21…2026-2-22"])
    }

    @Test func `every day of a week is looked for in texts`() {
        let terms = Set(KeywordQuery("next week", askedAt: Self.now).clauses.flatMap(\.phrase.terms))
        for day in 9...15 {
            #expect(terms.contains(day < 10 ? "·2026030\(day)" : "·202603\(day)"))
        }
    }
}
