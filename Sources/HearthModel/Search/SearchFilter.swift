public import FoundationEssentials

/// Narrows browsing and search; what is empty or nil narrows nothing.
public struct SearchFilter: Hashable, Sendable {
    /// Any of these types.
    public var types: Set<MemoryType>
    /// Any of these categories.
    public var categories: Set<MemoryCategory>
    /// Any of these tags.
    public var tags: Set<String>
    /// Created at this instant or later.
    public var createdAfter: Date?
    /// Created before this instant.
    public var createdBefore: Date?
    /// At least this important, 0…1.
    public var minimumImportance: Double?
    /// Search results of at least this score, 0…1; browsing ignores it.
    public var minimumScore: Double?
    /// Whether memories that have expired are among them: an agent's own, and nobody else's.
    public var expiry: Expiry
    /// Whether sensitive memories are among them. With them, whoever has no key gets `.keyUnavailable` where there are
    /// any; without them, everything else.
    public var includesSensitive: Bool
    /// At least this trusted, 0…1.
    public var minimumTrust: Double?
    /// Of any of these sessions.
    public var sessions: Set<SessionID>
    /// Owned by any of these agents.
    public var owners: Set<AgentID>
    /// All of these tags.
    public var allTags: Set<String>
    /// With all of these metadata values, exactly as they were given. This takes a look at the metadata of every memory of the
    /// user, so it is slower than the rest of a filter.
    public var metadata: [String: String]
    /// In any of these states, as the agent sees them. What it has deleted itself is no longer there, so that
    /// ``SyncStatus/deleted`` admits nothing.
    public var syncStatus: Set<SyncStatus>

    /// Which memories are admitted by their expiry.
    public enum Expiry: String, CaseIterable, Sendable, Codable {
        /// Those that have not expired.
        case current
        /// Those of the agent's own that have expired and that upkeep has not taken yet.
        case expired
        /// Both.
        case any
    }

    /// Describes a filter.
    public init(
        types: Set<MemoryType> = [],
        categories: Set<MemoryCategory> = [],
        tags: Set<String> = [],
        createdAfter: Date? = nil,
        createdBefore: Date? = nil,
        minimumImportance: Double? = nil,
        minimumScore: Double? = nil,
        expiry: Expiry = .current,
        includesSensitive: Bool = true,
        minimumTrust: Double? = nil,
        sessions: Set<SessionID> = [],
        owners: Set<AgentID> = [],
        allTags: Set<String> = [],
        metadata: [String: String] = [:],
        syncStatus: Set<SyncStatus> = []
    ) {
        self.types = types
        self.categories = categories
        self.tags = tags
        self.createdAfter = createdAfter
        self.createdBefore = createdBefore
        self.minimumImportance = minimumImportance
        self.minimumScore = minimumScore
        self.expiry = expiry
        self.includesSensitive = includesSensitive
        self.minimumTrust = minimumTrust
        self.sessions = sessions
        self.owners = owners
        self.allTags = allTags
        self.metadata = metadata
        self.syncStatus = syncStatus
    }
}

extension SearchFilter {
    /// - Throws: `.invalidArgument` for a minimum that is not a number from 0 to 1, and for a range of time whose end is
    ///   not after its beginning.
    package func validate() throws(MemoryError) {
        if let createdAfter, let createdBefore, createdAfter > createdBefore {
            throw .invalidArgument("createdAfter is later than createdBefore, so nothing can be found; exchange them.")
        }
        if let createdAfter, let createdBefore, createdAfter == createdBefore {
            throw .invalidArgument(
                """
                createdAfter and createdBefore are the same moment, which createdBefore leaves out, so nothing can be found; make \
                createdBefore later.
                """
            )
        }
        if let minimumImportance { _ = try FieldLimits.unit(minimumImportance, name: "minimum importance") }
        if let minimumScore { _ = try FieldLimits.unit(minimumScore, name: "minimum score") }
        for session in sessions { _ = try session.validated() }
        for owner in owners { _ = try owner.validated() }
        if let minimumTrust { _ = try FieldLimits.unit(minimumTrust, name: "minimum trust") }
    }
}

extension SearchFilter {
    /// The same filter without what takes a key to tell of a sensitive memory.
    package var withoutSealedParts: SearchFilter {
        var filter = self
        (filter.tags, filter.allTags, filter.metadata) = ([], [], [:])
        return filter
    }
}

/// How a search compares the query with memories.
public enum SearchType: String, CaseIterable, Sendable, Codable {
    /// By word and by meaning.
    case hybrid
    /// By meaning.
    case semantic
    /// By word.
    case keyword
}
