import HearthMemory
import TestSupport
import Testing

/// What a person types finds what was meant, however either was written.
@Suite struct NamesAndSpellings {
    /// Stores texts as memories of one user, the first first, and returns the texts that a query finds, best first.
    private func find(
        _ query: String,
        among texts: [String],
        _ type: SearchType,
        in coordinator: MultiAgentMemoryCoordinator,
        user: UserID
    ) async throws -> [String] {
        for text in texts {
            try await coordinator.storeAgentMemory(
                agentID: "alden",
                userID: user,
                content: text,
                memoryCategory: .conversation
            )
        }
        return try await coordinator.searchAgentMemories(agentID: "alden", userID: user, query: query, searchType: type)
            .map(\.memory.content)
    }

    /// Both orders of storing, because the newer of two equals comes first.
    private func expectFirst(_ expected: String, among others: [String], for query: String) async throws {
        let coordinator = try await household()
        for (number, texts) in [[expected] + others, others + [expected]].enumerated() {
            for type in [SearchType.keyword, .hybrid] {
                let found = try await find(
                    query,
                    among: texts,
                    type,
                    in: coordinator,
                    user: UserID(rawValue: "user_\(number)_\(type)")
                )
                #expect(found.first == expected, "\(query), \(type): \(found)")
            }
        }
        try await coordinator.close()
    }

    @Test(arguments: [
        ("9.5kg", "Parcel of 9,5 kg sent", "Sent 9 parcels of 5 kg"), ("38,6", "Fever of 38.6 today", "Room 38, bed 6"),
        ("9,5 kg", "Parcel of 9.5kg sent", "Sent 9 parcels of 5 kg"), ("38.6", "Fever of 38,6 today", "Room 38, bed 6"),
        ("15h30", "Dentist at 15:30", "Dentist at 15:45"), ("15:30", "Dentist at 15 h 30", "15 people, 30 chairs"),
        ("09:30", "Dentist at 9h30", "9 people, 30 chairs"),
    ])
    func `decimals and times of day are found in each way to write them`(
        query: String,
        expected: String,
        other: String
    ) async throws {
        try await expectFirst(expected, among: [other], for: query)
    }

    private static let names = [
        "C++", "C#", "C", "F#", ".NET", "#tag", "tag", "@name", "name", "R&D", "AT&T", "Q&A", "net", "D&R", "A+",
        "Node.js",
        "Notepad++", "notepad", "#release-notes", "@jane_doe",
    ]

    @Test(arguments: names)
    func `signs make a name, which comes first`(name: String) async throws {
        let texts = Self.names.map { "We spoke about \($0) on the course" }
        let expected = "We spoke about \(name) on the course"
        try await expectFirst(expected, among: texts.filter { $0 != expected }, for: name)
        // In a question, words that are part of a name with signs are found in it too.
        guard name.count == 1 || name.contains(where: { !$0.isLetter }) else { return }
        try await expectFirst(
            expected,
            among: texts.filter { $0 != expected },
            for: "what was said about \(name) there"
        )
    }

    @Test(arguments: [
        ("192.168.1.10", "192.168.10.1"), ("1.2.3", "3.2.1"), ("1.2.3", "1.2.3.4"),
        ("/usr/local/bin", "/usr/bin/local"),
        ("Tom owes Anna", "Anna owes Tom"), ("2025-03-04", "2025-04-03"), ("10:30", "30:10"), ("AB-12-CD", "CD-12-AB"),
        ("src/main.swift", "main/src.swift"), ("a1b2@mail.org", "mail@a1b2.org"), ("flight LH441", "LH 144 flight"),
        ("Anna Maria", "Maria Anna"), ("dog bites man", "man bites dog"), ("Paris to London", "London to Paris"),
        ("550e8400-e29b-41d4", "41d4-e29b-550e8400"), ("3/4", "4/3"), ("3½", "½ of 3"), ("¾", "4/3"),
    ])
    func `the order of parts counts in every type of search`(one: String, other: String) async throws {
        let texts = [one, other].map { "A note says \($0) and no more" }
        try await expectFirst(texts[0], among: [texts[1]], for: one)
        try await expectFirst(texts[1], among: [texts[0]], for: other)
    }

    @Test func `words that stand side by side in one memory are found among many that hold them apart`() async throws {
        let others = (0..<90).map { "Bread, \($0), cold, river; river, \($0), bread, cold" }
        let expected = "In the last week of March we walked down to see whether the cold river bread stall was open"
        try await expectFirst(expected, among: others, for: "cold river bread")
    }

    @Test(arguments: [
        ("USA", "U.S.A."), ("O'Brien", "OBrien"), ("wifi", "wi-fi"), ("email", "e-mail"), ("16GB", "16 GB"),
        ("LH441", "LH 441"), ("getUserById", "get user by id"), ("user_name", "user name"), ("30℃", "30 °C"),
        ("½", "1/2"), ("3½", "3 1/2"), ("1⁄4", "¼"),
        ("10,000", "10.000"), ("10,000", "10 000"), ("10,000", "10’000"), ("10,000", "10000"), ("10.000", "10 000"),
        ("10.000", "10000"), ("10 000", "10’000"), ("UK", "U.K."), ("O’Neill", "ONeill"), ("to-do", "todo"),
        ("emails", "e-mail"), ("5km", "5 km"), ("COVID19", "covid-19"), ("userName", "user_name"), ("US", "U.S."),
        ("parseHTTPHeader", "parse http header"), ("30°F", "30℉"), ("1,234,567", "1.234.567"), ("t-shirt", "tshirt"),
        ("555-0123", "5550123"), ("Müller", "Mueller"), ("Grüße", "Gruesse"), ("हिंदी", "हिन्दी"), ("הבית", "בית"),
        ("בספר", "ספר"), ("צה\"ל", "צהל"), ("Ph.D.", "PhD"), ("node.js", "nodejs"), ("Århus", "Aarhus"),
        ("84m²", "84 m²"), ("84m2", "84 m²"), ("84m2", "84m²"), ("84 m2", "84m²"), ("5m³", "5 m3"),
        ("120x80", "120×80"),
        ("120x80", "120 x 80"), ("120×80", "120 × 80"), ("120 × 80 × 60", "120x80x60"), ("euwest2", "eu-west-2"),
        ("pixel8pro", "pixel_8_pro"), ("gpt4turbo", "gpt-4-turbo"), ("ieee80211", "IEEE-802-11"),
        ("001b44113ab7", "00:1B:44:11:3A:B7"), ("001B44113AB7", "00:1B:44:11:3A:B7"),
        ("00-1B-44-11-3A-B7", "00:1b:44:11:3a:b7"), ("001b.4411.3ab7", "001B44113AB7"),
        ("550E8400E29B41D4A716446655440000", "550e8400-e29b-41d4-a716-446655440000"),
    ])
    func `each spelling finds the other, and its own first`(one: String, other: String) async throws {
        let others = ["Something else was noted down", "A list of plants for the garden"]
        for (typed, stored) in [(one, other), (other, one)] {
            try await expectFirst("It says \(stored) somewhere", among: others, for: typed)
            try await expectFirst(
                "It says \(typed) somewhere",
                among: ["It says \(stored) somewhere"] + others,
                for: typed
            )
        }
    }

    @Test(arguments: [
        ("84m²", "Flat of 84 m²", "Garden of 300 m²"), ("300m2", "Garden of 300 m²", "Flat of 84 m²"),
        ("220x95 cm", "Table 220x95cm", "Shelf 220 and 95 cm"), ("30x40cm", "Frame 30x40", "Box 40 x 30"),
        ("16 GB", "Laptop with 16GB", "16 files, 32 GB"), ("LH 441", "Flight LH441", "LH lounge, seat 441"),
        ("2 kg", "2kg flour", "2 bags, 10 kg each"), ("iPhone 15", "iPhone15 box", "iPhone has 15 apps"),
        ("ресторан", "Ужин в ресторане", "Ужин дома"), ("диване", "новый диван", "новый стол"),
        ("14.10.88", "born 14 October 1988", "born 14 October 1990"),
        ("14 October 1988", "born 14.10.88", "a concert in October"),
        ("120x80", "Curtain 120 × 80 cm", "Table 80 × 120 cm"), ("80 x 120", "Table 80x120 cm", "Curtain 120x80 cm"),
        ("euwest2", "staging in eu-west-2", "staging in eu-west-1"), ("E8B29D4A", "Key e8b29d4a", "e 8 b 29 d 4 a"),
        ("http://192.168.1.10/", "NAS at 192.168.1.10", "Camera at 10.1.168.192"),
        ("192.168.1.10:9100", "NAS at 192.168.1.10", "Camera at 192.168.10.1"),
        ("192.168.1.10/24", "NAS at 192.168.1.10", "Camera at 192.168.10.1"),
        ("ssh root@192.168.1.10", "NAS at 192.168.1.10", "Camera at 10.1.168.192, ssh for root"),
        ("https://192.168.10.1:5001/login", "Camera at 192.168.10.1", "NAS login at 192.168.1.10"),
    ])
    func `the parts of a measure and an address stand in their order`(
        query: String,
        text: String,
        other: String
    ) async throws {
        try await expectFirst(text, among: [other, "Something else was noted down"], for: query)
    }

    @Test func `a word typed in two is found joined`() async throws {
        let others = ["Something else was noted down"]
        try await expectFirst("The wifi is slow", among: others, for: "wi fi")
        try await expectFirst("The wi-fi is slow", among: others, for: "wi fi")
        try await expectFirst("A tshirt from Oslo", among: others, for: "t shirt")
    }

    @Test(arguments: [
        ("C＋＋", "C++", "vitamin C"), ("Ｃ＋＋", "C++", "C#"), ("Ｃ＃", "C#", "vitamin C"), ("C♯", "C#", "C++"),
        ("r2d2", "R2-D2 toy", "R2 and D2"), ("R2D2", "R2-D2 toy", "R2 and D2"), ("b2b4u", "B2B-4U", "B2B"),
        ("log in", "login page", "log of May"), ("to do", "todo list", "do it"),
        ("back up", "backup disk", "back door"),
        ("HG Wells", "H. G. Wells", "the wells"), ("H. G. Wells", "HG Wells", "the wells"),
        ("JRR Tolkien", "J. R. R. Tolkien", "Tolkien Street"), ("J. R. R. Tolkien", "JRR Tolkien", "Tolkien Street"),
        ("QA", "Q&A", "the question"), ("ATT", "AT&T", "at the door"), ("v1.2.3", "version 1.2.3", "version 3.2.1"),
        ("US", "the US embassy", "let us go home"), ("U.S.", "the US embassy", "let us go home"),
        ("US", "the U.S. embassy", "let us go home"), ("haeuser", "Häuser", "the house"),
        ("Müller", "Frau Mueller", "Muller"), ("HAEUSER", "Häuser", "the house"),
        ("001B44113AB7", "address 001b44113ab7", "address 001 b 44113 ab 7"),
        ("001b44113ab7", "address 001B44113AB7", "address 001 b 44113 ab 7"),
        ("5f9c1d", "Key 5F9C1D", "Key 5 f 9 c 1 d"), ("5F9C1D", "Key 5f9c1d", "Key 5 f 9 c 1 d"),
    ])
    func `what is typed finds the other way to write it before anything else`(
        query: String,
        text: String,
        other: String
    ) async throws {
        try await expectFirst("We saw \(text) there", among: ["We saw \(other) there"], for: query)
    }

    @Test func `a country in capitals is not found in a function word`() async throws {
        let coordinator = try await household()
        let texts = ["let us go home"]
        for (number, query) in ["US", "U.S.", "flights to the US"].enumerated() {
            let user = UserID(rawValue: "user_\(number)")
            #expect(try await find(query, among: texts, .keyword, in: coordinator, user: user).isEmpty, "\(query)")
        }
        #expect(try await find("us", among: ["the US"], .keyword, in: coordinator, user: "small") == ["the US"])
        try await coordinator.close()
    }

    @Test func `decimals are not thousands`() async throws {
        let coordinator = try await household()
        let texts = ["It cost 1.5 euros", "It cost 15 euros", "It cost 1.50 euros", "It cost 150 euros"]
        let found = try await find("1.5", among: texts, .keyword, in: coordinator, user: "user_1")
        #expect(found.first == texts[0] && !found.contains(texts[1]) && !found.contains(texts[3]))
        try await coordinator.close()
    }

    @Test func `parts of names are found too`() async throws {
        let coordinator = try await household()
        let texts = ["See getUserById in src/main.swift at 192.168.7.10, flight LH441, by O'Brien over wi-fi"]
        for (number, part) in ["user", "main", "src", "192.168", "441", "LH", "Brien", "fi", "192.168.7.10"]
            .enumerated()
        {
            let found = try await find(
                part,
                among: texts,
                .keyword,
                in: coordinator,
                user: UserID(rawValue: "user_\(number)")
            )
            #expect(found == texts, "\(part)")
        }
        try await coordinator.close()
    }

    @Test(arguments: [
        ("e-mail", ["send email", "an e-mail came"], ["mail the letter", "vitamin e", "mail mail mail mail"]),
        ("½ litre", ["1/2 litre", "a ½ litre jug"], ["2/1 litre", "1 litre, 2 cups"]),
        ("10.000", ["10,000", "it was 10 000 in all", "10000"], ["bus 10", "10 10 10 10"]),
        ("wi-fi", ["the wifi", "wi-fi"], ["sci fi", "fi fi fi"]), ("O'Brien", ["obrien called"], ["brien brien brien"]),
        ("t-shirt", ["a tshirt"], ["a shirt", "shirt shirt shirt shirt"]),
        ("check-in", ["the checkin desk"], ["check the oven", "check check check"]),
        (
            "getUserById", ["to get user by id there", "getuserbyid is slow"],
            ["the user", "id id id id", "get get get"]
        ),
        ("user_name", ["the username field"], ["user user user user", "name of the cat"]),
        ("Node.js", ["nodejs app"], ["node node node node"]), ("555-0123", ["call 5550123"], ["555 555 555"]),
        ("wi fi", ["the wifi is slow"], ["sci fi fi"]), ("10’000", ["10.000", "10 000"], ["10 birds", "000"]),
        ("192.168.1.10", ["at 192.168.1.10 now"], ["192 168 10 1", "1 10 1 10 1 10"]),
    ])
    func `what has all of a name comes before what has a part`(
        query: String,
        whole: [String],
        parts: [String]
    ) async throws {
        let coordinator = try await household()
        for (number, texts) in [whole + parts, parts + whole].enumerated() {
            for type in [SearchType.keyword, .hybrid] {
                let user = UserID(rawValue: "user_\(number)_\(type)")
                let found = try await find(query, among: texts, type, in: coordinator, user: user)
                #expect(Set(found.prefix(whole.count)) == Set(whole), "\(query), \(type): \(found)")
            }
        }
        try await coordinator.close()
    }

    @Test func `a name scores the same in each of its spellings, and once`() async throws {
        let coordinator = try await household()
        func scores(_ query: String, _ texts: [String]) async throws -> [Double] {
            let user = UserID(rawValue: "user of \(query)")
            _ = try await find(query, among: texts, .keyword, in: coordinator, user: user)
            return
                try await coordinator.searchAgentMemories(
                    agentID: "alden",
                    userID: user,
                    query: "please \(query)",
                    searchType: .keyword
                )
                .compactMap(\.components.keyword)
        }
        for (query, texts) in [
            ("my e-mail", ["some email here", "some e-mail here"]),
            ("the 10.000", ["some 10,000 here", "some 10.000 here"]),
        ] {
            let found = try await scores(query, texts)
            #expect(found.count == 2)
            // What stands in two words is one word longer, and has them side by side.
            #expect(abs(found[0] - found[1]) < 0.25, "\(query): \(found)")
        }
        try await coordinator.close()
    }

    @Test(arguments: [
        ("what does Tom owe Anna?", "Tom owes Anna", "Anna owes Tom"),
        ("did Ben call Clara", "Ben called Clara", "Clara called Ben"),
        ("the way from Oslo to Bergen", "We drove from Oslo to Bergen", "We drove from Bergen to Oslo"),
        ("what does Tom owe Anna?", "Tom owes Anna 40 euros for the concert tickets", "Anna owes Tom 15 euros"),
        ("what does Anna owe Tom?", "Anna owes Tom 15 euros for lunch on Friday", "Tom owes Anna 40 euros"),
        ("did Clara pay Ben back?", "Clara will pay Ben back in May, she says", "Ben will pay Clara back"),
        ("trains from Oslo to Bergen", "The trains from Oslo to Bergen run daily", "Trains from Bergen to Oslo"),
        ("flights from Paris to Berlin", "Flight from Paris to Berlin at 18", "Flight from Berlin to Paris at 9"),
        (
            "which flight goes from Paris to Berlin?", "Flight from Paris to Berlin at 18",
            "Flight from Berlin to Paris at 9"
        ),
        ("Zug von Bonn nach Köln", "Der Zug von Bonn nach Köln fährt um 9", "Zug von Köln nach Bonn"),
        ("trains de Nice à Lyon", "Les trains de Nice à Lyon passent par Marseille", "Trains de Lyon à Nice"),
        (
            "how do I convert kilometers to miles?", "To convert kilometers to miles multiply by 0.62",
            "Convert miles to kilometers: 1.61"
        ),
    ])
    func `a question prefers its own order of words`(query: String, first: String, second: String) async throws {
        try await expectFirst(first, among: [second], for: query)
    }
}
