import Testing

@testable import HearthText

/// What the index has for the dates in a text.
@Suite struct DatesOfTexts {
    private func dates(_ text: String) -> Set<String> {
        Set(TextAnalyzer().tokens(of: text).indexedTerms.filter { $0.hasPrefix("·") && $0 != "·" })
    }

    @Test(arguments: [
        "3 June 2026", "on the 3rd of June 2026.", "June 3, 2026", "JUNE 3RD 2026", "Jun. 3, 2026", "3 jun 2026",
        "2026-06-03",
        "2026-06-03T10:00:00Z", "2026/06/03", "2026.06.03", "3.6.2026", "03.06.2026", "3. Juni 2026", "le 3 juin 2026",
        "3 de junio de 2026", "3 de junho de 2026", "3 giugno 2026", "3 juni 2026", "3 июня 2026 г.", "2026年6月3日",
        "3rd June '26", "June 3 ’26", "2026년 6월 3일에", "2026 June 3", "03.06.26", "3.6.26", "due on 3.6.26.",
        "3 يونيو 2026", "２０２６年６月３日", "３.６.２０２６",
    ])
    func `a day has one set of terms however it is written`(text: String) {
        #expect(dates(text) == ["·20260603", "·202606", "·0603"])
    }

    @Test(arguments: [
        ("März", "03"), ("8 février 2026", "02"), ("août", "08"), ("décembre", "12"), ("mars", "03"), ("maart", "03"),
        ("mei", "05"), ("maggio", "05"), ("мая", "05"), ("январь", "01"), ("enero", "01"), ("outubro", "10"),
        ("Jänner", "01"),
    ])
    func `months of other languages are known behind a day or in front of a year`(name: String, number: String) {
        let name = name.split(separator: " ").first { $0.first?.isLetter == true }.map(String.init) ?? name
        #expect(dates("am 8 \(name) 2026") == ["·2026\(number)08", "·2026\(number)", "·\(number)08"])
        #expect(dates("\(name) 2026") == ["·2026\(number)"])
        #expect(dates("\(name) 8") == [])
    }

    @Test(arguments: [
        ("June 2026", ["·202606"]), ("05/2026", ["·202605"]), ("2026-05", ["·202605"]), ("June of 2026", ["·202606"]),
        ("2026년 6월", ["·202606"]), ("06.2026", ["·202606"]), ("в июне 2026 г.", ["·202606"]),
        ("2026 June", ["·202606"]),
        ("6/5/26", ["·20260506", "·20260605", "·202605", "·202606", "·0506", "·0605"]),
        ("3 June", ["·0603", "·0603y"]), ("June 3rd", ["·0603", "·0603y"]), ("6月3日", ["·0603", "·0603y"]),
        ("5/3/2025", ["·20250305", "·20250503", "·202503", "·202505", "·0305", "·0503"]),
        ("from 3 June 2026 to 5 July 2026", ["·20260603", "·202606", "·0603", "·20260705", "·202607", "·0705"]),
    ])
    func `other dates have the terms of all that they are in`(text: String, expected: [String]) {
        #expect(dates(text) == Set(expected))
    }

    @Test(arguments: [
        "1er avril 2026", "le 1ᵉʳ avril 2026", "1º de abril de 2026", "1.º de abril de 2026", "1° aprile 2026",
        "1er de abril de 2026", "1ro de abril de 2026", "1st of April 2026",
    ])
    func `the first of a month has an ordinal in many languages`(text: String) {
        #expect(dates(text) == ["·20260401", "·202604", "·0401"])
    }

    @Test(arguments: [
        "12–14 November 2026", "Nov 12–14, 2026", "Nov 12-14, 2026", "from Nov 12 to 14, 2026", "12.-14. November 2026",
        "between 12 and 14 November 2026", "12th–14th of November 2026", "November 12 – November 14, 2026",
        "12. bis 14.11.2026", "12.-14.11.2026", "12.11.–14.11.2026", "12.11.2026 - 14.11.2026",
        "2026-11-12/2026-11-14", "2026-11-12 to 2026-11-14", "2026-11-12 – 2026-11-14", "12 Nov to 14 Nov 2026",
        "du 12 au 14 novembre 2026", "del 12 al 14 de noviembre de 2026", "с 12 по 14 ноября 2026",
        "2026年11月12日至14日", "2026年11月12日～14日", "2026年11月12日から11月14日", "2026年11月12日-2026年11月14日",
        "2026년 11월 12일부터 14일까지",
    ])
    func `all days of a span are found`(text: String) {
        let days = ["12", "13", "14"]
        #expect(dates(text) == Set(["·202611"] + days.map { "·202611" + $0 } + days.map { "·11" + $0 }))
    }

    @Test(arguments: [
        ("May 28 – June 3, 2026", 7, ["·20260528", "·20260531", "·20260601", "·20260603"]),
        ("28 May - 3 June 2026", 7, ["·20260528", "·20260531", "·20260601", "·20260603"]),
        ("28. Mai bis 3. Juni 2026", 7, ["·20260528", "·20260603"]),
        ("1st–5th May 2027", 5, ["·20270501", "·20270503", "·20270505"]),
        ("16. bis 18.4.2027", 3, ["·20270416", "·20270417", "·20270418"]),
        ("du 1er au 3 mai 2026", 3, ["·20260501", "·20260502", "·20260503"]),
        ("2026年9月20日至25日", 6, ["·20260920", "·20260923", "·20260925"]),
        ("Dec 30 – Jan 2, 2027", 4, ["·20261230", "·20261231", "·20270101", "·20270102"]),
        ("30 Dec 2026 – 2 Jan", 4, ["·20261230", "·20270102"]),
        ("5/1-5/20/2026", 20, ["·20260501", "·20260510", "·20260520"]),
        ("1–31 May 2026", 31, ["·20260501", "·20260516", "·20260531"]),
        ("June 3-5", 0, ["·0603y", "·0604y", "·0605y"]), ("28 Dec – 3 Jan", 0, ["·1228y", "·1231y", "·0103y"]),
    ])
    func `a span may lead into another month or year`(text: String, count: Int, expected: [String]) {
        let found = dates(text)
        #expect(found.isSuperset(of: expected), "\(found.sorted())")
        #expect(found.count { $0.utf8.count == "·20260503".utf8.count } == count, "\(found.sorted())")
    }

    @Test(arguments: [
        ("June 3 - 5 apples", ["·0603", "·0603y"]), ("June 3-5 pm", ["·0603", "·0603y"]),
        ("June 3, 5 apples", ["·0603", "·0603y"]), ("3 June\n- 5 July", ["·0603", "·0603y", "·0705", "·0705y"]),
        ("3 June/5 June", ["·0603", "·0603y", "·0605", "·0605y"]), ("14 – 3 June", ["·0603", "·0603y"]),
        ("June 3 and 5 July", ["·0603", "·0603y", "·0705", "·0705y"]), ("room 3-5", []), ("3 to 5 apples", []),
        ("only 1 to 3 may enter", []), ("1 a 3", []),
        ("1 June 2026 to 5 July 2026", ["·20260601", "·0601", "·202606", "·20260705", "·0705", "·202607"]),
    ])
    func `what is no span, or a long one, has the dates that stand there`(text: String, expected: [String]) {
        #expect(dates(text) == Set(expected))
    }

    @Test(arguments: [
        "192.168.1.10", "version 1.2.3", "2024.1.2", "player 2 may pass", "only 1 may enter", "they march 10 miles",
        "555-0123",
        "3/4 cup", "10:30", "chapter 12", "in June", "2026", "5 apples", "a b c", "30/40/2026", "12 monkeys 2026",
        "1.2.3.2026", "v3.6.26", "3.6.2", "3.13.26", "1.3.6.26",
        "June is 3 weeks away", "In May ½ of the team left", "½ May",
    ])
    func `what is no date has none`(text: String) {
        #expect(dates(text) == [])
    }
}
