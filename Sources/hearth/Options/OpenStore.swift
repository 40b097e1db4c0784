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
        for agent in agents { try await coordinator.registerAgent(agent) }
        let result = try await body(coordinator)
        try await coordinator.close()
        return result
    } catch {
        // What went wrong first is what the person has to know.
        try? await coordinator.close()
        throw error
    }
}
