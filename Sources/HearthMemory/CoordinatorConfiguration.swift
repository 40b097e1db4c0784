public import HearthEmbedding
public import HearthModel

/// How a coordinator works; everything has a default.
public struct CoordinatorConfiguration: Sendable {
    /// How often background sync runs; not negative, and `.zero` switches it off. 60 s.
    public var syncInterval: Duration = .seconds(60)
    /// How long a lease lasts where the call does not say; more than zero, at most a day. 300 s.
    public var lockDuration: Duration = .seconds(300)
    /// How conflicts are settled where neither the call nor the owner's profile says how.
    public var defaultResolution: ConflictResolution = .latestWins
    /// The agents. Nil: what the file holds; a new file gets `AgentProfile.hearthlink`. Given: written at open.
    public var agents: [AgentProfile]?
    /// The sharing policy. Nil: what the file holds; a new file gets `SharingPolicy.hearthlink`. Given: written at
    /// open.
    public var sharing: SharingPolicy?
    /// How long an agent's memories are kept, by agent, in place of what its profile says.
    public var retention: [AgentID: Duration] = [:]
    /// Whether the file is only read.
    public var isReadOnly = false
    /// What an acknowledged write survives.
    public var durability: Durability = .full
    /// The constants of ranking.
    public var searchTuning = SearchTuning()
    /// What makes vectors of texts; by default the built-in embedder. Nil: search goes by words alone.
    public var embedder: (any Embedder)? = StaticEmbedder()
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
        let suffix = "_MEMORY_RETENTION_DAYS"
        for variable in environment.keys.sorted() where variable.hasSuffix(suffix) && variable.count > suffix.count {
            if let days = try Self.number(variable, in: environment, range: 0.001...36_500, unit: "days") {
                let agent = variable.dropLast(suffix.count).lowercased()
                retention[AgentID(rawValue: agent)] = .seconds(days * 86_400)
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
