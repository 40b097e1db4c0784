import HearthMCP
import HearthMemory
import HearthText
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(60))) struct Eras {
    @Test(arguments: [
        ("2025-11-25", "2025-11-25"), ("2025-06-18", "2025-06-18"), ("2024-11-05", "2025-11-25"), ("x", "2025-11-25"),
    ])
    func `a session begins with the version that both speak`(wanted: String, agreed: String) async throws {
        let client = try await Client()
        let result = try await client.open(wanted)
        #expect(result["protocolVersion"] == .string(agreed))
        #expect(result.at("serverInfo", "name") == "hearth")
        #expect(result.at("capabilities", "tools") == [:])
        #expect(result.at("capabilities", "logging") == nil)
        #expect(result["resultType"] == nil)
        let list = try await client.answer(to: client.begin("tools/list"))
        #expect(list.at("result", "tools")?.array?.isEmpty == false)
        #expect(list.at("result", "ttlMs") == nil)
        try await client.close()
    }

    @Test func `a stateless request needs no session and has what its revision asks for`() async throws {
        let client = try await Client()
        let discovered = try #require(try await client.ask("server/discover")["result"])
        #expect(discovered["supportedVersions"] == ["2026-07-28", "2025-11-25", "2025-06-18"])
        #expect(discovered["resultType"] == "complete")
        #expect(discovered["cacheScope"] == "private")
        #expect(discovered["_meta"]?["io.modelcontextprotocol/serverInfo"]?["name"] == "hearth")
        for method in ["tools/list", "prompts/list", "resources/list", "resources/templates/list"] {
            let result = try #require(try await client.ask(method)["result"])
            #expect(result["resultType"] == "complete")
            #expect(result["ttlMs"]?.integer.map { $0 >= 0 } == true)
            #expect(["public", "private"].contains(result["cacheScope"]?.string))
        }
        try await client.close()
    }

    @Test func `a version that is not spoken is refused with those that are`() async throws {
        let client = try await Client()
        let answer = try await client.answer(
            to: client.begin(
                "tools/list",
                [
                    "_meta": [
                        "io.modelcontextprotocol/protocolVersion": "1900-01-01",
                        "io.modelcontextprotocol/clientCapabilities": [:],
                    ]
                ]
            )
        )
        #expect(answer.at("error", "code") == -32022)
        #expect(answer.at("error", "data", "requested") == "1900-01-01")
        #expect(answer.at("error", "data", "supported")?.array?.first == "2026-07-28")
        let without = try await client.answer(
            to: client.begin("tools/list", ["_meta": ["io.modelcontextprotocol/protocolVersion": "2026-07-28"]])
        )
        #expect(without.at("error", "code") == -32602)
        try await client.close()
    }

    @Test func `both eras go on one connection, each with its own methods`() async throws {
        let client = try await Client()
        _ = try await client.ask("server/discover")
        try await client.open()
        for method in ["ping", "initialize", "resources/subscribe", "logging/setLevel"] {
            #expect(try await client.ask(method).at("error", "code") == -32601)
        }
        #expect(try await client.answer(to: client.begin("ping"))["result"] == [:])
        let listen = try await client.answer(to: client.begin("subscriptions/listen", ["notifications": [:]]))
        #expect(listen.at("error", "code") == -32601)
        #expect(try await client.ask("no/such").at("error", "code") == -32601)
        let missing: JSONValue = ["uri": "hearth://memory/none"]
        #expect(try await client.answer(to: client.begin("resources/read", missing)).at("error", "code") == -32002)
        #expect(try await client.ask("resources/read", ["uri": "hearth://memory/none"]).at("error", "code") == -32602)
        try await client.close()
    }

    @Test func `an id that is still being answered is refused`() async throws {
        let client = try await Client { $0.tools = .all }
        let id = try await client.call("remember", ["content": "Held."])["id"] ?? .null
        _ = try await client.call("lock", ["id": id, "seconds": 86_400])
        let other = try await Client("alden", on: client.coordinator) { $0.tools = .all }
        let wait = Client.modern(["name": "lock", "arguments": ["id": id, "wait": 86_400]])
        for _ in 0..<2 { other.send(["jsonrpc": "2.0", "id": "same", "method": "tools/call", "params": wait]) }
        try await until { try other.received.contains { $0.at("error", "code") == -32600 } }
        await other.server.close()
        try await client.close()
    }
}
