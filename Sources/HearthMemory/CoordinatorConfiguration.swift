public import HearthEmbedding
public import HearthModel
import HearthStore

/// How a coordinator works; everything has a default.
public struct CoordinatorConfiguration: Sendable {
    /// How often background sync runs; `.zero` switches it off. 60 s.
    public var syncInterval: Duration = .seconds(60)
    /// How long a lease lasts where the call doesn't say. 300 s.
    public var lockDuration: Duration = .seconds(300)
    /// How conflicts are settled where neither the call nor the owner's profile says.
    public var defaultResolution: ConflictResolution = .latestWins
    /// The agents. Nil: what the file holds; a new file gets `AgentProfile.hearthlink`. Given: written at open.
    public var agents: [AgentProfile]?
    /// The sharing policy. Nil: what the file holds; a new file gets `SharingPolicy.hearthlink`. Given: written at open.
    public var sharing: SharingPolicy?
    /// Retentions that override those of the profiles, by agent.
    public var retention: [AgentID: Duration] = [:]
    /// Whether the file is only read.
    public var isReadOnly = false
    /// What an acknowledged write survives.
    public var durability: Durability = .full
    /// The constants of ranking.
    public var searchTuning = SearchTuning()
    /// What makes vectors of texts: the built-in one. Nil: search goes by words alone.
    public var embedder: (any Embedder)? = StaticEmbedder()
    /// Where time comes from; tests give their own.
    public var clock: StoreClock = .system

    /// The defaults.
    public init() {}
}
