@testable import HearthModel
@testable import HearthStore

/// What a sync should have counted.
struct ModelSync: Equatable {
    var processed = 0
    var successful = 0
    var detected = 0
    var resolved = 0
    var pending = 0
    var behindLeases = 0
    var errors = 0
}

extension ModelSync {
    init(_ result: AgentSyncResult) {
        processed = result.memoriesProcessed
        successful = result.successfulSyncs
        detected = result.conflictsDetected
        resolved = result.conflictsResolved
        pending = result.conflictsPending
        behindLeases = result.draftsBehindLeases
        errors = result.errors.count
    }
}

extension Model {
    /// What came of a version that was published.
    struct WriteContext {
        var kind: ConflictKind?
        var isWaiting = false
        /// Whether it settled a conflict that waited.
        var settledBefore = false
    }

    /// Publishes every draft of an agent for a user that can be published.
    ///
    /// - Returns: The counts, and the memories that may have new versions.
    mutating func sync(_ agent: AgentID, user: UserID, force: Bool) -> (counts: ModelSync, memories: [MemoryID]) {
        var counts = ModelSync()
        let drafted = ids.filter { self[$0].user == user && self[$0].drafts[agent] != nil }
        for id in drafted {
            let memory = self[id]
            guard let draft = memory.drafts[agent] else { continue }
            counts.processed += 1
            let standing = access.standing(of: agent, to: memory)
            let needsOwner = draft.change.category != nil || draft.change.isDeletion
            guard standing == .owner || standing == .propose && !needsOwner else {
                counts.errors += 1
                continue
            }
            if let lease = liveLease(of: memory), lease.holder != agent {
                counts.behindLeases += 1
                counts.errors += 1
                continue
            }
            let context = settle(draft, of: id, by: agent)
            if context.kind != nil { counts.detected += 1 }
            if context.isWaiting {
                counts.pending += 1
                continue
            }
            counts.successful += 1
            if context.kind != nil { counts.resolved += 1 }
            if context.settledBefore { counts.resolved += 1 }
        }
        if force {
            let others = memories(of: user).filter { access.sees(agent, $0) && !drafted.contains($0.id) }
            counts.processed += others.count
            counts.successful += others.count
        }
        return (counts, drafted)
    }

    /// Turns a draft into a version.
    mutating func settle(_ draft: ModelDraft, of id: MemoryID, by agent: AgentID) -> WriteContext {
        self[id].drafts[agent] = nil
        let memory = self[id]
        let base = memory[draft.base].fields
        guard !draft.change.leftOver(on: base).isEmpty else { return WriteContext() }
        return publish(
            ModelVersion(
                id: memory.nextID,
                parents: [draft.base],
                author: agent,
                fields: draft.change.applied(to: base),
                stamp: draft.stamp
            ),
            of: id
        )
    }

    /// Takes in a version: as a fast-forward, as a merge, or as one more head that waits.
    mutating func publish(_ version: ModelVersion, of id: MemoryID) -> WriteContext {
        var memory = self[id]
        defer { self[id] = memory }
        let others = memory.heads.filter { !version.parents.contains($0) }
        memory.insert(version)
        if version.parents.contains(memory.head) { advance(&memory, to: version.id) }
        var context = WriteContext()
        guard !others.isEmpty else {
            context.settledBefore = memory.conflict != nil
            memory.conflict = nil
            return context
        }
        let strategy = access.profiles[memory.owner]?.conflictResolution ?? .latestWins
        let outcome = reconcile(others + [version.id], of: memory, by: strategy)
        context.kind = outcome.kind
        if let kind = outcome.kind, strategy == .manualReview {
            context.isWaiting = true
            memory.conflict = ModelConflict(id: memory.conflict?.id, kind: kind, strategy: strategy)
            return context
        }
        merge(others + [version.id], of: &memory, into: outcome)
        context.settledBefore = memory.conflict != nil
        memory.conflict = nil
        return context
    }

    func reconcile(
        _ heads: [VersionID],
        of memory: ModelMemory,
        by strategy: ConflictResolution
    ) -> ModelReconciliation.Outcome {
        ModelReconciliation(
            memory: memory,
            heads: heads,
            strategy: strategy,
            priorities: access.profiles.mapValues(\.priority)
        )
        .outcome()
    }

    /// Inserts the version that joins heads.
    func merge(
        _ heads: [VersionID],
        of memory: inout ModelMemory,
        into outcome: ModelReconciliation.Outcome
    ) {
        let id = memory.nextID
        var fields = outcome.fields
        if outcome.mergedContents != nil { fields.content = ModelMemory.openContent(of: id) }
        memory.insert(
            ModelVersion(
                id: id,
                parents: Set(heads),
                author: "system",
                fields: fields,
                stamp: heads.map { memory[$0].stamp }.max() ?? 0,
                isMerge: true,
                joinedContents: outcome.mergedContents
            )
        )
        advance(&memory, to: id)
    }

    func advance(_ memory: inout ModelMemory, to head: VersionID) {
        memory.head = head
        if !memory.published.isDeleted { access.propagate(&memory) }
    }
}
