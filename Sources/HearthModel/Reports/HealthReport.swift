/// Whether the engine is well, and what to do where it isn't.
public struct HealthReport: Hashable, Sendable, Codable {
    /// In short.
    public enum Status: String, Sendable, Codable {
        /// Nothing to do.
        case healthy
        /// It works, and something should be seen to.
        case degraded
        /// Something doesn't work.
        case unhealthy
    }

    /// In short.
    public var status: Status
    /// Each names the component and what to do.
    public var reasons: [String]
    /// How the leases stand.
    public var locks: LeaseHealth

    /// Assembles a report.
    public init(status: Status, reasons: [String], locks: LeaseHealth = LeaseHealth()) {
        self.status = status
        self.reasons = reasons
        self.locks = locks
    }
}

/// How the leases of a file stand.
public struct LeaseHealth: Hashable, Sendable, Codable {
    /// Leases that are held.
    public var held: Int
    /// Memories whose lease somebody waits for.
    public var contended: Int
    /// Those who wait.
    public var waiting: Int
    /// Leases that expired and were neither released nor swept.
    public var expiredUnreleased: Int
    /// The lease that has been held longest.
    public var oldest: MemoryLock?
    /// How long it has been held, by the clock that never jumps; zero without any.
    public var oldestAge: Duration

    /// Assembles a finding.
    public init(
        held: Int = 0,
        contended: Int = 0,
        waiting: Int = 0,
        expiredUnreleased: Int = 0,
        oldest: MemoryLock? = nil,
        oldestAge: Duration = .zero
    ) {
        self.held = held
        self.contended = contended
        self.waiting = waiting
        self.expiredUnreleased = expiredUnreleased
        self.oldest = oldest
        self.oldestAge = oldestAge
    }
}

/// How far the vectors of a file are those of the present embedder.
public struct EmbeddingStatus: Hashable, Sendable, Codable {
    /// The present embedder; nil without one.
    public var embedder: String?
    /// Components of its vectors.
    public var dimension: Int?
    /// Documents that search can find: published memories and drafts.
    public var documents: Int
    /// Those with a vector of the present embedder.
    public var embedded: Int
    /// Those that wait for one; until then they are found by their words.
    public var pending: Int

    /// Assembles a status.
    public init(embedder: String?, dimension: Int?, documents: Int, embedded: Int, pending: Int) {
        self.embedder = embedder
        self.dimension = dimension
        self.documents = documents
        self.embedded = embedded
        self.pending = pending
    }
}
