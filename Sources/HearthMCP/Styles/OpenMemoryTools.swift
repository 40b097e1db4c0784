import HearthMemory
import HearthText

/// The tools of OpenMemory's server, for prompts that were written for it.
enum OpenMemoryTools {
    static let all: [Tool] = [
        Tool(
            name: "add_memories",
            description: "Store what the user says of themselves or asks you to keep.",
            arguments: [
                Tool.Argument(
                    name: "text",
                    kind: .string,
                    isRequired: true,
                    aliases: ["content", "memory"],
                    mustSaySomething: true
                ),
                // Some releases of that server ask whether to make facts of the text. It is kept as it is.
                Tool.Argument(name: "infer", kind: .boolean, isUnlisted: true),
            ],
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
            try await call.memory
                .reading { filter in
                    let results = try await call.memory.coordinator.searchAgentMemories(
                        agentID: call.memory.agent,
                        userID: call.memory.user,
                        query: call.arguments.text("query"),
                        filter: filter
                    )
                    return ["results": .array(results.map { value($0.memory, score: $0.score) })]
                }
                .result
        },
        Tool(
            name: "list_memories",
            description: "List all memories of the user.",
            results: [Tool.Field(name: "results", kind: .list(.object))],
            effect: .reads
        ) { call in
            try await call.memory.all().map { ["results": .array($0.map { value($0, score: nil) })] }.result
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
            let all = try await call.memory.all(own: true)
            try await call.memory.delete(all: all.value.map(\.id))
            return all.map { ["message": .string("Successfully deleted \($0.count) memories")] }.result
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
