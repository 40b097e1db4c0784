public import HearthEmbedding
public import HearthModel
public import Logging

/// How a coordinator works; everything has a default.
public struct CoordinatorConfiguration: Sendable {
    /// How often background sync and upkeep run once they are started; not negative, and `.zero` switches them off. 60 s.
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
    /// Where those entries of ``retention`` come from that no host has set.
    private var retentionSources: [AgentID: Settings.Source] = [:]
    /// How long a write waits for other processes before it throws `.storeBusy`; not negative, at most a day. 10 s.
    public var busyTimeout: Duration = .seconds(10)
    /// How long a notification may wait for somebody to acknowledge it before background work makes it more severe; not
    /// negative, and `.zero` lets it wait for ever. A day.
    public var escalationTime: Duration = .seconds(86_400)
    /// The space in bytes below which background work tells an administrator that the disk is nearly full; not negative.
    /// 256 MiB.
    public var leastFreeBytes = 256 << 20
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
    /// Where it is said what happens in the background: openings, failures, upkeep, keys. No line holds anything that
    /// somebody remembered.
    public var logger = Logger(label: "hearth")
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
        guard escalationTime >= .zero else {
            throw MemoryError(
                code: .invalidConfiguration,
                message: "escalationTime is negative; use .zero to let notifications wait for ever."
            )
        }
        guard leastFreeBytes >= 0 else {
            throw MemoryError(code: .invalidConfiguration, message: "leastFreeBytes must not be negative.")
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
    /// Reads the environment, and the configuration file that `HEARTH_CONFIG` names, if it names one; what is absent or
    /// empty keeps its default.
    ///
    /// <doc:Configuration> lists the variables. `MY_AGENT_MEMORY_RETENTION_DAYS` is for the agent `my-agent`, as for
    /// `my_agent` and `My.Agent`. Opening refuses a variable that fits no agent of the configuration, the file or the
    /// engine.
    ///
    /// - Throws: `.invalidConfiguration` that names the variable, its value, and what it may be.
    public init(environment: [String: String]) throws {
        self.init(try Settings(environment: environment))
    }

    /// Takes what is set over; what is not keeps its default. Who reads the keys of sensitive memories is not set here.
    public init(_ settings: Settings) {
        self.init()
        func number(_ setting: Setting) -> Double? { settings.found(setting).flatMap { Setting.number($0.text) } }
        if let seconds = number(.syncInterval) { syncInterval = .seconds(seconds) }
        if let seconds = number(.lockTimeout) { lockDuration = .seconds(seconds) }
        if let seconds = number(.busyTimeout) { busyTimeout = .seconds(seconds) }
        if let seconds = number(.escalationTime) { escalationTime = .seconds(seconds) }
        if let megabytes = number(.leastFreeMegabytes) { leastFreeBytes = Int(megabytes * 1_048_576) }
        if let name = settings.found(.resolutionStrategy)?.text, let strategy = ConflictResolution(rawValue: name) {
            defaultResolution = strategy
        }
        if let name = settings.found(.durability)?.text { durability = name == "normal" ? .normal : .full }
        if let flag = settings.found(.readOnly).flatMap({ Setting.flag($0.text) }) { isReadOnly = flag }
        for setting in settings.retention {
            retention[setting.agent] = setting.duration
            retentionSources[setting.agent] = setting.source
        }
    }
}

extension CoordinatorConfiguration {
    /// How long the memories of an agent are kept; nil: as its profile says.
    ///
    /// An entry of the agent's own name goes before a variable that fits the name.
    func retention(of agent: AgentID) -> Duration? {
        if let own = retention[agent] { return own }
        let variable = RetentionSetting.variable(of: agent)
        return retention.first { entry in
            guard case .environment = retentionSources[entry.key] else { return false }
            return RetentionSetting.variable(of: entry.key) == variable
        }?
        .value
    }

    /// Refuses variables and keys of a file that give the retention of nobody.
    ///
    /// - Parameter agents: The agents that there are, or that can be registered without a profile.
    /// - Throws: `.invalidConfiguration` that names the first of them, and those that there may be.
    func requireRetentionVariables(toFit agents: some Sequence<AgentID>) throws(MemoryError) {
        let known = Set(agents)
        let variables = Set(agents.map(RetentionSetting.variable(of:)))
        let strays = retentionSources.compactMap { agent, source -> String? in
            switch source {
            case .environment(let variable) where !variables.contains(RetentionSetting.variable(of: agent)):
                return "The environment variable \(variable) fits no agent; unset it (unset \(variable))"
            case .file(let path) where !known.contains(agent):
                return "\(RetentionSetting.key).\(agent) in \(path) is for no agent; remove it"
            default: return nil
            }
        }
        guard let stray = strays.min() else { return }
        throw MemoryError(
            code: .invalidConfiguration,
            message: """
                \(stray), or register the agent that it is for. These fit one: \(variables.sorted().joined(separator: ", ")). A new agent \
                is given in the configuration's agents or initialAgents.
                """
        )
    }
}
