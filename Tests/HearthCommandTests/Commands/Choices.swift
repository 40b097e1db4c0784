import Testing

/// Who acts and for whom, where the command line doesn't say.
@Suite struct Choices {
    private let tool: Tool

    init() throws {
        tool = try Tool()
    }

    private func store(_ text: String, agent: String = "alden", user: String = "iris") async throws -> String {
        try await tool.stored(text, "--agent", agent, "--user", user)
    }

    @Test func `where one agent holds memories of one user every command goes on with them`() async throws {
        let id = try await store("oolong tea")
        #expect(try await tool.json("search", "tea")["results"]?.array.count == 1)
        for command in [["list"], ["slice"], ["get", id], ["similar", id], ["history", id], ["sync"]] {
            #expect(try await tool.run(command + ["--db", tool.store]).status == 0, "\(command)")
        }
        #expect(try await tool.json("store", "green tea")["id"]?.string != nil)
        #expect(try await tool.json("edit", id, "black tea")["memory"]?["agent"]?.string == "alden")
        for command in [
            ["discard", id], ["share", id, "--with", "alice"], ["revoke", id, "--from", "alice"], ["delete", id],
            ["restore", id], ["rollback", id, "--to", "1"], ["locks", "release", id], ["sync", "--all"],
        ] {
            let outcome = try await tool.run(command + ["--db", tool.store])
            #expect(outcome.status == 0, "\(command): \(outcome.errors)")
        }
        #expect(try await tool.json("list")["memories"]?.array.count == 2)
    }

    @Test func `where there are several they are named`() async throws {
        let id = try await store("oolong tea")
        try await tool.expectRefusal("list", "--user", "joss", "--agent", "", saying: "identifier")
        _ = try await store("coffee", agent: "alice", user: "joss")
        try await tool.expectRefusal("search", "tea", saying: "--user", "HEARTH_USER", "iris, joss", status: 64)
        // Each user's memories are one agent's.
        #expect(try await tool.json("search", "tea", "--user", "iris")["results"]?.array.count == 1)
        try await tool.expectRefusal("get", id, saying: "--agent", "HEARTH_AGENT", "alden, alice", status: 64)
        _ = try await store("cocoa", agent: "mimic")
        try await tool.expectRefusal("store", "x", "--user", "iris", saying: "alden, mimic", status: 64)
        try await tool.expectRefusal("sync", "--user", "iris", saying: "alden, mimic", status: 64)
        #expect(try await tool.run("search", "tea", "--agent", "alden", "--user", "iris").status == 0)
    }

    @Test func `of very many users the first are named`() async throws {
        let lines = (10..<35).map { #"{"user": "u\#($0)", "text": "tea"}"# }
        try await tool.run("import", "-", "--agent", "alden", input: lines.joined(separator: "\n"))
        try await tool.expectRefusal("list", "--agent", "alden", saying: "u10, u11", "u19 and 15 more", status: 64)
    }

    @Test func `a store that knows nobody, or is not there, asks`() async throws {
        try await tool.expectRefusal("store", "tea", "--agent", "alden", saying: "HEARTH_USER", status: 64)
        #expect(!tool.sandbox.exists("store.db"))
        try await tool.run("import", "-", input: "")
        try await tool.expectRefusal("list", "--agent", "alden", saying: "HEARTH_USER", "none yet", status: 64)
        try await tool.expectRefusal("list", "--user", "iris", saying: "alden, alice", "sentry", status: 64)
    }

    @Test func `what is given counts, whatever the store holds`() async throws {
        let id = try await store("oolong tea")
        #expect(try await tool.json("list", "--user", "joss")["memories"] == .array([]))
        try await tool.expectRefusal("get", id, "--agent", "mimic", saying: id)
    }
}
