import HearthModel
import HearthRules
import HearthSQLite

/// Publishes versions inside a write transaction, and keeps everything that follows from the published head in step with it.
///
/// What to make of several heads is decided by ``Reconcile``; this only acts on it.
struct WriteContext {
    /// What is to happen once the transaction is committed.
    final class AfterCommit {
        /// What an administrator should know.
        var notifications: [AdministratorNotification] = []
        /// Whether a text was left without its vector.
        var lacksVectors = false
    }

    let transaction: StoreTransaction
    let afterCommit: AfterCommit
    let directory: AgentDirectory
    let clock: StoreClock
    let now: Timestamp
    var vectors: VectorSource
    /// How conflicts are settled on memories of an owner without a profile.
    let defaultResolution: ConflictResolution

    var connection: Connection { transaction.connection }

    var snapshot: Snapshot {
        Snapshot(transaction, directory: directory, clock: clock)
    }

    var documents: DocumentWriter {
        DocumentWriter(transaction: transaction, vectors: vectors) { [afterCommit] in afterCommit.lacksVectors = true }
    }

    /// What became of a version.
    struct Outcome: Sendable {
        /// The memory's published head afterwards.
        var head: VersionID
        /// What the version disagreed with other heads about; nil where it left them alone.
        var kind: ConflictKind?
        /// The conflict that waits for a decision; nil where none does.
        var waiting: ConflictRow?
        /// Whether that conflict arose now.
        var isNewConflict = false
        /// The conflicts that waited and are settled by this.
        var settled = 0
    }
}

extension WriteContext {
    /// Publishes an edit: at once where its base is the published head and nothing else is open, else as the strategy settles it.
    ///
    /// - Parameters:
    ///   - version: The edit; its parents are versions of the memory.
    ///   - record: The memory with its present head, deleted or not.
    ///   - strategy: How to settle what is contested; nil: as the owner's profile says.
    func publish(
        _ version: Version,
        of record: MemoryRecord,
        strategy: ConflictResolution? = nil
    ) throws -> Outcome {
        let open = try ConflictTable.waiting(on: record, in: connection)
        let heads = try open == nil ? [record.head] : VersionTable.heads(memory: record.key, in: connection)
        let others = heads.filter { !version.parents.contains($0) }
        guard try others.isEmpty || !VersionTable.contains(version.id, memory: record.key, in: connection) else {
            return Outcome(head: record.head, waiting: open)
        }
        var record = record
        if version.parents.contains(record.head) {
            record = try advance(record, to: version)
        } else {
            try insert(version, of: record, text: .against(record.head, text: record.fields.content))
        }
        guard !others.isEmpty else {
            var outcome = Outcome(head: record.head)
            if let open {
                try settle(open, how: "edit", by: try directory.agent(version.author).key, into: version.id)
                outcome.settled = 1
            }
            return outcome
        }
        return try reconcile(others + [version.id], of: record, strategy: strategy, open: open)
    }

    /// Puts a version in the place of every head: a decision, or a rollback.
    func conclude(_ version: Version, of record: MemoryRecord, how: String, by agent: Int64) throws -> MemoryRecord {
        let open = try ConflictTable.waiting(on: record, in: connection)
        let advanced = try advance(record, to: version)
        if let open { try settle(open, how: how, by: agent, into: version.id) }
        return advanced
    }

    /// The strategy for a memory: the one given, else its owner's.
    func strategy(for record: MemoryRecord, given: ConflictResolution? = nil) throws -> ConflictResolution {
        if let given { return given }
        guard directory.contains(record.owner) else { return defaultResolution }
        return try directory.agent(record.owner).profile.conflictResolution
    }

    /// What reconciliation goes by.
    func policy(for record: MemoryRecord, strategy: ConflictResolution) -> ReconcilePolicy {
        ReconcilePolicy(
            strategy: strategy,
            priorities: directory.rules.priorities,
            publishedHead: record.head
        )
    }

    /// What a strategy makes of heads; one that fails leaves them to a person.
    func outcome(
        for heads: [VersionID],
        of record: MemoryRecord,
        strategy: ConflictResolution
    ) throws -> ReconcileOutcome {
        let reader = VersionReader(of: record.key, id: record.id, in: snapshot)
        let graph = try VersionGraph(reaching: heads) { try reader.version($0) }
        do {
            return try Reconcile.reconcile(graph, heads: heads, policy: policy(for: record, strategy: strategy))
        } catch {
            return .conflict(
                WaitingConflict(
                    contested: [.content],
                    kind: .content,
                    base: nil,
                    heads: [record.head] + heads.filter { $0 != record.head },
                    reason: .undecided(error.message)
                )
            )
        }
    }
}

extension WriteContext {
    private func reconcile(
        _ heads: [VersionID],
        of record: MemoryRecord,
        strategy given: ConflictResolution?,
        open: ConflictRow?
    ) throws -> Outcome {
        let strategy = try strategy(for: record, given: given)
        switch try outcome(for: heads, of: record, strategy: strategy) {
        case .fastForward(let head):
            return Outcome(head: head, waiting: open)
        case .merged(let merge):
            let advanced = try advance(record, to: merge.version)
            var outcome = Outcome(head: advanced.head, kind: merge.kind)
            if merge.kind != nil {
                try Counter.conflictsDetected.add(1, in: transaction)
                try Counter.conflictsResolved.add(1, in: transaction)
            }
            if let open {
                let system = try directory.agent(AgentProfile.system.id).key
                try settle(open, how: strategy.rawValue, by: system, into: merge.version.id)
                outcome.settled = 1
            }
            return outcome
        case .conflict(let waiting):
            return try wait(waiting, on: record, strategy: strategy, open: open)
        }
    }

    /// Leaves heads to a person: a new conflict, or one more edit in the one that waits.
    private func wait(
        _ waiting: WaitingConflict,
        on record: MemoryRecord,
        strategy: ConflictResolution,
        open: ConflictRow?
    ) throws -> Outcome {
        var reason: String?
        if case .undecided(let sentence) = waiting.reason { reason = sentence }
        let row: ConflictRow
        if let open {
            row = try ConflictTable.join(open, kind: waiting.kind, base: waiting.base, in: transaction)
        } else {
            row = try ConflictTable.begin(
                waiting,
                on: record,
                strategy: reason == nil ? strategy : .manualReview,
                at: now,
                in: transaction
            )
            try DocumentTable.raise(.everConflicting, document: record.key, user: record.userKey, in: transaction)
        }
        if open == nil { try Counter.conflictsDetected.add(1, in: transaction) }
        if open == nil || reason != nil {
            let notification = AdministratorNotification.conflict(
                row.id,
                on: record.id,
                of: record.owner,
                saying: record.fields,
                escalatedBecause: reason,
                at: now
            )
            afterCommit.notifications.append(
                try NotificationTable.insert(notification, memory: record.key, conflict: row.key, in: transaction)
            )
        }
        return Outcome(head: record.head, kind: waiting.kind, waiting: row, isNewConflict: open == nil)
    }

    private func settle(_ open: ConflictRow, how: String, by agent: Int64, into version: VersionID) throws {
        try ConflictTable.settle(open, how: how, by: agent, into: version, at: now, in: transaction)
    }
}

// MARK: - The published head

extension WriteContext {
    private func insert(
        _ version: Version,
        of record: MemoryRecord,
        text: VersionTable.Text,
        besides retired: VersionID? = nil
    ) throws {
        try VersionTable.insert(
            version,
            memory: record.key,
            author: directory.agent(version.author).key,
            text: text,
            besides: retired,
            at: now,
            in: transaction
        )
    }

    /// Makes a version the published head: its row, the old head's text, the memory, its document and those of the drafts of it, and
    /// the shares that the rules make of it.
    ///
    /// - Returns: The memory as it is then.
    private func advance(_ record: MemoryRecord, to version: Version) throws -> MemoryRecord {
        let fields = version.fields
        try VersionTable.retire(
            record.head,
            number: record.headNumber,
            content: record.fields.content,
            memory: record.key,
            for: version,
            in: connection
        )
        try insert(version, of: record, text: .published, besides: record.head)
        try connection.run(
            """
            UPDATE memories SET category = ?2, content = ?3, tags = ?4, metadata = ?5, importance = ?6, confidence = ?7, expires_at = ?8,
                head = ?9, head_number = ?10, head_time = ?11, state = ?12
            WHERE memory_key = ?1
            """,
            record.key,
            fields.category.rawValue,
            fields.content,
            FieldText.array(fields.tags),
            FieldText.object(fields.metadata),
            fields.importance,
            fields.confidence,
            fields.expiresAt?.rawValue,
            version.id.bytes,
            version.number,
            version.time.rawValue,
            fields.isDeleted ? "deleted" : "live"
        )
        try documents.update(
            record.key,
            user: record.userKey,
            from: record.fields,
            to: fields,
            deletionFlag: .gone
        )
        if record.flags.contains(.everDrafted) {
            for draft in try DraftTable.all(memory: record.key, in: connection) {
                try documents.update(
                    draft.key,
                    user: draft.user,
                    from: draft.change.applied(to: record.fields),
                    to: draft.change.applied(to: fields),
                    deletionFlag: .deleted
                )
            }
        }
        var advanced = record
        advanced.fields = fields
        advanced.head = version.id
        advanced.headNumber = version.number
        advanced.headTime = version.time
        advanced.publishedAt = now
        let digest = ContentDigest.exact(fields.content)
        advanced.checksum = ContentDigest.canonical(fields.content, exact: digest)
        if !fields.isDeleted { try propagate(&advanced) }
        return advanced
    }

    /// Shares the memory with the agents that a propagation rule sends its category to, where none has a share or had one taken back.
    func propagate(_ record: inout MemoryRecord) throws {
        let wanted = directory.rules.propagation(of: record.fields.category, owner: record.owner)
            .filter { directory.contains($0.key) }
        guard !wanted.isEmpty else { return }
        let held = try ShareTable.all(user: record.userKey, memory: record.key, in: connection)
        let owner = try directory.agent(record.owner)
        var isShared = false
        for (agent, share) in wanted.sorted(by: { $0.key < $1.key }) {
            let target = try directory.agent(agent)
            guard held[target.key] == nil else { continue }
            let keys = MemoryKeys(key: record.key, user: record.userKey, head: record.head.bytes)
            try Sharing.grant(share, to: [target], memory: keys, by: owner, at: now, in: transaction)
            isShared = true
        }
        guard isShared, !record.flags.contains(.everShared) else { return }
        try DocumentTable.raise(.everShared, document: record.key, user: record.userKey, in: transaction)
        record.flags.insert(.everShared)
    }
}
