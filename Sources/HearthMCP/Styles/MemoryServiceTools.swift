import FoundationEssentials
import HearthMemory
import HearthText

/// The tools of mcp-memory-service, for prompts that were written for it: by the names of its release 12, and answering to those of
/// before. Its hash of a content is the memory's checksum.
enum MemoryServiceTools {
    private static let content = Tool.Argument(
        name: "content",
        kind: .string,
        isRequired: true,
        aliases: ["text", "memory"],
        mustSaySomething: true
    )
    private static let tags = Tool.Argument(name: "tags", kind: .list(.string), aliases: ["tag"])
    /// Whether any of the tags is enough.
    private static let tagMatch = Tool.Argument(name: "tag_match", kind: .choice(["any", "all"]))
    private static let matchAll = Tool.Argument(name: "match_all", kind: .boolean, isUnlisted: true)
    private static let after = Tool.Argument(
        name: "after",
        kind: .string,
        description: "a date: from its beginning",
        aliases: ["start_date"]
    )
    private static let before = Tool.Argument(
        name: "before",
        kind: .string,
        description: "a date: until its end",
        aliases: ["end_date"]
    )
    /// What is deleted is gone: a day that may not be meant stays.
    private static let deletedBefore = Tool.Argument(
        name: "before",
        kind: .string,
        description: "a date: until its beginning",
        aliases: ["end_date"]
    )
    private static let memoryType = Tool.Argument(name: "memory_type", kind: .string, aliases: ["type"])
    private static let memories = [Tool.Field(name: "memories", kind: .list(.object))]
    private static let done = [Tool.Field(name: "success", kind: .boolean), Tool.Field(name: "message", kind: .string)]
    /// Switches of that server that make no difference here.
    private static func ignored(_ names: String...) -> [Tool.Argument] {
        names.map { name in
            Tool.Argument(name: name, kind: name == "quality_boost" ? .number : .string, isUnlisted: true)
        }
    }

    static let all: [Tool] = [store, search, list, update, delete, health]

    private static let store = Tool(
        name: "memory_store",
        formerNames: ["store_memory"],
        description: "Store a memory with tags. Not for what is stored already: memory_search first.",
        arguments: [content, tags, memoryType, Tool.Argument(name: "metadata", kind: .object)]
            + ignored("conversation_id", "store"),
        results: done + [Tool.Field(name: "content_hash", kind: .string)],
        effect: .adds
    ) { call in
        let given = call.arguments["metadata"]?.object ?? [:]
        var metadata = plain(given)
        if let type = call.arguments.string("memory_type") ?? given["type"]?.string { metadata[typeKey] = type }
        let id = try await call.memory.coordinator.storeAgentMemory(
            agentID: call.memory.agent,
            userID: call.memory.user,
            content: call.arguments.text("content"),
            tags: call.arguments.strings("tags").map(split) ?? tags(in: given) ?? [],
            metadata: metadata,
            provenance: call.provenance
        )
        let hash = try await call.memory.memory(id).checksum
        return ["success": true, "message": "Memory stored successfully", "content_hash": .string(hash)]
    }

    private static let search = Tool(
        name: "memory_search",
        formerNames: ["retrieve_memory", "recall_memory", "search_by_tag"],
        description:
            "Find memories by words and meaning, and by tags and dates. Use before you answer; memory_list pages through all.",
        arguments: [
            Tool.Argument(name: "query", kind: .string, aliases: ["q", "text"]),
            Tool.Argument(name: "mode", kind: .choice(["semantic", "exact", "hybrid", "ranked"])),
            Tool.Argument(name: "time_expr", kind: .string, description: "such as last week"), after, before, tags,
            tagMatch, Tool.Argument(name: "limit", kind: .integer, aliases: ["n_results", "n"]), matchAll,
        ] + ignored("quality_boost", "store"),
        results: memories + [Tool.Field(name: "total_results", kind: .integer)],
        effect: .reads
    ) { call in
        let query = call.arguments.string("query") ?? ""
        var filter = try filter(call)
        try narrow(&filter, call)
        guard !query.isEmpty || filter != SearchFilter() else {
            throw ToolFailure("memory_search needs query, tags, time_expr, after or before; memory_list lists all.")
        }
        let limit = call.arguments.integer("limit")
        return try await call.memory
            .reading(filter) { filter -> [JSONValue] in
                guard !query.isEmpty else {
                    // All of them, as that server does.
                    let found = try await call.memory.all(filter).value
                    return found.prefix(max(0, limit ?? found.count)).map { value($0, score: nil) }
                }
                return try await call.memory.coordinator
                    .searchAgentMemories(
                        agentID: call.memory.agent,
                        userID: call.memory.user,
                        query: query,
                        searchType: call.arguments.string("mode") == "exact" ? .keyword : .hybrid,
                        filter: filter,
                        limit: limit ?? usualLimit
                    )
                    .map { value($0.memory, score: $0.score) }
            }
            .map { found in
                ["memories": .array(found), "query": .string(query), "total_results": JSONValue(found.count)]
            }
            .result
    }

    private static let list = Tool(
        name: "memory_list",
        formerNames: ["list_memories"],
        description: "List memories page by page, newest first. memory_search answers questions.",
        arguments: [
            Tool.Argument(name: "page", kind: .integer), Tool.Argument(name: "page_size", kind: .integer), tags,
            tagMatch, memoryType,
        ] + ignored("store"),
        results: memories + [
            Tool.Field(name: "total", kind: .integer), Tool.Field(name: "has_more", kind: .boolean),
        ],
        effect: .reads
    ) { call in
        let (page, size) = (call.arguments.integer("page") ?? 1, call.arguments.integer("page_size") ?? usualPage)
        guard page > 0, (1...longestPage).contains(size) else {
            throw ToolFailure("page counts from 1, and page_size must be from 1 to \(longestPage).")
        }
        let end = page.multipliedReportingOverflow(by: size)
        return try await call.memory
            .reading(filter(call)) { filter in
                let total = try await call.memory.coordinator.countMemories(
                    agentID: call.memory.agent,
                    userID: call.memory.user,
                    filter: filter
                )
                let isThere = !end.overflow && end.partialValue - size < total
                let shown =
                    isThere
                    ? try await call.memory.newest(end.partialValue, filter).dropFirst(end.partialValue - size) : []
                return [
                    "memories": .array(shown.map { value($0, score: nil) }), "page": JSONValue(page),
                    "page_size": JSONValue(size), "total": JSONValue(total),
                    "has_more": .bool(isThere && end.partialValue < total),
                ]
            }
            .result
    }

    private static let update = Tool(
        name: "memory_update",
        formerNames: ["update_memory_metadata"],
        description:
            "Change the tags, type, metadata or content of a memory by its content_hash. History keeps what was.",
        arguments: [
            hash, Tool.Argument(name: "updates", kind: .object, isRequired: true),
            Tool.Argument(name: "versioned", kind: .boolean, isUnlisted: true),
            Tool.Argument(name: "preserve_timestamps", kind: .boolean, isUnlisted: true),
        ],
        results: done + [Tool.Field(name: "content_hash", kind: .string)],
        effect: .replaces
    ) { call in
        let updates = call.arguments["updates"]?.object ?? [:]
        let known = ["tags", "memory_type", "type", "metadata", "content", "reason"]
        if let other = updates.keys.first(where: { !known.contains($0) }) {
            throw ToolFailure("updates has no \(other); it has \(known.joined(separator: ", ")).")
        }
        guard let memory = try await found(call).first else { throw missing(call) }
        let provenance = call.provenance
        let (saved, isPublished) = try await call.memory.edit(memory.id) { memory in
            var change = MemoryChange(provenance: provenance)
            change.content = updates["content"]?.string
            change.tags = tags(in: updates)
            let type = updates["memory_type"]?.string ?? updates["type"]?.string
            if type != nil || updates["metadata"] != nil {
                var metadata = memory.metadata.merging(plain(updates["metadata"]?.object ?? [:])) { _, new in new }
                if let type { metadata[typeKey] = type }
                change.metadata = metadata
            }
            return change
        }
        return [
            "success": true,
            "message": isPublished
                ? "Memory updated successfully" : "Proposed to the memory's owner, whose sync decides",
            "content_hash": .string(saved.checksum),
        ]
    }

    private static let hash = Tool.Argument(
        name: "content_hash",
        kind: .string,
        isRequired: true,
        aliases: ["hash", "id", "memory_id"]
    )

    private static let delete = Tool(
        name: "memory_delete",
        formerNames: ["delete_memory", "delete_by_tag"],
        description:
            "Delete memories of yours: one by its content_hash, or those with tags or of a time. dry_run shows which.",
        arguments: [
            Tool.Argument(name: hash.name, kind: .string, aliases: hash.aliases), tags, tagMatch, after, deletedBefore,
            Tool.Argument(name: "dry_run", kind: .boolean), matchAll,
        ] + ignored("store"),
        results: done + [Tool.Field(name: "deleted_count", kind: .integer)],
        effect: .removes
    ) { call in
        let isByHash = call.arguments.string(hash.name) != nil
        let filter = try filter(call, includesLastDay: false)
        guard isByHash || filter != SearchFilter() else {
            throw ToolFailure("Say which: content_hash, tags, after or before. All are never deleted at once.")
        }
        let doomed = try await isByHash ? found(call) : call.memory.all(filter, own: true).value
        guard !doomed.isEmpty || !isByHash else { throw missing(call) }
        let isTrial = call.arguments.bool("dry_run") ?? false
        if !isTrial { try await call.memory.delete(all: doomed.map(\.id)) }
        return [
            "success": true,
            "message": .string(isTrial ? "\(doomed.count) memories would be deleted" : "Memory deleted successfully"),
            "deleted_count": JSONValue(doomed.count), "content_hashes": JSONValue(doomed.map(\.checksum)),
        ]
    }

    private static let health = Tool(
        name: "memory_health",
        formerNames: ["check_database_health", "memory_stats"],
        description: "How many memories there are, and whether the store is well.",
        results: [Tool.Field(name: "status", kind: .string)],
        effect: .reads
    ) { call in
        let status = try await StatusReport.object(of: call.memory)
        return [
            "status": status["health"] ?? .null, "backend": "hearth",
            "statistics": ["total_memories": status["memories"] ?? 0],
        ]
    }

    private static let usualLimit = 10
    private static let usualPage = 20
    private static let longestPage = 1_000
    /// Where a memory's type, which is a word of that server's, is kept.
    private static let typeKey = "memory_type"

    /// The agent's own memories of the hash that is given.
    private static func found(_ call: ToolCall) async throws -> [Memory] {
        let hash = call.arguments.text(hash.name)
        return try await call.memory.all(own: true).value.filter { $0.checksum == hash || $0.id.rawValue == hash }
    }

    private static func missing(_ call: ToolCall) -> ToolFailure {
        ToolFailure(
            "No memory of yours has the content_hash \(call.arguments.text(hash.name)); memory_search and memory_list give them."
        )
    }

    /// What the arguments narrow a call to.
    private static func filter(_ call: ToolCall, includesLastDay: Bool = true) throws(ToolFailure) -> SearchFilter {
        var filter = SearchFilter()
        if let given = call.arguments.strings("tags") {
            let mustHaveAll = call.arguments.string("tag_match") == "all" || call.arguments.bool("match_all") == true
            if mustHaveAll { filter.allTags = Set(split(given)) } else { filter.tags = Set(split(given)) }
        }
        if let type = call.arguments.string("memory_type") { filter.metadata[typeKey] = type }
        filter.createdAfter = try date("after", call)?.start
        filter.createdBefore = try date("before", call).map { includesLastDay ? $0.end : $0.start }
        if let after = filter.createdAfter, let before = filter.createdBefore, after >= before {
            let remedy = after == before ? "give a later `before`" : "exchange them"
            throw ToolFailure("`after` is not earlier than `before`, so nothing can be found; \(remedy).")
        }
        return filter
    }

    /// Narrows a filter to the time that is named in words.
    private static func narrow(_ filter: inout SearchFilter, _ call: ToolCall) throws(ToolFailure) {
        guard let text = call.arguments.string("time_expr") else { return }
        let now = Int64(Date.now.timeIntervalSince1970 * 1_000_000)
        guard let period = KeywordQuery(text, askedAt: now).dates.compactMap({ $0.period(asOf: now) }).first else {
            throw ToolFailure(
                "time_expr names no time; say one such as yesterday, last week, 3 days ago, May 2025 or 2026-03-01."
            )
        }
        func date(_ instant: Int64) -> Date { Date(timeIntervalSince1970: Double(instant) / 1_000_000) }
        if period.lowerBound != .min {
            filter.createdAfter = max(filter.createdAfter ?? .distantPast, date(period.lowerBound))
        }
        if period.upperBound != .max {
            filter.createdBefore = min(filter.createdBefore ?? .distantFuture, date(period.upperBound))
        }
        if let start = filter.createdAfter, let end = filter.createdBefore, start >= end {
            throw ToolFailure("No moment is in `time_expr` and between `after` and `before`; leave one of them out.")
        }
    }

    /// How long a date such as 2026-03-01 is.
    private static let dayLength = 10

    /// A date, which is that day, or a time, which begins and ends at once. The end is no longer part of it.
    private static func date(_ name: String, _ call: ToolCall) throws(ToolFailure) -> (start: Date, end: Date)? {
        guard let text = call.arguments.string(name) else { return nil }
        do {
            guard text.utf8.count == dayLength else {
                // What is read of a text is its beginning: the rest must belong to a time too.
                guard text.utf8.allSatisfy("0123456789-:.+TZ".utf8.contains) else { throw CocoaError(.formatting) }
                let moment = try Date(text, strategy: .iso8601)
                return (moment, moment)
            }
            let day = try Date(text, strategy: .iso8601.year().month().day())
            return (day, day.addingTimeInterval(86_400))
        } catch {
            throw ToolFailure("\(name) must be a date such as 2026-03-01, or a time such as 2026-03-01T08:00:00Z.")
        }
    }

    /// That server takes "a,b" for two tags.
    private static func split(_ tags: [String]) -> [String] {
        tags.flatMap { $0.split(separator: ",") }.map { $0.trimmed }.filter { !$0.isEmpty }
    }

    /// The tags among the members of an object: a list, or a text with commas.
    private static func tags(in object: JSONObject) -> [String]? {
        (object["tags"]?.array?.compactMap(\.string) ?? object["tags"]?.string.map { [$0] }).map(split)
    }

    /// Members as metadata.
    private static func plain(_ object: JSONObject) -> [String: String] {
        var metadata: [String: String] = [:]
        for member in object.members where !["tags", "type"].contains(member.key) {
            metadata[member.key] = member.value.string ?? member.value.text
        }
        return metadata
    }

    private static func value(_ memory: Memory, score: Double?) -> JSONValue {
        var object: JSONObject = [
            "content": .string(memory.content), "content_hash": .string(memory.checksum),
            "id": .string(memory.id.rawValue), "tags": JSONValue(memory.tags),
            "memory_type": .string(memory.metadata[typeKey] ?? "note"), "created_at": JSONValue(memory.createdAt),
        ]
        if let score { object["similarity_score"] = .number(score) }
        return .object(object)
    }
}

extension Substring {
    /// Without blanks at its ends.
    fileprivate var trimmed: String {
        var rest = self
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
