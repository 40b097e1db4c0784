import Foundation
import HearthMCP
import HearthMemory
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

    @Test func `what OpenMemory's prompts send is taken, and all memories are listed`() async throws {
        let client = try await Client { $0.style = .openmemory }
        _ = try await client.call("add_memories", ["text": "Prefers tea.", "infer": true])
        #expect(try await client.refusal("add_memories", ["text": " \n"]).contains("blank"))
        try await client.coordinator.storeAgentMemories(
            agentID: "alden",
            userID: Client.user,
            (0..<1_200).map { MemoryDraft(content: "Number \($0).") }
        )
        #expect(try await client.call("list_memories")["results"]?.array?.count == 1_201)
        #expect(try await client.call("delete_all_memories")["message"]?.string?.contains("1201") == true)
        #expect(try await client.call("list_memories")["results"] == [])
        try await client.close()
    }

    @Test func `a time in words selects, and one that is none is refused`() async throws {
        let client = try await Client { $0.style = .mcpMemoryService }
        let day = 86_400.0
        let ages = ["now": 0, "older": 40 * day, "oldest": 800 * day]
        for (name, age) in ages {
            let draft = MemoryDraft(content: "The dentist, \(name).", createdAt: Date.now.addingTimeInterval(-age))
            try await client.coordinator.storeAgentMemories(agentID: "alden", userID: Client.user, [draft])
        }
        func found(_ arguments: JSONObject) async throws -> Set<String> {
            let result = try await client.call("memory_search", arguments)
            return Set(result["memories"]?.array?.compactMap { $0["content"]?.string } ?? [])
        }
        for arguments: JSONObject in [[:], ["query": "dentist"]] {
            for (time, names): (JSONValue, Set<String>) in [
                ("today", ["now"]), ("in 2001", []), ("3 days ago", []), ("yesterday", []),
                ("the past 50 days", ["now", "older"]),
                ("since 2001", ["now", "older", "oldest"]), ("before 2002", []),
            ] {
                var given = arguments
                given["time_expr"] = time
                #expect(try await found(given) == Set(names.map { "The dentist, \($0)." }), "\(time.text)")
            }
        }
        #expect(
            try await client.refusal("memory_search", ["query": "x", "time_expr": "blah"]).contains("names no time")
        )
        try await client.close()
    }

    @Test func `a date alone ends with its day, and a reversed range is refused in the client's words`() async throws {
        let client = try await Client { $0.style = .mcpMemoryService }
        for hour in ["2026-03-01T08:00:00Z", "2026-03-02T00:00:00Z"] {
            let draft = MemoryDraft(content: "Tea at \(hour).", createdAt: try Date(hour, strategy: .iso8601))
            try await client.coordinator.storeAgentMemories(agentID: "alden", userID: Client.user, [draft])
        }
        func found(_ arguments: JSONObject) async throws -> JSONValue? {
            try await client.call("memory_search", arguments)["total_results"]
        }
        for query: JSONObject in [[:], ["query": "tea"]] {
            func given(_ after: JSONValue?, _ before: JSONValue) -> JSONObject {
                var arguments = query
                arguments["after"] = after
                arguments["before"] = before
                return arguments
            }
            #expect(try await found(given(nil, "2026-03-01")) == 1)
            #expect(try await found(given("2026-03-01", "2026-03-01")) == 1)
            #expect(try await found(given("2026-03-01", "2026-03-02")) == 2)
            #expect(try await found(given(nil, "2026-03-01T08:00:00Z")) == 0)
            for (after, before, remedy): (JSONValue, JSONValue, String) in [
                ("2026-03-05", "2026-03-01", "exchange them"),
                ("2026-03-01T08:00:00Z", "2026-03-01T08:00:00Z", "a later `before`"),
            ] {
                let refusal = try await client.refusal("memory_search", given(after, before))
                #expect(refusal.contains("`after`") && refusal.contains(remedy), "\(refusal)")
                #expect(!refusal.contains("createdAfter"), "\(refusal)")
            }
        }
        let apart = try await client.refusal("memory_search", ["time_expr": "in 2001", "after": "2026-03-01"])
        #expect(apart.contains("`time_expr`"), "\(apart)")
        try await client.close()
    }

    @Test func `mcp-memory-service's tools store, find by words and tags, page, change and delete by the hash`()
        async throws
    {
        let client = try await Client { $0.style = .mcpMemoryService }
        let stored = try await client.call(
            "memory_store",
            ["content": "Prefers tea.", "metadata": ["tags": "drinks, machine learning", "type": "preference"]]
        )
        let hash = try #require(stored["content_hash"])
        _ = try await client.call("memory_store", ["content": "Plays chess.", "tags": ["home", "machine learning"]])
        #expect(try await client.refusal("memory_store", ["content": ""]).contains("blank"))
        let found = try await client.call("memory_search", ["query": "tea", "limit": 1])
        #expect(found["memories"]?.array?.first?["memory_type"] == "preference")
        func count(_ arguments: JSONObject) async throws -> JSONValue? {
            try await client.call("memory_search", arguments)["total_results"]
        }
        #expect(try await count(["tags": ["machine learning"]]) == 2)
        #expect(try await count(["tags": "home,drinks"]) == 2)
        #expect(try await count(["tags": ["home", "drinks"], "tag_match": "all"]) == 0)
        #expect(try await count(["tags": ["home", "machine learning"], "tag_match": "all"]) == 1)
        #expect(try await count(["query": "tea", "before": "2000-01-01"]) == 0)
        #expect(try await count(["after": "2000-01-01"]) == 2)
        #expect(
            try await client.refusal("memory_search", ["query": "tea", "after": "soon"]).contains("must be a date")
        )
        #expect(try await client.refusal("memory_search").contains("needs query"))
        let first = try await client.call("memory_list", ["page_size": 1])
        #expect(first["memories"]?.array?.map { $0["content"] } == ["Plays chess."])
        #expect(first["total"] == 2 && first["has_more"] == true)
        let last = try await client.call("memory_list", ["page": 2, "page_size": 1])
        #expect(last["memories"]?.array?.map { $0["content"] } == ["Prefers tea."] && last["has_more"] == false)
        #expect(try await client.call("memory_list", ["memory_type": "preference"])["total"] == 1)
        #expect(try await client.call("memory_list", ["page": .integer(.max), "page_size": 1_000])["memories"] == [])
        let updates: JSONValue = ["tags": ["drinks"], "memory_type": "fact", "metadata": ["seen": "twice"]]
        let updated = try await client.call("memory_update", ["content_hash": hash, "updates": updates])
        let memory = try #require(
            try await client.call("memory_list", ["memory_type": "fact"])["memories"]?.array?.first
        )
        #expect(memory["tags"] == ["drinks"] && memory["content_hash"] == updated["content_hash"])
        let trial = try await client.call("memory_delete", ["tags": ["drinks"], "dry_run": true])
        #expect(trial["deleted_count"] == 1)
        // A day that may not be meant is not deleted.
        let day = try #require(memory["created_at"]?.string?.prefix(10))
        for (before, count) in [(String(day), 0), ("2100-01-01", 2)] {
            let trial = try await client.call("memory_delete", ["before": .string(before), "dry_run": true])
            #expect(trial["deleted_count"] == .integer(Int64(count)), "\(before)")
        }
        #expect(
            try await client.call("memory_delete", ["content_hash": updated["content_hash"] ?? .null])["deleted_count"]
                == 1
        )
        #expect(try await client.refusal("memory_delete", ["content_hash": hash]).contains("memory_search"))
        #expect(try await client.refusal("memory_delete").contains("Say which"))
        #expect(try await client.call("memory_health").at("statistics", "total_memories") == 1)
        try await client.close()
    }

    @Test func `names of earlier releases of mcp-memory-service are answered to and not listed`() async throws {
        let client = try await Client { $0.style = .mcpMemoryService }
        let hash = try #require(
            try await client.call("store_memory", ["content": "Prefers tea.", "tags": ["home"]])["content_hash"]
        )
        #expect(try await client.call("retrieve_memory", ["query": "tea", "n_results": 1])["total_results"] == 1)
        #expect(
            try await client.call("search_by_tag", ["tags": ["home", "drinks"], "match_all": true])["total_results"]
                == 0
        )
        #expect(try await client.call("check_database_health").at("statistics", "total_memories") == 1)
        #expect(try await client.call("delete_memory", ["content_hash": hash])["success"] == true)
        let listed = try await client.ask("tools/list").at("result", "tools")?.array?.compactMap { $0["name"]?.string }
        #expect(
            listed == [
                "memory_store", "memory_search", "memory_list", "memory_update", "memory_delete", "memory_health",
            ]
        )
        try await client.close()
    }
}
