import FoundationEssentials

/// A memory as one agent sees it, and why it may.
struct Sighting: Sendable {
    var record: MemoryRecord
    /// Nil for the owner.
    var sharing: SharingContext?
    var memory: Memory
    var sync: SyncMetadata
}

extension Snapshot {
    /// What a live memory is to an agent; nil where it may not see it, where it belongs to another user, and where it is not there.
    ///
    /// A record that exists and is not seen comes back as `refused`, for the audit alone.
    func look(
        for id: MemoryID,
        as viewer: Directory.Entry,
        user: UserID?,
        now: Timestamp
    ) throws -> (sighting: Sighting?, refused: MemoryRecord?) {
        guard let record = try MemoryRecord.find(id, in: self), !record.isExpired(at: now) else { return (nil, nil) }
        guard user == nil || record.userID == user else { return (nil, record) }
        switch try standing(of: viewer, to: record) {
        case .none: return (nil, record)
        case .owner: return (try sighting(of: record, by: viewer, sharing: nil, now: now), nil)
        case .shared(let context): return (try sighting(of: record, by: viewer, sharing: context, now: now), nil)
        }
    }

    /// What an agent is to a memory.
    func standing(of viewer: Directory.Entry, to record: MemoryRecord) throws -> AccessRules.Standing {
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

    /// Lays a record out for a viewer who may see it.
    func sighting(
        of record: MemoryRecord,
        by viewer: Directory.Entry,
        sharing: SharingContext?,
        now: Timestamp
    ) throws -> Sighting {
        let lease =
            record.flags.contains(.everLeased)
            ? try LeaseTable.live(memory: record.key, at: clock.bootInstant, in: connection) : nil
        let isLockedByOther = lease.map { $0.holder != viewer.key } ?? false
        return Sighting(
            record: record,
            sharing: sharing,
            memory: Memory(
                id: record.id,
                agentID: record.owner,
                userID: record.userID,
                sessionID: record.sessionID,
                content: record.fields.content,
                type: record.type,
                category: record.fields.category,
                tags: record.fields.tags,
                metadata: record.fields.metadata,
                importance: record.fields.importance,
                confidence: record.fields.confidence,
                isSensitive: false,
                createdAt: record.createdAt.date,
                updatedAt: record.updatedAt.date,
                lastAccessedAt: record.lastAccessedAt?.date,
                expiresAt: record.fields.expiresAt?.date,
                accessCount: Int(record.accessCount),
                version: record.headNumber,
                versionID: record.head,
                syncStatus: isLockedByOther ? .locked : .synced,
                parentID: try visibleParent(of: record, by: viewer, now: now),
                checksum: Hexadecimal.string(record.checksum)
            ),
            sync: SyncMetadata(
                isLocked: lease != nil,
                lockHolder: try lease.map { try directory.entry(key: $0.holder).id },
                hasConflict: false,
                lastSyncAt: record.publishedAt.date
            )
        )
    }

    /// The parent, where the viewer may see it: that it exists is no one else's business.
    private func visibleParent(of record: MemoryRecord, by viewer: Directory.Entry, now: Timestamp) throws -> MemoryID?
    {
        guard let parentID = record.parentID, let parent = try MemoryRecord.find(parentID, in: self),
            !parent.isExpired(at: now), parent.userKey == record.userKey
        else { return nil }
        return try standing(of: viewer, to: parent) == .none ? nil : parentID
    }
}
