import HearthMCP
import HearthMemory
import HearthText
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(60))) struct ReadingResources {
    private func text(_ client: Client, _ uri: String) async throws -> String {
        let answer = try await client.ask("resources/read", ["uri": .string(uri)])
        let contents = try #require(answer.at("result", "contents")?.array?.first, "\(answer.text)")
        #expect(contents["uri"] == .string(uri))
        return contents["text"]?.string ?? ""
    }

    @Test func `a memory, its history, slices and the status are read by their addresses`() async throws {
        let client = try await Client()
        let id =
            try await client.call("remember", ["content": "Tea.", "category": "task", "tags": ["hot drinks"]])["id"]?
            .string ?? ""
        _ = try await client.call("revise", ["id": .string(id), "content": "Green tea."])
        #expect(try await text(client, "hearth://memory/\(id)") == "Green tea.")
        let history = try JSONParser.parse(
            Array(try await text(client, "hearth://memory/\(id)/history").utf8),
            as: .lenient
        )
        #expect(history.array?.compactMap { $0["content"]?.string } == ["Tea.", "Green tea."])
        for uri in ["hearth://slice", "hearth://category/task", "hearth://tag/hot%20drinks", "hearth://agent/alden"] {
            let listing = try JSONParser.parse(Array(try await text(client, uri).utf8), as: .lenient)
            #expect(listing["memories"]?.array?.count == 1, "\(uri)")
        }
        #expect(try await text(client, "hearth://category/general") == #"{"memories":[]}"#)
        #expect(try await text(client, "hearth://status").contains("\"memories\":1"))
        try await client.close()
    }

    @Test(arguments: [
        "hearth://", "hearth://memory", "hearth://memory/", "hearth://memory/x/y", "file:///etc/passwd",
        "hearth://../slice", "",
    ])
    func `an address that leads nowhere is refused with itself`(uri: String) async throws {
        let client = try await Client()
        let answer = try await client.ask("resources/read", ["uri": .string(uri)])
        #expect(answer.at("error", "code") == -32602)
        #expect(answer.at("error", "data", "uri") == .string(uri))
        try await client.close()
    }

    @Test func `the list goes on page by page, and shows nothing of others`() async throws {
        let client = try await Client()
        try await client.coordinator.storeAgentMemory(agentID: "alice", userID: Client.user, content: "Alice's.")
        let drafts = (0..<150).map { MemoryDraft(content: "\($0)") }
        try await client.coordinator.storeAgentMemories(agentID: "alden", userID: Client.user, drafts)
        var titles: [String] = []
        var cursor: JSONValue?
        repeat {
            let page = try #require(
                try await client.ask("resources/list", cursor.map { ["cursor": $0] } ?? [:])["result"]
            )
            titles += page["resources"]?.array?.compactMap { $0["title"]?.string } ?? []
            cursor = page["nextCursor"]
        } while cursor != nil
        #expect(titles.prefix(2) == ["All memories", "Status"])
        #expect(titles.dropFirst(2).compactMap { Int($0) }.sorted() == Array(0..<150))
        #expect(try await client.ask("resources/list", ["cursor": "x"]).at("error", "code") == -32602)
        #expect(try await client.ask("tools/list", ["cursor": "x"]).at("error", "code") == -32602)
        try await client.close()
    }

    @Test func `prompts have what is remembered in them`() async throws {
        let client = try await Client()
        _ = try await client.call("remember", ["content": "The train to Bern leaves at 7:15.", "category": "task"])
        func prompt(_ name: JSONValue, _ arguments: JSONValue = [:]) async throws -> String {
            let answer = try await client.ask("prompts/get", ["name": name, "arguments": arguments])
            let message = answer.at("result", "messages")?.array?.first
            #expect(message?["role"] == "user")
            return message?.at("content", "text")?.string ?? ""
        }
        #expect(try await prompt("recall_for_task", ["task": "go to Bern by train"]).contains("7:15"))
        #expect(try await prompt("tidy_up", ["category": "task"]).contains("7:15"))
        #expect(try await !prompt("tidy_up", ["tag": "none"]).contains("7:15"))
        #expect(try await prompt("review_conflicts").contains("no conflicts"))
        for (name, arguments) in [("recall_for_task", [:]), ("none", [:])] as [(JSONValue, JSONValue)] {
            let answer = try await client.ask("prompts/get", ["name": name, "arguments": arguments])
            #expect(answer.at("error", "code") == -32602)
        }
        try await client.close()
    }

    @Test func `names of agents, categories and tags are completed`() async throws {
        let client = try await Client()
        _ = try await client.call("remember", ["content": "x", "category": "travel", "tags": ["trains", "Tea"]])
        try await client.coordinator.storeAgentMemory(
            agentID: "alice",
            userID: Client.user,
            content: "Hidden",
            memoryCategory: "treasure",
            tags: ["treasure"]
        )
        func values(_ reference: JSONValue, _ name: JSONValue, _ value: JSONValue) async throws -> JSONValue? {
            try await client.ask(
                "completion/complete",
                ["ref": reference, "argument": ["name": name, "value": value]]
            )
            .at("result", "completion", "values")
        }
        let tidyUp: JSONValue = ["type": "ref/prompt", "name": "tidy_up"]
        #expect(try await values(tidyUp, "category", "tr") == ["travel"])
        #expect(try await values(tidyUp, "tag", "T") == ["Tea", "trains"])
        #expect(
            try await values(["type": "ref/resource", "uri": "hearth://agent/{agent}"], "agent", "al") == [
                "alden", "alice",
            ]
        )
        _ = try await client.call("remember", ["content": "y", "tags": ["trains"]])
        #expect(try await values(tidyUp, "tag", "T") == ["trains", "Tea"], "the most frequent first")
        #expect(try await values(tidyUp, "none", "") == [])
        #expect(try await values(["type": "ref/prompt", "name": "none"], "tag", "") == nil)
        try await client.close()
    }
}
