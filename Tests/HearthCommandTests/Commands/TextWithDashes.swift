import Testing

/// Lists, numbers and other text that begins with a dash, given to the commands that take text.
@Suite struct TextWithDashes {
    private let tool: Tool

    init() throws {
        tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
    }

    @Test(arguments: ["- wash the car", "- buy milk", "-5", "-- two", "--- a rule", "-h", "- one\n- two"])
    func `a text that begins with a dash is stored, edited and found`(text: String) async throws {
        // Alone, "-h" asks for help; behind two dashes it is text, as everything is.
        let given = text == "-h" ? ["--", text] : [text]
        let stored = try await tool.run(["store", "--db", tool.store, "--json"] + given)
        #expect(stored.status == 0, "\(stored.errors)")
        let id = try #require(try stored.json["id"]?.string)
        #expect(try await tool.text(of: id, as: "alden") == text)

        let other = try await tool.stored("tea")
        let edited = try await tool.run(["edit", other, "--db", tool.store, "--json"] + given)
        #expect(try edited.json["memory"]?["text"]?.string == text, "\(edited.errors)")
        let searched = try await tool.run(["search", "--db", tool.store, "--json"] + given)
        #expect(try searched.json["query"]?.string == text, "\(searched.errors)")
    }

    @Test func `a decision and a tag may begin with a dash`() async throws {
        let (memory, conflict) = try await tool.conflict()
        let id = try #require(conflict["id"]?.string)
        #expect(
            try await tool.run("conflicts", "resolve", id, "--content", "- shut\n- locked", "--agent", "sentry").status
                == 0
        )
        #expect(try await tool.text(of: memory, as: "sentry") == "- shut\n- locked")
        let tagged = try await tool.stored("tea", "--tag", "-x", "--tag", "- y", "--metadata", "-k=-v")
        let stored = try await tool.json("get", tagged)
        #expect(stored["tags"] == .array([.string("-x"), .string("- y")]))
        #expect(stored["metadata"] == .object(["-k": .string("-v")]))
        #expect(try await tool.json("list", "--tag", "-x")["memories"]?.array.count == 1)
    }

    @Test func `one dash alone reads standard input`() async throws {
        let outcome = try await tool.run("store", "-", input: "- from a pipe\n")
        #expect(try await tool.text(of: String(outcome.text.dropLast()), as: "alden") == "- from a pipe")
    }

    @Test func `no option takes a text for one more value`() async throws {
        let id = try await tool.stored("tea")
        for name in ["--tags", "--tag"] {
            let edited = try await tool.json("edit", id, name, "travel", "New text \(name)")
            #expect(edited["memory"]?["text"]?.string == "New text \(name)")
            #expect(edited["memory"]?["tags"] == .array([.string("travel")]))
        }
        let both = try await tool.json("edit", "--tag", "a", "--tag", "b", id, "--metadata", "k=v", "Text")
        #expect(both["memory"]?["tags"] == .array([.string("a"), .string("b")]))
        #expect(both["memory"]?["text"]?.string == "Text")

        let shared = try await tool.json("store", "--share-with", "alice", "--share-with", "mimic", "Shared")
        let other = try #require(shared["id"]?.string)
        #expect(try await tool.json("access", other)["agents"]?.keys.sorted() == ["alice", "mimic"])
        try await tool.run("revoke", "--from", "alice", "--from", "mimic", other)
        #expect(try await tool.json("access", other)["agents"]?.keys == [])
        #expect(try await tool.run("share", "--with", "alice", other).status == 0)
        #expect(try await tool.json("access", other)["agents"]?.keys == ["alice"])
    }

    @Test(arguments: [
        (["store", "--verbose"], "--verbose", "hearth store -- '--verbose'"),
        (["edit", "mem_1", "--x"], "--x", "hearth edit mem_1 -- '--x'"),
        (["search", "a b", "--x", "tea", "--own"], "--x", "hearth search 'a b' -- '--x' tea"),
        (["search", "--x"], "--x", "hearth search -- '--x'"),
        (["store", "--verbose=1"], "--verbose=1", "hearth store --"),
        (["get", "--id"], "--id", "hearth get --"),
        (["delete", "--all"], "--all", "hearth delete --"), (["history", "--last"], "--last", "hearth history --"),
        (["similar", "--to"], "--to", "hearth similar --"), (["restore", "--it"], "--it", "hearth restore --"),
        (["conflicts", "resolve", "--mine"], "--mine", "hearth conflicts resolve --"),
        (["import", "--file-x"], "--file-x", "hearth import --"),
    ])
    func `an unknown option where a text is expected is answered with what to do`(
        arguments: [String],
        option: String,
        remedy: String
    ) async throws {
        let outcome = try await tool.run(arguments + ["--db", tool.store])
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("Unknown option '\(option.prefix { $0 != "=" })"), "\(outcome.errors)")
        #expect(outcome.errors.contains("put it behind --: \(remedy)"), "\(outcome.errors)")
    }

    @Test(arguments: [
        (["revoke", "mem_1", "--with", "alice"], "--with", "'--from <agent>"),
        (["store", "tea", "--timeout", "3"], "--timeout", "`hearth help store`"),
        (["store", "--json", "--note", "tea"], "--note", "Unknown option"),
        (["get", "mem_1", "--usr", "iris"], "--usr", "Did you mean '--user'?"),
        (["edit", "mem_1", "tea", "--metdata", "k=v"], "--metdata", "Did you mean '--metadata'?"),
        (["list", "--importance", "1"], "--importance", "Did you mean '--min-importance'?"),
    ])
    func `an option that can't be a text is answered with what there is`(
        arguments: [String],
        option: String,
        remedy: String
    ) async throws {
        let outcome = try await tool.run(arguments + ["--db", tool.store])
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("Unknown option '\(option)'"), "\(outcome.errors)")
        #expect(outcome.errors.contains(remedy) && !outcome.errors.contains("behind --"), "\(outcome.errors)")
    }

    @Test(arguments: [
        (["store", "--source", "--cli", "t"], "--source=--cli"),
        (["store", "--source", "--json", "t"], "--source=--json"),
        (["store", "t", "--tag", "--a=b c"], "--tag='--a=b c'"),
    ])
    func `an option as the value of another is answered with how to join them`(arguments: [String], joined: String)
        async throws
    {
        let outcome = try await tool.run(arguments + ["--db", tool.store])
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("join it to its option: \(joined)\n"), "\(outcome.errors)")
    }

    @Test(
        arguments: [
            (["lst"], "lst", "list"), (["sarch", "x"], "sarch", "search"),
            (["policy", "lod", "x"], "lod", "load"),
            (["help", "lst"], "lst", "list"), (["help", "policy", "lod"], "lod", "load"),
            (["lst", "--help"], "lst", "list"),
            (["embeddings", "rebild"], "rebild", "rebuild"), (["nonsense", "--json"], "nonsense", nil),
            (["help", "nonsense"], "nonsense", nil),
        ] as [([String], String, String?)]
    )
    func `a command that isn't there is named, with the nearest one`(
        arguments: [String],
        name: String,
        nearest: String?
    ) async throws {
        let outcome = try await tool.run(arguments)
        #expect(outcome.status == 64 && outcome.output.isEmpty)
        #expect(outcome.errors.contains("Unknown command '\(name)'."), "\(outcome.errors)")
        #expect(outcome.errors.contains("Did you mean") == (nearest != nil), "\(outcome.errors)")
        if let nearest { #expect(outcome.errors.contains("'\(nearest)'?"), "\(outcome.errors)") }
    }

    @Test(arguments: [
        ["help"], ["help", "list"], ["help", "policy", "load"], ["policy", "--help"], ["search", "-h"],
    ])
    func `help is given for what there is`(arguments: [String]) async throws {
        let outcome = try await tool.run(arguments)
        #expect(outcome.status == 0 && outcome.errors.isEmpty && outcome.text.contains("USAGE"))
    }

    @Test func `a misspelt option goes on to be corrected, and one of a command without texts is said alone`()
        async throws
    {
        let near = try await tool.run("store", "tea", "--tgs", "x", "--db", tool.store)
        #expect(near.status == 64 && near.errors.contains("Did you mean '--tag'?"), "\(near.errors)")
        let list = try await tool.run("list", "--nothing", "--db", tool.store)
        #expect(list.status == 64 && !list.errors.contains("behind --"), "\(list.errors)")
    }

    @Test func `a variable that fits no agent is named with its remedy, and help works beside it`() async throws {
        _ = try await tool.stored("tea")
        let stray = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris", "FOO_MEMORY_RETENTION_DAYS": "5"])
        for arguments in [["list", "--db", tool.store], ["store", "milk", "--db", tool.store]] {
            let outcome = try await stray.run(arguments)
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("unset FOO_MEMORY_RETENTION_DAYS"), "\(outcome.errors)")
        }
        for arguments in [["--help"], ["help", "list"], ["list", "--help"]] {
            #expect(try await stray.run(arguments).status == 0)
        }
    }
}
