import ArgumentParser
import HearthMemory

struct StoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Store a memory and print its id.",
        discussion: "JSON: id."
    )

    @Argument(
        help: ArgumentHelp(
            "What to remember, or - to read it from standard input, of which a last line break is left off.",
            discussion: "It may begin with a dash. One that is spelled as an option, such as --verbose, goes behind --."
        )
    )
    var text: String

    @OptionGroup var agent: Required<AgentOptions>
    @OptionGroup var user: Required<UserOptions>

    @Option(help: "The session it belongs to.")
    var session: SessionID?

    @Option(help: "The kind of remembering.")
    var type: MemoryType = .episodic

    @Option(help: "What it is about; sharing rules go by it.")
    var category: MemoryCategory = "general"

    @Option(help: "A label; may be given several times.")
    var tag: [String] = []

    @Option(help: "How much it matters, 0 to 1.")
    var importance = 0.5

    @Option(help: ArgumentHelp("A value of your own; may be given several times.", valueName: "key=value"))
    var metadata: [MetadataPair] = []

    @Option(help: ArgumentHelp("An agent to share it with; may be given several times.", valueName: "agent"))
    var shareWith: [AgentID] = []

    @Option(help: ArgumentHelp("When it stops being returned: RFC 3339, or the last day of it.", valueName: "time"))
    var expires: Moment?

    @Flag(help: "Encrypt it at rest.")
    var sensitive = false

    @OptionGroup var provenance: ProvenanceOptions
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let expiresAt = try expires?.asExpiry()
        let content = try TextInput.content(ofArgument: text)
        let id = try await store.withStore(.create, as: agent, of: user) { coordinator, agent, user in
            let id = try await coordinator.storeAgentMemory(
                agentID: agent,
                userID: user,
                sessionID: session,
                content: content,
                memoryType: type,
                memoryCategory: category,
                tags: tag,
                importanceScore: importance,
                shareWithAgents: shareWith,
                metadata: metadata.dictionary,
                isSensitive: sensitive,
                expiresAt: expiresAt,
                provenance: provenance.provenance
            )
            try await warnIfPlain(id, coordinator)
            return id
        }
        try store.output.print(StoredReport(id: id))
    }

    /// Says that a memory was stored in plain whose category is to be sealed: the key may have been forgotten.
    private func warnIfPlain(_ id: MemoryID, _ coordinator: MultiAgentMemoryCoordinator) async throws {
        guard !sensitive, try store.keys.source() == nil,
            try await coordinator.sharingPolicy().sealedCategories.contains(category)
        else { return }
        Console.error.warn(
            "Memories of category \(category) are to be sealed, and this one was stored in plain, because no key is given. With one, `hearth edit \(id) --sensitive --publish` seals it."
        )
    }
}

/// A value of the host's own.
struct MetadataPair: ExpressibleByArgument {
    let key: String
    let value: String

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else { return nil }
        key = String(argument[..<equals])
        value = String(argument[argument.index(after: equals)...])
    }
}

extension [MetadataPair] {
    /// The values by key; of a key that is given twice the last.
    var dictionary: [String: String] {
        Dictionary(map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last })
    }
}

/// The id of what was stored.
private struct StoredReport: Report {
    var id: MemoryID

    func render(on page: inout Page) {
        page.line("\(id)")
    }
}
