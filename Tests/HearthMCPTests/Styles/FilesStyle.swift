import HearthMCP
import HearthMemory
import HearthText
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(60))) struct FilesStyle {
    private func client(on coordinator: MultiAgentMemoryCoordinator? = nil) async throws -> Client {
        try await Client(on: coordinator) { $0.style = .files }
    }

    @Test func `a file is a memory, and every edit of it a version`() async throws {
        let client = try await client()
        _ = try await client.call("create", ["path": "/memories/plan.txt", "file_text": "one\ntwo\n"])
        _ = try await client.call("str_replace", ["path": "/memories/plan.txt", "old_str": "two", "new_str": "deux"])
        _ = try await client.call("insert", ["path": "/memories/plan.txt", "insert_line": 0, "insert_text": "zero"])
        let memory = try #require(
            try await client.coordinator.memories(agentID: "alden", userID: Client.user).memories.first
        )
        #expect(memory.content == "zero\none\ndeux\n")
        #expect(memory.provenance.origin == .tool)
        #expect(try await client.coordinator.history(of: memory.id, agentID: "alden").count == 3)
        let found = try await client.coordinator.searchAgentMemories(
            agentID: "alden",
            userID: Client.user,
            query: "deux"
        )
        #expect(found.first?.memory.id == memory.id)
        try await client.close()
    }

    @Test(arguments: [
        "/etc/passwd", "memories/x", "/memories/../x", "/memories/a/../../x", "/memoriesx", "/memories/%2e%2e/x",
        "/memories/a\\..\\x",
        "/memories/a\u{0}b", "", "/memories/..",
    ])
    func `a path that leads out is refused by every command`(path: String) async throws {
        let client = try await client()
        let place = JSONValue.string(path)
        let calls: [(String, JSONObject)] = [
            ("view", ["path": place]), ("create", ["path": place, "file_text": "x"]),
            ("str_replace", ["path": place, "old_str": "x", "new_str": "y"]),
            ("insert", ["path": place, "insert_line": 0, "insert_text": "x"]), ("delete", ["path": place]),
            ("rename", ["old_path": place, "new_path": "/memories/y"]),
            ("rename", ["old_path": "/memories/y", "new_path": place]),
        ]
        for (tool, arguments) in calls { #expect(try await !client.refusal(tool, arguments).isEmpty) }
        #expect(try await client.coordinator.memories(agentID: "alden", userID: Client.user).memories.isEmpty)
        try await client.close()
    }

    @Test func `directories are moved and deleted with what is in them`() async throws {
        let client = try await client()
        for name in ["a/one", "a/b/two", "three"] {
            _ = try await client.call("create", ["path": .string("/memories/\(name)"), "file_text": .string(name)])
        }
        #expect(try await client.refusal("create", ["path": "/memories/a", "file_text": "x"]).contains("exists"))
        #expect(
            try await client.refusal("create", ["path": "/memories/three/x", "file_text": "x"]).contains("is a file")
        )
        #expect(
            try await client.refusal("rename", ["old_path": "/memories/a", "new_path": "/memories/a/c"])
                .contains("inside")
        )
        _ = try await client.call("rename", ["old_path": "/memories/a", "new_path": "/memories/c"])
        let listing = try await client.call("view", ["path": "/memories"])["text"]?.string ?? ""
        #expect(
            listing.split(separator: "\n").dropFirst(2).map { String($0.split(separator: "\t")[1]) } == [
                "/memories/c/", "/memories/c/b/", "/memories/c/one", "/memories/three",
            ]
        )
        _ = try await client.call("delete", ["path": "/memories/c"])
        #expect(try await client.refusal("view", ["path": "/memories/c/b/two"]).contains("does not exist"))
        try await client.close()
    }

    @Test func `two clients that edit one file at once lose nothing`() async throws {
        let first = try await client()
        let second = try await client(on: first.coordinator)
        _ = try await first.call("create", ["path": "/memories/log", "file_text": ""])
        let requests = (0..<20)
            .map { number in
                let client = number % 2 == 0 ? first : second
                let params: JSONObject = [
                    "name": "insert",
                    "arguments": ["path": "/memories/log", "insert_line": 0, "insert_text": .string("\(number)")],
                ]
                return (client, client.begin("tools/call", Client.modern(params)))
            }
        for (client, request) in requests {
            #expect(try await client.answer(to: request).at("result", "isError") == nil)
        }
        let memory = try await first.coordinator.memories(agentID: "alden", userID: Client.user).memories.first
        #expect(memory?.content.split(separator: "\n").compactMap { Int($0) }.sorted() == Array(0..<20))
        await second.server.close()
        try await first.close()
    }

    @Test func `lines are lines whatever they end with`() async throws {
        let client = try await client()
        _ = try await client.call("create", ["path": "/memories/w", "file_text": "a\r\nb\r\nc\r\n"])
        func view(_ arguments: JSONObject = [:]) async throws -> [String] {
            var arguments = arguments
            arguments["path"] = "/memories/w"
            let text = try await client.call("view", arguments)["text"]?.string ?? ""
            return text.split(separator: "\n").dropFirst().map { String($0.split(separator: "\t").last ?? "") }
        }
        #expect(try await view(["view_range": [2, 2]]) == ["b"])
        _ = try await client.call("insert", ["path": "/memories/w", "insert_line": 1, "insert_text": "X\r\n"])
        #expect(try await view(["view_range": [1, 4]]) == ["a", "X", "b", "c"])
        _ = try await client.call("str_replace", ["path": "/memories/w", "old_str": "b\nc", "new_str": "d\r\ne"])
        let memory = try await client.coordinator.memories(agentID: "alden", userID: Client.user).memories.first
        #expect(memory?.content == "a\nX\nd\ne\n")
        // A file that came by another way keeps its ends of lines until it is edited.
        try await client.coordinator.publishMemory(
            try #require(memory?.id),
            agentID: "alden",
            change: MemoryChange(content: "one\r\ntwo\r\n")
        )
        #expect(try await view(["view_range": [2, 2]]) == ["two"])
        _ = try await client.call("str_replace", ["path": "/memories/w", "old_str": "two\n", "new_str": "2\n"])
        #expect(try await view(["view_range": [1, 2]]) == ["one", "2"])
        try await client.close()
    }

    @Test func `the lines around an edit are shown, also where its text stands elsewhere or is gone`() async throws {
        let client = try await client()
        let text = (1...20).map { "line \($0)\n" }.joined()
        _ = try await client.call("create", ["path": "/memories/l", "file_text": .string(text)])
        for (old, new) in [("line 19", "line 1"), ("line 18\n", "")] {
            let shown = try await
                client
                .call(
                    "str_replace",
                    ["path": "/memories/l", "old_str": .string(old), "new_str": .string(new)]
                )["text"]?
                .string
            #expect(shown?.contains("    17\tline 17") == true, "\(shown ?? "")")
            #expect(shown?.contains("     1\t") == false)
        }
        try await client.close()
    }

    @Test func `of calls that create one file at once a single one does, and what is deleted stays so`() async throws {
        let first = try await client()
        let second = try await client(on: first.coordinator)
        let requests = (0..<8)
            .map { number in
                let client = number < 6 ? first : second
                let arguments: JSONValue = ["path": "/memories/p", "file_text": .string("\(number)")]
                return (
                    client,
                    client.begin("tools/call", Client.modern(["name": "create", "arguments": arguments]))
                )
            }
        var created = 0
        for (client, request) in requests {
            let result = try await client.answer(to: request)["result"]
            if result?["isError"] == nil {
                created += 1
            } else {
                #expect(result?.text.contains("already exists") == true)
            }
        }
        #expect(created == 1)
        #expect(try await first.coordinator.memories(agentID: "alden", userID: Client.user).memories.count == 1)
        _ = try await first.call("delete", ["path": "/memories/p"])
        #expect(try await second.refusal("view", ["path": "/memories/p"]).contains("does not exist"))
        await second.server.close()
        try await first.close()
    }

    @Test func `of servers that create the same files at once each file is of one alone`() async throws {
        let place = try TemporaryDirectory()
        var clients: [Client] = []
        for _ in 0..<4 {
            let coordinator = try await MultiAgentMemoryCoordinator.open(.file(place.file("hearth.db")))
            try await coordinator.registerAgent("alden")
            clients.append(try await client(on: coordinator))
        }
        let paths = (0..<12).map { "/memories/p\($0)" }
        let requests = paths.flatMap { path in
            clients.map { client in
                let arguments: JSONValue = ["path": .string(path), "file_text": "text"]
                return (
                    path, client, client.begin("tools/call", Client.modern(["name": "create", "arguments": arguments]))
                )
            }
        }
        var created: [String: Int] = [:]
        for (path, client, request) in requests {
            let result = try await client.answer(to: request)["result"]
            if result?["isError"] == nil { created[path, default: 0] += 1 }
        }
        #expect(created == Dictionary(uniqueKeysWithValues: paths.map { ($0, 1) }))
        let memories = try await clients[0].coordinator.memories(agentID: "alden", userID: Client.user).memories
        #expect(memories.count == paths.count)
        for client in clients { try await client.close() }
    }

    @Test func `two memories of one path are one file, which is moved and deleted whole`() async throws {
        let client = try await client()
        for text in ["older", "newer"] {
            try await client.coordinator.storeAgentMemory(
                agentID: "alden",
                userID: Client.user,
                content: text,
                tags: ["file"],
                metadata: ["path": "p"]
            )
        }
        #expect(try await client.call("view", ["path": "/memories/p"])["text"]?.string?.contains("older") == true)
        _ = try await client.call("rename", ["old_path": "/memories/p", "new_path": "/memories/q"])
        #expect(try await client.refusal("view", ["path": "/memories/p"]).contains("does not exist"))
        _ = try await client.call("delete", ["path": "/memories/q"])
        #expect(try await client.coordinator.memories(agentID: "alden", userID: Client.user).memories.isEmpty)
        try await client.close()
    }
}
