import Testing

@testable import HearthText

@Suite struct Quotations {
    /// The phrases that must occur, as they were typed.
    private func required(_ query: String) -> [String] {
        KeywordQuery(query).clauses.filter(\.isRequired).compactMap(\.quotation)
    }

    /// The phrases that raise what has them.
    private func preferred(_ query: String) -> [String] {
        KeywordQuery(query).clauses.filter { !$0.isRequired }.compactMap(\.quotation)
    }

    private func terms(_ query: String) -> Set<String> { Set(KeywordQuery(query).clauses.flatMap(\.phrase.terms)) }

    @Test(arguments: [
        "27\" or 32\" monitor", "27” or 32” monitor", "27“ or 32“ monitor", "27\" 32\" monitor", "27 \" 32 \" monitor",
        "3.5\" floppy 5.25\" drive", "12\"x18\" tiles", "6'2\" tall 5'11\" short", "½\" pipe ¾\" pipe", "24\"-32\" TV",
        "40°26'46\" N 79°58'56\" W", "27 \"monitor 32 \"monitor", "monitor 27\", 32\"", "٢٧\" ٣٢\" شاشة",
        "an unbalanced\" mark", "\"another", "\" new york \"", "x\"y\"z",
    ])
    func `marks that stand at no border of a word hold no phrase`(query: String) {
        #expect(required(query).isEmpty)
        #expect(preferred(query).isEmpty)
        #expect(!KeywordQuery(query).clauses.isEmpty)
    }

    @Test(arguments: [
        ("צה\"ל ארה\"ב", ["צהל", "ארהב"]), ("צה״ל", ["צהל"]), ("צה”ל ארה”ב", ["צהל", "ארהב"]),
        ("דו\"ח מנכ\"ל", ["דוח", "נכל"]), ("ב\"הארץ\"", ["ארץ"]),
    ])
    func `a mark inside a Hebrew word is part of an abbreviation`(query: String, expected: [String]) {
        let clauses = KeywordQuery(query).clauses
        #expect(clauses.allSatisfy { !$0.isRequired && $0.quotation == nil })
        #expect(terms(query) == Set(expected))
    }

    @Test(arguments: [
        ("\"new york\" hotel", ["new york"]), ("hotel (\"new york\")", ["new york"]),
        ("\"new york\", \"boston\"", ["new york", "boston"]),
        ("“new york” hotel", ["new york"]), ("„new york“ hotel", ["new york"]), ("”new york” hotel", ["new york"]),
        ("«new york» hotel", ["new york"]), ("»new york« hotel", ["new york"]), ("« new york » hotel", [" new york "]),
        ("“new york\" hotel", ["new york"]), ("＂new york＂", ["new york"]), ("\"\"new york\"\"", ["new york"]),
        ("27\" monitor \"new york\"", ["new york"]), ("\"the 27\" monitor\" desk", ["the 27\" monitor"]),
        ("\"windows 95\" \"windows 98\"", ["windows 95", "windows 98"]),
        ("\"55\" TV\" \"65\" TV\"", ["55\" TV", "65\" TV"]),
        ("\"צה\"ל\" חייל", ["צה\"ל"]), ("\"new york\"'s hotel", ["new york"]),
        ("\"unbalanced hotel \"new york\"", ["new york"]),
        ("我喜欢“三体”这本书", ["三体"]), ("北京\"三体\"小说", ["三体"]), ("\"데미안\"을", ["데미안"]), ("\"C++\" guide", ["C++"]),
        ("\".NET core\" guide", [".NET core"]), ("\"$5 bill\" trick", ["$5 bill"]),
        ("\"note to self\": milk", ["note to self"]),
    ])
    func `what stands in marks at the borders of words must occur`(query: String, expected: [String]) {
        #expect(required(query) == expected)
    }

    @Test(arguments: [
        "{\"name\": \"hearth\", \"port\": 8080}", "{ \"name\" : true }", "\"port\": 8080", "[\"red\", \"green\"]",
        "git commit -m \"fix login\"", "curl --header \"Accept: json\" localhost", "echo \"done\" && reboot",
        "grep \"needle\" file | wc", "ls \"$HOME/bin\" ls", "export NAME=\"my app\"", "print(\"hello world\")",
        "{\\\"a\\\": \\\"b c\\\"}", "<a href=\"home page\">", "{“name”: “hearth”}",
    ])
    func `the marks of a piece of code demand nothing`(query: String) {
        #expect(required(query).isEmpty)
        let words = TextAnalyzer(stems: false).tokens(of: query).terms
            .filter { !StopWords.lists(with: $0).contains(.english) }
        #expect(Set(words.map { TextAnalyzer.stem(of: $0) }).isSubset(of: terms(query)))
    }

    @Test func `a relaxed quotation need not occur, and its words are looked for`() {
        let query = KeywordQuery("\"red bike\" \"blue car\" shop")
        let relaxed = query.relaxed([.init(terms: ["red", "bike"])])
        #expect(relaxed.clauses.filter(\.isRequired).compactMap(\.quotation) == ["blue car"])
        let terms = relaxed.clauses.map(\.phrase.terms)
        #expect(terms.contains(["red", "bike"]))
        #expect(terms.contains(["red"]) && terms.contains(["bike"]) && terms.contains(["shop"]))
        #expect(!terms.contains(["car"]))
        #expect(relaxed.relaxed([.init(terms: ["blue", "car"])]).required.isEmpty)
    }

    @Test func `sixteen thousand marks are read in time that grows with their number`() {
        for piece in ["\"", "\"a", "a\" ", "\"a \"", "27\" ", "“a\" "] {
            let query = KeywordQuery(String(repeating: piece, count: 20_000))
            #expect(query.clauses.count(where: { $0.quotation != nil }) <= QuotationMarks.mostQuotations)
        }
    }
}
