import ArgumentParser
import HearthImport

/// What `--from` takes: the program that wrote a file.
enum ImportFormat: Hashable, CaseIterable, ExpressibleByArgument {
    /// Lines of JSON, or what `hearth export` wrote.
    case hearth
    case chatgpt, claude, mem0, langgraph, mcpMemory, memoryJSONL, basicMemory, markdown

    /// Names that mean the same.
    private static let aliases = ["mcp-memory-service": mcpMemory, "obsidian": markdown]

    init?(argument: String) {
        guard
            let format = Self.allCases.first(where: { $0.defaultValueDescription == argument })
                ?? Self.aliases[argument]
        else { return nil }
        self = format
    }

    static var allValueStrings: [String] { allCases.map(\.defaultValueDescription) + aliases.keys.sorted() }

    var defaultValueDescription: String { foreign?.rawValue ?? "hearth" }

    /// The format of another program; nil for our own.
    var foreign: ForeignFormat? {
        switch self {
        case .hearth: nil
        case .chatgpt: .chatgpt
        case .claude: .claude
        case .mem0: .mem0
        case .langgraph: .langgraph
        case .mcpMemory: .mcpMemory
        case .memoryJSONL: .memoryJSONL
        case .basicMemory: .basicMemory
        case .markdown: .markdown
        }
    }
}
