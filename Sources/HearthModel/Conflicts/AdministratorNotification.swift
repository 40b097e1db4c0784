public import FoundationEssentials

/// What an administrator should know.
public struct AdministratorNotification: Identifiable, Hashable, Sendable, Codable {
    /// How much it matters.
    public enum Severity: String, CaseIterable, Sendable, Codable {
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
        /// Background sync fails again and again.
        public static let syncFailed = Kind(rawValue: "sync_failed")
        /// Bytes of erased memories are left in the write-ahead log, because another process reads from it.
        public static let erasureIncomplete = Kind(rawValue: "erasure_incomplete")
        /// The file is damaged.
        public static let integrityProblem = Kind(rawValue: "integrity_problem")
        /// A key is missing without which sensitive memories can't be read or published.
        public static let keyMissing = Kind(rawValue: "key_missing")
        /// The disk is nearly full, or full.
        public static let diskNearlyFull = Kind(rawValue: "disk_nearly_full")
        /// The wall clock and the clock that never jumps disagree about how much time has passed.
        public static let clockDisagreement = Kind(rawValue: "clock_disagreement")
        /// The exchange with other devices fails again and again.
        public static let exchangeFailed = Kind(rawValue: "exchange_failed")
        /// The hub shows other rows than it did, keeps some back, or has emptied some.
        public static let hubChanged = Kind(rawValue: "hub_changed")
        /// Rows of other devices can't be read by this release, lack their key, or are never used: no device of the space signed
        /// them, they are damaged, or they don't fit what is known of their memory.
        public static let recordsUnreadable = Kind(rawValue: "records_unreadable")
    }

    /// Counts up within a file, from 1; 0 for one that the file could not take, as on a full disk.
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
    /// Whose memory it is about.
    public var userID: UserID?
    /// The owner of the memory that it is about.
    public var ownerID: AgentID?
    /// When it arose.
    public var createdAt: Date
    /// How often it was raised: raising it again for the same cause makes no second one.
    public var count: Int
    /// When it was last raised.
    public var lastRaisedAt: Date
    /// When it was made more severe because nobody acknowledged it; nil if it was not.
    public var escalatedAt: Date?

    /// Assembles a notification.
    public init(
        id: Int,
        severity: Severity,
        kind: Kind,
        message: String,
        memoryID: MemoryID? = nil,
        conflictID: ConflictID? = nil,
        createdAt: Date,
        count: Int = 1,
        lastRaisedAt: Date? = nil,
        escalatedAt: Date? = nil,
        userID: UserID? = nil,
        ownerID: AgentID? = nil
    ) {
        self.id = id
        self.severity = severity
        self.kind = kind
        self.message = message
        self.memoryID = memoryID
        self.conflictID = conflictID
        self.createdAt = createdAt
        self.count = count
        self.lastRaisedAt = lastRaisedAt ?? createdAt
        self.escalatedAt = escalatedAt
        self.userID = userID
        self.ownerID = ownerID
    }
}

extension AdministratorNotification.Severity: Comparable {
    /// `.information < .warning < .critical`.
    public static func < (left: Self, right: Self) -> Bool {
        left.rank < right.rank
    }

    private var rank: Int {
        switch self {
        case .information: 0
        case .warning: 1
        case .critical: 2
        }
    }
}

extension AdministratorNotification {
    /// Decodes a notification, also one that was encoded before it had a count.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            id: try container.decode(Int.self, forKey: .id),
            severity: try container.decode(Severity.self, forKey: .severity),
            kind: try container.decode(Kind.self, forKey: .kind),
            message: try container.decode(String.self, forKey: .message),
            memoryID: try container.decodeIfPresent(MemoryID.self, forKey: .memoryID),
            conflictID: try container.decodeIfPresent(ConflictID.self, forKey: .conflictID),
            createdAt: try container.decode(Date.self, forKey: .createdAt),
            count: try container.decodeIfPresent(Int.self, forKey: .count) ?? 1,
            lastRaisedAt: try container.decodeIfPresent(Date.self, forKey: .lastRaisedAt),
            escalatedAt: try container.decodeIfPresent(Date.self, forKey: .escalatedAt),
            userID: try container.decodeIfPresent(UserID.self, forKey: .userID),
            ownerID: try container.decodeIfPresent(AgentID.self, forKey: .ownerID)
        )
    }
}
