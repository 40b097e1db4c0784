package import HearthModel

/// What upkeep knows of a memory: enough to say whether it is due, and not its text.
package struct AgedMemory: Sendable {
    package var key: Int64
    package var id: MemoryID
    package var user: Int64
    package var owner: Int64
    package var type: MemoryType
    package var importance: Double
    package var expiresAt: Timestamp?
    /// When it came into the file.
    package var arrivedAt: Timestamp
    /// When its head was published; nil if that is the version that it came with.
    package var editedAt: Timestamp?
    package var flags: DocumentFlags
    package var isDeleted: Bool
    package var isSensitive: Bool

    package init(
        key: Int64,
        id: MemoryID,
        user: Int64,
        owner: Int64,
        type: MemoryType,
        importance: Double,
        expiresAt: Timestamp?,
        arrivedAt: Timestamp,
        editedAt: Timestamp?,
        flags: DocumentFlags,
        isDeleted: Bool,
        isSensitive: Bool
    ) {
        self.key = key
        self.id = id
        self.user = user
        self.owner = owner
        self.type = type
        self.importance = importance
        self.expiresAt = expiresAt
        self.arrivedAt = arrivedAt
        self.editedAt = editedAt
        self.flags = flags
        self.isDeleted = isDeleted
        self.isSensitive = isSensitive
    }

    /// Since when its days count: its arrival in the file or its last edit, whichever is later.
    package var since: Timestamp { max(arrivedAt, editedAt ?? arrivedAt) }

    /// Whether it does not exist any more by its own expiry.
    package func isExpired(at now: Timestamp) -> Bool { expiresAt.map { $0 <= now } ?? false }
}

/// Decides which memories are due. Nothing else decides that.
package struct AgingRules: Sendable {
    package let policy: MaintenancePolicy
    package let now: Timestamp

    package init(policy: MaintenancePolicy, now: Timestamp) {
        self.policy = policy
        self.now = now
    }

    /// What is since then, or earlier, is older than some time allows.
    package func cutoff(_ kept: Duration) -> Timestamp { now.advanced(by: .zero - kept) }

    /// Whether its importance keeps a memory past its days.
    package func isKept(_ memory: AgedMemory) -> Bool {
        policy.keptImportance.map { memory.importance >= $0 } ?? false
    }

    /// What the days of its owner mean for a live memory.
    package enum Age: Hashable, Sendable {
        case due
        /// Its importance keeps it, whatever its age.
        case kept
        /// Its time has not come.
        case young
    }

    package func age(of memory: AgedMemory, retention: Duration) -> Age {
        guard memory.since <= cutoff(retention) else { return .young }
        return isKept(memory) ? .kept : .due
    }

    /// Whether texts and history of a deleted memory go.
    package func isPurgeable(_ memory: AgedMemory) -> Bool {
        memory.isDeleted && memory.since <= cutoff(policy.deletedMemoriesKept)
    }

    /// When upkeep looks again at a memory that is due and that somebody works on: an age in the order of ages that is
    /// due so much later.
    package func later(than kept: Duration, by delay: Duration) -> Timestamp {
        cutoff(kept).advanced(by: delay)
    }
}
