/// Whether the engine is well, and what to do where it is not.
public struct HealthReport: Hashable, Sendable, Codable {
    /// The overall state.
    public enum Status: String, Sendable, Codable {
        /// Nothing to do.
        case healthy
        /// It works, but something needs attention.
        case degraded
        /// Something does not work.
        case unhealthy
    }

    /// The overall state.
    public var status: Status
    /// What is wrong. Each reason names the component and what to do.
    public var reasons: [String]
    /// The state of the leases.
    public var locks: LeaseHealth

    /// Assembles a report.
    public init(status: Status, reasons: [String], locks: LeaseHealth = LeaseHealth()) {
        self.status = status
        self.reasons = reasons
        self.locks = locks
    }
}

/// The state of the leases of a file.
public struct LeaseHealth: Hashable, Sendable, Codable {
    /// Leases that are held.
    public var held: Int
    /// Memories whose lease somebody waits for.
    public var contended: Int
    /// How many wait for a lease.
    public var waiting: Int
    /// Leases that expired and were neither released nor swept.
    public var expiredUnreleased: Int
    /// The lease that has been held longest.
    public var oldest: MemoryLock?
    /// How long it has been held, by the clock that never jumps; zero where none is held.
    public var oldestAge: Duration

    /// Describes the leases.
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

/// How many documents of a file have a vector of the present embedder.
public struct EmbeddingStatus: Hashable, Sendable, Codable {
    /// The present embedder; nil where there is none.
    public var embedder: String?
    /// How many components its vectors have.
    public var dimension: Int?
    /// Documents that search can find: published memories and drafts.
    public var documents: Int
    /// Those with a vector of the present embedder.
    public var embedded: Int
    /// Those that wait for one; until then they are found by their words.
    public var pending: Int
    /// Those that get none, because they are blank or the embedder refused them alone; they are found by their words.
    public var withoutVector: Int

    /// Assembles a status.
    public init(
        embedder: String?,
        dimension: Int?,
        documents: Int,
        embedded: Int,
        pending: Int,
        withoutVector: Int = 0
    ) {
        self.embedder = embedder
        self.dimension = dimension
        self.documents = documents
        self.embedded = embedded
        self.pending = pending
        self.withoutVector = withoutVector
    }
}
