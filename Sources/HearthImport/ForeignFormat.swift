/// What can be imported besides what this package writes.
package enum ForeignFormat: String, CaseIterable, Sendable, Codable {
    case chatgpt
    case claude
    case mem0
    case langgraph
    case mcpMemory = "mcp-memory"
    case memoryJSONL = "memory-jsonl"
    case basicMemory = "basic-memory"
    case markdown

    /// What it is, for a sentence.
    package var title: String {
        switch self {
        case .chatgpt: "a ChatGPT export"
        case .claude: "a Claude export"
        case .mem0: "memories of mem0"
        case .langgraph: "a file of LangGraph's SqliteStore"
        case .mcpMemory: "a SQLite file of mcp-memory-service"
        case .memoryJSONL: "the memory.jsonl of the reference memory server"
        case .basicMemory: "a folder of basic-memory"
        case .markdown: "a folder of Markdown notes"
        }
    }

    /// Which program the memories come from, for their provenance.
    package var program: String {
        switch self {
        case .chatgpt: "ChatGPT"
        case .claude: "Claude"
        case .mem0: "mem0"
        case .langgraph: "LangGraph"
        case .mcpMemory: "mcp-memory-service"
        case .memoryJSONL: "memory server"
        case .basicMemory: "basic-memory"
        case .markdown: "Markdown notes"
        }
    }

    /// Whether a file that was taken for the other kind can be read as this one.
    func reads(_ other: ForeignFormat) -> Bool {
        self == other || [self, other].allSatisfy { $0 == .basicMemory || $0 == .markdown }
    }
}
