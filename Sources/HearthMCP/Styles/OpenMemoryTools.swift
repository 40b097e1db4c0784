import HearthMemory
import HearthText

/// The tools of OpenMemory's server, for prompts that were written for it.
enum OpenMemoryTools {
    static let all: [Tool] = [
        Tool(
            name: "add_memories",
            description: "Store what the user says of themselves or asks you to keep.",
            arguments: [Tool.Argument(name: "text", kind: .string, isRequired: true, aliases: ["content", "memory"])],
            results: [Tool.Field(name: "results", kind: .list(.object))],
            effect: .adds
        ) { call in
            let text = call.arguments.text("text")
            let id = try await call.memory.coordinator.storeAgentMemory(
                agentID: call.memory.agent,
                userID: call.memory.user,
                content: text,
                provenance: call.provenance
            )
            return ["results": [["id": .string(id.rawValue), "memory": .string(text), "event": "ADD"]]]
        },
        Tool(
            name: "search_memory",
            description: "Search what is stored. Use whenever the user asks something.",
            arguments: [Tool.Argument(name: "query", kind: .string, isRequired: true, aliases: ["q", "text"])],
            results: [Tool.Field(name: "results", kind: .list(.object))],
            effect: .reads
        ) { call in
            let results = try await call.memory.coordinator.searchAgentMemories(
                agentID: call.memory.agent,
                userID: call.memory.user,
                query: call.arguments.text("query")
            )
            return ["results": .array(results.map { value($0.memory, score: $0.score) })]
        },
        Tool(
            name: "list_memories",
            description: "List all memories of the user.",
            results: [Tool.Field(name: "results", kind: .list(.object))],
            effect: .reads
        ) { call in
            let page = try await call.memory.coordinator.memories(
                agentID: call.memory.agent,
                userID: call.memory.user,
                limit: 1_000
            )
            return ["results": .array(page.memories.map { value($0, score: nil) })]
        },
        Tool(
            name: "delete_memories",
            description: "Delete memories by their ids.",
            arguments: [
                Tool.Argument(
                    name: "memory_ids",
                    kind: .list(.string),
                    isRequired: true,
                    aliases: ["ids", "id", "memory_id"]
                )
            ],
            results: [Tool.Field(name: "message", kind: .string)],
            effect: .removes
        ) { call in
            let ids = call.arguments.strings("memory_ids") ?? []
            for id in ids { try await call.memory.delete(MemoryID(rawValue: id)) }
            return ["message": .string("Successfully deleted \(ids.count) memories")]
        },
        Tool(
            name: "delete_all_memories",
            description: "Delete all memories of the user that you own.",
            results: [Tool.Field(name: "message", kind: .string)],
            effect: .removes
        ) { call in
            var count = 0
            while true {
                let page = try await call.memory.coordinator.memories(
                    agentID: call.memory.agent,
                    userID: call.memory.user,
                    includeSharedMemories: false
                )
                guard !page.memories.isEmpty else { break }
                for memory in page.memories { try await call.memory.delete(memory.id) }
                count += page.memories.count
            }
            return ["message": .string("Successfully deleted \(count) memories")]
        },
    ]

    private static func value(_ memory: Memory, score: Double?) -> JSONValue {
        var object: JSONObject = [
            "id": .string(memory.id.rawValue), "memory": .string(memory.content), "hash": .string(memory.checksum),
            "created_at": JSONValue(memory.createdAt), "updated_at": JSONValue(memory.updatedAt),
        ]
        if let score { object["score"] = .number(score) }
        return .object(object)
    }
}
