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
            conflicts_resolved, conflicts_pending, behind_leases, errors and seconds), errors (of all of them), success and seconds.

            The exit status is 1 when there are errors; what could be published is.
            """
    )

    @Flag(help: "Every agent that is in service.")
    var all = false

    @OptionGroup var agent: AgentOptions
    @OptionGroup var user: OwningUserOptions

    @Option(help: "Only memories of this session.")
    var session: SessionID?

    @Flag(help: "Look at everything the agent sees besides: digests, rules of sharing, vectors.")
    var force = false

    @OptionGroup var store: StoreOptions

    func validate() throws {
        guard !all || agent.given == nil else { throw ValidationError("Give --agent or --all, not both.") }
        guard all || agent.id != nil else {
            throw ValidationError("Say whose drafts: --agent AGENT or HEARTH_AGENT, or --all.")
        }
        guard !all || session == nil else { throw ValidationError("--session is for one agent, not for --all.") }
    }

    func run() async throws {
        let user = try user.id
        let report =
            if let agent = agent.id, !all {
                try await store.withStore(.existing, as: [agent]) { coordinator in
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
                try await store.withStore(.existing) { coordinator in
                    try await coordinator.registerAgentsInService()
                    return SyncReport(try await coordinator.syncAllAgents(userID: user, forceSync: force))
                }
            }
        for error in report.errors { Console.error.complain(error) }
        try store.output.print(report)
        guard report.errors.isEmpty else { throw ExitCode.failure }
    }
}

extension MultiAgentMemoryCoordinator {
    /// Registers every agent that nobody has taken out of service.
    fileprivate func registerAgentsInService() async throws {
        let status = try await coordinatorStatus()
        for (agent, status) in status.agents where status == .inactive { try await registerAgent(agent) }
    }
}
