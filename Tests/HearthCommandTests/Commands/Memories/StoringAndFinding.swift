import Testing

@Suite struct StoringAndFinding {
    private let tool: Tool

    init() throws {
        tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
    }

    @Test func `what is stored is shown, listed, found and sliced`() async throws {
        let id = try await tool.stored(
            "Iris likes oolong",
            "--category",
            "preference",
            "--tag",
            "tea",
            "--metadata",
            "source=chat=1"
        )
        #expect(id.hasPrefix("mem_"))

        let memory = try await tool.json("get", id)
        #expect(memory["text"]?.string == "Iris likes oolong")
        #expect(memory["metadata"]?["source"]?.string == "chat=1")
        #expect(memory["version"]?.int == 1)
        #expect(memory["sync_status"]?.string == "synced")
        #expect(memory["session"] == nil)

        let list = try await tool.json("list", "--tag", "tea")
        #expect(list["memories"]?[0]?["id"]?.string == id)
        #expect(try await tool.json("list", "--tag", "coffee")["memories"] == .array([]))

        let found = try await tool.json("search", "oolong", "--search-type", "keyword")
        #expect(found["query"]?.string == "oolong")
        #expect(found["results"]?[0]?["id"]?.string == id)
        #expect(found["results"]?[0]?["rank"]?.int == 1)
        #expect(found["results"]?[0]?["source_agent"]?.string == "alden")
        #expect(found["results"]?[0]?["memory"]?["text"]?.string == "Iris likes oolong")

        let slice = try await tool.json("slice")
        #expect(slice["statistics"]?["total"]?.int == 1)
        #expect(slice["statistics"]?["types"]?["episodic"]?.int == 1)
        #expect(slice["entries"]?[0]?["memory"]?["id"]?.string == id)
        #expect(slice["entries"]?[0]?["locked"]?.bool == false)
    }

    @Test func `lists and searches are narrowed by session, owner, metadata, state and all of several tags`()
        async throws
    {
        let walk = try await tool.stored(
            "A marker",
            "--tag",
            "a",
            "--tag",
            "b",
            "--metadata",
            "k=v=1",
            "--session",
            "walk"
        )
        let talk = try await tool.stored("A marker too", "--tag", "a", "--metadata", "k=w", "--session", "talk")
        try await tool.run("edit", talk, "--importance", "0.9")
        let cases: [([String], [String])] = [
            (["--tag", "a", "--tag", "b"], [talk, walk]),
            (["--tag", "a", "--tag", "b", "--all-tags"], [walk]),
            (["--in-session", "walk"], [walk]),
            (["--in-session", "walk", "--in-session", "talk"], [talk, walk]),
            (["--with", "k=v=1"], [walk]),
            (["--with", "k=v=1", "--with", "l=1"], []),
            (["--owner", "alice"], []),
            (["--owner", "alice", "--owner", "alden"], [talk, walk]),
            (["--status", "pending"], [talk]),
            (["--status", "synced"], [walk]),
            (["--status", "locked", "--status", "conflict"], []),
        ]
        for (options, ids) in cases {
            let list = try await tool.json(["list"] + options)
            #expect(list["memories"]?.array.compactMap { $0["id"]?.string } == ids, "\(options)")
            let found = try await tool.json(["search", "marker", "--search-type", "keyword"] + options)
            let results = found["results"]?.array.compactMap { $0["memory"]?["id"]?.string } ?? []
            #expect(Set(results) == Set(ids), "\(options)")
        }
        try await tool.expectRefusal("list", "--status", "deleted", saying: "synced", status: 64)
        try await tool.expectRefusal("list", "--with", "k", saying: "--with", status: 64)
    }

    @Test func `people get tables`() async throws {
        let id = try await tool.stored("外婆 makes 汤圆")
        let list = try await tool.run("list")
        #expect(list.lines[0].hasPrefix("ID   "))
        #expect(list.lines[1].hasPrefix(id + "  ") && list.lines[1].hasSuffix("外婆 makes 汤圆"))
        let found = try await tool.run("search", "makes")
        #expect(found.lines[0] == "#  SCORE  ID" + String(repeating: " ", count: 36) + "AGENT  SNIPPET")
        #expect(found.lines[1].contains("**makes**"))
        let none = try await tool.run("search", "zebra")
        #expect(none.text == "Nothing found.\n")
        #expect(none.status == 0)
    }

    @Test func `a phrase that nothing has is named before what its words find`() async throws {
        _ = try await tool.stored("the bike is red")
        let found = try await tool.json("search", "\"red bike\"", "--search-type", "keyword")
        #expect(found["missing_phrases"] == .array([.string("red bike")]))
        #expect(found["results"]?.array.count == 1)
        let table = try await tool.run("search", "\"red bike\"")
        #expect(table.lines[0] == "Nothing has “red bike” as it stands; its words were looked for.")
        #expect(try await tool.json("search", "red")["missing_phrases"] == .array([]))
    }

    @Test func `text comes from standard input too, without its last line break`() async throws {
        let outcome = try await tool.run("store", "-", input: "one\ntwo\n")
        #expect(try await tool.json("get", String(outcome.text.dropLast()))["text"]?.string == "one\ntwo")
    }

    @Test func `pages follow one another without gap or repetition`() async throws {
        let lines = (1...25).map { #"{"id": "m\#($0)", "user": "iris", "text": "tea \#($0)"}"# }
        try await tool.run("import", "-", input: lines.joined(separator: "\n"))
        for command in ["list", "slice"] {
            var seen: [String] = []
            var after: [String] = []
            repeat {
                let outcome = try await tool.run([command, "--limit", "10", "--json", "--db", tool.store] + after)
                let page = try outcome.json
                let memories =
                    command == "list" ? page["memories"]?.array : page["entries"]?.array.compactMap { $0["memory"] }
                seen += try #require(memories).compactMap { $0["id"]?.string }
                after = page["next"]?.string.map { ["--after", $0] } ?? []
            } while !after.isEmpty
            #expect(seen.count == 25)
            #expect(Set(seen).count == 25)
        }
    }

    @Test func `memories that mean much the same are found by one of them`() async throws {
        let cat = try await tool.run("store", "The cat eats sardines").text.dropLast()
        let kitten = try await tool.run("store", "Our kitten likes tuna").text.dropLast()
        try await tool.run("store", "Joss plays the piano")
        let similar = try await tool.json("similar", "\(cat)")
        #expect(similar["similar_to"]?.string == String(cat))
        #expect(similar["results"]?[0]?["id"]?.string == String(kitten))
        let ids = similar["results"]?.array.compactMap { $0["id"]?.string } ?? []
        #expect(!ids.contains(String(cat)))
        #expect(try await tool.run("similar", "mem_nowhere").status == 1)
    }
}
