import FoundationEssentials
import HearthMemory
import TestSupport
import Testing

/// What a configuration says of agents, sharing and waiting.
@Suite struct Configuring {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private var file: StoreLocation { .file(directory.file("store.db")) }

    private func profile(_ id: AgentID, days: Int = 7) -> AgentProfile {
        var profile = AgentProfile.alden
        profile.id = id
        profile.retention = .seconds(days * 86_400)
        return profile
    }

    private func open(
        _ environment: [String: String] = [:],
        configure: (inout CoordinatorConfiguration) -> Void = { _ in }
    ) async throws -> MultiAgentMemoryCoordinator {
        var configuration = try CoordinatorConfiguration(environment: environment)
        configure(&configuration)
        return try await MultiAgentMemoryCoordinator.open(file, configuration: configuration)
    }

    private func retention(_ coordinator: MultiAgentMemoryCoordinator) async throws -> [AgentID: Duration] {
        Dictionary(uniqueKeysWithValues: try await coordinator.agents().map { ($0.id, $0.retention) })
    }

    @Test func `a retention variable is for the agent whose name it has, with - and . as _`() async throws {
        let coordinator = try await open([
            "MY_AGENT_MEMORY_RETENTION_DAYS": "30", "A_B_C_MEMORY_RETENTION_DAYS": "1.5",
            "ALDEN_MEMORY_RETENTION_DAYS": "10", "SENTRY_MEMORY_RETENTION_DAYS": "",
        ]) { $0.agents = ["my-agent", "a.b-c", "alden", "other"].map { profile($0) } }
        let kept = try await retention(coordinator)
        #expect(kept["my-agent"] == .seconds(30 * 86_400))
        #expect(kept["a.b-c"] == .seconds(1.5 * 86_400))
        #expect(kept["alden"] == .seconds(10 * 86_400) && kept["other"] == .seconds(7 * 86_400))
        try await coordinator.close()
        // What the file holds counts as well as what the configuration gives.
        let again = try await open(["MY_AGENT_MEMORY_RETENTION_DAYS": "31"])
        #expect(try await retention(again)["my-agent"] == .seconds(31 * 86_400))
        try await again.close()
    }

    @Test func `a retention variable that fits nobody is refused by its name`() async throws {
        let error = await #expect(throws: MemoryError.self) {
            try await open(["MY_AGNET_MEMORY_RETENTION_DAYS": "30"]) { $0.initialAgents = [profile("my-agent")] }
        }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("MY_AGNET_MEMORY_RETENTION_DAYS fits no agent; unset it") == true)
        #expect(error?.message.contains("MY_AGENT_MEMORY_RETENTION_DAYS") == true)
        // A host may set what it will register later; only a variable can be a slip of the pen.
        let coordinator = try await open { $0.retention["later"] = .seconds(86_400) }
        try await coordinator.close()
    }

    @Test func `an agent that the engine brings along has its variable when it is registered`() async throws {
        let coordinator = try await open(["ALICE_MEMORY_RETENTION_DAYS": "3"]) { $0.agents = [profile("my-agent")] }
        try await coordinator.registerAgent("alice")
        #expect(try await retention(coordinator)["alice"] == .seconds(3 * 86_400))
        try await coordinator.close()
    }

    @Test func `initial agents and sharing are of a new file alone`() async throws {
        let policy = SharingPolicy(globalRules: [], restrictedCategories: [:], propagationRules: [])
        let first = try await open {
            $0.initialAgents = [profile("ana"), profile("ben")]
            $0.initialSharing = policy
        }
        #expect(try await first.agents().map(\.id) == ["ana", "ben", "system"])
        #expect(try await first.sharingPolicy() == policy)
        // What a person changes in between stays.
        try await first.registerAgent("ana", profile: profile("ana", days: 99))
        try await first.setSharingPolicy(.hearthlink)
        try await first.close()
        let second = try await open {
            $0.initialAgents = [profile("ana"), profile("cem")]
            $0.initialSharing = policy
        }
        #expect(try await second.agents().map(\.id) == ["ana", "ben", "system"])
        #expect(try await retention(second)["ana"] == .seconds(99 * 86_400))
        #expect(try await second.sharingPolicy() == .hearthlink)
        try await second.close()
        // What is given without "initial" is written at every open.
        let third = try await open {
            $0.agents = [profile("ana")]
            $0.sharing = policy
        }
        #expect(try await retention(third)["ana"] == .seconds(7 * 86_400))
        #expect(try await third.sharingPolicy() == policy)
        try await third.close()
    }

    @Test func `several agents are registered by one call, all or none`() async throws {
        let coordinator = try await open()
        let error = await #expect(throws: MemoryError.self) {
            try await coordinator.registerAgents(["alden", "nobody", "noone"])
        }
        #expect(error?.code == .unknownAgent)
        #expect(error?.message.contains("nobody, noone") == true)
        #expect(try await coordinator.status(of: "alden") == .inactive)
        await expect(.invalidArgument) { try await coordinator.registerAgents(["alden", ""]) }
        try await coordinator.registerAgents(["alden", "alice"])
        for agent in ["alden", "alice"] as [AgentID] { #expect(try await coordinator.status(of: agent) == .active) }
        #expect(try await coordinator.status(of: "sentry") == .inactive)
        try await coordinator.registerAgents([])
        try await coordinator.close()
    }

    @Test func `users and owners are those that hold memories`() async throws {
        let coordinator = try await open()
        try await coordinator.registerAgents(["alden", "alice"])
        #expect(try await coordinator.users() == [])
        #expect(try await coordinator.owners() == [])
        try await coordinator.storeAgentMemory(agentID: "alden", userID: "iris", content: "tea")
        try await coordinator.storeAgentMemory(agentID: "alice", userID: "ana", content: "tea")
        #expect(try await coordinator.users() == ["ana", "iris"])
        #expect(try await coordinator.owners() == ["alden", "alice"])
        #expect(try await coordinator.owners(userID: "iris") == ["alden"])
        #expect(try await coordinator.owners(userID: "nobody") == [])
        await expect(.invalidArgument) { try await coordinator.owners(userID: "") }
        try await coordinator.close()
    }

    @Test func `a write waits as long as the configuration says for another process`() async throws {
        let patient = try await open { $0.busyTimeout = .seconds(3_600) }
        let impatient = try await open { $0.busyTimeout = .milliseconds(10) }
        for coordinator in [patient, impatient] { try await coordinator.registerAgent("alden") }
        let lock = try WriteLock(on: directory.file("store.db"))
        // Whoever waits longer begins first, and is still waiting when the other has given up.
        let waiting = Task { try await patient.storeAgentMemory(agentID: "alden", userID: "iris", content: "tea") }
        await expect(.storeBusy) {
            try await impatient.storeAgentMemory(agentID: "alden", userID: "iris", content: "tea")
        }
        lock.release()
        let id = try await waiting.value
        #expect(try await impatient.memory(id, agentID: "alden").content == "tea")
        try await patient.close()
        try await impatient.close()
    }

    @Test(arguments: [Duration.seconds(-1), .seconds(86_401), .seconds(Int64.max), .seconds(Int64.min)])
    func `a time to wait that is out of range is refused`(timeout: Duration) async throws {
        await expect(.invalidConfiguration) { try await open { $0.busyTimeout = timeout } }
    }
}
