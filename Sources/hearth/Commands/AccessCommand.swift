import ArgumentParser
import HearthMemory

struct AccessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "access",
        abstract: "Show which agents may see a memory, and why.",
        discussion: """
            Asks as the owner or a critical agent; without --agent as system.

            JSON: id, and agents: an object from agent to reason (explicit, rule, propagation), rule and permission.
            """
    )

    @Argument(help: "The memory.")
    var id: MemoryID

    @OptionGroup var agent: AgentOptions
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let agent = agent.id ?? "system"
        let access = try await store.withStore(.existing, as: [agent]) { coordinator in
            try await coordinator.access(to: id, agentID: agent)
        }
        try store.output.print(AccessReport(id: id, agents: access))
    }
}

/// Who may see a memory.
private struct AccessReport: Report {
    var id: MemoryID
    var agents: [AgentID: SharingContext]

    func render(on page: inout Page) {
        page.table(Table(access: agents), none: "Nobody but its owner.")
    }
}

extension Table {
    /// Who may see a memory, and why.
    init(access: [AgentID: SharingContext]) {
        self.init(.leading("AGENT"), .leading("MAY"), .leading("BECAUSE OF"))
        for (agent, context) in access.sorted(by: { $0.key < $1.key }) {
            row("\(agent)", "\(context.permission.rawValue)", Styled(context.explanation))
        }
    }
}

extension SharingContext {
    /// Why, in words.
    fileprivate var explanation: String {
        switch reason {
        case .explicit: "a share"
        case .rule: "the rule \(rule ?? "")"
        case .propagation: "the propagation rule \(rule ?? "")"
        }
    }
}
