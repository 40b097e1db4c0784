import Testing

@testable import HearthText

/// What stands in the index for words that people write in several ways.
@Suite struct Spellings {
    private func terms(_ text: String) -> [String] { TextAnalyzer().tokens(of: text).terms }

    private func spellings(_ text: String) -> [String] {
        TextAnalyzer().tokens(of: text).spellings.map { $0.terms.joined(separator: " ") }
    }

    @Test(arguments: [
        ("16GB", "16 GB"), ("LH441", "LH 441"), ("30℃", "30 °C"), ("covid19", "COVID-19"), ("5km", "5 km"),
        ("3pm", "3 pm"), ("WD40", "WD-40"), ("5кг", "5 кг"), ("1990s", "1990"), ("90's", "90"),
        ("USA", "U.S.A."), ("U.K", "UK"), ("p.m.", "pm"), ("A.K.A.", "aka"), ("СССР", "С.С.С.Р."),
        ("220x95cm", "220 x 95 cm"), ("10x20x30mm", "10 x 20 x 30 mm"), ("Foo™", "Foo"),
        ("Velcro℠ strap", "Velcro strap"),
        ("½", "1/2"), ("3½", "3 1/2"), ("2¾ cups", "2 3/4 cups"), ("⅒", "1/10"), ("½l", "1/2 l"), ("1⁄4", "1/4"),
        ("10,000", "10000"), ("10’000", "10000"), ("10'000'000", "10000000"), ("1,00,000", "100000"),
        ("צה\"ל", "צהל"), ("צה״ל", "צהל"), ("ג'ירפה", "ג׳ירפה"),
        ("हिन्दी", "हिंदी"), ("सम्बन्ध", "संबंध"), ("अण्डा", "अंडा"), ("गङ्गा", "गंगा"), ("पञ्जाब", "पंजाब"),
        ("हँसी", "हंसी"), ("ज़मीन", "जमीन"), ("મુમ્બઈ", "મુંબઈ"),
    ])
    func `two ways to write the same are the same words`(one: String, other: String) {
        #expect(terms(one) == terms(other))
        #expect(spellings(one) == spellings(other))
    }

    @Test(arguments: [
        ("10,00", "1000"), ("3.14", "314"), ("अन्न", "अंन"), ("1.5", "15"), ("2nd", "2"), ("x.org", "xorg"),
        ("C++", "C"), ("C#", "C"), ("C++", "C#"), ("a+b", "ab"), ("3½", "31/2"), ("10½", "101/2"), ("¼", "14"),
    ])
    func `other things stay apart`(one: String, other: String) {
        #expect(terms(one) != terms(other))
        #expect(Set(spellings(one)).isDisjoint(with: terms(other)))
    }

    @Test(arguments: [
        ("wi-fi", ["wifi"]), ("e-mails", ["email"]), ("O'Brien", ["obrien"]), ("O’Neill", ["oneil"]),
        ("qur'an", ["quran"]), ("D'Angelo", ["dangelo"]), ("user_name", ["usernam"]), ("Node.js", ["nodej"]),
        ("Ph.D.", ["phd"]), ("co\u{2011}op", ["coop"]), ("mother-in-law", ["motherinlaw"]),
        ("R2-D2 toy", ["r2d2"]), ("B2B-4U", ["b2b4u"]), ("AB-12-CD", ["ab12cd"]), ("WD-40", []),
        ("eu-west-2", ["euwest 2"]), ("pixel_8_pro", ["pixel8pro"]), ("00:1B:44:11:3A:B7", ["001b44113ab7"]),
        ("001b.4411.3ab7", ["001b44113ab7"]), ("00-1b-44-11-3a-b7", ["001b44113ab7"]), ("001B44113AB7", []),
        ("550e8400-e29b-41d4-a716-446655440000", ["550e8400e29b41d4a716446655440000"]), ("12:30:45:10", []),
        ("a1b2-c3d4-e5f6-a7b8", []), ("Q&A", ["qa"]), ("AT&T, R&D", ["att", "rd"]), ("fish&chips", []),
        ("H. G. Wells", ["hg"]), ("J. R. R. Tolkien", ["jrr"]), ("Plan A. B is next", []),
        ("M.Sc. from Oslo", ["msc"]), ("an M.Ed. or B.Sc.", ["med", "bsc"]), ("Plan B.So it goes", []),
        ("06 12 34 56 78", ["0612345678"]), ("(555) 867-5309", ["5558675309", "8675309"]),
        ("+49 171 1234567", ["491711234567"]),
        ("030/1234567", ["0301234567"]), ("1.800.555.0199", ["18005550199"]), ("138 1234 5678", ["13812345678"]),
        ("912 34 56 78", ["912345678"]), ("8 (495) 123-45-67", ["84951234567", "1234567"]),
        ("0800 123456", ["0800123456"]),
        ("192.168.100.200", []), ("01 05 2026", []), ("2026/05/01 10 30", ["·0501 ·202605 ·20260501"]),
        ("10 20 30 40 50", []),
        ("It was noon. H. G. Wells came", ["hg"]), ("a-½ or ½-b", []),
        ("the US", ["us·"]), ("the U.S. and IT", ["us·", "it·"]), ("let us go, Us too", []),
        ("l'homme qu'on aime", []), ("one-two-three-four", []), ("end.So it", []), ("example.com", []),
    ])
    func `words in parts are also indexed joined`(text: String, expected: [String]) {
        #expect(spellings(text) == expected)
    }

    @Test(arguments: [
        ("getUserById", ["get user by id"]), ("parseHTTPHeader", ["pars http header"]), ("YouTube", ["you tube"]),
        ("iPhone", []), ("McDonald's", ["mc donald"]), ("NASA", []), ("URLs", []), ("sha256Hash", ["sha 256 hash"]),
        ("Hello", []), ("userID", ["user id"]),
    ])
    func `a name of several words is also indexed in parts`(text: String, expected: [String]) {
        #expect(spellings(text) == expected)
    }

    @Test(arguments: [
        ("10.000", ["10000"]), ("10 000", ["10000"]), ("10\u{202F}000", ["10000"]), ("1.234.567", ["1234567"]),
        ("555-0123", ["5550123"]), ("10_000", ["10000"]), ("١٠٬٠٠٠", ["10000"]),
        ("192.168.100.200", []), ("2025-05-03", ["·0503 ·202505 ·20250503"]), ("2023-2024", []), ("0.500", []),
        ("10.00", []), ("3.1415", []),
        ("1.2.3", []), ("in 2023 100 came", []), ("10.000.5", []),
    ])
    func `numbers in parts are also indexed joined`(text: String, expected: [String]) {
        #expect(spellings(text) == expected)
    }

    @Test(arguments: [
        ("15:30", ["15h30"]), ("15 h 30", ["15h30"]), ("15h 30", ["15h30"]), ("15h30", []),
        ("15\u{A0}h\u{A0}30", ["15h30"]),
        ("at 09:30.", ["9h30"]), ("09h30", ["9h30"]), ("9 H 05", ["9h05"]), ("from 8:00 to 24:00", ["8h00", "24h00"]),
        ("8:00-9:30", ["8h00", "9h30"]), ("12:30:45", []), ("25:10", []), ("15:60", []), ("15:3", []), ("25h10", []),
        ("15 h", []), ("3 h 300", []), ("15 30", []), ("16:9", []),
    ])
    func `a time of day is also indexed as one word`(text: String, expected: [String]) {
        #expect(spellings(text) == expected)
    }

    @Test(arguments: [
        ("C++", ["c＋＋"], []), ("c#", ["c＃"], []), ("F#, A+", ["f＃", "a＋"], []), ("C++17", ["c＋＋", "17"], []),
        ("x+1 a+b", ["x", "1", "a", "b"], []),
        ("C＋＋", ["c＋＋"], []), ("Ｃ＋＋", ["c＋＋"], []), ("Ｃ＃ C♯", ["c＃", "c＃"], []), ("C+＋", ["c＋＋"], []),
        ("ｘ＋１ a＋b", ["x", "1", "a", "b"], []), ("．ＮＥＴ", ["net"], ["．net"]),
        ("＃tag ＠name", ["tag", "name"], ["＃tag", "＠name"]),
        ("Notepad＋＋", ["notepad"], ["notepad＋＋"]),
        (".NET", ["net"], ["．net"]), ("#tag", ["tag"], ["＃tag"]), ("(@name)", ["name"], ["＠name"]),
        ("Notepad++", ["notepad"], ["notepad＋＋"]), ("#running", ["run"], ["＃running"]),
        ("a@b.org", ["a", "b", "org"], []), ("end .5", ["end", "5"], []), ("...and", ["and"], []),
    ])
    func `signs make names`(text: String, words: [String], names: [String]) {
        #expect(terms(text) == words)
        #expect(spellings(text) == names)
    }

    @Test func `the other spellings stand behind the text, each by itself`() {
        let tokens = TextAnalyzer().tokens(of: "my wi-fi and e-mail work")
        #expect(
            tokens.indexedTerms == ["my", "wi", "fi", "and", "e", "mail", "work", "·", "wifi", "·", "email"]
        )
        #expect(tokens.count == 7)
    }

    @Test func `a Hebrew word is found behind what is written together with it`() {
        for word in ["בית", "ספר", "מלון", "שלום", "ירושלים", "ים"] {
            let stem = terms(word)
            for prefix in ["ה", "ב", "ל", "ו", "מה", "וה", "שב", "כשה"] where word.count > 2 || prefix.hasSuffix("ה") {
                #expect(terms(prefix + word) == stem, "\(prefix + word)")
            }
        }
    }
}
