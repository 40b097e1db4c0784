import Testing

@testable import HearthText

@Suite struct KeywordQueries {
    /// Clauses as `terms^weight`, terms joined by `+`, `*` behind a beginning, `!` behind what must occur.
    private func clauses(_ text: String) -> [String] {
        KeywordQuery(text).clauses
            .map { clause in
                clause.phrase.terms.joined(separator: "+") + (clause.phrase.isPrefix ? "*" : "")
                    + (clause.isRequired ? "!" : "")
                    + (clause.weight == 1 ? "" : "^\(clause.weight)")
            }
    }

    @Test(arguments: [
        ("When did Caroline go to the support group?", ["carolin", "go", "support", "group"]),
        ("to be or not to be", ["to^2.0", "be^2.0", "or", "not"]),
        ("apples apple apples", ["appl^3.0"]),
        ("rock AND roll NOT (jazz) NEAR", ["rock", "roll", "jazz", "near"]),
        ("content:x -y ^z {a}", ["content^0.75", "x^0.75", "y", "z", "content+x^0.5"]),
        ("", []), ("\"\" ' * ()", []), ("?!…", []),
    ])
    func `words are searched and stop words are not, unless there is nothing else`(text: String, expected: [String]) {
        #expect(clauses(text) == expected)
    }

    @Test(arguments: [
        ("\"new york\"", ["new+york!"]),
        ("\"new york\" hotel", ["new+york!", "hotel"]),
        ("“to be or not” hamlet", ["to+be+or+not!", "hamlet"]),
        ("«Война и мир» Толстой", ["войн+и+мир!", "толст"]),
        ("\"a b\" \"c d\"", ["a+b!", "c+d!"]),
        ("\"unbalanced hotel", ["unbalanc", "hotel"]),
        ("\"one\" two\"", ["one!", "two"]),
        ("\"東京\"", ["東+京!"]),
        ("when did she read \"The Hobbit\"?", ["the+hobbit", "read", "hobbit"]),
    ])
    func `a quotation is a phrase that must occur, but in a sentence a name`(text: String, expected: [String]) {
        #expect(clauses(text) == expected)
    }

    @Test(arguments: [
        ("gar*", ["gar*"]),
        ("computa*", ["computa*", "comput"]),
        ("happy*", ["happy*", "happi"]),
        ("\"new yor*\"", ["new+yor*!"]),
        ("\"new yor\"*", ["new+yor*!"]),
        ("a * b", ["b"]),
    ])
    func `a star stands for any ending`(text: String, expected: [String]) {
        #expect(clauses(text) == expected)
    }

    @Test(arguments: [
        ("猫", ["猫"]),
        ("東京", ["東+京"]),
        ("猫の名前", ["猫+の", "の+名", "名+前", "猫^0.3", "名^0.3", "前^0.3"]),
        ("책을", ["책+을", "책^0.3"]),
        ("ラーメン", ["ら+ー", "ー+め", "め+ん"]),
        ("手机 iPhone", ["手+机", "iphon"]),
        ("👍 🎉", ["👍", "🎉"]),
    ])
    func `characters are searched in pairs and alone where they are alone`(text: String, expected: [String]) {
        #expect(clauses(text) == expected)
    }

    @Test(arguments: [
        ("Wo sind die Häuser?", ["hauser", "haus*^0.5", "haeuser^0.0"]),
        ("Häuser", ["hauser", "haus*^0.5", "haeuser^0.0"]),
        ("the houses of Köln", ["hous", "koln", "koeln^0.0"]),
        ("who will die in the war", ["die", "war", "diein^0.5"]),
    ])
    func `a German query finds the forms of its words, an English one its own words`(text: String, expected: [String]) {
        #expect(clauses(text) == expected)
    }

    @Test(arguments: [
        ("192.168.1.10", ["192^0.875", "168^0.875", "1^0.875", "10^0.875", "192+168+1+10^0.5"]),
        ("R&D", ["r^0.75", "d^0.75", "r+d^0.5", "rd^0.0"]), ("AT&T", ["t^0.5", "at+t^0.5", "att^0.0"]),
        ("and/or", ["and", "or"]),
        ("16GB", ["16^0.75", "gb^0.75", "16+gb^0.5"]), ("LH44*", ["lh^0.5", "44*", "lh+44*^0.5"]),
        ("wi-fi", ["wi^0.75", "fi^0.75", "wifi^0.5"]), ("wi fi", ["wi^0.75", "fi^0.75", "wifi^0.5"]),
        ("t shirt", ["t^0.75", "shirt^0.75", "tshirt^0.5"]),
        ("getUserById", ["getuserbyid", "get+user+by+id^0.0", "get^0.16666667", "user^0.16666667", "id^0.16666667"]),
        ("10.000", ["10^0.75", "000^0.75", "10+000^0.5", "10000^0.0"]),
        ("Mueller", ["mueller", "muller^0.0"]), ("Müller", ["muller", "mull*^0.5", "mueller^0.0"]),
        ("Michael", ["michael"]),
        ("blue shoes", ["blue", "shoe", "shos^0.0"]), ("C++", ["c＋＋"]), (".NET", ["net", "．net^0.5"]),
        ("38,6", ["38^0.75", "6^0.75", "38+6^0.5"]), ("38.6", ["38^0.75", "6^0.75", "38+6^0.5"]),
        ("9,5 kg", ["9^0.75", "5^0.75", "kg", "9+5^0.5"]), ("9.5 kg", ["9^0.75", "5^0.75", "kg", "9+5^0.5"]),
        ("1,2,3", ["1", "2", "3"]), ("10,000", ["10000"]), ("1, 5", ["1", "5"]),
        ("15:30", ["15^0.75", "30^0.75", "15+30^0.5", "15h30^0.0"]), ("15h30", ["15h30"]),
        ("the US economy", ["us·", "economi"]), ("told us more", ["tell"]),
    ])
    func `other ways to write it stand beside what was typed`(text: String, expected: [String]) {
        #expect(clauses(text) == expected)
    }

    @Test(arguments: [
        "e-mail me", "10.000 steps", "see getUserById", "192.168.1.10", "Mueller and Müller", "wi fi",
        "9.5kg", "38,6 degrees", "15:30", "15 h 30",
    ])
    func `a name weighs as much as its words`(text: String) {
        let query = KeywordQuery(text)
        let typed = Float(query.clauses.count { $0.isTyped })
        let weight = query.clauses.reduce(0) { $0 + $1.weight }
        #expect(weight >= typed && weight < typed + 0.501)
        #expect(query.typedClauses.count == Int(typed))
    }

    @Test(arguments: [
        ("e-mail", "email", ["e", "mail", "email"]), ("10.000", "10000", ["10", "000", "10+000", "10000"]),
        ("15:30", "15h30", ["15", "30", "15+30", "15h30"]),
        ("getUserById", "get+user+by+id", ["getuserbyid", "get+user+by+id", "get", "user", "id"]),
        ("5/3/2025", "·20250503", ["·20250305", "·20250503", "5+3+2025"]),
    ])
    func `what holds one reading of a name counts as holding all of it`(text: String, reading: String, held: [String]) {
        let query = KeywordQuery(text)
        func names(_ clauses: [Int]) -> Set<String> {
            Set(clauses.map { query.clauses[$0].phrase.terms.joined(separator: "+") })
        }
        let groups = query.readings.filter { names($0.any).contains(reading) }
        #expect(groups.map { names($0.held) } == [Set(held)])
    }

    @Test func `pairs are the words side by side of which one says something`() {
        let pairs = KeywordQuery("who went to the support group \"in town\"").pairs
        #expect(
            pairs.map { $0.first + " " + $0.second } == [
                "who go", "go to", "the support", "support group", "group in", "in town",
            ]
        )
    }

    @Test func `a query with NUL bytes and a megabyte of text is read`() {
        #expect(clauses("a\u{0}b needle") == ["b^0.75", "needl^0.75", "bneedl^0.5"])
        #expect(KeywordQuery(String(repeating: "é", count: 1 << 20)).clauses.count == 1)
        #expect(KeywordQuery(String(repeating: "\"", count: 1 << 20)).isEmpty)
        #expect(KeywordQuery(String(repeating: "字", count: 1 << 20)).clauses.count <= KeywordQuery.mostClauses)
    }
}
