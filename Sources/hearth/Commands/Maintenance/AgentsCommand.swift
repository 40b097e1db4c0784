import ArgumentParser
import HearthMemory

struct AgentsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agents",
        abstract: "List the agents that the store knows.",
        discussion: """
            JSON: agents, each with id, name, priority (critical, high, medium, low), retention_days, conflict_resolution, memory_types, \
            categories, working_memory_limit and automatic_sync.
            """
    )

    @OptionGroup var store: StoreOptions

    func run() async throws {
        let profiles = try await store.withStore(.existing) { try await $0.agents() }
        try store.output.print(AgentsReport(profiles))
    }
}

/// The agents of a store.
private struct AgentsReport: Report {
    private let agents: [AgentJSON]

    init(_ profiles: [AgentProfile]) {
        agents = profiles.map(AgentJSON.init)
    }

    private enum CodingKeys: String, CodingKey { case agents }

    private struct AgentJSON: Encodable {
        let profile: AgentProfile

        private enum CodingKeys: String, CodingKey {
            case id, name, priority, categories
            case retentionDays = "retention_days"
            case conflictResolution = "conflict_resolution"
            case memoryTypes = "memory_types"
            case workingMemoryLimit = "working_memory_limit"
            case automaticSync = "automatic_sync"
        }

        /// In days; a host may have configured a fraction of one.
        ///
        /// Dividing durations makes 60.00000000000001 of 60 days.
        var retentionDays: Double {
            let (seconds, attoseconds) = profile.retention.components
            return (Double(seconds) + Double(attoseconds) / 1e18) / 86_400
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(profile.id, forKey: .id)
            try container.encode(profile.name, forKey: .name)
            try container.encode("\(profile.priority)", forKey: .priority)
            try container.encode(retentionDays, forKey: .retentionDays)
            try container.encode(profile.conflictResolution, forKey: .conflictResolution)
            try container.encode(profile.memoryTypes, forKey: .memoryTypes)
            try container.encode(profile.categories, forKey: .categories)
            try container.encode(profile.workingMemoryLimit, forKey: .workingMemoryLimit)
            try container.encode(profile.automaticSync, forKey: .automaticSync)
        }
    }

    func render(on page: inout Page) {
        var table = Table(
            .leading("AGENT"),
            .leading("NAME"),
            .leading("PRIORITY"),
            .trailing("KEPT"),
            .leading("CONFLICTS"),
            .flexible("CATEGORIES")
        )
        for agent in agents {
            table.row(
                "\(agent.profile.id)",
                "\(agent.profile.name)",
                "\(agent.profile.priority)",
                Styled(Decimals.duration(ofDays: agent.retentionDays)),
                "\(agent.profile.conflictResolution.rawValue)",
                Styled(agent.profile.categories.listed)
            )
        }
        page.table(table, none: "No agents.")
    }
}
