import HearthMemory
import HearthText

/// The tools that offer the memory as memories.
enum MemoryTools {
    /// The names of those that are offered where nothing else is said.
    static let usual = ["remember", "recall", "get", "browse", "revise", "forget", "conflicts", "resolve"]

    static let all: [Tool] =
        [remember, recall, get, browse, revise, forget, conflicts, resolve] + sharing + versions + coordination

    private static let id = Tool.Argument(
        name: "id",
        kind: .string,
        isRequired: true,
        aliases: ["memory_id", "memory", "uri"]
    )

    static let remember = Tool(
        name: "remember",
        description:
            "Store one lasting fact, preference or event. Use when you learn something worth keeping; not for what is already stored (revise) or passing chat.",
        arguments: [
            Tool.Argument(
                name: "content",
                kind: .string,
                isRequired: true,
                aliases: ["text", "memory", "fact", "note", "data", "observation"],
                mustSaySomething: true
            ),
            Tool.Argument(name: "category", kind: .string, aliases: ["topic", "kind"]),
            Tool.Argument(name: "tags", kind: .list(.string), aliases: ["tag", "labels"]),
            Tool.Argument(name: "importance", kind: .number, description: "0 to 1", aliases: ["priority", "score"]),
        ],
        results: [Tool.Field(name: "id", kind: .string)],
        effect: .adds
    ) { call in
        let id = try await call.memory.coordinator.storeAgentMemory(
            agentID: call.memory.agent,
            userID: call.memory.user,
            content: call.arguments.text("content"),
            memoryCategory: call.arguments.string("category").map { MemoryCategory(rawValue: $0) } ?? .general,
            tags: call.arguments.strings("tags") ?? [],
            importanceScore: call.arguments.number("importance") ?? 0.5,
            provenance: call.provenance
        )
        return ["id": .string(id.rawValue)]
    }

    /// How many tokens a recall gives where the model says nothing.
    private static let usualBudget = 1_000

    static let recall = Tool(
        name: "recall",
        description:
            "Find what is remembered about something, best first, as text with ids. Use before you answer; browse lists without a query.",
        arguments: [
            Tool.Argument(
                name: "query",
                kind: .string,
                isRequired: true,
                aliases: ["q", "text", "question", "search", "search_query", "topic"],
                mustSaySomething: true
            ),
            Tool.Argument(
                name: "budget",
                kind: .integer,
                description: "most tokens",
                aliases: ["max_tokens", "token_budget", "tokens"]
            ),
            // Where a model gives one of these it means memories, not tokens.
            Tool.Argument(
                name: "count",
                kind: .integer,
                aliases: ["limit", "top_k", "k", "n", "n_results", "max_results", "num_results"],
                isUnlisted: true
            ),
        ],
        results: [Tool.Field(name: "text", kind: .string)],
        effect: .reads
    ) { call in
        let most = call.arguments.integer("count")
        guard most ?? 1 > 0 else { throw ToolFailure("Ask for 1 or more memories, or leave the number out.") }
        return try await call.memory
            .reading { filter in
                let context = try await call.memory.coordinator.context(
                    agentID: call.memory.agent,
                    userID: call.memory.user,
                    query: call.arguments.text("query"),
                    filter: filter,
                    budget: call.arguments.integer("budget") ?? usualBudget
                )
                let nothing =
                    context.leftOut == 0 ? "Nothing is remembered of that." : "Nothing fits; give a greater budget."
                var result: JSONObject = ["text": .string(context.text.isEmpty ? nothing : context.text)]
                var (tokens, leftOut) = (context.tokens, context.leftOut)
                if let most, most < context.results.count {
                    // A memory is a line.
                    let text = context.text.split(separator: "\n").prefix(most).joined(separator: "\n")
                    result["text"] = .string(text)
                    tokens = TokenEstimate.tokens(in: text)
                    leftOut += context.results.count - most
                }
                result["tokens"] = JSONValue(tokens)
                if leftOut > 0 { result["left_out"] = JSONValue(leftOut) }
                return result
            }
            .result
    }

    static let get = Tool(
        name: "get",
        description: "Read one memory whole by its id.",
        arguments: [id],
        results: [
            Tool.Field(name: "content", kind: .string), Tool.Field(name: "version", kind: .integer),
        ],
        effect: .reads
    ) { call in
        JSONValue(try await call.memory.memory(call.id())).object ?? [:]
    }

    /// How much of a memory a list has, in characters: `get` reads it whole.
    private static let longestListed = 2_000

    static let browse = Tool(
        name: "browse",
        description: "List memories, newest first. Use to look around or tidy up; recall answers questions.",
        arguments: [
            Tool.Argument(name: "category", kind: .string),
            Tool.Argument(name: "tag", kind: .string, aliases: ["tags"]),
            Tool.Argument(name: "limit", kind: .integer, aliases: ["n", "count", "n_results", "page_size"]),
            Tool.Argument(name: "cursor", kind: .string, aliases: ["after", "next", "page"]),
        ],
        results: [
            Tool.Field(name: "memories", kind: .list(.object)),
            Tool.Field(name: "next", kind: .string, isOptional: true),
        ],
        effect: .reads
    ) { call in
        var filter = SearchFilter()
        if let category = call.arguments.string("category") { filter.categories = [MemoryCategory(rawValue: category)] }
        if let tag = call.arguments.string("tag") { filter.tags = [tag] }
        let given = call.arguments.string("cursor")
        let cursor = given.flatMap { PageCursor.cursor($0) }
        guard given == nil || cursor != nil else {
            throw ToolFailure("That cursor is none that browse has given; leave it out to begin anew.")
        }
        return try await call.memory
            .reading(filter) { filter in
                let page = try await call.memory.coordinator.memories(
                    agentID: call.memory.agent,
                    userID: call.memory.user,
                    filter: filter,
                    limit: call.arguments.integer("limit") ?? 20,
                    after: cursor
                )
                var result: JSONObject = [
                    "memories": .array(page.memories.map { JSONValue($0, longest: longestListed) })
                ]
                if let next = page.next { result["next"] = .string(try PageCursor.text(next)) }
                return result
            }
            .result
    }

    static let revise = Tool(
        name: "revise",
        description:
            "Correct a memory: give new content, or old_text and new_text to replace a passage. Others see it at once; history keeps what was.",
        arguments: [
            id,
            Tool.Argument(name: "content", kind: .string, aliases: ["text", "new_content", "memory", "data"]),
            Tool.Argument(name: "old_text", kind: .string, aliases: ["old", "old_str", "old_string", "find"]),
            Tool.Argument(
                name: "new_text",
                kind: .string,
                aliases: ["new", "new_str", "new_string", "replace"],
                mayBeBlank: true
            ),
            Tool.Argument(name: "tags", kind: .list(.string)),
            Tool.Argument(name: "importance", kind: .number),
        ],
        results: [
            Tool.Field(name: "version", kind: .integer), Tool.Field(name: "published", kind: .boolean),
        ],
        effect: .replaces
    ) { call in
        let arguments = call.arguments
        let provenance = call.provenance
        let isPassage = arguments.string("old_text") != nil || arguments.string("new_text") != nil
        guard isPassage || ["content", "tags", "importance"].contains(where: { arguments[$0] != nil }) else {
            throw ToolFailure(
                "Say what to change: content, or old_text and new_text, or tags, or importance. No memory can be blank; forget deletes one."
            )
        }
        guard !isPassage || arguments.string("content") == nil else {
            throw ToolFailure("Give content, or old_text and new_text, not both.")
        }
        let (memory, isPublished) = try await call.memory.edit(call.id()) { memory in
            let content = try isPassage ? Passage.replaced(in: memory.content, arguments) : arguments.string("content")
            return MemoryChange(
                content: content,
                tags: arguments.strings("tags"),
                importance: arguments.number("importance"),
                provenance: provenance
            )
        }
        var result: JSONObject = ["version": JSONValue(memory.version), "published": .bool(isPublished)]
        if !isPublished {
            result["note"] =
                "You may propose edits of this memory; yours is a draft until its owner's sync. Call sync to send it."
        }
        return result
    }

    static let forget = Tool(
        name: "forget",
        description: "Delete a memory of yours that is wrong or unwanted. Not for corrections (revise).",
        arguments: [id],
        results: [Tool.Field(name: "deleted", kind: .boolean)],
        effect: .removes
    ) { call in
        try await call.memory.delete(call.id())
        return ["deleted": true]
    }
}

/// A passage of a text that is replaced by another.
enum Passage {
    static func replaced(in content: String, _ arguments: ToolArguments) throws(ToolFailure) -> String {
        guard let old = arguments.string("old_text"), !old.isEmpty else {
            throw ToolFailure("old_text is missing: give the passage to replace, word for word.")
        }
        guard let new = arguments.string("new_text") else {
            throw ToolFailure(
                "new_text is missing: give what stands there instead; an empty one takes the passage out."
            )
        }
        return try replace(old, by: new, in: content)
    }

    static func replace(_ old: String, by new: String, in content: String) throws(ToolFailure) -> String {
        let ranges = content.ranges(of: old)
        guard let range = ranges.first else {
            throw ToolFailure("old_text does not stand in the memory word for word. It says: \(content.prefix(2_000))")
        }
        guard ranges.count == 1 else {
            throw ToolFailure("old_text stands there \(ranges.count) times; give more of what is around it.")
        }
        return content.replacingCharacters(in: range, by: new)
    }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<String.Index>, by text: String) -> String {
        String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
    }
}
