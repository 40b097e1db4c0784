public import FoundationEssentials

/// What background sync does, and how it fares.
public struct BackgroundSyncStatus: Hashable, Sendable, Codable {
    /// Whether it is at work.
    public enum State: String, Sendable, Codable {
        /// Nobody has started it, or the configuration switches it off.
        case notStarted = "not_started"
        /// It runs a cycle or waits for the next.
        case running
        /// It waits until the host resumes it.
        case paused
        /// It was started, and then stopped.
        case stopped
    }

    /// One round of background work.
    public struct Cycle: Hashable, Sendable, Codable {
        /// When it began.
        public var beganAt: Date
        /// When it ended.
        public var endedAt: Date
        /// Pairs of an agent and a user whose drafts it took up.
        public var syncs: Int
        /// Drafts taken up.
        public var memoriesProcessed: Int
        /// Drafts that were published or merged.
        public var successfulSyncs: Int
        /// Drafts that other edits contested.
        public var conflictsDetected: Int
        /// Conflicts that a strategy settled.
        public var conflictsResolved: Int
        /// Drafts that wait with others for a decision.
        public var conflictsPending: Int
        /// Drafts that stay because another agent holds the lease.
        public var draftsBehindLeases: Int
        /// Drafts that could not be published.
        public var draftsFailed: Int
        /// Leases that had expired and were swept.
        public var leasesSwept: Int
        /// Whether this process did the upkeep: of several on a file, one does.
        public var didUpkeep: Bool
        /// Why it failed: the code of an error; nil if it did not.
        public var errorCode: String?

        /// Describes a cycle.
        public init(
            beganAt: Date,
            endedAt: Date,
            syncs: Int = 0,
            memoriesProcessed: Int = 0,
            successfulSyncs: Int = 0,
            conflictsDetected: Int = 0,
            conflictsResolved: Int = 0,
            conflictsPending: Int = 0,
            draftsBehindLeases: Int = 0,
            draftsFailed: Int = 0,
            leasesSwept: Int = 0,
            didUpkeep: Bool = false,
            errorCode: String? = nil
        ) {
            self.beganAt = beganAt
            self.endedAt = endedAt
            self.syncs = syncs
            self.memoriesProcessed = memoriesProcessed
            self.successfulSyncs = successfulSyncs
            self.conflictsDetected = conflictsDetected
            self.conflictsResolved = conflictsResolved
            self.conflictsPending = conflictsPending
            self.draftsBehindLeases = draftsBehindLeases
            self.draftsFailed = draftsFailed
            self.leasesSwept = leasesSwept
            self.didUpkeep = didUpkeep
            self.errorCode = errorCode
        }
    }

    /// Whether it is at work.
    public var state: State
    /// How many cycles have ended since the coordinator was opened.
    public var cycles: Int
    /// The cycle that ended last; nil before the first has.
    public var lastCycle: Cycle?
    /// How many cycles in a row have failed; 0 after one that did not.
    public var consecutiveFailures: Int
    /// When the next cycle begins; nil while none is due.
    public var nextAttemptAt: Date?
    /// The code of the error of the cycle that failed last, also if others have gone well since; nil if none failed.
    public var lastErrorCode: String?
    /// Whether this coordinator is the one that does the upkeep of the file.
    public var doesUpkeep: Bool

    /// Assembles a status.
    public init(
        state: State = .notStarted,
        cycles: Int = 0,
        lastCycle: Cycle? = nil,
        consecutiveFailures: Int = 0,
        nextAttemptAt: Date? = nil,
        lastErrorCode: String? = nil,
        doesUpkeep: Bool = false
    ) {
        self.state = state
        self.cycles = cycles
        self.lastCycle = lastCycle
        self.consecutiveFailures = consecutiveFailures
        self.nextAttemptAt = nextAttemptAt
        self.lastErrorCode = lastErrorCode
        self.doesUpkeep = doesUpkeep
    }
}
