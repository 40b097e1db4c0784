import Testing

@testable import HearthText

@Suite struct DatesInQueries {
    /// The dates of a query as year-month-day, `*` for what is not said, and `…` between the ends of a span.
    private func dates(_ query: String) -> [String] {
        func text(_ period: CalendarPeriod) -> String {
            [period.year, period.month, period.day].map { $0.map { "\($0)" } ?? "*" }.joined(separator: "-")
        }
        return KeywordQuery(query).dates
            .map { date in
                [(date.first, date.last), (date.other, date.otherLast)]
                    .compactMap { first, last in first.map { text($0) + (last.map { "…" + text($0) } ?? "") } }
                    .joined(separator: "|")
            }
    }

    @Test(arguments: [
        ("7 May 2023", ["2023-5-7"]), ("May 7th, 2023", ["2023-5-7"]), ("the 7th of May", ["*-5-7"]),
        ("October 13, 2023", ["2023-10-13"]), ("December 1,2023", ["2023-12-1"]), ("Aug 15th", ["*-8-15"]),
        ("sept 3", ["*-9-3"]), ("May of 2023", ["2023-5-*"]), ("May '25", ["2025-5-*"]), ("in May", ["*-5-*"]),
        ("2023-05-07", ["2023-5-7"]), ("2023-05", ["2023-5-*"]), ("2023/5/7", ["2023-5-7"]),
        ("2023.05.07", ["2023-5-7"]),
        ("7.5.2023", ["2023-5-7"]), ("31/5/2023", ["2023-5-31"]), ("5/31/2023", ["2023-5-31"]),
        ("05/2023", ["2023-5-*"]),
        ("5/3/2023", ["2023-3-5|2023-5-3"]), ("5-3-2023", ["2023-3-5|2023-5-3"]), ("5/5/2023", ["2023-5-5"]),
        ("2023-05-07T10:00:00Z", ["2023-5-7"]), ("2023年5月7日", ["2023-5-7"]),
        ("我在2023年5月去了北京", ["2023-5-*"]), ("how many in 2023", ["2023-*-*"]), ("mid-May", ["*-5-*"]),
        ("3. Juni 2023", ["2023-6-3"]), ("le 1er mai 2023", ["2023-5-1"]), ("3 de junio de 2023", ["2023-6-3"]),
        ("3 июня 2023", ["2023-6-3"]), ("mars 2023", ["2023-3-*"]), ("3 maart", ["*-3-3"]),
        ("Отпуск в мае 2023", ["2023-5-*"]), ("перед июнем 2023", ["2023-6-*"]), ("к маю 2023 года", ["2023-5-*"]),
        ("2023년 5월", ["2023-5-*"]), ("2023년 5월 7일", ["2023-5-7"]), ("2023년5월에 무엇을", ["2023-5-*"]),
        ("2023年 5月 7日", ["2023-5-7"]), ("5월 7일", ["*-5-7"]), ("07.05.23", ["2023-5-7"]), ("31/5/23", ["2023-5-31"]),
        ("5/3/23", ["2023-3-5|2023-5-3"]), ("7.5.23", ["2023-5-7"]), ("17.5.23", ["2023-5-17"]),
        ("7.12.23", ["2023-12-7"]),
        ("07.5.23", ["2023-5-7"]), ("what was billed on 7.5.23?", ["2023-5-7"]),
        ("5.2023", ["2023-5-*"]), ("05.2023", ["2023-5-*"]),
        ("05-2023", ["2023-5-*"]), ("2023 May", ["2023-5-*"]), ("2023 May 7", ["2023-5-7"]),
        ("notes 2023 july notes", ["2023-7-*"]), ("مايو 2023", ["2023-5-*"]), ("7 أيار 2023", ["2023-5-7"]),
        ("Maerz 2023", ["2023-3-*"]), ("Okt. 2023", ["2023-10-*"]), ("7 déc. 2023", ["2023-12-7"]),
        ("14.10.88", ["1988-10-14"]), ("14/10/50", ["1950-10-14"]), ("10/14/88", ["1988-10-14"]),
        ("May '88", ["1988-5-*"]),
        ("14.10.49", ["2049-10-14"]), ("２０２６年５月", ["2026-5-*"]), ("２０２６-０５-１０", ["2026-5-10"]),
        ("٢٠٢٦-٠٥-١٠", ["2026-5-10"]), ("5月１０日", ["*-5-10"]), ("２０２１-２０２３", ["2021-*-*…2023-*-*"]),
        ("1er mai 2023", ["2023-5-1"]), ("1º de mayo de 2023", ["2023-5-1"]), ("1.º de mayo de 2023", ["2023-5-1"]),
        ("1° maggio 2023", ["2023-5-1"]), ("1er de mayo", ["*-5-1"]), ("1ro de mayo", ["*-5-1"]),
        ("le 1ᵉʳ mai 2023", ["2023-5-1"]), ("do 1º ao 5 de maio de 2023", ["2023-5-1…2023-5-5"]),
        ("December", ["*-12-*"]), ("MAY 2023", ["2023-5-*"]), ("the end of march", ["*-3-*"]),
    ])
    func `a date is read in the forms that people write`(query: String, expected: [String]) {
        #expect(dates(query) == expected)
    }

    @Test(arguments: [
        ("May to July 2023", ["2023-5-*…2023-7-*"]), ("between August 11 and August 15 2023", ["2023-8-11…2023-8-15"]),
        ("May–July 2023", ["2023-5-*…2023-7-*"]), ("2021-2023", ["2021-*-*…2023-*-*"]),
        ("2021 to 2023", ["2021-*-*…2023-*-*"]),
        ("in May and June 2023", ["2023-5-*", "2023-6-*"]), ("in April, May and June", ["*-4-*", "*-5-*", "*-6-*"]),
        ("3 May 2024 and June 2025", ["2024-5-3", "2025-6-*"]),
        ("5/3/2025 - 6/3/2025", ["2025-3-5…2025-3-6|2025-5-3…2025-6-3"]),
        ("5/3/2025 to 31/3/2025", ["2025-3-5…2025-3-31"]),
        ("3-20 May 2025", ["2025-5-3…2025-5-20"]), ("May 3-20 2025", ["2025-5-3…2025-5-20"]),
        ("May 3–20, 2025", ["2025-5-3…2025-5-20"]), ("3 - 20 May", ["*-5-3…*-5-20"]),
        ("from 3 to 20 May 2025", ["2025-5-3…2025-5-20"]), ("between 3 and 20 May 2025", ["2025-5-3…2025-5-20"]),
        ("May 3rd to 20th, 2025", ["2025-5-3…2025-5-20"]), ("3.-20. Mai 2025", ["2025-5-3…2025-5-20"]),
        ("del 3 al 20 de mayo de 2025", ["2025-5-3…2025-5-20"]), ("3 and 20 May 2025", ["2025-5-20"]),
        ("May 3 to June 4 2025", ["2025-5-3…2025-6-4"]),
        ("Mai bis Juli 2026", ["2026-5-*…2026-7-*"]), ("mayo a julio 2026", ["2026-5-*…2026-7-*"]),
        ("1.5.2026 bis 20.5.2026", ["2026-5-1…2026-5-20"]), ("1. Mai bis 20. Mai 2026", ["2026-5-1…2026-5-20"]),
        ("с мая до июля 2026", ["2026-5-*…2026-7-*"]), ("du 1er mai au 20 mai 2026", ["2026-5-1…2026-5-20"]),
        ("between the 5th and the 20th of May 2026", ["2026-5-5…2026-5-20"]),
        ("from the 5th to the 20th of May 2026", ["2026-5-5…2026-5-20"]),
        ("5.-20.5.2026", ["2026-5-5…2026-5-20"]), ("1.5.–20.6.2026", ["2026-5-1…2026-6-20"]),
        ("01.05.-20.05.2026", ["2026-5-1…2026-5-20"]), ("5. - 20.5.2026", ["2026-5-5…2026-5-20"]),
        ("2026-05-01..2026-05-20", ["2026-5-1…2026-5-20"]), ("2026/5/1~2026/5/20", ["2026-5-1…2026-5-20"]),
        ("2026-05-01/2026-05-20", ["2026-5-1…2026-5-20"]), ("2026/05/01-2026/05/20", ["2026-5-1…2026-5-20"]),
        ("5/1-5/20/2026", ["2026-5-1…2026-5-20"]), ("5/1/2026 to 5/20/2026", ["2026-5-1…2026-5-20"]),
        ("1/5/2026 to 20/5/2026", ["2026-5-1…2026-5-20"]), ("1/5/2026-20/5/2026", ["2026-5-1…2026-5-20"]),
        ("Q2 2025", ["2025-4-*…2025-6-*"]), ("what was done in 2025 Q4?", ["2025-10-*…2025-12-*"]),
        ("H1 2025", ["2025-1-*…2025-6-*"]), ("Q5 2025", ["2025-*-*"]), ("in Q3", []),
        ("May-June", ["*-5-*…*-6-*"]), ("May–June", ["*-5-*…*-6-*"]), ("June through August", ["*-6-*…*-8-*"]),
        ("May and June", ["*-5-*", "*-6-*"]), ("May/June", ["*-5-*", "*-6-*"]),
        ("April, May and June", ["*-4-*", "*-5-*", "*-6-*"]), ("March to August", ["*-3-*…*-8-*"]),
    ])
    func `two dates are two or the ends of a span`(query: String, expected: [String]) {
        #expect(dates(query) == expected)
    }

    @Test func `every day of a span is looked for in texts`() {
        let terms = Set(KeywordQuery("dentist 3-5 May 2025").clauses.flatMap(\.phrase.terms))
        #expect(terms.isSuperset(of: ["·20250503", "·20250504", "·20250505", "dentist"]))
    }

    @Test(arguments: [
        "protest march", "March", "a march of thousands", "march on", "they march together", "women's march photos",
        "May I borrow the drill?", "may", "it may rain", "What may help", "He may", "player 2 may pass",
        "only 1 may enter",
        "march 10 miles", "august", "an august professor", "August and I", "sun", "sat", "sun and sea", "she sat down",
        "What did April say?", "June called", "June and April", "April June",
        "June Carter and May Alcott", "mar", "dec", "jan", "sep", "second marching band",
        "maybe",
        "marching", "augustus", "decimal", "1.2.3", "192.168.10.12", "version 2024.1.2", "room 101", "30/40", "Feb",
        "1.2.3", "1.13.23", "0.5.23", "32.1.23", "1.2.3.23", "1.2.230", "10.20.30", "11.12.1", "31.02",
        "since 20 people may", "v1.2.25", "1-2-25", "room 3-20",
        "mon", "mars", "mei", "mars 3", "3 de la tarde", "set 3",
    ])
    func `a word that looks like a month or a day is none without company`(query: String) {
        #expect(dates(query) == [])
    }

    @Test(arguments: [
        ("protest march in March", ["*-3-*"]), ("May I go in May?", ["*-5-*"]),
        ("the march of 5 March 2024", ["2024-3-5"]),
        ("march 2024", ["2024-3-*"]), ("since august", ["*-8-*"]), ("songs of March", ["*-3-*"]),
        ("last april", ["*-4-*"]),
        ("12 may dentist", ["*-5-12"]), ("dentist 12 may", ["*-5-12"]), ("1st may", ["*-5-1"]),
        ("sun 5 may", ["*-5-5"]),
        ("sat june 3", ["*-6-3"]),
    ])
    func `with company it is one`(query: String, expected: [String]) {
        #expect(dates(query) == expected)
    }

    @Test(arguments: [
        "May 2025", "What happened in May 2025?", "what did I do on 3 May 2025", "2025-05-03",
        "anything from May 2025?",
        "show me the notes of May 2025", "What was going on in early March?", "since May 2025", "2025", "In December",
        "2025年5月发生了什么", "2025年5月に何があった", "What happened between May 3 and May 9, 2025?", "3.5.2025",
        "What events took place in May 2025?", "Que s'est-il passé en mai 2025 ?",
        "Qu'est-ce qui s'est passé en mai 2025 ?",
        "¿Qué pasó en mayo de 2025?", "¿Qué hice en mayo de 2025?", "Cosa è successo a maggio 2025?",
        "Was war im Mai 2025?", "Was ist im Mai 2025 passiert?", "O que aconteceu em maio de 2025?",
        "Wat gebeurde er in mei 2025?", "Что произошло в мае 2025 года?", "Что было в мае 2025?",
        "Che cosa abbiamo fatto nel maggio 2025?", "Qu'avons-nous fait en mai 2025 ?", "O que eu fiz em maio de 2025?",
    ])
    func `a question with nothing but a date is about that time`(query: String) {
        #expect(KeywordQuery(query).isAboutTime)
    }

    @Test(arguments: [
        "When did Melanie go camping in May?", "dinner May 2025", "protest march", "budget 2025", "\"May 2025\"", "",
        "war in May 2025", "die casting May 2025", "What I ate in May 2025", "todo list May 2025", "AI in May 2025",
        "what happened", "May I?", "2025年5月的北京", "party 🎉 May 2025", "event log 2025", "Mar* 2025",
    ])
    func `a question that names something else is not`(query: String) {
        #expect(!KeywordQuery(query).isAboutTime)
    }

    @Test(arguments: [
        ("May 2025", ["·202505", "may+2025"]),
        ("3 December 2025", ["·20251203", "3+decemb+2025", "·1203y", "decemb"]),
        ("2025-05-03", ["·20250503", "2025+05+03", "·0503y"]),
        ("rent for 3 December", ["rent", "·1203", "3+decemb", "decemb"]), ("rent in 2025", ["rent", "2025"]),
        ("2025年5月", ["·202505", "2025+年+5+月"]), ("1er mai", ["·0501", "1+er+mai", "mai"]),
        ("3 de mayo de 2025", ["·20250503", "3+de+mayo+de+2025", "·0503y", "mayo"]),
        ("5/3/2025", ["·20250305", "·20250503", "5+3+2025", "·0305y", "·0503y"]),
        ("What happened in May?", ["happen"]), ("room 2025b", ["room", "2025", "b", "2025+b"]),
    ])
    func `a date's numbers are looked for together, and not one by one`(query: String, expected: [String]) {
        #expect(KeywordQuery(query).clauses.map { $0.phrase.terms.joined(separator: "+") } == expected)
    }
}
