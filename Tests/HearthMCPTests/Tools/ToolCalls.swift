import HearthMCP
import HearthMemory
import HearthText
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(60))) struct ToolCalls {
    @Test func `what is remembered is recalled, read, revised, listed and forgotten`() async throws {
        let client = try await Client()
        let id = try #require(
            try await client.call("remember", ["content": "Prefers the window seat on trains.", "tags": ["trains"]])[
                "id"
            ]
        )
        let recalled = try await client.call("recall", ["query": "window seat"])
        #expect(recalled["text"]?.string?.contains(id.string ?? "-") == true)
        let read = try await client.call("get", ["id": id])
        #expect(read["content"] == "Prefers the window seat on trains.")
        #expect(read["trust"] == 0.3)
        let revised = try await client.call("revise", ["id": id, "old_text": "window", "new_text": "aisle"])
        #expect(revised["published"] == true)
        #expect(revised["version"] == 2)
        let listed = try await client.call("browse", ["tag": "trains"])
        #expect(listed["memories"]?.array?.first?["content"] == "Prefers the aisle seat on trains.")
        #expect(try await client.call("forget", ["id": id])["deleted"] == true)
        #expect(try await client.refusal("get", ["id": id]).contains("recall"))
        try await client.close()
    }

    @Test func `what a client stores came from a tool of its name`() async throws {
        let client = try await Client()
        let id = try await client.call("remember", ["content": "Told."])["id"]?.string ?? ""
        let memory = try await client.coordinator.memory(MemoryID(rawValue: id), agentID: "alden")
        #expect(memory.provenance == Provenance(origin: .tool, name: "tester"))
        try await client.open()
        let answer = try await client.answer(
            to: client.begin("tools/call", ["name": "remember", "arguments": ["content": "Told too."]])
        )
        let second = answer.at("result", "structuredContent", "id")?.string ?? ""
        let name = try await client.coordinator.memory(MemoryID(rawValue: second), agentID: "alden").provenance.name
        #expect(name == "session tester")
        // An edit is of whoever made it.
        _ = try await client.call("revise", ["id": .string(second), "old_text": "too", "new_text": "as well"])
        let edited = try await client.coordinator.memory(MemoryID(rawValue: second), agentID: "alden").provenance
        #expect(edited == Provenance(origin: .tool, name: "tester"))
        try await client.close()
    }

    @Test func `names and values that models guess are taken`() async throws {
        let client = try await Client()
        let id = try #require(
            try await client.call("remember", ["text": "Tea at four.", "tags": "tea", "importance": "0.9"])["id"]
        )
        #expect(
            try await client.call("recall", ["q": "tea", "maxTokens": "200"])["text"]?.string?.contains("Tea at four")
                == true
        )
        let link = JSONValue.string("hearth://memory/" + (id.string ?? ""))
        #expect(
            try await client.call("revise", ["memory_id": link, "old_string": "four", "new_string": "five"])["version"]
                == 2
        )
        #expect(try await client.call("get", ["memoryId": id])["content"] == "Tea at five.")
        #expect(try await client.call("browse", ["limit": "1", "category": .null])["memories"]?.array?.count == 1)
        try await client.close()
    }

    @Test func `a model can't act as another, and is told what to do instead`() async throws {
        let client = try await Client()
        for name in ["agent", "agent_id", "user", "userId"] {
            #expect(
                try await client.refusal("remember", ["content": "x", name: "alice"])
                    .contains("fixed when the server starts")
            )
        }
        #expect(try await client.call("browse")["memories"] == [])
        try await client.close()
    }

    @Test func `what is wrong with a call is said so that a model can mend it`() async throws {
        let client = try await Client { $0.tools = .all }
        let id = try #require(try await client.call("remember", ["content": "Tea, tea."])["id"])
        let wrong: [(String, JSONObject, String)] = [
            ("remember", [:], "needs content"), ("remember", ["content": [:]], "must be a string"),
            ("remember", ["content": "x", "colour": "red"], "it has content"),
            ("remember", ["content": "x", "importance": 7], "importance"),
            ("recall", ["query": "x", "budget": 0], "budget"),
            ("get", ["id": "none"], "recall or browse"), ("get", ["id": ""], "empty"),
            ("revise", ["id": id], "Say what to change"),
            ("revise", ["id": id, "old_text": "coffee", "new_text": "x"], "word for word"),
            ("revise", ["id": id, "old_text": "ea", "new_text": "x"], "2 times"),
            ("browse", ["cursor": "x"], "begin anew"),
            ("browse", ["limit": 0], "limit"), ("resolve", ["conflict": "none"], "conflicts lists"),
            ("roll_back", ["id": id, "version": "9"], "history lists"),
            ("share", ["id": id, "with": ["nobody"]], "nobody"),
            ("share", ["id": id, "with": "alice", "permission": "own"], "one of read, propose"),
            ("lock", ["id": id, "seconds": 0], "from 1"),
            ("forget", ["id": "none"], "none"),
        ]
        for (tool, arguments, word) in wrong {
            let message = try await client.refusal(tool, arguments)
            #expect(message.contains(word), "\(tool): \(message)")
        }
        let unknown = try await client.ask("tools/call", ["name": "recal"])
        #expect(unknown.at("error", "code") == -32602)
        #expect(unknown.at("error", "message")?.string?.contains("recall") == true)
        let list = try await client.ask("tools/call", ["name": "recall", "arguments": [1]])
        #expect(list.at("error", "code") == -32602)
        try await client.close()
    }

    @Test func `a blank argument counts as left out, and one that is given twice is refused`() async throws {
        let client = try await Client { $0.tools = .all }
        let id = try #require(
            try await client.call("remember", ["content": "Tea, beta.", "category": "", "tags": " "])["id"]
        )
        for arguments: JSONObject in [["content": ""], ["content": " \n"], ["content": "", "new_text": "  "]] {
            var arguments = arguments
            arguments["id"] = id
            #expect(try await client.refusal("revise", arguments).isEmpty == false)
        }
        #expect(try await client.call("revise", ["id": id, "content": "", "tags": ["x"]])["published"] == true)
        let refused: [(String, JSONObject, String)] = [
            ("revise", ["id": id, "content": "new", "old_text": "beta", "new_text": "BETA"], "not both"),
            ("revise", ["id": id, "old_text": "beta"], "new_text is missing"),
            ("remember", ["content": "one", "text": "two"], "content and text are one argument"),
            ("recall", ["q": "one", "query": "two"], "q and query are one argument"),
            ("recall", ["query": " "], "query is blank"), ("lock", ["id": id, "wait": -1], "from 0"),
        ]
        for (tool, arguments, word) in refused {
            let message = try await client.refusal(tool, arguments)
            #expect(message.contains(word), "\(tool): \(message)")
        }
        let memory = try await client.call("get", ["id": id])
        #expect(memory["content"] == "Tea, beta.")
        #expect(memory["tags"] == ["x"])
        #expect(try await client.call("browse", ["cursor": "", "category": ""])["memories"]?.array?.count == 1)
        // The same twice is no contradiction, and an empty text in the place of a passage takes that out.
        _ = try await client.call("revise", ["id": id, "memory_id": id, "old_text": ", beta", "new_text": ""])
        #expect(try await client.call("get", ["id": id])["content"] == "Tea.")
        try await client.close()
    }

    @Test func `a list that is written into a text is read, and any other text is one of its elements`() async throws {
        let client = try await Client()
        for (tags, read): (JSONValue, JSONValue) in [
            (#"["a", "b"]"#, ["a", "b"]), (#" ["c"]"#, ["c"]), ("[d", ["[d"]), ("e", ["e"]), ([], []),
        ] {
            let id = try #require(try await client.call("remember", ["content": "Tagged.", "tags": tags])["id"])
            #expect(try await client.call("get", ["id": id])["tags"] ?? [] == read)
        }
        #expect(try await client.refusal("remember", ["content": "x", "tags": [:]]).contains("tags must be a list"))
        try await client.close()
    }

    @Test func `a list shows the beginning of a long memory, and says how to read the rest`() async throws {
        let client = try await Client()
        let text = String(repeating: "long 💥 ", count: 1_000)
        let id = try #require(try await client.call("remember", ["content": .string(text)])["id"])
        _ = try await client.call("remember", ["content": "Short."])
        let listed = try #require(try await client.call("browse")["memories"]?.array)
        #expect(listed.first?["note"] == nil && listed.first?["content"] == "Short.")
        #expect(listed.last?["content"]?.string?.count == 2_001)
        #expect(listed.last?["note"]?.string?.contains("get reads it whole") == true)
        #expect(try await client.call("get", ["id": id])["content"] == .string(text))
        try await client.close()
    }

    @Test func `a revision of tags takes no file out of its directory and no part out of the graph`() async throws {
        let client = try await Client { $0.tools = .all }
        let files = try await Client(on: client.coordinator) { $0.style = .files }
        let graph = try await Client(on: client.coordinator) { $0.style = .graph }
        _ = try await files.call("create", ["path": "/memories/plan", "file_text": "Paint."])
        let entity: JSONValue = ["name": "Ana", "entityType": "person", "observations": ["Sails."]]
        _ = try await graph.call("create_entities", ["entities": [entity]])
        let before = try await graph.call("read_graph")
        for memory in try await client.call("browse")["memories"]?.array ?? [] {
            _ = try await client.call("revise", ["id": memory["id"] ?? .null, "tags": ["home"]])
        }
        #expect(try await files.call("view", ["path": "/memories/plan"])["text"]?.string?.contains("Paint.") == true)
        #expect(try await graph.call("read_graph") == before)
        #expect(try await client.call("browse", ["tag": "home"])["memories"]?.array?.count == 3)
        await files.server.close()
        await graph.server.close()
        try await client.close()
    }

    @Test func `two agents share, propose, sync, lock and roll back`() async throws {
        let alden = try await Client { $0.tools = .all }
        let alice = try await Client("alice", on: alden.coordinator) { $0.tools = .all }
        let id = try #require(try await alden.call("remember", ["content": "Dinner at seven."])["id"])
        #expect(try await alice.refusal("get", ["id": id]).contains("recall"))
        #expect(try await alden.call("share", ["id": id, "with": "alice"])["shared_with"] == ["alice"])
        let proposed = try await alice.call("revise", ["id": id, "content": "Dinner at eight."])
        #expect(proposed["published"] == false)
        #expect(try await alden.call("get", ["id": id])["content"] == "Dinner at seven.")
        #expect(try await alice.call("sync")["published"] == 1)
        #expect(try await alden.call("get", ["id": id])["content"] == "Dinner at eight.")
        #expect(try await alden.call("history", ["id": id])["versions"]?.array?.count == 2)
        #expect(try await alden.call("roll_back", ["id": id, "version": "1"])["content"] == "Dinner at seven.")
        #expect(try await alden.call("lock", ["id": id, "seconds": 86_400])["locked"] == true)
        #expect(try await alden.call("revise", ["id": id, "content": "Dinner at nine."])["published"] == true)
        #expect(try await alden.call("unlock", ["id": id])["unlocked"] == true)
        #expect(try await alden.call("unlock", ["id": id])["unlocked"] == false)
        #expect(try await alice.refusal("forget", ["id": id]).isEmpty == false)
        #expect(try await alden.call("unshare", ["id": id, "from": ["alice"]])["shared_with"] == [])
        #expect(try await alice.refusal("get", ["id": id]).contains("recall"))
        let status = try await alden.call("status")
        #expect(
            status["memories"] == 1 && status["agent"] == "alden" && status["user"] == .string(Client.user.rawValue)
        )
        await alice.server.close()
        try await alden.close()
    }

    @Test func `pages of a list follow one another to the end`() async throws {
        let client = try await Client()
        for number in 0..<25 { _ = try await client.call("remember", ["content": .string("\(number)")]) }
        var seen: [String] = []
        var cursor: JSONValue?
        repeat {
            var arguments: JSONObject = ["limit": 10]
            if let cursor { arguments["cursor"] = cursor }
            let page = try await client.call("browse", arguments)
            seen += page["memories"]?.array?.compactMap { $0["content"]?.string } ?? []
            cursor = page["next"]
        } while cursor != nil
        #expect(seen == (0..<25).reversed().map { "\($0)" })
        try await client.close()
    }

    @Test func `revisions of one memory by many calls at once are all kept`() async throws {
        let client = try await Client()
        let id = try #require(try await client.call("remember", ["content": "-"])["id"])
        let requests = (0..<30)
            .map { number in
                client.begin(
                    "tools/call",
                    Client.modern([
                        "name": "revise", "arguments": ["id": id, "old_text": "-", "new_text": .string("\(number),-")],
                    ])
                )
            }
        for request in requests {
            let answer = try await client.answer(to: request)
            #expect(answer.at("result", "isError") == nil, "\(answer.text)")
        }
        let content = try await client.call("get", ["id": id])["content"]?.string ?? ""
        #expect(content.split(separator: ",").dropLast().compactMap { Int($0) }.sorted() == Array(0..<30))
        try await client.close()
    }

    /// The limit is for a call that never ends; beside all other tests a call takes long.
    @Test(.timeLimit(.minutes(30)))
    func `an edit that a draft of before keeps from being made is refused, and not tried for ever`() async throws {
        let alden = try await Client { $0.tools = .all }
        let alice = try await Client("alice", on: alden.coordinator) { $0.tools = .all }
        let id = try #require(try await alden.call("remember", ["content": "Dinner at seven."])["id"])
        _ = try await alden.call("share", ["id": id, "with": "alice", "permission": "propose"])
        #expect(
            try await alice.call("revise", ["id": id, "old_text": "seven", "new_text": "eight"])["published"] == false
        )
        _ = try await alden.call("revise", ["id": id, "old_text": "seven", "new_text": "nine"])
        #expect(try await alice.refusal("revise", ["id": id, "content": "Dinner at seven."]).contains("ync"))
        _ = try await alice.call("sync")
        await alice.server.close()
        try await alden.close()
    }

    @Test func `a count of memories is taken for that and not for tokens`() async throws {
        let client = try await Client()
        for number in 1...6 { _ = try await client.call("remember", ["content": .string("Rose \(number) is red.")]) }
        for name in ["limit", "top_k", "k", "n_results", "max_results"] {
            let recalled = try await client.call("recall", ["q": "roses", name: 2])
            #expect(recalled["text"]?.string?.split(separator: "\n").count == 2, "\(name): \(recalled.text)")
            #expect(recalled["left_out"] == 4)
        }
        #expect(try await client.refusal("recall", ["q": "roses", "limit": 0]).contains("1 or more"))
        try await client.close()
    }

    @Test(arguments: ToolStyle.allCases)
    func `without the key everything but the sensitive memories is there, and it is said that they are left out`(
        style: ToolStyle
    ) async throws {
        let place = try TemporaryDirectory()
        let path = place.file("hearth.db")
        var withKey = CoordinatorConfiguration()
        withKey.keyProvider = MemoryKeyProvider()
        let full = try await MultiAgentMemoryCoordinator.open(.file(path), configuration: withKey)
        try await full.registerAgent("alden")
        let sealed = try await full.storeAgentMemory(
            agentID: "alden",
            userID: Client.user,
            content: "The pin is 4711.",
            isSensitive: true
        )
        try await full.storeAgentMemory(agentID: "alden", userID: Client.user, content: "The pin board is green.")
        try await full.close()
        let plain = try await MultiAgentMemoryCoordinator.open(.file(path))
        try await plain.registerAgent("alden")
        let client = try await Client(on: plain) {
            $0.style = style
            $0.tools = .all
        }
        let calls: [(String, JSONObject)] =
            switch style {
            case .memories: [("recall", ["q": "pin"]), ("browse", [:])]
            case .files: [("view", ["path": "/memories"])]
            case .graph: [("read_graph", [:]), ("search_nodes", ["query": "pin"]), ("open_nodes", ["names": ["pin"]])]
            case .openmemory: [("search_memory", ["query": "pin"]), ("list_memories", [:])]
            case .mcpMemoryService: [("memory_search", ["query": "pin"]), ("memory_list", [:])]
            }
        for (tool, arguments) in calls {
            let result = try await client.call(tool, arguments)
            #expect(result["note"]?.string?.contains("--key-file") == true, "\(tool): \(result.text)")
            #expect(!result.text.contains("4711"))
            if style != .files, style != .graph { #expect(result.text.contains("green")) }
        }
        switch style {
        case .files: _ = try await client.call("create", ["path": "/memories/x", "file_text": "y"])
        case .graph:
            let entity: JSONValue = ["name": "Ana", "entityType": "person", "observations": ["Sails."]]
            _ = try await client.call("create_entities", ["entities": [entity]])
        case .memories:
            #expect(
                try await client.refusal("get", ["id": .string(sealed.rawValue)]).contains("started without its key")
            )
            let slice = try await client.ask("resources/read", ["uri": "hearth://slice"]).text
            let recalled = try await client.ask(
                "prompts/get",
                ["name": "recall_for_task", "arguments": ["task": "pin"]]
            )
            let tidied = try await client.ask("prompts/get", ["name": "tidy_up"])
            for text in [slice, recalled.text, tidied.text] {
                #expect(text.contains("--key-file") && text.contains("green") && !text.contains("4711"), "\(text)")
            }
        case .openmemory, .mcpMemoryService: break
        }
        try await client.close()
    }

    @Test func `what is wrong inside an argument is named by its place, and advice names tools that are offered`()
        async throws
    {
        let client = try await Client { $0.style = .graph }
        let entities: JSONValue = [
            ["name": "Ana", "entityType": "person", "observations": []], ["name": "Ben", "entityType": "person"],
        ]
        #expect(
            try await client.refusal("create_entities", ["entities": entities])
                == "entities[1] lacks observations, a list, each a string."
        )
        #expect(
            try await client.refusal("open_nodes", ["names": ["Ana", ["x": 1]]])
                == "names[1] must be a string, not an object."
        )
        try await client.close()
        let other = try await Client { $0.style = .openmemory }
        let refusal = try await other.refusal("delete_memories", ["memory_ids": ["mem_none"]])
        #expect(refusal.contains("search_memory") && !refusal.contains("recall"))
        try await other.close()
        let memories = try await Client { $0.tools = .all }
        let id = try #require(try await memories.call("remember", ["content": "Ours."])["id"])
        #expect(try await memories.call("share", ["id": id, "agent": "alice"])["shared_with"] == ["alice"])
        #expect(try await memories.refusal("remember", ["content": " \n"]).contains("blank"))
        try await memories.close()
    }
}
