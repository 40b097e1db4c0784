import ArgumentParser
import HearthMemory

struct DiscardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard",
        abstract: "Drop an agent's draft of a memory.",
        discussion: """
            A deletion that isn't published yet is such a draft. Without a draft nothing happens.

            JSON: id, and memory as the agent sees it afterwards, where it sees it. \(MemoryJSON.keys)
            """
    )

    @Argument(help: "The memory.")
    var id: MemoryID

    @OptionGroup var agent: ActingAgentOptions
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let agent = try agent.id
        let memory = try await store.withStore(.existing, as: [agent]) { coordinator in
            try await coordinator.discardDraft(of: id, agentID: agent)
            return try await coordinator.memories([id], agentID: agent).first
        }
        try store.output.print(DiscardReport(id: id, memory: memory))
    }
}

/// What an agent sees without its draft.
private struct DiscardReport: Report {
    private let id: MemoryID
    private let memory: Memory?

    init(id: MemoryID, memory: Memory?) {
        self.id = id
        self.memory = memory
    }

    private enum CodingKeys: String, CodingKey { case id, memory }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encodeIfPresent(memory.map(MemoryJSON.init), forKey: .memory)
    }

    func render(on page: inout Page) {
        page.line("There is no draft of \(id) any more.")
    }
}
