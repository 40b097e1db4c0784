package import HearthEmbedding
package import HearthModel
import HearthSQLite
package import Logging

/// How a store is opened.
package struct StoreOptions: Sendable {
    /// What an acknowledged write survives.
    package var durability: HearthModel.Durability = .full
    /// Whether the file is only read. Reads of other agents' memories are then refused, because they could not be
    /// audited.
    package var isReadOnly = false
    /// Profiles that a new file gets.
    package var agents: [AgentProfile] = AgentProfile.hearthlink
    /// The policy that a new file gets.
    package var sharing: SharingPolicy = .hearthlink
    /// How long a write waits for other processes before it throws `.storeBusy`.
    package var busyTimeout: Duration = .seconds(10)
    /// How many pages the file may have at most; nil: no limit. A write that needs more throws `.storeFull`.
    package var maximumPageCount: Int?
    /// What makes vectors of texts; nil: search uses words alone.
    package var embedder: (any Embedder)? = StaticEmbedder()
    /// How conflicts are settled when neither the call nor the owner's profile says.
    package var defaultResolution: ConflictResolution = .latestWins
    /// What gives the key that protects sensitive memories; nil: none can be stored or read.
    package var keyProvider: (any KeyProvider)?
    /// Whether an agent must be registered before it acts. If not, every agent that the file knows may act.
    package var requiresRegistration = false
    /// How upkeep works.
    package var maintenance = MaintenancePolicy()
    /// Where it is said what went wrong where no caller gets an error.
    package var logger = Logger(label: "hearth")
    /// Where time comes from.
    package var clock: StoreClock = .system

    /// The defaults.
    package init() {}
}

extension StoreOptions {
    /// These options as the database takes them.
    var databaseOptions: DatabaseOptions {
        var result = DatabaseOptions(
            applicationID: StoreSchema.applicationID,
            migrations: StoreSchema.migrations(self)
        )
        result.durability = durability == .full ? .full : .normal
        result.isReadOnly = isReadOnly
        result.busyTimeout = busyTimeout
        result.maximumPageCount = maximumPageCount
        return result
    }
}
