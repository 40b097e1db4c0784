/// How much an agent's word counts; `.critical` is the greatest.
public enum AgentPriority: Int, Comparable, CaseIterable, Sendable, Codable {
    /// May take leases by force, maintain the file and erase memories.
    case critical = 1
    /// For the primary assistant.
    case high
    /// For a specialist.
    case medium
    /// For a guest.
    case low

    /// Orders by weight, not by number: `.low < .medium < .high < .critical`.
    public static func < (left: AgentPriority, right: AgentPriority) -> Bool {
        left.rawValue > right.rawValue
    }
}

/// Whether an agent may act at present.
public enum AgentStatus: String, Sendable, Codable {
    /// Registered and at work.
    case active
    /// Known to the file but not registered by this process.
    case inactive
    /// Taken out of service by an administrator.
    case maintenance
    /// Taken out of service after a fault.
    case error
}

/// What the engine knows of an agent.
///
/// The memory types and categories only describe the agent: it may store memories of any type and category.
public struct AgentProfile: Hashable, Sendable, Codable {
    /// The agent.
    public var id: AgentID
    /// A name for people.
    public var name: String
    /// How much its word counts in conflicts and in locking.
    public var priority: AgentPriority
    /// How long its memories are kept after arrival or last edit; at least one second.
    public var retention: Duration
    /// How conflicts on memories it owns are settled; nil leaves it to the configuration.
    public var ownConflictResolution: ConflictResolution?
    /// The kinds of memory it mostly keeps.
    public var memoryTypes: [MemoryType]
    /// The categories it mostly keeps.
    public var categories: [MemoryCategory]
    /// How many working memories it may keep per user; at least 0.
    public var workingMemoryLimit: Int
    /// Whether background sync publishes its drafts.
    public var automaticSync: Bool

    private enum CodingKeys: String, CodingKey {
        case id, name, priority, retention, memoryTypes, categories, workingMemoryLimit, automaticSync
        case ownConflictResolution = "conflictResolution"
    }

    /// Describes an agent that names how its conflicts are settled.
    public init(
        id: AgentID,
        name: String,
        priority: AgentPriority,
        retention: Duration,
        conflictResolution: ConflictResolution,
        memoryTypes: [MemoryType],
        categories: [MemoryCategory],
        workingMemoryLimit: Int,
        automaticSync: Bool = true
    ) {
        self.init(
            id: id,
            name: name,
            priority: priority,
            retention: retention,
            conflictResolution: Optional(conflictResolution),
            memoryTypes: memoryTypes,
            categories: categories,
            workingMemoryLimit: workingMemoryLimit,
            automaticSync: automaticSync
        )
    }

    /// Describes an agent; without a `conflictResolution`, the configuration says how its conflicts are settled.
    public init(
        id: AgentID,
        name: String,
        priority: AgentPriority,
        retention: Duration,
        conflictResolution: ConflictResolution?,
        memoryTypes: [MemoryType],
        categories: [MemoryCategory],
        workingMemoryLimit: Int,
        automaticSync: Bool = true
    ) {
        self.id = id
        self.name = name
        self.priority = priority
        self.retention = retention
        ownConflictResolution = conflictResolution
        self.memoryTypes = memoryTypes
        self.categories = categories
        self.workingMemoryLimit = workingMemoryLimit
        self.automaticSync = automaticSync
    }
}

extension AgentProfile {
    /// Describes an agent of which nothing special is said: of medium priority, whose memories are kept for 90 days, whose
    /// conflicts are settled as the configuration says, and which may store memories of every type and category.
    ///
    /// The other properties can be set on the value.
    public init(
        id: AgentID,
        name: String? = nil,
        priority: AgentPriority = .medium,
        retention: Duration = .seconds(7_776_000)
    ) {
        self.init(
            id: id,
            name: name ?? id.rawValue,
            priority: priority,
            retention: retention,
            conflictResolution: nil,
            memoryTypes: MemoryType.allCases,
            categories: [.general],
            workingMemoryLimit: 100
        )
    }
}

extension AgentProfile {
    /// How conflicts on memories it owns are settled; `.latestWins` where ``ownConflictResolution`` is nil, which leaves it
    /// to the configuration. Setting this names a strategy.
    public var conflictResolution: ConflictResolution {
        get { ownConflictResolution ?? .latestWins }
        set { ownConflictResolution = newValue }
    }
}

extension AgentProfile {
    /// The primary assistant: conversation, tasks, knowledge, preferences; kept 90 days.
    public static let alden = AgentProfile(
        id: "alden",
        name: "Alden",
        priority: .high,
        retention: .days(90),
        conflictResolution: .latestWins,
        memoryTypes: [.episodic, .semantic, .procedural],
        categories: [.conversation, .task, .knowledge, .preference],
        workingMemoryLimit: 100
    )

    /// The analyst: patterns and behaviour; kept 60 days.
    public static let alice = AgentProfile(
        id: "alice",
        name: "Alice",
        priority: .medium,
        retention: .days(60),
        conflictResolution: .highestImportance,
        memoryTypes: [.episodic, .working],
        categories: [.analysis, .pattern, .behavioral],
        workingMemoryLimit: 50
    )

    /// The security monitor: incidents, alerts, audit; kept 180 days.
    public static let sentry = AgentProfile(
        id: "sentry",
        name: "Sentry",
        priority: .medium,
        retention: .days(180),
        conflictResolution: .manualReview,
        memoryTypes: [.semantic, .contextual],
        categories: [.security, .incident, .alert, .audit],
        workingMemoryLimit: 75
    )

    /// The persona player: templates and styles; kept 30 days.
    public static let mimic = AgentProfile(
        id: "mimic",
        name: "Mimic",
        priority: .low,
        retention: .days(30),
        conflictResolution: .agentPriority,
        memoryTypes: [.working, .contextual],
        categories: [.persona, .style, .template],
        workingMemoryLimit: 25
    )

    /// The built-in maintenance identity: critical, always active, and registered without a call.
    public static let system = AgentProfile(
        id: "system",
        name: "System",
        priority: .critical,
        retention: .days(365),
        conflictResolution: .latestWins,
        memoryTypes: MemoryType.allCases,
        categories: [.general],
        workingMemoryLimit: 100,
        automaticSync: false
    )

    /// The four agents of Hearthlink.
    public static let hearthlink: [AgentProfile] = [.alden, .alice, .sentry, .mimic]
}

extension AgentProfile {
    /// Checks that a store accepts the profile.
    ///
    /// - Throws: `.invalidArgument` that names the agent and the field.
    public func validate() throws(MemoryError) {
        _ = try id.validated()
        guard retention >= .seconds(1), retention <= .days(365_000) else {
            throw .invalidArgument("The retention of agent \(id) must be between one second and a thousand years.")
        }
        guard workingMemoryLimit >= 0 else {
            throw .invalidArgument("The working-memory limit of agent \(id) is negative.")
        }
        guard id != AgentProfile.system.id || priority == .critical else {
            throw .invalidArgument("The agent system is critical and stays so.")
        }
        for category in categories { _ = try category.validated() }
    }
}
