/// Totals of syncs, leases and conflicts, and their present state.
public struct SyncStatistics: Hashable, Sendable, Codable {
    /// Totals since the file was made.
    public struct Service: Hashable, Sendable, Codable {
        /// Syncs of one agent that were begun.
        public var totalSyncs: Int
        /// Those that ended without an error.
        public var successfulSyncs: Int
        /// Conflicts found.
        public var conflictsDetected: Int
        /// Conflicts settled, by strategy or decision.
        public var conflictsResolved: Int
        /// Leases acquired.
        public var locksAcquired: Int
        /// Leases released, those taken by force included.
        public var locksReleased: Int
        /// The mean time of a sync; zero where there was none.
        public var averageSyncTime: Duration

        /// Assembles totals.
        public init(
            totalSyncs: Int = 0,
            successfulSyncs: Int = 0,
            conflictsDetected: Int = 0,
            conflictsResolved: Int = 0,
            locksAcquired: Int = 0,
            locksReleased: Int = 0,
            averageSyncTime: Duration = .zero
        ) {
            self.totalSyncs = totalSyncs
            self.successfulSyncs = successfulSyncs
            self.conflictsDetected = conflictsDetected
            self.conflictsResolved = conflictsResolved
            self.locksAcquired = locksAcquired
            self.locksReleased = locksReleased
            self.averageSyncTime = averageSyncTime
        }
    }

    /// The leases that are held.
    public struct Locks: Hashable, Sendable, Codable {
        /// How many.
        public var count: Int
        /// Which, oldest first.
        public var locks: [MemoryLock]

        /// Lists leases.
        public init(locks: [MemoryLock]) {
            count = locks.count
            self.locks = locks
        }
    }

    /// The conflicts that wait.
    public struct Conflicts: Hashable, Sendable, Codable {
        /// How many.
        public var count: Int
        /// Which, oldest first; those on sensitive memories only if there is a key.
        public var conflicts: [SyncConflict]

        /// Lists conflicts.
        public init(conflicts: [SyncConflict]) {
            count = conflicts.count
            self.conflicts = conflicts
        }
    }

    /// Recent operations.
    public struct Operations: Hashable, Sendable, Codable {
        /// Begun in the last 24 hours.
        public var last24h: Int
        /// Those that ended without an error.
        public var successful: Int
        /// Those that ended with one.
        public var failed: Int

        /// Counts operations.
        public init(last24h: Int = 0, successful: Int = 0, failed: Int = 0) {
            self.last24h = last24h
            self.successful = successful
            self.failed = failed
        }
    }

    /// Totals since the file was made.
    public var service: Service
    /// The leases that are held.
    public var activeLocks: Locks
    /// The conflicts that wait.
    public var pendingConflicts: Conflicts
    /// Recent operations.
    public var recentOperations: Operations

    /// Assembles statistics.
    public init(service: Service, activeLocks: Locks, pendingConflicts: Conflicts, recentOperations: Operations) {
        self.service = service
        self.activeLocks = activeLocks
        self.pendingConflicts = pendingConflicts
        self.recentOperations = recentOperations
    }
}
