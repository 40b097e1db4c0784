public import HearthEmbedding
public import HearthModel

/// How a coordinator works; everything has a default.
public struct CoordinatorConfiguration: Sendable {
    /// How often background sync runs; not negative, and `.zero` switches it off. 60 s.
    public var syncInterval: Duration = .seconds(60)
    /// How long a lease lasts that is acquired and kept, where the call does not say; more than zero, at most a day.
    /// 300 s.
    public var lockDuration: Duration = .seconds(300)
    /// How conflicts are settled where neither the call nor the owner's profile says how.
    public var defaultResolution: ConflictResolution = .latestWins
    /// The agents. Given: written at every open, over what a person may have changed in between. Nil: what the file
    /// holds; a new file gets ``initialAgents``.
    public var agents: [AgentProfile]?
    /// The sharing policy. Given: written at every open, over what a person may have changed in between. Nil: what the
    /// file holds; a new file gets ``initialSharing``.
    public var sharing: SharingPolicy?
    /// The agents of a new file; a file that exists keeps what it holds. Nil: `AgentProfile.hearthlink`.
    public var initialAgents: [AgentProfile]?
    /// The sharing policy of a new file; a file that exists keeps what it holds. Nil: `SharingPolicy.hearthlink`.
    public var initialSharing: SharingPolicy?
    /// How long an agent's memories are kept, by agent, in place of what its profile says.
    ///
    /// Opening refuses an entry that comes from the environment and fits no agent, with `.invalidConfiguration`.
    public var retention: [AgentID: Duration] = [:]
    /// The entries of ``retention`` that come from the environment, with the variable of each.
    private var retentionVariables: [AgentID: String] = [:]
    /// How long a write waits for other processes before it throws `.storeBusy`; not negative, at most a day. 10 s.
    public var busyTimeout: Duration = .seconds(10)
    /// Whether the file is only read.
    public var isReadOnly = false
    /// What an acknowledged write survives.
    public var durability: Durability = .full
    /// How upkeep works: what it keeps, for how long, and how much it does at once.
    public var maintenance = MaintenancePolicy()
    /// The constants of ranking.
    public var searchTuning = SearchTuning()
    /// What makes vectors of texts; by default the built-in embedder. Nil: search goes by words alone.
    public var embedder: (any Embedder)? = StaticEmbedder()
    /// What gives the key that protects sensitive memories. Nil: storing or reading a sensitive memory throws
    /// `.keyUnavailable`.
    public var keyProvider: (any KeyProvider)?
    /// Where time comes from; tests give their own.
    public var clock: StoreClock = .system

    /// The defaults.
    public init() {}
}

extension CoordinatorConfiguration {
    /// Checks what does not depend on the file.
    func validate() throws(MemoryError) {
        guard syncInterval >= .zero else {
            throw MemoryError(
                code: .invalidConfiguration,
                message: "syncInterval is negative; use .zero to switch it off."
            )
        }
        guard lockDuration > .zero, lockDuration <= .seconds(86_400) else {
            throw MemoryError(
                code: .invalidConfiguration,
                message: "lockDuration must be more than zero and at most a day."
            )
        }
        guard busyTimeout >= .zero, busyTimeout <= .seconds(86_400) else {
            throw MemoryError(
                code: .invalidConfiguration,
                message: "busyTimeout must not be negative, and at most a day."
            )
        }
        try maintenance.validate()
    }
}

extension CoordinatorConfiguration {
    /// Reads the environment; what is absent or empty keeps its default.
    ///
    /// | variable | value |
    /// | --- | --- |
    /// | `MEMORY_SYNC_INTERVAL` | seconds, 0 to a day; 0 switches background sync off |
    /// | `MEMORY_LOCK_TIMEOUT` | seconds a lease lasts, more than 0, to a day |
    /// | `CONFLICT_RESOLUTION_STRATEGY` | a `ConflictResolution` by its raw value |
    /// | `<AGENT>_MEMORY_RETENTION_DAYS` | days, more than 0, to 36,500; the agent in upper case, `-` and `.` as `_` |
    ///
    /// `MY_AGENT_MEMORY_RETENTION_DAYS` is for the agent `my-agent`, as for `my_agent` and `My.Agent`. Opening refuses a
    /// variable that fits no agent of the configuration, the file or the engine.
    ///
    /// - Throws: `.invalidConfiguration` that names the variable and what it may be.
    public init(environment: [String: String]) throws {
        self.init()
        if let seconds = try Self.number("MEMORY_SYNC_INTERVAL", in: environment, range: 0...86_400, unit: "seconds") {
            syncInterval = .seconds(seconds)
        }
        if let seconds = try Self.number("MEMORY_LOCK_TIMEOUT", in: environment, range: 0.001...86_400, unit: "seconds")
        {
            lockDuration = .seconds(seconds)
        }
        if let name = environment["CONFLICT_RESOLUTION_STRATEGY"], !name.isEmpty {
            guard let strategy = ConflictResolution(rawValue: name) else {
                let names = ConflictResolution.allCases.map(\.rawValue).joined(separator: ", ")
                throw Self.invalid("CONFLICT_RESOLUTION_STRATEGY", value: name, expected: "one of \(names)")
            }
            defaultResolution = strategy
        }
        let suffix = Self.retentionSuffix
        for variable in environment.keys.sorted() where variable.hasSuffix(suffix) && variable.count > suffix.count {
            if let days = try Self.number(variable, in: environment, range: 0.001...36_500, unit: "days") {
                let agent = AgentID(rawValue: variable.dropLast(suffix.count).lowercased())
                retention[agent] = .seconds(days * 86_400)
                retentionVariables[agent] = variable
            }
        }
    }

    private static func number(
        _ variable: String,
        in environment: [String: String],
        range: ClosedRange<Double>,
        unit: String
    ) throws -> Double? {
        guard let text = environment[variable], !text.isEmpty else { return nil }
        guard let value = Double(text), range.contains(value) else {
            throw invalid(
                variable,
                value: text,
                expected: "a number of \(unit) from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return value
    }

    private static func invalid(_ variable: String, value: String, expected: String) -> MemoryError {
        MemoryError(code: .invalidConfiguration, message: "\(variable) is \"\(value)\"; it must be \(expected).")
    }
}

extension CoordinatorConfiguration {
    private static let retentionSuffix = "_MEMORY_RETENTION_DAYS"

    /// How long the memories of an agent are kept; nil: as its profile says.
    ///
    /// An entry of the agent's own name goes before a variable that fits the name.
    func retention(of agent: AgentID) -> Duration? {
        if let own = retention[agent] { return own }
        let variable = Self.retentionVariable(of: agent)
        return retention.first { retentionVariables[$0.key] != nil && Self.retentionVariable(of: $0.key) == variable }?
            .value
    }

    /// The variable that gives the retention of an agent.
    static func retentionVariable(of agent: AgentID) -> String {
        agent.rawValue.uppercased().replacing("-", with: "_").replacing(".", with: "_") + retentionSuffix
    }

    /// Refuses variables that give the retention of nobody.
    ///
    /// - Parameter agents: The agents that there are, or that can be registered without a profile.
    /// - Throws: `.invalidConfiguration` that names the first of them, and those that there may be.
    func requireRetentionVariables(toFit agents: some Sequence<AgentID>) throws(MemoryError) {
        let known = Set(agents.map(Self.retentionVariable(of:)))
        let strays = retention.keys.filter { !known.contains(Self.retentionVariable(of: $0)) }
        guard let stray = strays.compactMap({ retentionVariables[$0] }).min() else { return }
        throw MemoryError(
            code: .invalidConfiguration,
            message: """
                The environment variable \(stray) fits no agent; unset it (unset \(stray)), or register the agent that it is for. \
                These fit one: \(known.sorted().joined(separator: ", ")). A new agent is given in the configuration's agents or \
                initialAgents.
                """
        )
    }
}
