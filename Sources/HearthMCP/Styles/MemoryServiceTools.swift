import HearthMemory
import HearthText

/// The tools of mcp-memory-service, for prompts that were written for it. Its hash of a content is the memory's checksum.
enum MemoryServiceTools {
    private static let content = Tool.Argument(
        name: "content",
        kind: .string,
        isRequired: true,
        aliases: ["text", "memory"]
    )
    private static let tags = Tool.Argument(name: "tags", kind: .list(.string), aliases: ["tag"])
    private static let query = Tool.Argument(name: "query", kind: .string, isRequired: true, aliases: ["q", "text"])
    private static let memories = [Tool.Field(name: "memories", kind: .list(.object))]
    private static let pageSize = 1_000

    static let all: [Tool] = [
        Tool(
            name: "store_memory",
            description: "Store a memory with tags.",
            arguments: [
                content, tags, Tool.Argument(name: "memory_type", kind: .string, aliases: ["type"]),
                Tool.Argument(name: "metadata", kind: .object),
            ],
            results: [
                Tool.Field(name: "success", kind: .boolean), Tool.Field(name: "message", kind: .string),
                Tool.Field(name: "content_hash", kind: .string),
            ],
            effect: .adds
        ) { call in
            let given = call.arguments["metadata"]?.object ?? [:]
            var metadata: [String: String] = [:]
            for member in given.members where !["tags", "type"].contains(member.key) {
                metadata[member.key] = member.value.string ?? member.value.text
            }
            if let type = call.arguments.string("memory_type") ?? given["type"]?.string {
                metadata["memory_type"] = type
            }
            var tags =
                call.arguments.strings("tags") ?? given["tags"]?.array?.compactMap(\.string)
                ?? given["tags"]?.string.map { [$0] } ?? []
            // That server takes "a,b" for two tags.
            tags = tags.flatMap { $0.split(separator: ",").map { $0.filter { !$0.isWhitespace } } }
                .filter { !$0.isEmpty }
            let id = try await call.memory.coordinator.storeAgentMemory(
                agentID: call.memory.agent,
                userID: call.memory.user,
                content: call.arguments.text("content"),
                tags: tags,
                metadata: metadata,
                provenance: call.provenance
            )
            let hash = try await call.memory.memory(id).checksum
            return ["success": true, "message": "Memory stored successfully", "content_hash": .string(hash)]
        },
        Tool(
            name: "retrieve_memory",
            description: "Find memories by words and meaning.",
            arguments: [query, Tool.Argument(name: "n_results", kind: .integer, aliases: ["limit", "n"])],
            results: memories,
            effect: .reads
        ) { call in
            let results = try await call.memory.coordinator.searchAgentMemories(
                agentID: call.memory.agent,
                userID: call.memory.user,
                query: call.arguments.text("query"),
                limit: call.arguments.integer("n_results") ?? 5
            )
            return [
                "memories": .array(results.map { value($0.memory, score: $0.score) }),
                "query": .string(call.arguments.text("query")), "total_results": JSONValue(results.count),
            ]
        },
        Tool(
            name: "search_by_tag",
            description: "List the memories that have any of some tags, or with match_all all of them.",
            arguments: [
                Tool.Argument(name: "tags", kind: .list(.string), isRequired: true, aliases: ["tag"]),
                Tool.Argument(name: "match_all", kind: .boolean),
            ],
            results: memories,
            effect: .reads
        ) { call in
            let tags = call.arguments.strings("tags") ?? []
            let mustMatchAll = call.arguments.bool("match_all") ?? false
            let found = try await everything(call, SearchFilter(tags: Set(tags)), own: false)
                .filter { !mustMatchAll || Set(tags).isSubset(of: $0.tags) }
            return ["memories": .array(found.map { value($0, score: nil) }), "total_results": JSONValue(found.count)]
        },
        Tool(
            name: "delete_memory",
            description: "Delete a memory of yours by its content_hash.",
            arguments: [
                Tool.Argument(
                    name: "content_hash",
                    kind: .string,
                    isRequired: true,
                    aliases: ["hash", "id", "memory_id"]
                )
            ],
            results: [Tool.Field(name: "success", kind: .boolean), Tool.Field(name: "message", kind: .string)],
            effect: .removes
        ) { call in
            let hash = call.arguments.text("content_hash")
            let found = try await everything(call, SearchFilter(), own: true)
                .filter { $0.checksum == hash || $0.id.rawValue == hash }
            guard !found.isEmpty else {
                throw ToolFailure("No memory has the content_hash \(hash); retrieve_memory gives them.")
            }
            for memory in found { try await call.memory.delete(memory.id) }
            return ["success": true, "message": "Memory deleted successfully"]
        },
        Tool(
            name: "check_database_health",
            description: "How many memories there are, and whether the store is well.",
            results: [Tool.Field(name: "status", kind: .string)],
            effect: .reads
        ) { call in
            let status = try await StatusReport.object(of: call.memory)
            return [
                "status": status["health"] ?? .null, "backend": "hearth",
                "statistics": ["total_memories": status["memories"] ?? 0],
            ]
        },
    ]

    private static func everything(_ call: ToolCall, _ filter: SearchFilter, own: Bool) async throws -> [Memory] {
        var all: [Memory] = []
        var cursor: SliceCursor?
        repeat {
            let page = try await call.memory.coordinator.memories(
                agentID: call.memory.agent,
                userID: call.memory.user,
                filter: filter,
                includeSharedMemories: !own,
                limit: pageSize,
                after: cursor
            )
            all += page.memories
            cursor = page.next
        } while cursor != nil
        return all
    }

    private static func value(_ memory: Memory, score: Double?) -> JSONValue {
        var object: JSONObject = [
            "content": .string(memory.content), "content_hash": .string(memory.checksum),
            "id": .string(memory.id.rawValue),
            "tags": JSONValue(memory.tags), "memory_type": .string(memory.metadata["memory_type"] ?? "note"),
            "created_at": JSONValue(memory.createdAt),
        ]
        if let score { object["similarity_score"] = .number(score) }
        return .object(object)
    }
}
