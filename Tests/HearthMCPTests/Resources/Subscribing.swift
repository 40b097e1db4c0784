import HearthMCP
import HearthMemory
import HearthText
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(60))) struct Subscribing {
    @Test func `a session is told of what it subscribed to, and no more once it has unsubscribed`() async throws {
        let client = try await Client()
        try await client.open()
        let id = try await client.coordinator.storeAgentMemory(agentID: "alden", userID: Client.user, content: "Tea.")
        let uri = "hearth://memory/\(id)"
        #expect(
            try await client.answer(to: client.begin("resources/subscribe", ["uri": .string(uri)]))["result"] == [:]
        )
        try await client.coordinator.publishMemory(id, agentID: "alden", change: MemoryChange(content: "Green tea."))
        try await until {
            try client.notifications("notifications/resources/updated").contains { $0["uri"] == .string(uri) }
        }
        _ = try await client.answer(to: client.begin("resources/unsubscribe", ["uri": .string(uri)]))
        _ = try await client.answer(to: client.begin("resources/list"))
        let before = try client.notifications("notifications/resources/updated").count
        try await client.coordinator.publishMemory(id, agentID: "alden", change: MemoryChange(content: "Black tea."))
        try await client.coordinator.storeAgentMemory(agentID: "alden", userID: Client.user, content: "More.")
        try await until { try !client.notifications("notifications/resources/list_changed").isEmpty }
        #expect(try client.notifications("notifications/resources/updated").count == before)
        try await client.close()
    }

    @Test func `a session is told of another agent's memory where its own agent has one of that identifier`()
        async throws
    {
        let client = try await Client("alice")
        try await client.open()
        for owner in ["alice", "alden"] as [AgentID] {
            let draft = MemoryDraft(content: "Tea of \(owner).")
            _ = try await client.coordinator.importMemories([
                MemoryImport(id: "1", userID: Client.user, agentID: owner, draft: draft)
            ])
        }
        try await client.coordinator.shareMemory("1", agentID: "alden", with: ["alice"])
        let uri = JSONValue.string("hearth://memory/alden%3A1")
        #expect(try await client.answer(to: client.begin("resources/subscribe", ["uri": uri]))["result"] == [:])
        try await client.coordinator.publishMemory("1", agentID: "alden", change: MemoryChange(content: "Green tea."))
        try await until {
            try client.notifications("notifications/resources/updated").contains { $0["uri"] == uri }
        }
        try await client.close()
    }

    @Test func `the stateless revision listens by streams, acknowledged first and told apart`() async throws {
        let client = try await Client()
        let id = try await client.coordinator.storeAgentMemory(agentID: "alden", userID: Client.user, content: "Tea.")
        let uri = JSONValue.string("hearth://memory/\(id)")
        let first = client.begin(
            "subscriptions/listen",
            Client.modern(["notifications": ["resourceSubscriptions": [uri], "toolsListChanged": true]])
        )
        let second = client.begin(
            "subscriptions/listen",
            Client.modern(["notifications": ["resourcesListChanged": true]])
        )
        func stream(_ params: JSONValue) -> JSONValue? { params["_meta"]?["io.modelcontextprotocol/subscriptionId"] }
        let acknowledged = try client.notifications("notifications/subscriptions/acknowledged")
        #expect(acknowledged.map(stream) == [first, second])
        #expect(acknowledged.first?["notifications"] == ["resourceSubscriptions": [uri]])
        try await client.coordinator.publishMemory(id, agentID: "alden", change: MemoryChange(content: "Green tea."))
        try await client.coordinator.storeAgentMemory(agentID: "alden", userID: Client.user, content: "More.")
        try await until { try !client.notifications("notifications/resources/list_changed").isEmpty }
        #expect(try client.notifications("notifications/resources/list_changed").map(stream) == [second])
        let updated = try client.notifications("notifications/resources/updated").map(stream)
        #expect(!updated.isEmpty && updated.allSatisfy { $0 == first })
        client.send(["jsonrpc": "2.0", "method": "notifications/cancelled", "params": ["requestId": first]])
        try await client.close()
        let ended = try client.received.filter { $0["result"]?["resultType"] == "complete" && $0["id"] == second }
        #expect(ended.count == 1)
        #expect(try !client.received.contains { $0["id"] == first })
    }

    @Test func `nothing is told of what the agent may not see`() async throws {
        let client = try await Client("mimic")
        let hidden = try await client.coordinator.storeAgentMemory(
            agentID: "alice",
            userID: Client.user,
            content: "Hers."
        )
        client.begin(
            "subscriptions/listen",
            Client.modern([
                "notifications": [
                    "resourcesListChanged": true,
                    "resourceSubscriptions": [.string("hearth://memory/\(hidden)"), "hearth://slice"],
                ]
            ])
        )
        try await client.coordinator.publishMemory(
            hidden,
            agentID: "alice",
            change: MemoryChange(content: "Still hers.")
        )
        let seen = try await client.coordinator.storeAgentMemory(
            agentID: "mimic",
            userID: Client.user,
            content: "At last."
        )
        try await until { try !client.notifications("notifications/resources/list_changed").isEmpty }
        #expect(try client.notifications("notifications/resources/updated").map { $0["uri"] } == ["hearth://slice"])
        #expect(try client.notifications("notifications/resources/list_changed").count == 1)
        _ = seen
        try await client.close()
    }

    @Test func `whoever subscribes to a kind of memories is told when it reads differently, and only then`()
        async throws
    {
        let client = try await Client()
        try await client.open()
        func subscribe(_ uri: String) async throws -> JSONValue {
            try await client.answer(to: client.begin("resources/subscribe", ["uri": .string(uri)]))
        }
        func told() throws -> [String] {
            try client.notifications("notifications/resources/updated").compactMap { $0["uri"]?.string }
        }
        let uris = ["hearth://tag/pets", "hearth://category/general", "hearth://agent/alden"]
        for uri in uris { #expect(try await subscribe(uri)["result"] == [:]) }
        #expect(try await subscribe("nope").at("error", "code") == -32002)
        #expect(try await subscribe("hearth://status")["result"] == [:])
        let id = try await client.coordinator.storeAgentMemory(
            agentID: "alden",
            userID: Client.user,
            content: "A cat.",
            tags: ["pets"]
        )
        try await until { try Set(uris).isSubset(of: told()) }
        // An edit that takes it out of a listing changes that listing.
        try await client.coordinator.publishMemory(id, agentID: "alden", change: MemoryChange(tags: []))
        try await until { try told().count { $0 == uris[0] } == 2 }
        // One that has nothing to do with pets does not.
        try await client.coordinator.storeAgentMemory(agentID: "alden", userID: Client.user, content: "A tree.")
        try await until { try told().count { $0 == "hearth://status" } >= 3 && told().count { $0 == uris[1] } >= 3 }
        #expect(try told().count { $0 == uris[0] } == 2)
        try await client.close()
    }

    @Test func `a stream honours the addresses that there are, and tells of kinds of memories`() async throws {
        let client = try await Client()
        let uri = JSONValue.string("hearth://tag/pets")
        client.begin(
            "subscriptions/listen",
            Client.modern(["notifications": ["resourceSubscriptions": [uri, "nope"]]])
        )
        let acknowledged = try client.notifications("notifications/subscriptions/acknowledged").first
        #expect(acknowledged?["notifications"] == ["resourceSubscriptions": [uri]])
        try await client.coordinator.storeAgentMemory(
            agentID: "alden",
            userID: Client.user,
            content: "A cat.",
            tags: ["pets"]
        )
        try await until { try client.notifications("notifications/resources/updated").contains { $0["uri"] == uri } }
        try await client.close()
    }
}
