import HearthMemory
import HearthText

/// What a person may go on to type.
struct Completions: Sendable {
    private let memory: AgentMemory

    /// How many memories are looked at for categories and identifiers, and how many proposals a client takes.
    private static let lookedAt = 1_000
    private static let most = 100

    init(_ memory: AgentMemory) {
        self.memory = memory
    }

    func complete(_ params: JSONObject) async throws -> JSONObject {
        guard let argument = params["argument"]?.object, let name = argument["name"]?.string,
            let begun = argument["value"]?.string
        else { throw RPCError.invalidParams("argument must have a name and a value, both strings.") }
        guard let reference = params["ref"]?.object, let type = reference["type"]?.string else {
            throw RPCError.invalidParams("ref must be an object with a type.")
        }
        switch type {
        case "ref/prompt":
            let known = Prompts.definitions.contains { $0["name"] == reference["name"] }
            guard known else { throw RPCError.invalidParams("There is no prompt of that name.") }
        case "ref/resource":
            let known = Resources.templates.contains { $0["uriTemplate"] == reference["uri"] }
            guard known else { throw RPCError.invalidParams("There is no template of that uri.") }
        default: throw RPCError.invalidParams("ref/type must be ref/prompt or ref/resource.")
        }
        let lowered = begun.lowercased()
        let fitting = try await values(of: name).filter { $0.lowercased().hasPrefix(lowered) }
        return [
            "completion": [
                "values": JSONValue(Array(fitting.prefix(Self.most))), "total": JSONValue(fitting.count),
                "hasMore": .bool(fitting.count > Self.most),
            ]
        ]
    }

    private func values(of name: String) async throws -> [String] {
        switch name {
        case "agent":
            return try await memory.coordinator.agents().map(\.id).filter { $0 != AgentProfile.system.id }
                .map(\.rawValue)
        case "category": return Set(try await newest().map(\.category.rawValue)).sorted()
        case "tag":
            // The most frequent first.
            return try await memory.coordinator
                .tags(agentID: memory.agent, userID: memory.user, filter: SearchFilter(includesSensitive: false))
                .map(\.tag)
        case "id": return try await newest().map(\.id.rawValue)
        default: return []
        }
    }

    private func newest() async throws -> [Memory] {
        try await memory.coordinator
            .memories(
                agentID: memory.agent,
                userID: memory.user,
                filter: SearchFilter(includesSensitive: false),
                limit: Self.lookedAt
            )
            .memories
    }
}
