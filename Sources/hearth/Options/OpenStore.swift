import FoundationEssentials
import HearthMemory

/// Opens a store, registers the agents that are about to act, runs `body` and closes the store whatever came of it.
func withOpenStore<Result>(
    at location: StoreLocation,
    as agents: [AgentID] = [],
    configure: (inout CoordinatorConfiguration) -> Void = { _ in },
    body: (MultiAgentMemoryCoordinator) async throws -> Result
) async throws -> Result {
    var configuration = try CoordinatorConfiguration(environment: ProcessInfo.processInfo.environment)
    configure(&configuration)
    let coordinator = try await MultiAgentMemoryCoordinator.open(location, configuration: configuration)
    do {
        for agent in agents { try await coordinator.registerUnlessOutOfService(agent) }
        let result = try await body(coordinator)
        try await coordinator.close()
        return result
    } catch {
        // What went wrong first is what the person has to know.
        try? await coordinator.close()
        throw error
    }
}

extension MultiAgentMemoryCoordinator {
    /// Registers an agent for a command, unless an administrator took it out of service: registering would end that for every process.
    func registerUnlessOutOfService(_ agent: AgentID) async throws {
        let known = try await agents().map(\.id)
        if known.contains(agent) {
            let status = try await status(of: agent)
            guard status != .maintenance, status != .error else {
                throw CommandFailure(
                    "Agent \(agent) is out of service (\(status.rawValue)). The host that put it there can set it active again."
                )
            }
        }
        try await registerAgent(agent)
    }
}
