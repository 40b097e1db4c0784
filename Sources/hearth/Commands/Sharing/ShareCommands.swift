import ArgumentParser
import HearthMemory

struct ShareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "share",
        abstract: "Let other agents see a memory.",
        discussion: "Only its owner shares a memory. JSON: id, agents, permission."
    )

    @Argument(help: "The memory.")
    var id: MemoryID

    @Option(
        name: .customLong("with"),
        help: ArgumentHelp("An agent that shall see it; may be given several times.", valueName: "agent")
    )
    var agents: [AgentID]

    @Option(help: "What they may do: see it, or also draft edits of it.")
    var permission: SharePermission = .propose

    @OptionGroup var acting: ActingOptions

    func validate() throws {
        guard !agents.isEmpty else { throw ValidationError("--with names no agent.") }
    }

    func run() async throws {
        try await acting.withStore { coordinator, agent in
            try await coordinator.shareMemory(
                id,
                agentID: agent,
                with: agents,
                permission: permission,
                userID: acting.user.id
            )
        }
        try acting.print(ShareReport(id: id, agents: agents, permission: permission))
    }
}

struct RevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Take a memory away from agents it was shared with.",
        discussion: "It holds from their next call, and no rule shares the memory with them again. JSON: id, agents."
    )

    @Argument(help: "The memory.")
    var id: MemoryID

    @Option(
        name: .customLong("from"),
        help: ArgumentHelp("An agent that shall see it no more; may be given several times.", valueName: "agent")
    )
    var agents: [AgentID]

    @OptionGroup var acting: ActingOptions

    func validate() throws {
        guard !agents.isEmpty else { throw ValidationError("--from names no agent.") }
    }

    func run() async throws {
        try await acting.withStore { coordinator, agent in
            try await coordinator.revokeShare(id, agentID: agent, from: agents, userID: acting.user.id)
        }
        try acting.print(RevocationReport(id: id, agents: agents))
    }
}

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
    @OptionGroup var user: UserOptions
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let agent = agent.idOrSystem
        let access = try await store.withStore(.existing, as: [agent]) { coordinator in
            try await coordinator.access(to: id, agentID: agent, userID: user.id)
        }
        try store.output.print(AccessReport(id: id, agents: access))
    }
}

/// A share that was made.
private struct ShareReport: Report {
    var id: MemoryID
    var agents: [AgentID]
    var permission: SharePermission

    func render(on page: inout Page) {
        page.line("\(id) is shared with \(agents.listed) (\(permission.rawValue)).")
    }
}

/// Shares that were taken back.
private struct RevocationReport: Report {
    var id: MemoryID
    var agents: [AgentID]

    func render(on page: inout Page) {
        page.line("\(id) is no longer shared with \(agents.listed).")
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
