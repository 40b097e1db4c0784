import HearthMCP
import HearthMemory
import HearthText
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(60))) struct Deciding {
    /// A memory of Sentry's, who has conflicts reviewed, that Alden and Sentry have edited at once.
    private func conflict() async throws -> (client: Client, conflict: JSONValue) {
        let client = try await Client("sentry")
        let coordinator = client.coordinator
        let id = try await coordinator.storeAgentMemory(
            agentID: "sentry",
            userID: Client.user,
            content: "The door is shut.",
            shareWithAgents: ["alden"]
        )
        try await coordinator.updateMemory(id, agentID: "alden", change: MemoryChange(content: "The door is locked."))
        try await coordinator.updateMemory(id, agentID: "sentry", change: MemoryChange(content: "The door is open."))
        _ = try await coordinator.syncAllAgents(userID: Client.user)
        let conflicts = try #require(try await client.call("conflicts")["conflicts"]?.array)
        #expect(conflicts.count == 1)
        return (client, try #require(conflicts.first))
    }

    @Test func `a conflict is listed and settled by a version or by a text`() async throws {
        let (client, conflict) = try await self.conflict()
        #expect(conflict["versions"]?.array?.count == 2)
        let refused = try await client.refusal("resolve", ["conflict": conflict["conflict"] ?? .null])
        #expect(refused.contains("The door is open."))
        let both: JSONObject = [
            "conflict": conflict["conflict"] ?? .null, "keep": conflict["versions"]?.array?.first?["version"] ?? .null,
            "content": "neither",
        ]
        #expect(try await client.refusal("resolve", both).contains("not both"))
        let version = try #require(
            conflict["versions"]?.array?.first { $0["content"] == "The door is open." }?["version"]
        )
        let resolved = try await client.call(
            "resolve",
            ["conflict_id": conflict["conflict"] ?? .null, "keep": version, "content": ""]
        )
        #expect(resolved["content"] == "The door is open.")
        #expect(try await client.call("conflicts")["conflicts"] == [])
        try await client.close()
    }

    @Test func `of conflicts on memories of one identifier the one is settled that is meant`() async throws {
        let coordinator = try await MultiAgentMemoryCoordinator.open(.temporary)
        try await coordinator.registerAgents(["alden", "sentry"])
        var warden = AgentProfile(id: "warden", priority: .critical)
        warden.conflictResolution = .manualReview
        try await coordinator.registerAgent("warden", profile: warden)
        let client = try await Client("warden", on: coordinator)
        for owner in ["sentry", "warden"] as [AgentID] {
            let draft = MemoryDraft(content: "The door of \(owner) is shut.")
            _ = try await coordinator.importMemories([
                MemoryImport(id: "1", userID: Client.user, agentID: owner, draft: draft)
            ])
            try await coordinator.shareMemory("1", agentID: owner, with: ["alden", "warden"].filter { $0 != owner })
        }
        for owner in ["sentry", "warden"] as [AgentID] {
            let id = MemoryID(rawValue: "\(owner):1")
            try await coordinator.updateMemory(id, agentID: "alden", change: MemoryChange(content: "It is locked."))
            try await coordinator.updateMemory("1", agentID: owner, change: MemoryChange(content: "It is open."))
        }
        _ = try await coordinator.syncAllAgents(userID: Client.user)
        #expect(try await client.call("conflicts")["conflicts"]?.array?.count == 2)
        // Sentry's is the older one.
        let own = try await client.call("resolve", ["conflict": "1", "content": "Mine."])
        #expect(own["id"] == "1" && own["content"] == "Mine.")
        let other = try await client.call("resolve", ["conflict": "sentry:1", "content": "Sentry's."])
        #expect(other["id"] == "sentry:1" && other["content"] == "Sentry's.")
        #expect(try await coordinator.memory("1", agentID: "warden").content == "Mine.")
        #expect(try await coordinator.memory("1", agentID: "sentry").content == "Sentry's.")
        try await client.close()
    }

    @Test func `another agent and another user see no conflict of theirs`() async throws {
        let (client, conflict) = try await self.conflict()
        let alice = try await Client("alice", on: client.coordinator)
        let other = try await Client("sentry", on: client.coordinator) { $0.user = "user_456" }
        for stranger in [alice, other] {
            #expect(try await stranger.call("conflicts")["conflicts"] == [])
            let refused = try await stranger.refusal(
                "resolve",
                ["conflict": conflict["conflict"] ?? .null, "content": "Mine."]
            )
            #expect(refused.contains("conflicts lists"))
            await stranger.server.close()
        }
        try await client.close()
    }

    @Test func `the stateless revision asks the person by input that is required, and goes on with the answer`()
        async throws
    {
        let (client, conflict) = try await self.conflict()
        let params: JSONObject = ["name": "resolve", "arguments": ["conflict": conflict["conflict"] ?? .null]]
        let asked = try #require(
            try await client.ask("tools/call", params, capabilities: ["elicitation": [:]])["result"]
        )
        #expect(asked["resultType"] == "input_required")
        let request = try #require(asked.at("inputRequests", "decision"))
        #expect(request["method"] == "elicitation/create")
        let choices = request.at("params", "requestedSchema", "properties", "choice", "oneOf")?.array ?? []
        let open = try #require(choices.first { $0["title"]?.string?.contains("open") == true }?["const"])
        var declined = params
        declined["inputResponses"] = ["decision": ["action": "decline"]]
        let no = try await client.ask("tools/call", declined, capabilities: ["elicitation": [:]])
        #expect(no.at("result", "isError") == true)
        var answered = params
        answered["inputResponses"] = ["decision": ["action": "accept", "content": ["choice": open]]]
        let done = try await client.ask("tools/call", answered, capabilities: ["elicitation": ["form": [:]]])
        #expect(done.at("result", "structuredContent", "content") == "The door is open.")
        try await client.close()
    }

    @Test func `a session asks the person by a request of the server's`() async throws {
        let (client, conflict) = try await self.conflict()
        try await client.open(capabilities: ["elicitation": [:]])
        let call = client.begin(
            "tools/call",
            ["name": "resolve", "arguments": ["conflict": conflict["conflict"] ?? .null]]
        )
        var question: JSONValue?
        try await until {
            question = try client.received.first { $0["method"] == "elicitation/create" }
            return question != nil
        }
        let choices = question?.at("params", "requestedSchema", "properties", "choice", "oneOf")?.array ?? []
        client.send([
            "jsonrpc": "2.0", "id": question?["id"] ?? .null,
            "result": ["action": "accept", "content": ["choice": choices.first?["const"] ?? .null]],
        ])
        #expect(try await client.answer(to: call).at("result", "isError") == nil)
        #expect(try await client.call("conflicts")["conflicts"] == [])
        try await client.close()
    }
}
