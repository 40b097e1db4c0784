import ArgumentParser
import HearthMemory
import Testing

@testable import hearth

/// How arguments that begin with a dash are read.
@Suite struct DashedTexts {
    private func separated(_ arguments: [String]) throws -> [String] {
        try DashedText.separated(arguments) { try CommandGrammar(description: Hearth._dumpHelp()) }
    }

    @Test(arguments: [
        "- wash the car", "-5 °C outside", "-5", "-x", "-- dashes -- of all kinds", "--- a rule", "---", "-hello", "−1",
        "--verbose mode is on", "-", "-h is for help", "-\n- two lines", "--=x", "-–", "",
    ])
    func `a text may begin with dashes`(text: String) throws {
        let store = try Hearth.parseAsRoot(try separated(["store", text, "--json"]))
        #expect((store as? StoreCommand)?.text == text && (store as? StoreCommand)?.store.output.json == true)
        let search = try Hearth.parseAsRoot(try separated(["search", "a", text, "b", "--own"]))
        #expect((search as? SearchCommand)?.words == ["a", text, "b"])
        let edit = try Hearth.parseAsRoot(try separated(["edit", "--json", "mem_1", text]))
        #expect((edit as? EditCommand)?.text == text)
        let get = try Hearth.parseAsRoot(try separated(["get", text]))
        #expect((get as? GetCommand)?.id.rawValue == text)
    }

    @Test func `options are found before, between and behind such texts`() throws {
        let parsed = try Hearth.parseAsRoot(
            try separated(["edit", "--tag", "-x", "mem_1", "--importance", "1", "- hold the onions", "--publish"])
        )
        let edit = try #require(parsed as? EditCommand)
        #expect(edit.id == "mem_1" && edit.text == "- hold the onions")
        #expect(edit.fields.tags == ["-x"] && edit.fields.importance == 1 && edit.publication.publish)
    }

    @Test func `the value of an option may begin with a dash`() throws {
        let parsed = try Hearth.parseAsRoot(
            try separated(["store", "tea", "--tag", "- a", "--tag=-b", "--tag", "-", "--session", "-1"])
        )
        let store = try #require(parsed as? StoreCommand)
        #expect(store.tag == ["- a", "-b", "-"] && store.session == "-1" && store.text == "tea")
        let resolved = try Hearth.parseAsRoot(
            try separated(["conflicts", "resolve", "conf_1", "--content", "- one\n- two"])
        )
        #expect((resolved as? ConflictsCommand.ResolveCommand)?.content == "- one\n- two")
    }

    @Test func `what follows two dashes is text, whatever it is spelled as`() throws {
        for text in ["--json", "-h", "--", "-", "- tea"] {
            let parsed = try Hearth.parseAsRoot(try separated(["store", "--tag", "-x", "--", text]))
            #expect((parsed as? StoreCommand)?.text == text)
        }
        let parsed = try Hearth.parseAsRoot(try separated(["search", "-1", "--", "--json"]))
        #expect((parsed as? SearchCommand)?.words == ["-1", "--json"])
    }

    @Test func `a request for help between words is a word, and anywhere else one`() throws {
        let parsed = try Hearth.parseAsRoot(try separated(["search", "what", "does", "-h", "mean", "--json"]))
        #expect((parsed as? SearchCommand)?.words == ["what", "does", "-h", "mean"])
        for arguments in [
            ["search", "-h"], ["search", "tea", "-h"], ["store", "-h"], ["store", "tea", "-h"], ["list", "-h"],
            ["store", "--help"], ["store", "- tea", "-h"], ["search", "--own", "-h", "tea"], ["-h"],
            ["conflicts", "-h"],
        ] {
            let parsed = try Hearth.parseAsRoot(try separated(arguments))
            #expect("\(type(of: parsed))" == "HelpCommand", "\(arguments)")
        }
    }

    @Test(arguments: [
        ["store", "tea", "--tgs", "x"], ["store", "--verbose"], ["list", "-n", "5"], ["store", "tea", "-x"],
        ["edit", "mem_1", "tea", "- more", "- and more"], ["store", "tea", "--tag"],
        ["store", "tea", "--tag", "--json"],
        ["status", "- x"], ["store", "--tgs=x"], ["nothing", "- x"], ["- x"],
    ])
    func `what is no text is refused as before`(arguments: [String]) throws {
        let error = #expect(throws: (any Error).self) { try Hearth.parseAsRoot(try separated(arguments)) }
        #expect(error.map { Hearth.exitCode(for: $0) } == .validationFailure, "\(arguments)")
    }

    @Test func `what needs no separating is left as it is, and the grammar isn't asked for`() {
        for arguments in [
            [], ["store", "tea", "--tag", "a", "--json"], ["store", "-"], ["store", "--tag=-a", "tea"],
        ] {
            let same = DashedText.separated(arguments) { fatalError("the grammar was asked for") }
            #expect(same == arguments)
        }
    }

    @Test func `no command has short options but that of help`() throws {
        // Every other word with a single dash may then be a text.
        let dumped = Hearth._dumpHelp()
        let short = dumped.split(separator: "\n").filter { $0.contains("\"kind\" : \"short\"") }.count
        let help = dumped.split(separator: "\n").filter { $0.contains("\"name\" : \"h\"") }.count
        #expect(short > 0)
        // A command that shows help names it twice: among its names and as the preferred one.
        #expect(help >= short)
    }
}
