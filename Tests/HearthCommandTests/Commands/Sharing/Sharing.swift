import Testing

@Suite struct Sharing {
    private let tool: Tool

    init() throws {
        tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
    }

    @Test func `sharing opens a memory and revoking closes it`() async throws {
        let id = try await tool.stored("packing list", "--category", "task")
        #expect(try await tool.run("get", id, "--agent", "alice").status == 1)

        let shared = try await tool.json("share", id, "--with", "alice", "--with", "mimic", "--permission", "read")
        #expect(shared["agents"] == .array([.string("alice"), .string("mimic")]))
        #expect(try await tool.run("get", id, "--agent", "alice").status == 0)
        let access = try await tool.json("access", id)
        #expect(access["agents"]?["alice"]?["permission"]?.string == "read")
        #expect(access["agents"]?["alice"]?["reason"]?.string == "explicit")
        let found = try await tool.json("search", "packing", "--agent", "alice")
        #expect(found["results"]?[0]?["shared"]?.bool == true)
        #expect(try await tool.json("search", "packing", "--agent", "alice", "--own")["results"] == .array([]))

        try await tool.run("revoke", id, "--from", "alice")
        let gone = try await tool.run("get", id, "--agent", "alice")
        #expect(gone.status == 1)
        #expect(gone.errors.contains(id))
        #expect(try await tool.json("access", id)["agents"]?.keys == ["mimic"])
    }

    @Test func `a restricted category is not shared`() async throws {
        let id = try await tool.stored("a surprise", "--category", "private_tasks")
        let outcome = try await tool.run("share", id, "--with", "alice")
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.contains("restricted"))
    }

    @Test func `a policy is shown, loaded, and holds`() async throws {
        let id = try await tool.stored("the router is in the cupboard", "--category", "knowledge")
        #expect(try await tool.run("get", id, "--agent", "sentry").status == 0)
        let shown = try await tool.run("policy", "show", "--json")
        #expect(try shown.json["global_rules"]?.array.count == 4)

        let empty = try await tool.json("policy", "load", "-", input: #"{"global_rules": []}"#)
        #expect(empty["global_rules"] == .array([]))
        #expect(try await tool.run("get", id, "--agent", "sentry").status == 1)

        try await tool.run("policy", "load", try tool.sandbox.write("policy.json", shown.text))
        #expect(try await tool.run("get", id, "--agent", "sentry").status == 0)
        #expect(try await tool.json("policy", "show") == shown.json)
    }

    @Test func `a policy with a misspelt key is refused by the name of the key`() async throws {
        let outcome = try await tool.run("policy", "load", "-", input: #"{"global_rulez": []}"#)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("global_rulez"))
    }
}
