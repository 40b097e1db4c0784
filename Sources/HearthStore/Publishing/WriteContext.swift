import HearthModel
import HearthRules
import HearthSQLite

/// What an operation has at hand inside a write transaction, and how it publishes versions.
///
/// Publishing keeps everything that follows from the published head in step with it. ``Reconcile`` decides what several
/// heads come to; this only acts on it.
struct WriteContext {
    /// What is to happen once the transaction is committed.
    final class AfterCommit {
        /// What an administrator should know.
        var notifications: [AdministratorNotification] = []
        /// The conflicts that were found.
        var conflicts: [FoundConflict] = []
        /// Whether a text was left without its vector.
        var lacksVectors = false
        /// Whether bytes of what was removed may be left outside of the tables.
        var leavesTraces = false

        var outcome: Outstanding {
            Outstanding(
                notifications: notifications,
                conflicts: conflicts,
                lacksVectors: lacksVectors,
                leavesTraces: leavesTraces
            )
        }
    }

    /// The same as a value, once the transaction is committed.
    struct Outstanding: Sendable {
        var notifications: [AdministratorNotification]
        var conflicts: [FoundConflict]
        var lacksVectors: Bool
        var leavesTraces: Bool
    }

    /// A conflict as metrics count it.
    struct FoundConflict: Sendable {
        var kind: ConflictKind
        /// The strategy that was asked.
        var strategy: ConflictResolution
    }

    let transaction: StoreTransaction
    let afterCommit: AfterCommit
    let directory: AgentDirectory
    let clock: StoreClock
    /// The keys of users' sensitive memories.
    let keyring: Keyring
    let readCounts: ReadCounts
    let now: Timestamp
    var vectors: VectorSource
    /// How conflicts are settled on a memory whose owner has no profile.
    let defaultResolution: ConflictResolution

    var connection: Connection { transaction.connection }

    var snapshot: Snapshot {
        Snapshot(transaction, directory: directory, clock: clock, keyring: keyring, readCounts: readCounts)
    }

    var documents: DocumentWriter {
        DocumentWriter(transaction: transaction, vectors: vectors) { [afterCommit] in afterCommit.lacksVectors = true }
    }

    /// What became of a version.
    struct Outcome: Sendable {
        /// The memory's published head afterwards.
        var head: VersionID
        /// What the version disagreed with other heads about; nil if with none.
        var kind: ConflictKind?
        /// The conflict that waits for a decision; nil if none does.
        var waiting: ConflictRow?
        /// Whether that conflict is new.
        var isNewConflict = false
        /// How many conflicts that waited are settled by this.
        var settledConflicts = 0
    }
}

extension WriteContext {
    /// Publishes an edit: at once if its base is the published head and no conflict waits, else as the strategy settles
    /// it.
    ///
    /// - Parameters:
    ///   - version: The edit; its parents are versions of the memory.
    ///   - record: The memory with its present head, deleted or not.
    ///   - strategy: How to settle a conflict; nil to do as the owner's profile says.
    func publish(
        _ version: Version,
        of record: MemoryRecord,
        strategy: ConflictResolution? = nil
    ) throws -> Outcome {
        let openConflict = try ConflictTable.waiting(on: record, in: connection)
        let heads = try openConflict == nil ? [record.head] : VersionTable.heads(memory: record.key, in: connection)
        let others = heads.filter { !version.parents.contains($0) }
        guard try others.isEmpty || !VersionTable.contains(version.id, of: record, in: connection) else {
            return Outcome(head: record.head, waiting: openConflict)
        }
        var record = record
        if version.parents.contains(record.head) {
            record = try advance(record, to: version)
        } else {
            try insert(version, of: record, text: .against(record.head, text: record.fields.content))
        }
        guard !others.isEmpty else {
            var outcome = Outcome(head: record.head)
            if let openConflict {
                let author = try directory.agent(version.author).key
                try settle(openConflict, how: "edit", by: author, into: version.id)
                try auditResolution(of: record, how: "edit", version: version.number, by: author)
                outcome.settledConflicts = 1
            }
            return outcome
        }
        var outcome = try reconcile(others + [version.id], of: record, strategy: strategy, openConflict: openConflict)
        if transaction.state.exchanges, outcome.waiting != nil {
            outcome.head = try publishAgreedHead(of: record.key) ?? outcome.head
        }
        return outcome
    }

    /// Puts a version in place of every head: a decision or a rollback.
    func replaceHeads(of record: MemoryRecord, with version: Version, how: String, by agent: Int64) throws
        -> MemoryRecord
    {
        let openConflict = try ConflictTable.waiting(on: record, in: connection)
        let advanced = try advance(record, to: version)
        if let openConflict { try settle(openConflict, how: how, by: agent, into: version.id) }
        return advanced
    }

    /// The strategy for a memory, as ``StrategyChoice`` says.
    func strategy(for record: MemoryRecord, given: ConflictResolution? = nil) throws -> ConflictResolution {
        let owner = directory.contains(record.owner) ? try directory.agent(record.owner).profile : nil
        return StrategyChoice(call: given, profile: owner, configuration: try sharedResolution()).strategy
    }

    /// How conflicts are settled where neither call nor profile says: by the space's word where the file has one, which is
    /// the same on every device, else by the configuration's.
    private func sharedResolution() throws -> ConflictResolution {
        guard transaction.state.exchanges else { return defaultResolution }
        return try DeviceSpaceTable.find(connection)?.resolution ?? defaultResolution
    }

    /// The policy that reconciliation follows.
    func policy(for record: MemoryRecord, strategy: ConflictResolution) throws -> ReconcilePolicy {
        ReconcilePolicy(
            strategy: strategy,
            priorities: directory.rules.priorities,
            owner: record.owner,
            publishedHead: record.head,
            mergeNode: transaction.state.exchanges ? try policyNode() : Version.mergeNode
        )
    }

    /// What a strategy makes of several heads. If the strategy fails, a person has to decide.
    func outcome(
        for heads: [VersionID],
        of record: MemoryRecord,
        strategy: ConflictResolution
    ) throws -> ReconcileOutcome {
        let reader = VersionReader(of: record, in: snapshot)
        let policy = try policy(for: record, strategy: strategy)
        // The order of ids settles ties, and other devices have other ids of a sensitive memory.
        if transaction.state.exchanges, let key = record.seal?.digestKey {
            let labels = PlainLabels(try reader.all().map(\.version))
            return outcome(for: heads, of: record) { () throws(MemoryError) in
                try labels.outcome(for: heads, policy: policy, key: key)
            }
        }
        let graph = try VersionGraph(reaching: heads) { try reader.version($0) }
        return outcome(for: heads, of: record) { () throws(MemoryError) in
            try Reconcile.reconcile(graph, heads: heads, policy: policy)
        }
    }

    private func outcome(
        for heads: [VersionID],
        of record: MemoryRecord,
        _ reconcile: () throws(MemoryError) -> ReconcileOutcome
    ) -> ReconcileOutcome {
        do {
            return try reconcile()
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
    /// Does with several heads what the strategy makes of them.
    func reconcile(
        _ heads: [VersionID],
        of record: MemoryRecord,
        strategy given: ConflictResolution?,
        openConflict: ConflictRow?
    ) throws -> Outcome {
        let strategy = try strategy(for: record, given: given)
        switch try outcome(for: heads, of: record, strategy: strategy) {
        case .fastForward(let head):
            return Outcome(head: head, waiting: openConflict)
        case .merged(let merge):
            let advanced = try advance(record, to: merge.version)
            var outcome = Outcome(head: advanced.head, kind: merge.kind)
            if let kind = merge.kind {
                afterCommit.conflicts.append(FoundConflict(kind: kind, strategy: strategy))
                try Counter.conflictsDetected.add(1, in: transaction)
                try Counter.conflictsResolved.add(1, in: transaction)
            }
            let system = try directory.agent(AgentProfile.system.id).key
            if let openConflict {
                try settle(openConflict, how: strategy.rawValue, by: system, into: merge.version.id)
                outcome.settledConflicts = 1
            }
            if openConflict != nil || merge.kind != nil {
                let number = merge.version.number
                try auditResolution(of: record, how: strategy.rawValue, version: number, by: system)
            }
            return outcome
        case .conflict(let waiting):
            return try recordConflict(waiting, on: record, strategy: strategy, openConflict: openConflict)
        }
    }

    /// Leaves heads for a person to decide on: in a new conflict, or as one more edit in the conflict that waits.
    private func recordConflict(
        _ waiting: WaitingConflict,
        on record: MemoryRecord,
        strategy: ConflictResolution,
        openConflict: ConflictRow?
    ) throws -> Outcome {
        var reason: String?
        if case .undecided(let sentence) = waiting.reason { reason = sentence }
        let row: ConflictRow
        if let openConflict {
            row = try ConflictTable.join(openConflict, kind: waiting.kind, base: waiting.base, in: transaction)
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
        if openConflict == nil {
            afterCommit.conflicts.append(FoundConflict(kind: waiting.kind, strategy: strategy))
            try Counter.conflictsDetected.add(1, in: transaction)
        }
        if openConflict == nil || reason != nil {
            let notification = AdministratorNotification.conflict(
                row.id,
                on: record.id,
                of: record.owner,
                user: record.userID,
                saying: record.fields,
                isSensitive: record.isSensitive,
                escalatedBecause: reason,
                at: now
            )
            try raise(notification, on: record, conflict: row)
        }
        return Outcome(head: record.head, kind: waiting.kind, waiting: row, isNewConflict: openConflict == nil)
    }

    /// Stores a notification of a conflict, of which each has one at a time.
    func raise(_ notification: AdministratorNotification, on record: MemoryRecord, conflict: ConflictRow) throws {
        let raised = try NotificationTable.raise(
            notification,
            because: "conflict \(conflict.key)",
            memory: record.key,
            conflict: conflict.key,
            in: transaction
        )
        if let raised { afterCommit.notifications.append(raised) }
    }

    /// Leaves the audit row of a conflict that an edit or a strategy has settled, without a call to settle it.
    func auditResolution(of record: MemoryRecord, how: String, version: Int, by agent: Int64) throws {
        let entry = AuditEntry(
            action: .resolve,
            agent: agent,
            user: record.userKey,
            memories: [record.key],
            detail: ["strategy": how, "version": "\(version)"]
        )
        try AuditTrail.append(entry, at: now, to: transaction)
    }

    func settle(_ openConflict: ConflictRow, how: String, by agent: Int64, into version: VersionID) throws {
        try ConflictTable.settle(openConflict, how: how, by: agent, into: version, at: now, in: transaction)
    }
}
