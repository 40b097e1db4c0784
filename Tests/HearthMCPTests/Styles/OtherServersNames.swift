import HearthMCP
import HearthText
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(60))) struct OtherServersNames {
    @Test func `OpenMemory's tools store, find, list and delete`() async throws {
        let client = try await Client { $0.style = .openmemory }
        let id =
            try await client.call("add_memories", ["text": "Prefers tea."])["results"]?.array?.first?["id"] ?? .null
        #expect(
            try await client.call("search_memory", ["query": "tea"])["results"]?.array?.first?["memory"]
                == "Prefers tea."
        )
        _ = try await client.call("add_memories", ["text": "Plays chess."])
        #expect(try await client.call("list_memories")["results"]?.array?.count == 2)
        _ = try await client.call("delete_memories", ["memory_ids": [id]])
        #expect(try await client.call("list_memories")["results"]?.array?.map { $0["memory"] } == ["Plays chess."])
        _ = try await client.call("delete_all_memories")
        #expect(try await client.call("list_memories")["results"] == [])
        try await client.close()
    }

    @Test func `mcp-memory-service's tools store, find by words and tags, and delete by the hash`() async throws {
        let client = try await Client { $0.style = .mcpMemoryService }
        let stored = try await client.call(
            "store_memory",
            ["content": "Prefers tea.", "metadata": ["tags": "drinks,home", "type": "preference"]]
        )
        let hash = try #require(stored["content_hash"])
        _ = try await client.call("store_memory", ["content": "Plays chess.", "tags": ["home"]])
        let found = try await client.call("retrieve_memory", ["query": "tea", "n_results": 1])
        #expect(found["memories"]?.array?.first?["memory_type"] == "preference")
        #expect(try await client.call("search_by_tag", ["tags": ["home"]])["total_results"] == 2)
        #expect(
            try await client.call("search_by_tag", ["tags": ["home", "drinks"], "match_all": true])["total_results"]
                == 1
        )
        #expect(try await client.call("delete_memory", ["content_hash": hash])["success"] == true)
        #expect(try await client.refusal("delete_memory", ["content_hash": hash]).contains("retrieve_memory"))
        #expect(try await client.call("check_database_health").at("statistics", "total_memories") == 1)
        try await client.close()
    }
}
