import ArgumentParser
import FoundationEssentials
import HearthMemory

/// Which store a command works on, and how it answers.
struct StoreOptions: ParsableArguments {
    @Option(
        name: .customLong("db"),
        help: ArgumentHelp(
            "The store's file.",
            discussion: "Default: HEARTH_DB, else hearth/hearth.db in the XDG data directory.",
            valueName: "path"
        )
    )
    var database: String?

    @OptionGroup var output: OutputOptions

    /// Where the store is: the option, else the environment, else the default place.
    func location() throws -> StorePath {
        try StorePath(option: database, environment: ProcessInfo.processInfo.environment)
    }

    /// Opens the store, registers the agents that are about to act, runs `body` and closes the store whatever came of it.
    func withStore<Result>(
        _ intent: StoreIntent,
        as agents: [AgentID] = [],
        embedder: EmbedderOptions? = nil,
        body: (MultiAgentMemoryCoordinator) async throws -> Result
    ) async throws -> Result {
        let path = try location()
        try path.prepare(for: intent)
        let named = try await embedder?.named()
        return try await withOpenStore(
            at: .file(path.file),
            as: agents,
            configure: { if let named { $0.embedder = named } },
            body: body
        )
    }
}

/// How a command answers.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print one JSON value instead of text for people.")
    var json = false

    /// Prints what a command has to say, as JSON or as text.
    func print(_ report: some Report) throws {
        let console = Console.output
        if json {
            try console.write(bytes: JSONText.encode(report))
        } else {
            var page = Page(console)
            try report.render(on: &page)
            try console.write(page.text)
        }
    }
}
