import HearthMemory
import HearthText

/// What a client can read by its address.
struct Resources: Sendable {
    private let memory: AgentMemory

    /// How many memories a page of the list has, and the most that one resource lists.
    private static let pageSize = 100
    private static let mostListed = 1_000
    /// How much of a memory names it in a list.
    private static let titleLength = 80

    init(_ memory: AgentMemory) {
        self.memory = memory
    }

    static let templates: [JSONValue] = [
        template("hearth://memory/{id}", "memory", "One memory: what it says", "text/plain"),
        template("hearth://memory/{id}/history", "history", "Every version of a memory"),
        template("hearth://category/{category}", "category", "The memories of a category, newest first"),
        template("hearth://tag/{tag}", "tag", "The memories with a tag, newest first"),
        template("hearth://agent/{agent}", "agent", "The memories of one agent that you may see, newest first"),
    ]

    private static func template(
        _ uri: String,
        _ name: String,
        _ description: String,
        _ type: String = "application/json"
    ) -> JSONValue {
        [
            "uriTemplate": .string(uri), "name": .string(name), "description": .string(description),
            "mimeType": .string(type),
        ]
    }

    /// A page of what there is: the slice and the status, and then the memories, newest first.
    func list(_ params: JSONObject) async throws -> JSONObject {
        var cursor: SliceCursor?
        if let given = params["cursor"], given != .null {
            guard let known = given.string.flatMap({ PageCursor.cursor($0) }) else {
                throw RPCError.invalidParams("The cursor is none that resources/list has given.")
            }
            cursor = known
        }
        let page = try await memory.coordinator.memories(
            agentID: memory.agent,
            userID: memory.user,
            filter: SearchFilter(includesSensitive: false),
            limit: Self.pageSize,
            after: cursor
        )
        var resources: [JSONValue] = []
        if cursor == nil {
            resources = [
                [
                    "uri": .string(ResourceURI.slice.text), "name": "slice", "title": "All memories",
                    "description": .string("Everything that \(memory.agent) sees, newest first"),
                    "mimeType": "application/json",
                ],
                [
                    "uri": .string(ResourceURI.status.text), "name": "status", "title": "Status",
                    "description": "How many memories there are, and whether the store is well",
                    "mimeType": "application/json",
                ],
            ]
        }
        resources += page.memories.map { memory in
            [
                "uri": .string(ResourceURI.memory(memory.id).text), "name": .string(memory.id.rawValue),
                "title": .string(Self.title(of: memory)), "mimeType": "text/plain",
            ]
        }
        var result: JSONObject = ["resources": .array(resources)]
        if let next = page.next { result["nextCursor"] = .string(try PageCursor.text(next)) }
        return result
    }

    private static func title(of memory: Memory) -> String {
        let line = memory.content.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        return line.count <= titleLength ? line : line.prefix(titleLength) + "…"
    }

    /// What stands at an address.
    func read(_ text: String, _ era: Era) async throws -> JSONObject {
        guard let uri = ResourceURI(text) else { throw RPCError.resourceNotFound(text, in: era) }
        do {
            return try await contents(of: uri, text)
        } catch let error as MemoryError where error.code == .memoryNotFound {
            throw RPCError.resourceNotFound(text, in: era)
        } catch let error as MemoryError where error.code == .invalidArgument {
            throw RPCError.invalidParams(error.message)
        }
    }

    /// What stands at an address, given as it was written.
    func contents(of uri: ResourceURI, _ text: String) async throws -> JSONObject {
        switch uri {
        case .memory(let id): return Self.contents(text, "text/plain", try await memory.memory(id).content)
        case .history(let id):
            let versions = try await memory.coordinator.history(of: id, agentID: memory.agent, userID: memory.user)
            return Self.json(text, .array(versions.map { JSONValue($0) }))
        case .status: return Self.json(text, .object(try await StatusReport.object(of: memory)))
        case .slice: return Self.json(text, try await listing(SearchFilter()))
        case .category(let name):
            return Self.json(text, try await listing(SearchFilter(categories: [MemoryCategory(rawValue: name)])))
        case .tag(let name): return Self.json(text, try await listing(SearchFilter(tags: [name])))
        case .owner(let name):
            return Self.json(text, try await listing(SearchFilter(owners: [AgentID(rawValue: name)])))
        }
    }

    private func listing(_ filter: SearchFilter) async throws -> JSONValue {
        let readable = try await memory.reading(filter) { filter in
            try await memory.coordinator.memories(
                agentID: memory.agent,
                userID: memory.user,
                filter: filter,
                limit: Self.mostListed
            )
        }
        let page = readable.value
        var listing: JSONObject = ["memories": .array(page.memories.map { JSONValue($0) })]
        let more = page.next == nil ? nil : "There are more: these are the newest \(Self.mostListed)."
        let notes = [more, readable.note].compactMap(\.self)
        if !notes.isEmpty { listing["note"] = .string(notes.joined(separator: " ")) }
        return .object(listing)
    }

    private static func json(_ uri: String, _ value: JSONValue) -> JSONObject {
        contents(uri, "application/json", value.text)
    }

    private static func contents(_ uri: String, _ type: String, _ text: String) -> JSONObject {
        ["contents": [["uri": .string(uri), "mimeType": .string(type), "text": .string(text)]]]
    }
}
