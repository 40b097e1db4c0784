public import HearthMemory

/// What a server offers, and for whom: fixed when it starts, so that a model can't act as another.
public struct ServerOptions: Sendable {
    /// The agent that acts.
    public var agent: AgentID
    /// The user whose memories they are.
    public var user: UserID
    /// Whether only tools that read are offered.
    public var isReadOnly = false
    /// Which of the style's tools are offered.
    public var tools = ToolChoice.usual
    /// How the memory is offered.
    public var style = ToolStyle.memories
    /// The version that the server says it has.
    public var version = "0.1.0"

    /// A server for an agent and a user.
    public init(agent: AgentID, user: UserID) {
        self.agent = agent
        self.user = user
    }
}

/// Which tools a server offers.
public enum ToolChoice: Hashable, Sendable {
    /// Those that a model needs every day.
    case usual
    /// All.
    case all
    /// Those of these names.
    case named([String])
}

/// As what the memory is offered.
public enum ToolStyle: String, CaseIterable, Sendable {
    /// Memories that are remembered, recalled and revised.
    case memories
    /// Files in a directory, as Anthropic's memory tool describes it.
    case files
    /// Entities, relations and observations, as in the reference memory server.
    case graph
    /// The tools of OpenMemory's server.
    case openmemory
    /// The tools of mcp-memory-service.
    case mcpMemoryService = "mcp-memory-service"

    /// The tools that give ids, and that they do.
    var finders: String {
        switch self {
        case .memories: "recall or browse give"
        case .files: "view gives"
        case .graph: "search_nodes or read_graph give"
        case .openmemory: "search_memory or list_memories give"
        case .mcpMemoryService: "memory_search or memory_list give"
        }
    }

    /// The tags that a memory is to have, with the one by which the files or the graph find it: a client that lists tags anew doesn't
    /// mean to take it out of them.
    static func tags(_ tags: [String], of memory: Memory) -> [String] {
        var kept = tags
        let marks = [(FileStore.tag, FileStore.pathKey), (GraphStore.tag, GraphStore.tag)]
        for (tag, key) in marks where memory.metadata[key] != nil && memory.tags.contains(tag) && !tags.contains(tag) {
            kept.append(tag)
        }
        return kept
    }
}
