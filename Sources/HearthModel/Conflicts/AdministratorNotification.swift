public import FoundationEssentials

/// What an administrator should know.
public struct AdministratorNotification: Identifiable, Hashable, Sendable, Codable {
    /// How much it matters.
    public enum Severity: String, Sendable, Codable {
        /// Good to know.
        case information
        /// Something needs attention.
        case warning
        /// Something needs attention at once.
        case critical
    }

    /// What it is about; the set is open.
    public struct Kind: RawRepresentable, Hashable, Sendable, Codable {
        /// The kind's name.
        public let rawValue: String

        /// Wraps a name.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// A conflict waits for a decision.
        public static let conflictWaiting = Kind(rawValue: "conflict_waiting")
        /// A strategy could not settle a conflict, so a person has to.
        public static let conflictEscalated = Kind(rawValue: "conflict_escalated")
        /// A sync failed.
        public static let syncFailed = Kind(rawValue: "sync_failed")
        /// The wall clock has jumped, so upkeep deletes nothing.
        public static let clockInDoubt = Kind(rawValue: "clock_in_doubt")
    }

    /// Counts up within a file, from 1.
    public var id: Int
    /// How much it matters.
    public var severity: Severity
    /// What it is about.
    public var kind: Kind
    /// What happened and what to do. It names memories and agents, and never quotes a memory.
    public var message: String
    /// The memory it is about.
    public var memoryID: MemoryID?
    /// The conflict it is about.
    public var conflictID: ConflictID?
    /// When it arose.
    public var createdAt: Date

    /// Assembles a notification.
    public init(
        id: Int,
        severity: Severity,
        kind: Kind,
        message: String,
        memoryID: MemoryID? = nil,
        conflictID: ConflictID? = nil,
        createdAt: Date
    ) {
        self.id = id
        self.severity = severity
        self.kind = kind
        self.message = message
        self.memoryID = memoryID
        self.conflictID = conflictID
        self.createdAt = createdAt
    }
}
