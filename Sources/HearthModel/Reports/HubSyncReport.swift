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
    /// The hub: host and database.
    public var hub: String?
    /// The last row of the hub that this device has looked at.
    public var cursor: Int64
    /// Changes that wait to be sent.
    public var outgoing: Int
    /// Rows that wait for what they were made from.
    public var incomplete: Int
    /// Rows of a device whose clock is far ahead.
    public var future: Int
    /// Rows that this release can't read, or has no key for.
    public var opaque: Int
    /// When the last exchange ended well; nil: none did since the start.
    public var lastSuccessAt: Date?
    /// What went wrong in the last exchange; nil: nothing.
    public var problem: String?

    /// Assembles a status.
    public init(
        hub: String?,
        cursor: Int64,
        outgoing: Int,
        incomplete: Int,
        future: Int,
        opaque: Int,
        lastSuccessAt: Date? = nil,
        problem: String? = nil
    ) {
        self.hub = hub
        self.cursor = cursor
        self.outgoing = outgoing
        self.incomplete = incomplete
        self.future = future
        self.opaque = opaque
        self.lastSuccessAt = lastSuccessAt
        self.problem = problem
    }

    private enum CodingKeys: String, CodingKey {
        case hub, cursor, outgoing, incomplete, future, opaque, problem
        case lastSuccessAt = "last_success_at"
    }
}
