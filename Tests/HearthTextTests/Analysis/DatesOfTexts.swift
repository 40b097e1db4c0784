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
