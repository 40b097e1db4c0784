import ArgumentParser
import HearthMemory

struct SyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync",
        abstract: "Publish the drafts of an agent, or of all.",
        discussion: """
            What other agents have edited meanwhile is settled by the strategy of the memory's owner, or waits for a decision: see `hearth \
            conflicts`. Drafts behind another agent's lease stay. With --all the agents come in the order of their priority; those that are out \
            of service are left out.

            JSON: operation, user, agents (in that order, each with operation, agent, processed, settled, conflicts_detected, \
            conflicts_resolved, conflicts_pending, behind_leases, published (memory and version), failures (memory, code and message), \
            errors and seconds), errors (of all of them), success and seconds.

            The exit status is 1 when there are errors; what could be published is.
            """
    )

    @Flag(help: "Every agent that is in service.")
    var all = false

    @OptionGroup var agent: Required<AgentOptions>
    @OptionGroup var user: Required<UserOptions>

    @Option(help: "Only memories of this session.")
    var session: SessionID?

    @Flag(help: "Look at everything the agent sees besides: digests, rules of sharing, vectors.")
    var force = false

    @OptionGroup var store: StoreOptions

    func validate() throws {
        guard !all || agent.options.given == nil else { throw ValidationError("Give --agent or --all, not both.") }
        guard !all || session == nil else { throw ValidationError("--session is for one agent, not for --all.") }
    }

    func run() async throws {
        let report =
            if !all {
                try await store.withStore(.existing, as: agent, of: user, or: "--all") { coordinator, agent, user in
                    try await SyncReport(
                        coordinator.syncService.syncAgentMemories(
                            agentID: agent,
                            userID: user,
                            sessionID: session,
                            forceSync: force
                        )
                    )
                }
            } else {
                try await store.withStore(.existing, of: user) { coordinator, user in
                    try await coordinator.registerAgentsInService()
                    return SyncReport(try await coordinator.syncAllAgents(userID: user, forceSync: force))
                }
            }
        for error in report.errors { Console.error.complain(error) }
        try store.output.print(report)
        guard report.errors.isEmpty else { throw ExitCode.failure }
    }
}

/// The outcome of a sync, agent by agent.
private struct SyncReport: Report {
    private let operation: OperationID
    private let user: UserID
    private let results: [AgentSyncResult]
    private let duration: Duration
    /// What was not done and why.
    let errors: [String]

    /// Of one agent.
    init(_ result: AgentSyncResult) {
        operation = result.operationID
        user = result.userID
        results = [result]
        duration = result.duration
        errors = result.errors
    }

    /// Of all agents.
    init(_ result: CoordinatedSyncResult) {
        operation = result.coordinationID
        user = result.userID
        results = result.agentsSynced.compactMap { result.agentResults[$0] }
        duration = result.duration
        errors = result.syncErrors
    }

    private enum CodingKeys: String, CodingKey { case operation, user, agents, errors, success, seconds }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(operation, forKey: .operation)
        try container.encode(user, forKey: .user)
        try container.encode(results.map(AgentSyncJSON.init), forKey: .agents)
        try container.encode(errors, forKey: .errors)
        try container.encode(errors.isEmpty, forKey: .success)
        try container.encode(duration / .seconds(1), forKey: .seconds)
    }

    func render(on page: inout Page) {
        var table = Table(
            .leading("AGENT"),
            .trailing("LOOKED AT"),
            .trailing("SETTLED"),
            .trailing("CONFLICTS"),
            .trailing("RESOLVED"),
            .trailing("WAITING"),
            .trailing("BEHIND LEASES")
        )
        for result in results {
            table.row(
                "\(result.agentID)",
                "\(result.memoriesProcessed)",
                "\(result.successfulSyncs)",
                "\(result.conflictsDetected)",
                "\(result.conflictsResolved)",
                Styled("\(result.conflictsPending)", result.conflictsPending > 0 ? .caution : .plain),
                Styled("\(result.draftsBehindLeases)", result.draftsBehindLeases > 0 ? .caution : .plain)
            )
        }
        page.table(table, none: "No agent is in service.")
        guard results.contains(where: { $0.conflictsPending > 0 }) else { return }
        page.gap()
        page.line("Edits wait for a decision; see `hearth conflicts list`.")
    }
}

/// The outcome of a sync for one agent.
private struct AgentSyncJSON: Encodable {
    let result: AgentSyncResult

    private enum CodingKeys: String, CodingKey {
        case operation, agent, processed, settled, published, failures, errors, seconds
        case conflictsDetected = "conflicts_detected"
        case conflictsResolved = "conflicts_resolved"
        case conflictsPending = "conflicts_pending"
        case behindLeases = "behind_leases"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(result.operationID, forKey: .operation)
        try container.encode(result.agentID, forKey: .agent)
        try container.encode(result.memoriesProcessed, forKey: .processed)
        try container.encode(result.successfulSyncs, forKey: .settled)
        try container.encode(result.conflictsDetected, forKey: .conflictsDetected)
        try container.encode(result.conflictsResolved, forKey: .conflictsResolved)
        try container.encode(result.conflictsPending, forKey: .conflictsPending)
        try container.encode(result.draftsBehindLeases, forKey: .behindLeases)
        try container.encode(result.published.map(PublishedJSON.init), forKey: .published)
        try container.encode(result.failures.map(FailureJSON.init), forKey: .failures)
        try container.encode(result.errors, forKey: .errors)
        try container.encode(result.duration / .seconds(1), forKey: .seconds)
    }

    private struct PublishedJSON: Encodable {
        var memory: MemoryID
        var version: VersionID

        init(_ published: PublishedMemory) {
            (memory, version) = (published.memoryID, published.version)
        }
    }

    private struct FailureJSON: Encodable {
        var memory: MemoryID
        var code: String
        var message: String

        init(_ failure: SyncFailure) {
            (memory, code, message) = (failure.memoryID, failure.code.rawValue, failure.message)
        }
    }
}

extension MultiAgentMemoryCoordinator {
    /// Registers every agent that nobody has taken out of service.
    func registerAgentsInService() async throws {
        let status = try await coordinatorStatus()
        for (agent, status) in status.agents where status == .inactive { try await registerAgent(agent) }
    }
}
