import HearthMCP
import HearthMemory
import HearthText
import Synchronization
import TestSupport
import Testing

/// A client that talks to a server in this process, line by line.
final class Client: Sendable {
    let coordinator: MultiAgentMemoryCoordinator
    let server: MCPServer
    private let inbox: Inbox
    private let ids = Mutex<Int64>(0)

    /// What the server has sent.
    private final class Inbox: Sendable {
        let lines = Mutex<[[UInt8]]>([])
    }

    static let user: UserID = "user_123"

    /// A client of an agent of a household, on a store of its own unless one is given.
    init(
        _ agent: AgentID = "alden",
        on given: MultiAgentMemoryCoordinator? = nil,
        configure: (inout ServerOptions) -> Void = { _ in }
    ) async throws {
        if let given {
            coordinator = given
        } else {
            coordinator = try await MultiAgentMemoryCoordinator.open(.temporary)
            for profile in AgentProfile.hearthlink { try await coordinator.registerAgent(profile.id) }
        }
        let inbox = Inbox()
        self.inbox = inbox
        var options = ServerOptions(agent: agent, user: Self.user)
        configure(&options)
        server = try MCPServer(coordinator, options: options) { line in inbox.lines.withLock { $0.append(line) } }
    }

    func close() async throws {
        await server.close()
        try await coordinator.close()
    }

    /// Everything that the server has sent; each must be one JSON value on a line of its own.
    var received: [JSONValue] {
        get throws {
            try inbox.lines.withLock { $0 }
                .map { line in
                    try #require(line.last == UInt8(ascii: "\n"))
                    try #require(line.dropLast().contains(UInt8(ascii: "\n")) == false)
                    return try JSONParser.parse(Array(line.dropLast()), as: .lenient)
                }
        }
    }

    func send(_ line: String) { server.receive(Array(line.utf8)) }
    func send(_ message: JSONValue) { server.receive(message.bytes) }

    /// Sends a request and gives its number.
    @discardableResult
    func begin(_ method: String, _ params: JSONValue = [:]) -> JSONValue {
        let id = ids.withLock { ids in
            ids += 1
            return JSONValue.integer(ids)
        }
        send(["jsonrpc": "2.0", "id": id, "method": .string(method), "params": params])
        return id
    }

    /// The answer to a request.
    func answer(to id: JSONValue) async throws -> JSONValue {
        var found: JSONValue?
        try await until {
            found = try received.last { $0["id"] == id && $0["method"] == nil }
            return found != nil
        }
        return try #require(found)
    }

    /// The answer of a request of the stateless revision.
    func ask(
        _ method: String,
        _ params: JSONObject = [:],
        capabilities: JSONValue = [:],
        meta: JSONObject = [:]
    ) async throws -> JSONValue {
        try await answer(to: begin(method, Self.modern(params, capabilities: capabilities, meta: meta)))
    }

    static func modern(_ params: JSONObject, capabilities: JSONValue = [:], meta: JSONObject = [:]) -> JSONValue {
        var meta = meta
        meta["io.modelcontextprotocol/protocolVersion"] = "2026-07-28"
        meta["io.modelcontextprotocol/clientCapabilities"] = capabilities
        meta["io.modelcontextprotocol/clientInfo"] = ["name": "tester", "version": "1"]
        var params = params
        params["_meta"] = .object(meta)
        return .object(params)
    }

    /// Begins a session.
    @discardableResult
    func open(_ version: String = "2025-11-25", capabilities: JSONValue = [:]) async throws -> JSONValue {
        let id = begin(
            "initialize",
            [
                "protocolVersion": .string(version), "capabilities": capabilities,
                "clientInfo": ["name": "session tester", "version": "1"],
            ]
        )
        let result = try #require(try await answer(to: id)["result"])
        send(["jsonrpc": "2.0", "method": "notifications/initialized"])
        return result
    }

    /// What a tool gives, by the stateless revision.
    func call(_ tool: String, _ arguments: JSONObject = [:], sourceLocation: SourceLocation = #_sourceLocation)
        async throws -> JSONValue
    {
        let answer = try await ask("tools/call", ["name": .string(tool), "arguments": .object(arguments)])
        let result = try #require(answer["result"], "\(answer.text)", sourceLocation: sourceLocation)
        #expect(result["isError"] == nil, "\(result.text)", sourceLocation: sourceLocation)
        let structured = try #require(result["structuredContent"], sourceLocation: sourceLocation)
        #expect(result["content"]?.array?.first?["text"] == .string(structured.text), sourceLocation: sourceLocation)
        return structured
    }

    /// Why a tool refuses.
    func refusal(_ tool: String, _ arguments: JSONObject = [:], sourceLocation: SourceLocation = #_sourceLocation)
        async throws -> String
    {
        let answer = try await ask("tools/call", ["name": .string(tool), "arguments": .object(arguments)])
        #expect(answer["result"]?["isError"] == true, "\(answer.text)", sourceLocation: sourceLocation)
        return answer["result"]?["content"]?.array?.first?["text"]?.string ?? ""
    }

    /// The notifications of a method.
    func notifications(_ method: String) throws -> [JSONValue] {
        try received.filter { $0["method"] == .string(method) }.compactMap { $0["params"] }
    }
}

extension JSONValue {
    /// A member of members.
    func at(_ path: String...) -> JSONValue? { path.reduce(self) { $0?[$1] } }
}
