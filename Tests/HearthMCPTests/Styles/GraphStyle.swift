import HearthMCP
import HearthMemory
import HearthText
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(60))) struct GraphStyle {
    private func client(on coordinator: MultiAgentMemoryCoordinator? = nil) async throws -> Client {
        try await Client(on: coordinator) { $0.style = .graph }
    }

    private static let ada: JSONValue = [
        "name": "Ada", "entityType": "person", "observations": ["Likes tea", "Lives in Bern"],
    ]
    private static let tea: JSONValue = ["name": "Tea", "entityType": "drink", "observations": []]
    private static let drinks: JSONValue = ["from": "Ada", "to": "Tea", "relationType": "drinks"]

    @Test func `the nine tools of the reference server are there, and do what its own do`() async throws {
        let client = try await client()
        let names =
            try await client.ask("tools/list").at("result", "tools")?.array?.compactMap { $0["name"]?.string } ?? []
        #expect(
            Set(names) == [
                "create_entities", "create_relations", "add_observations", "delete_entities", "delete_observations",
                "delete_relations", "read_graph", "search_nodes", "open_nodes",
            ]
        )
        let created = try await client.call("create_entities", ["entities": [Self.ada, Self.tea, Self.ada]])
        #expect(created["entities"] == [Self.ada, Self.tea])
        #expect(try await client.call("create_entities", ["entities": [Self.ada]])["entities"] == [])
        #expect(
            try await client.call("create_relations", ["relations": [Self.drinks, Self.drinks]])["relations"] == [
                Self.drinks
            ]
        )
        #expect(
            try await client.refusal(
                "create_relations",
                ["relations": [["from": "Ada", "to": "X", "relationType": "y"]]]
            )
            .contains("X not found")
        )
        let added = try await client.call(
            "add_observations",
            ["observations": [["entityName": "Ada", "contents": ["Likes tea", "Plays chess"]]]]
        )
        #expect(added["results"] == [["entityName": "Ada", "addedObservations": ["Plays chess"]]])
        #expect(
            try await client.refusal("add_observations", ["observations": [["entityName": "X", "contents": ["y"]]]])
                .contains("X not found")
        )
        let graph = try await client.call("read_graph")
        #expect(graph["entities"]?.array?.first?["observations"] == ["Likes tea", "Lives in Bern", "Plays chess"])
        #expect(graph["relations"] == [Self.drinks])
        #expect(try await client.call("open_nodes", ["names": ["Tea"]])["relations"] == [Self.drinks])
        #expect(
            try await client.call("search_nodes", ["query": "chess"])["entities"]?.array?.first?["name"] == "Ada"
        )
        let removed = try await client.call(
            "delete_observations",
            ["deletions": [["entityName": "Ada", "observations": ["Likes tea", "None"]]]]
        )
        #expect(removed["message"] == "Deleted 1 of 2 observations.")
        _ = try await client.call("delete_relations", ["relations": [Self.drinks]])
        #expect(try await client.call("read_graph")["relations"] == [])
        let deleted = try await client.call("delete_entities", ["entityNames": ["Ada", "Bob"]])
        #expect(deleted["message"]?.string?.contains("Not found: Bob") == true)
        #expect(try await client.call("read_graph")["entities"] == [Self.tea])
        try await client.close()
    }

    @Test func `what two clients add to one entity at once is all there`() async throws {
        let first = try await client()
        let second = try await client(on: first.coordinator)
        _ = try await first.call("create_entities", ["entities": [Self.tea]])
        let requests = (0..<30)
            .map { number in
                let client = number % 2 == 0 ? first : second
                let params: JSONObject = [
                    "name": "add_observations",
                    "arguments": ["observations": [["entityName": "Tea", "contents": [.string("\(number)")]]]],
                ]
                return (client, client.begin("tools/call", Client.modern(params)))
            }
        for (client, request) in requests {
            #expect(try await client.answer(to: request).at("result", "isError") == nil)
        }
        let observations = try await first.call("read_graph")["entities"]?.array?.first?["observations"]?.array
        #expect(observations?.compactMap { $0.string.flatMap { Int($0) } }.sorted() == Array(0..<30))
        await second.server.close()
        try await first.close()
    }

    @Test func `the same memories are found by those who read them as memories`() async throws {
        let client = try await client()
        _ = try await client.call("create_entities", ["entities": [Self.ada]])
        let plain = try await Client(on: client.coordinator)
        #expect(
            try await plain.call("recall", ["query": "where does Ada live: Bern"])["text"]?.string?
                .contains("Lives in Bern") == true
        )
        await plain.server.close()
        try await client.close()
    }

    @Test func `of calls that create one entity at once a single one does`() async throws {
        let client = try await Client { $0.style = .graph }
        let requests = (0..<6)
            .map { number in
                let entity: JSONValue = [
                    "name": "Ana", "entityType": .string("kind \(number)"), "observations": ["Sails."],
                ]
                return client.begin(
                    "tools/call",
                    Client.modern(["name": "create_entities", "arguments": ["entities": [entity]]])
                )
            }
        var created: [JSONValue] = []
        for request in requests {
            let result = try await client.answer(to: request).at("result", "structuredContent", "entities")
            created += result?.array ?? []
        }
        #expect(created.count == 1)
        #expect(try await client.call("read_graph")["entities"] == .array(created))
        #expect(try await client.coordinator.memories(agentID: "alden", userID: Client.user).memories.count == 2)
        try await client.close()
    }
}
