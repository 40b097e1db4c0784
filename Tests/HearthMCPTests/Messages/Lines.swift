import Foundation
import HearthMCP
import HearthMemory
import HearthText
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(60))) struct Lines {
    @Test(arguments: [
        ("{", -32700), ("no json", -32700), ("[]", -32600), (#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, -32600),
        ("1", -32600), ("null", -32600), ("\"ping\"", -32600), ("{}", -32600),
        (#"{"jsonrpc":"1.0","id":7,"method":"ping"}"#, -32600),
        (#"{"id":7,"method":"ping"}"#, -32600), (#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600),
        (#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, -32600), (#"{"jsonrpc":"2.0","id":7,"method":5}"#, -32600),
        (#"{"jsonrpc":"2.0","id":7,"method":"ping","params":[1]}"#, -32602), (#"{"jsonrpc":"2.0","id":7}"#, -32600),
        (#"{"jsonrpc":"2.0","id":7,"method":"tools/list"}"#, -32600),
        (#"{"jsonrpc":"2.0","id":7,"method":"initialize","params":{"protocolVersion":5}}"#, -32602),
        (#"{"jsonrpc":"2.0","id":7,"method":"server/discover","params":{}}"#, -32602),
    ])
    func `a line that is wrong gets the protocol's error, and the server goes on`(line: String, code: Int64)
        async throws
    {
        let client = try await Client()
        client.send(line)
        let answer = try #require(try client.received.first)
        #expect(answer.at("error", "code") == .integer(code))
        #expect(answer["jsonrpc"] == "2.0")
        #expect(answer.at("error", "message")?.string?.isEmpty == false)
        #expect(try await client.answer(to: client.begin("ping"))["result"] == [:])
        try await client.close()
    }

    @Test(arguments: [
        #"{"jsonrpc":"2.0","id":7,"method":"ping","params":{"a":DEEP}}"#,
        #"{"method":"ping","params":{"id":1,"a":DEEP},"jsonrpc":"2.0","id":7}"#,
        #"{"x":"\"id\":3,","method":"ping", "params":[{"id":4}, DEEP] , "id" : 7 }"#,
        #"{"id":7,"method":"ping","params":{"number":1e999}}"#,
    ])
    func `a message that goes beyond a limit is refused by its id`(line: String) async throws {
        let client = try await Client()
        let deep = String(repeating: "[", count: 80) + "\"id\"" + String(repeating: "]", count: 80)
        client.send(line.replacing("DEEP", with: deep))
        let answer = try #require(try client.received.first)
        #expect(answer["id"] == 7)
        #expect(answer.at("error", "code") == -32600)
        try await client.close()
    }

    @Test func `a line that is too long is refused by the id of its message, and the next one is answered`()
        async throws
    {
        let fill = String(repeating: "x{\\\"[", count: LineTransport.longestLine / 4)
        let lines = [
            #"{"jsonrpc":"2.0","id":"first","method":"ping","params":{"id":1,"text":"FILL"}}"#,
            #"{"method":"ping","params":{"id":1,"text":"FILL"},"jsonrpc":"2.0","id":2}"#,
            #"{"method":"ping","params":{"text":"FILL"},"jsonrpc":"2.0"}"#, "FILL",
            #"{"jsonrpc":"2.0","id":5,"method":"ping"}"#,
        ]
        let place = try TemporaryDirectory()
        let (input, output) = (place.file("input"), place.file("output"))
        try lines.map { $0.replacing("FILL", with: fill) }.joined(separator: "\n")
            .write(toFile: input, atomically: true, encoding: .utf8)
        try Data().write(to: URL(filePath: output))
        let (reading, writing) = (
            try FileHandle(forReadingFrom: URL(filePath: input)), try FileHandle(forWritingTo: URL(filePath: output))
        )
        let coordinator = try await MultiAgentMemoryCoordinator.open(.temporary)
        try await coordinator.registerAgent("alden")
        _ = try await LineTransport.serve(input: reading.fileDescriptor, output: writing.fileDescriptor) { write in
            try MCPServer(coordinator, options: ServerOptions(agent: "alden", user: Client.user), write: write)
        }
        let answers = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n")
            .map { try JSONParser.parse(Array($0.utf8)) }
        #expect(answers.map { $0["id"] } == ["first", 2, .null, .null, 5])
        #expect(answers.dropLast().allSatisfy { $0.at("error", "code") == -32600 })
        #expect(answers.last?["result"] == [:])
        try await coordinator.close()
    }

    @Test func `bytes that are not UTF-8 get an error, and an empty line gets nothing`() async throws {
        let client = try await Client()
        client.server.receive([0x7B, 0xFF, 0x7D])
        client.send("")
        client.send("  \r")
        #expect(try client.received.map { $0.at("error", "code") } == [-32700])
        try await client.close()
    }

    @Test func `whatever comes, each request has one answer, and nothing else has any`() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let client = try await Client()
        try await client.open()
        let messages: [JSONValue] = [
            ["jsonrpc": "2.0", "id": 1, "method": "tools/list"],
            [
                "jsonrpc": "2.0", "id": "a", "method": "tools/call",
                "params": ["name": "remember", "arguments": ["content": "x"]],
            ],
            [
                "jsonrpc": "2.0", "id": 2, "method": "tools/call",
                "params": ["name": "recall", "arguments": ["q": "x", "budget": 9]],
            ],
            ["jsonrpc": "2.0", "id": 3, "method": "resources/read", "params": ["uri": "hearth://slice"]],
            [
                "jsonrpc": "2.0", "id": 4, "method": "prompts/get",
                "params": ["name": "tidy_up", "arguments": ["tag": "t"]],
            ],
            ["jsonrpc": "2.0", "method": "notifications/cancelled", "params": ["requestId": 1]],
            [
                "jsonrpc": "2.0", "id": 5, "method": "completion/complete",
                "params": [
                    "ref": ["type": "ref/prompt", "name": "tidy_up"], "argument": ["name": "tag", "value": ""],
                ],
            ],
        ]
        let strange: [JSONValue] = [
            .null, true, 0, -1, 1e300, "", "\u{0}", "💥\u{202E}", [], [:], ["a": ["b": [1, 2]]],
            .string(String(repeating: "x", count: 5_000)),
        ]
        func broken(_ value: JSONValue) -> JSONValue {
            guard let object = value.object, let key = object.keys.randomElement(using: &random) else {
                return strange.randomElement(using: &random) ?? .null
            }
            var changed = object
            changed[key] =
                Bool.random(using: &random) ? broken(object[key] ?? .null) : strange.randomElement(using: &random)
            return .object(changed)
        }
        for number in 0..<150 {
            var message = broken(messages.randomElement(using: &random) ?? .null)
            // Each has an id of its own, if it has any that counts.
            if case .object(var object) = message, object["id"]?.integer != nil || object["id"]?.string != nil {
                object["id"] = .integer(Int64(1_000 + number))
                message = .object(object)
            }
            var line = message.bytes
            if Int.random(in: 0..<8, using: &random) == 0, !line.isEmpty {
                line[Int.random(in: 0..<line.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let before = try client.received.count
            client.server.receive(line)
            // The line is judged by what it says now.
            let said = try? JSONParser.parse(line, as: .lenient)
            let isNotification =
                said?["method"]?.string != nil && said?["id"] == nil && said?["jsonrpc"] == "2.0"
                && (said?["params"] == nil || said?["params"] == .null || said?["params"]?.object != nil)
            let isAnswer =
                said?["jsonrpc"] == "2.0" && said?["method"] == nil && said?["id"]?.object == nil && said?["id"] != nil
                && (said?["result"] != nil || said?["error"] != nil)
            let isBlank = line.allSatisfy { [0x20, 0x09, 0x0D].contains($0) }
            if isNotification || isAnswer || isBlank { continue }
            try await until { try client.received.count > before }
            _ = seed
        }
        #expect(try await client.answer(to: client.begin("ping"))["result"] == [:], "seed \(seed)")
        try await client.close()
    }
}
