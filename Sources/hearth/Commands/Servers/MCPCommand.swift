import ArgumentParser
import Glibc
import HearthMCP
import HearthMemory

struct MCPCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mcp",
        abstract: "Serve the memory to a client of the Model Context Protocol, on standard input and output.",
        discussion: """
            A client starts this itself; the article on it has what to write into the settings of each. It goes on until the client closes \
            the input or the process is asked to end. The agent and the user are fixed here: no call of a model can name others. \
            With --json nothing is different: what is written is the protocol, one message a line.
            """
    )

    @Flag(help: "Offer only tools that read.")
    var readOnly = false

    @Option(
        help: ArgumentHelp(
            "Which tools to offer: all, or names with commas between them. Default: those of every day.",
            valueName: "names"
        )
    )
    var tools: String?

    @Option(help: "As what to offer the memory: memories, files under /memories, or a graph.")
    var style: Style = .memories

    @Option(help: "Answer to the names of another server's tools.")
    var compat: Compatibility?

    @OptionGroup var agent: Required<AgentOptions>
    @OptionGroup var user: Required<UserOptions>
    @OptionGroup var embedder: EmbedderOptions
    @OptionGroup var store: StoreOptions

    enum Style: String, CaseIterable, ExpressibleByArgument {
        case memories, files, graph
    }

    enum Compatibility: String, CaseIterable, ExpressibleByArgument {
        case openmemory
        case mcpMemoryService = "mcp-memory-service"
    }

    func validate() throws {
        guard compat == nil || style == .memories else { throw ValidationError("Give one of --style and --compat.") }
        guard tools.map({ !$0.isEmpty }) ?? true else {
            throw ValidationError("--tools is empty; name some, or say all.")
        }
    }

    func run() async throws {
        try await store.withStore(.create, as: agent, of: user, embedder: embedder) { coordinator, agent, user in
            var options = ServerOptions(agent: agent, user: user)
            options.isReadOnly = readOnly
            options.tools = choice
            options.style = toolStyle
            _ = try await LineTransport.serve(input: STDIN_FILENO, output: STDOUT_FILENO) { write in
                try MCPServer(coordinator, options: options, write: write)
            }
        }
    }

    private var choice: ToolChoice {
        guard let tools else { return .usual }
        return tools == "all"
            ? .all : .named(tools.split(separator: ",").map { String($0.filter { !$0.isWhitespace }) })
    }

    private var toolStyle: ToolStyle {
        switch (compat, style) {
        case (.openmemory, _): .openmemory
        case (.mcpMemoryService, _): .mcpMemoryService
        case (nil, .memories): .memories
        case (nil, .files): .files
        case (nil, .graph): .graph
        }
    }
}
