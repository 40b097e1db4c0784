import Testing

/// Where memories came from, on the command line.
@Suite struct Origins {
    private let tool: Tool

    init() throws {
        tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
    }

    @Test func `store takes an origin, get and history show it`() async throws {
        let id = try await tool.stored("Open at nine", "--origin", "tool", "--source", "browser", "--trust", "0.25")
        let memory = try await tool.json("get", id)
        #expect(
            memory["origin"]?.string == "tool" && memory["source"]?.string == "browser"
                && memory["trust"]?.number == 0.25
        )
        #expect(try await tool.run("get", id).text.contains("tool browser, trust 0.25"))
        let version = try await tool.json("history", id)["versions"]?[0]
        #expect(version?["origin"]?.string == "tool" && version?["trust"]?.number == 0.25)
        #expect(try await tool.run("history", id).text.contains("tool browser"))
        let plain = try await tool.json("get", try await tool.stored("Tea"))
        #expect(plain["origin"]?.string == "agent" && plain["source"] == nil && plain["trust"]?.number == 0.8)
    }

    @Test func `an edit can't raise trust, and a search takes a least one`() async throws {
        let id = try await tool.stored("The wifi is open", "--origin", "tool")
        _ = try await tool.stored("The wifi is closed", "--origin", "user")
        try await tool.run("edit", id, "The wifi is free", "--origin", "user", "--publish")
        #expect(try await tool.json("get", id)["trust"]?.number == 0.3)
        let found = try await tool.json("search", "wifi", "--min-trust", "0.5")["results"]?.array ?? []
        #expect(found.map { $0["memory"]?["text"]?.string } == ["The wifi is closed"])
        #expect(found.first?["trust"]?.number == 1)
        #expect(try await tool.json("list", "--min-trust", "0.5")["memories"]?.array.count == 1)
        try await tool.expectRefusal("search", "wifi", "--min-trust", "2", saying: "trust")
        try await tool.expectRefusal("store", "x", "--origin", "web", saying: "--origin", status: 64)
    }

    @Test func `an edit that wants more trust says that it can't have it`() async throws {
        let id = try await tool.stored("Tea")
        let alone = try await tool.run("edit", id, "--trust", "1", "--publish")
        #expect(alone.status == 0 && alone.errors.contains("trust stays 0.8: an edit can lower"), "\(alone.errors)")
        let low = try await tool.stored("Rice", "--trust", "0.1")
        let edited = try await tool.run("edit", low, "Wild rice", "--trust", "1", "--publish", "--json")
        #expect(try edited.json["memory"]?["trust"]?.number == 0.1)
        #expect(edited.errors.contains("trust stays 0.1"), "\(edited.errors)")
        let lowered = try await tool.run("edit", id, "--trust", "0.2", "--publish")
        #expect(lowered.errors.isEmpty && lowered.text.contains("Published"))
    }

    @Test func `an import is trusted as imports are, or as its option says`() async throws {
        try await tool.run("import", "-", input: #"{"user": "iris", "text": "Jam", "id": "a"}"#)
        try await tool.run(
            "import",
            "-",
            "--trust",
            "0.9",
            "--source",
            "notes",
            input: #"{"user": "iris", "text": "Tea", "id": "b"}"#
        )
        let (first, second) = (try await tool.json("get", "a"), try await tool.json("get", "b"))
        #expect(first["origin"]?.string == "import" && first["trust"]?.number == 0.5)
        #expect(second["source"]?.string == "notes" && second["trust"]?.number == 0.9)
    }
}
