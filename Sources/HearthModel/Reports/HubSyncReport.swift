public import FoundationEssentials

/// What one exchange with the hub did.
public struct HubSyncReport: Hashable, Sendable, Codable {
    /// Records that were published, those that the hub had already among them.
    public var sent: Int
    /// Records of other devices that changed something here.
    public var applied: Int
    /// Records that said nothing new; most are this device's own.
    public var known: Int
    /// Records that are not to be used, ever: not signed by a device of the space, or damaged.
    public var refused: Int
    /// Whether the hub had gone back to an earlier state, so that everything was exchanged anew.
    public var wasRestarted: Bool

    /// Assembles a report.
    public init(sent: Int = 0, applied: Int = 0, known: Int = 0, refused: Int = 0, wasRestarted: Bool = false) {
        self.sent = sent
        self.applied = applied
        self.known = known
        self.refused = refused
        self.wasRestarted = wasRestarted
    }

    private enum CodingKeys: String, CodingKey {
        case sent, applied, known, refused
        case wasRestarted = "was_restarted"
    }
}

/// How the exchange with other devices stands.
public struct HubSyncStatus: Hashable, Sendable, Codable {
    /// The hub: host and database; nil before the first exchange.
    public var hub: String?
    /// The last row of the hub that this device has looked at.
    public var cursor: Int64
    /// How many rows the hub had behind that one when it last answered.
    public var behind: Int64
    /// Changes that wait to be sent.
    public var outgoing: Int
    /// How many of them could not be sent in the last exchange: the keys of a sensitive memory can't be had, or a memory
    /// is damaged.
    public var keptBack: Int
    /// Rows that wait for what they were made from.
    public var incomplete: Int
    /// Rows of sensitive memories that wait for the keys of their user.
    public var keyless: Int
    /// Rows about memories that are damaged in this file.
    public var damaged: Int
    /// Rows of a device whose clock is far ahead.
    public var future: Int
    /// Rows that this release can't read, or has no key for.
    public var opaque: Int
    /// Rows that the hub keeps back, though it has later ones.
    public var withheld: Int
    /// Rows that were emptied, though no device erased them.
    public var emptied: Int
    /// Devices to which the hub has shown other rows than to this one.
    public var disagreeing: Int
    /// Rows that are never used: not signed by a device of the space, damaged, or not fitting what is known of their memory.
    public var refused: Int
    /// When the file joined its space.
    public var joinedAt: Date
    /// When the last exchange ended well; nil: none ever did.
    public var lastSuccessAt: Date?
    /// Since when every exchange has failed; nil: the last one did not.
    public var failingSince: Date?
    /// When the last exchange failed; nil: it did not.
    public var lastFailureAt: Date?
    /// How many exchanges have failed in a row.
    public var consecutiveFailures: Int
    /// The code of the error of the last exchange; nil: none.
    public var lastErrorCode: String?
    /// What went wrong in the last exchange; nil: nothing.
    public var problem: String?
    /// When it is tried again after a failure; nil while nothing is due, and in other processes.
    public var nextAttemptAt: Date?

    /// Assembles a status.
    public init(
        hub: String?,
        cursor: Int64,
        behind: Int64 = 0,
        outgoing: Int = 0,
        keptBack: Int = 0,
        incomplete: Int = 0,
        keyless: Int = 0,
        damaged: Int = 0,
        future: Int = 0,
        opaque: Int = 0,
        withheld: Int = 0,
        emptied: Int = 0,
        disagreeing: Int = 0,
        refused: Int = 0,
        joinedAt: Date,
        lastSuccessAt: Date? = nil,
        failingSince: Date? = nil,
        lastFailureAt: Date? = nil,
        consecutiveFailures: Int = 0,
        lastErrorCode: String? = nil,
        problem: String? = nil,
        nextAttemptAt: Date? = nil
    ) {
        self.hub = hub
        self.cursor = cursor
        self.behind = behind
        self.outgoing = outgoing
        self.keptBack = keptBack
        self.incomplete = incomplete
        self.keyless = keyless
        self.damaged = damaged
        self.future = future
        self.opaque = opaque
        self.withheld = withheld
        self.emptied = emptied
        self.disagreeing = disagreeing
        self.refused = refused
        self.joinedAt = joinedAt
        self.lastSuccessAt = lastSuccessAt
        self.failingSince = failingSince
        self.lastFailureAt = lastFailureAt
        self.consecutiveFailures = consecutiveFailures
        self.lastErrorCode = lastErrorCode
        self.problem = problem
        self.nextAttemptAt = nextAttemptAt
    }

    private enum CodingKeys: String, CodingKey {
        case hub, cursor, behind, outgoing, incomplete, keyless, damaged, future, opaque, withheld, emptied, disagreeing
        case refused
        case problem
        case keptBack = "kept_back"
        case joinedAt = "joined_at"
        case lastSuccessAt = "last_success_at"
        case failingSince = "failing_since"
        case lastFailureAt = "last_failure_at"
        case consecutiveFailures = "consecutive_failures"
        case lastErrorCode = "last_error_code"
        case nextAttemptAt = "next_attempt_at"
    }
}
