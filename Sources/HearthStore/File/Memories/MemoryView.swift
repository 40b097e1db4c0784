import FoundationEssentials
import HearthModel
import HearthRules

/// A memory as one agent sees it, and why the agent may see it.
struct MemoryView: Sendable {
    /// The memory with its published head.
    var record: MemoryRecord
    /// The agent's own unpublished edit of it.
    var draft: Draft?
    /// Nil for the owner.
    var sharing: SharingContext?
    var memory: Memory
    var sync: SyncMetadata
}

extension MemoryView {
    /// What the agent sees: its draft laid over the published head.
    var fields: MemoryFields { draft?.change.applied(to: record.fields) ?? record.fields }

    /// Whether the memory exists for the agent: with the agent's draft applied, it is neither deleted nor expired.
    func isThere(at now: Timestamp) -> Bool { !fields.isDeleted && !isExpired(at: now) }

    /// Whether the memory has expired for the agent. When it does is the owner's to say, so nobody else's draft counts.
    func isExpired(at now: Timestamp) -> Bool {
        sharing == nil ? fields.isExpired(at: now) : record.isExpired(at: now)
    }

    /// Memories that do not exist for an agent, and that some of its calls reach all the same.
    struct Absence: OptionSet {
        let rawValue: Int

        /// Those that the agent has deleted in a draft.
        static let deletedByDraft = Absence(rawValue: 1)
        /// Those that have expired, for their owner.
        static let expired = Absence(rawValue: 2)
    }

    /// Whether a call that reaches some absent memories reaches this one.
    fileprivate func isReached(including absences: Absence, at now: Timestamp) -> Bool {
        if isThere(at: now) { return true }
        let isDeletedByDraft = draft?.change.isDeletion == true
        if fields.isDeleted, !isDeletedByDraft || !absences.contains(.deletedByDraft) { return false }
        return !isExpired(at: now) || absences.contains(.expired) && sharing == nil
    }
}

extension SyncStatus {
    /// When several are true at once, the first of these is shown.
    init(isLockedByOther: Bool, hasConflict: Bool, isDeleted: Bool, hasDraft: Bool) {
        self =
            isLockedByOther ? .locked : hasConflict ? .conflict : isDeleted ? .deleted : hasDraft ? .pending : .synced
    }
}

extension Snapshot {
    /// A live memory as an agent sees it; nil if the agent may not see it, if it belongs to another user, or if it does
    /// not exist.
    ///
    /// A record that exists and that the agent may not see is returned as `refused`, only for the audit. A memory that
    /// the agent has deleted in a draft, or that has expired, does not exist for it, unless `absences` include it.
    func look(
        for id: MemoryID,
        as viewer: KnownAgent,
        user: UserID?,
        including absences: MemoryView.Absence = [],
        now: Timestamp
    ) throws -> (view: MemoryView?, refused: MemoryRecord?) {
        guard let record = try record(of: id, for: viewer, user: user) else { return (nil, nil) }
        guard user == nil || record.userID == user else { return (nil, record) }
        let sharing: SharingContext?
        switch try standing(of: viewer, to: record) {
        case .none: return (nil, record)
        case .owner: sharing = nil
        case .shared(let context): sharing = context
        }
        if record.isLocked, sharing != nil, record.isExpired(at: now) { return (nil, nil) }
        try record.requireOpen()
        let view = try view(of: record, by: viewer, sharing: sharing, now: now)
        return (view.isReached(including: absences, at: now) ? view : nil, nil)
    }

    /// What an agent is to a memory.
    func standing(of viewer: KnownAgent, to record: MemoryRecord) throws -> AccessRules.Standing {
        guard viewer.id != record.owner else { return .owner }
        let share =
            record.flags.contains(.everShared)
            ? try ShareTable.find(user: record.userKey, memory: record.key, agent: viewer.key, in: connection) : nil
        return directory.rules.standing(
            of: viewer.id,
            owner: record.owner,
            category: record.fields.category,
            share: share
        )
    }

    /// A record as a viewer sees it. The viewer must be allowed to see it.
    func view(
        of record: MemoryRecord,
        by viewer: KnownAgent,
        sharing: SharingContext?,
        now: Timestamp
    ) throws -> MemoryView {
        let lease =
            record.flags.contains(.everLeased)
            ? try LeaseTable.live(memory: record.key, at: clock.bootInstant, in: connection) : nil
        let draft =
            record.flags.contains(.everDrafted)
            ? try DraftTable.find(memory: record.key, agent: viewer.key, in: self) : nil
        let fields = draft?.change.applied(to: record.fields) ?? record.fields
        let unwritten = readCounts.count(of: record)
        let hasConflict = try ConflictTable.waiting(on: record, in: connection) != nil
        let status = SyncStatus(
            isLockedByOther: lease.map { $0.holder != viewer.key } ?? false,
            hasConflict: hasConflict,
            isDeleted: fields.isDeleted,
            hasDraft: draft != nil
        )
        return MemoryView(
            record: record,
            draft: draft,
            sharing: sharing,
            memory: Memory(
                id: try name(of: record, for: viewer),
                agentID: record.owner,
                userID: record.userID,
                sessionID: record.sessionID,
                content: fields.content,
                type: record.type,
                category: fields.category,
                tags: fields.tags,
                metadata: fields.metadata,
                importance: fields.importance,
                confidence: fields.confidence,
                isSensitive: record.isSensitive,
                createdAt: record.createdAt.date,
                updatedAt: (draft?.time.timestamp ?? record.updatedAt).date,
                lastAccessedAt: [record.lastAccessedAt, unwritten?.lastAt].compactMap(\.self).max()?.date,
                expiresAt: fields.expiresAt?.date,
                accessCount: Int(record.accessCount.saturatingAdding(unwritten?.reads ?? 0)),
                version: record.headNumber,
                versionID: record.head,
                syncStatus: status,
                parentID: try visibleParent(of: record, by: viewer, now: now),
                checksum: Hexadecimal.string(
                    draft?.change.content.map { ContentDigest.checksum(of: $0, key: record.seal?.digestKey) }
                        ?? record.checksum
                ),
                provenance: fields.provenance
            ),
            sync: SyncMetadata(
                isLocked: lease != nil,
                lockHolder: try lease.map { try directory.agent(key: $0.holder).id },
                hasConflict: hasConflict,
                lastSyncAt: record.publishedAt.date
            )
        )
    }

    /// The identifier by which a viewer means a memory: of another agent's with the owner in front where the viewer has or
    /// sees another memory of that identifier, or has deleted its own. Those that it doesn't see make no difference.
    func name(of record: MemoryRecord, for viewer: KnownAgent) throws -> MemoryID {
        guard record.ownerKey != viewer.key else { return record.id }
        let now = clock.now()
        for key in try MemoryNames.others(than: record, in: connection) {
            guard let other = try MemoryRecord.find(key: key, includingDeleted: true, opening: .never, in: self),
                try other.ownerKey == viewer.key
                    || !other.fields.isDeleted && !other.isExpired(at: now) && standing(of: viewer, to: other) != .none
            else { continue }
            return MemoryReference.name(of: record)
        }
        return record.id
    }

    /// The identifier by which the viewer means the parent; nil if the viewer may not see the parent and so must not learn that
    /// it exists.
    private func visibleParent(of record: MemoryRecord, by viewer: KnownAgent, now: Timestamp) throws -> MemoryID? {
        guard let parentID = record.parentID else { return nil }
        guard let parent = try parent(parentID, of: record), !parent.isExpired(at: now),
            parent.userKey == record.userKey
        else { return nil }
        return try standing(of: viewer, to: parent) == .none ? nil : name(of: parent, for: viewer)
    }

    /// The memory that the owner meant: among those that have the identifier its own, or else the one that it sees.
    private func parent(_ id: MemoryID, of record: MemoryRecord) throws -> MemoryRecord? {
        do {
            return try self.record(of: id, for: directory.agent(key: record.ownerKey), user: record.userID)
        } catch let error as MemoryError where error.code == .invalidArgument {
            // By now it sees several.
            return nil
        }
    }
}
