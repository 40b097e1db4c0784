package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// The most memories that a page holds.
    static let maximumPageSize = 10_000

    /// A page of what an agent sees of a user's memories, newest first.
    ///
    /// - Parameters:
    ///   - agentID: The agent that looks.
    ///   - userID: The user; one that the file does not know has no memories.
    ///   - filter: Which memories to include.
    ///   - includeShared: Whether to include other agents' memories.
    ///   - limit: How many at most, 1…10,000.
    ///   - cursor: Where the last page ended.
    /// - Returns: The page, and the cursor of the next page, nil after the last.
    /// - Throws: `.invalidArgument`, `.unknownAgent`.
    package func browse(
        as agentID: AgentID,
        userID: UserID,
        filter: SearchFilter = .init(),
        includeShared: Bool = true,
        limit: Int = 100,
        after cursor: SliceCursor? = nil
    ) async throws -> (memories: [Memory], next: SliceCursor?) {
        let userID = try userID.validated()
        try Self.check(limit: limit)
        try filter.validate()
        let now = clock.now()
        let page = try await read(mayTakeLong: limit > Self.longRead) { [self] snapshot -> MemoryPage in
            let viewer = try snapshot.directory.acting(agentID)
            guard let user = try UserTable.find(userID, in: snapshot.connection) else {
                return MemoryPage(viewer: viewer)
            }
            let filter = try CatalogFilter(
                filter,
                user: user,
                viewer: viewer.key,
                now: now,
                in: snapshot
            )
            return try self.page(
                of: user,
                viewer: viewer,
                filter: filter,
                includeShared: includeShared,
                limit: limit,
                after: cursor,
                now: now,
                in: snapshot
            )
        }
        let views = try await auditAndCount(page.receipt, at: now)
        return (views.map(\.memory), page.next)
    }

    /// Everything an agent sees of a user's memories: a page of them, newest first, and counts over the whole.
    ///
    /// - Parameters:
    ///   - agentID: The agent that looks.
    ///   - userID: The user.
    ///   - sessionID: Narrows the slice, counts included, to a session.
    ///   - memoryTypes: Narrows the slice, counts included, to these types; if empty, all types.
    ///   - filter: Narrows the slice, counts included, to what passes.
    ///   - includesSensitive: Whether sensitive memories are in the slice, which takes a key where there are any.
    ///   - includeSyncMetadata: Whether each entry has its sync status.
    ///   - limit: How many entries at most, 1…10,000.
    ///   - cursor: Where the last page ended.
    /// - Throws: `.invalidArgument`, `.unknownAgent`.
    package func slice(
        of agentID: AgentID,
        userID: UserID,
        sessionID: SessionID? = nil,
        memoryTypes: Set<MemoryType> = [],
        filter: SearchFilter = .init(),
        includesSensitive: Bool = true,
        includeSyncMetadata: Bool = true,
        limit: Int = 1_000,
        after cursor: SliceCursor? = nil
    ) async throws -> AgentMemorySlice {
        let userID = try userID.validated()
        let sessionID = try sessionID?.validated()
        try Self.check(limit: limit)
        let now = clock.now()
        var wanted = filter
        if !memoryTypes.isEmpty {
            wanted.types = filter.types.isEmpty ? memoryTypes : filter.types.intersection(memoryTypes)
        }
        wanted.includesSensitive = filter.includesSensitive && includesSensitive
        try wanted.validate()
        let filter = wanted
        let isEmpty = filter.types.isEmpty && !memoryTypes.isEmpty
        let page = try await read(mayTakeLong: limit > Self.longRead) { [self] snapshot -> MemoryPage in
            let viewer = try snapshot.directory.acting(agentID)
            guard !isEmpty, let user = try UserTable.find(userID, in: snapshot.connection) else {
                return MemoryPage(viewer: viewer)
            }
            var session: Int64?
            if let sessionID {
                session = try SessionTable.find(sessionID, user: user, in: snapshot.connection)
                guard session != nil else { return MemoryPage(viewer: viewer) }
            }
            let filter = try CatalogFilter(
                filter,
                session: session,
                user: user,
                viewer: viewer.key,
                now: now,
                in: snapshot
            )
            var page = try self.page(
                of: user,
                viewer: viewer,
                filter: filter,
                includeShared: true,
                limit: limit,
                after: cursor,
                now: now,
                in: snapshot
            )
            page.statistics = try statistics(of: user, viewer: viewer, filter: filter, in: snapshot)
            return page
        }
        let views = try await auditAndCount(page.receipt, at: now)
        return AgentMemorySlice(
            agentID: agentID,
            userID: userID,
            sessionID: sessionID,
            entries: views.map { view in
                SliceEntry(memory: view.memory, sync: includeSyncMetadata ? view.sync : nil)
            },
            statistics: page.statistics,
            next: page.next,
            generatedAt: now.date
        )
    }
}

/// A page that was read and is not audited yet.
private struct MemoryPage: Sendable {
    var receipt: ReadReceipt
    var next: SliceCursor?
    var statistics = SliceStatistics()

    init(viewer: KnownAgent) {
        receipt = ReadReceipt(viewer: viewer.key)
    }
}

extension Snapshot {
    /// The memory at which a page ended; nil if it is gone.
    fileprivate func key(of cursor: SliceCursor, user: Int64) throws -> Int64? {
        guard let owner = cursor.agentID, directory.contains(owner) else {
            return try MemoryNames.plain(cursor.memoryID, in: connection)
        }
        let ownerKey = try directory.agent(owner).key
        return try MemoryNames.key(of: cursor.memoryID, user: user, owner: ownerKey, in: connection)
    }
}

extension MemoryStore {
    static func check(limit: Int, maximum: Int = maximumPageSize) throws(MemoryError) {
        guard (1...maximum).contains(limit) else {
            throw .invalidArgument("The limit is \(limit); it must be from 1 to \(maximum).")
        }
    }

    private func page(
        of user: Int64,
        viewer: KnownAgent,
        filter: CatalogFilter,
        includeShared: Bool,
        limit: Int,
        after cursor: SliceCursor?,
        now: Timestamp,
        in snapshot: Snapshot
    ) throws -> MemoryPage {
        let slice = try slice(of: user, viewer: viewer, filter: filter, includeShared: includeShared, in: snapshot)
        let (catalog, visibility) = (slice.catalog, slice.visibility)
        let position = try cursor.map { cursor in
            SlicePage.Position(
                createdAt: cursor.createdAt,
                memory: try snapshot.key(of: cursor, user: user)
            )
        }
        let (slots, hasMore) = SlicePage.slots(
            of: catalog.entries,
            where: { slot in
                visibility.isVisible(slot) && (includeShared || visibility.isOwn(slot))
                    && filter.admits(catalog.entries[slot])
            },
            after: position,
            limit: limit
        )
        var page = MemoryPage(viewer: viewer)
        for slot in slots {
            let view = try self.view(
                of: catalog.entries[slot],
                context: visibility.context(slot),
                viewer: viewer,
                now: now,
                in: snapshot
            )
            page.receipt.views.append(view)
        }
        if hasMore, let last = slots.last {
            let record = page.receipt.views[page.receipt.views.count - 1].record
            page.next = SliceCursor(
                createdAt: catalog.entries[last].createdAt,
                memoryID: record.id,
                agentID: record.owner
            )
        }
        return page
    }

    /// What an agent sees of a user's memories, with the keys that a filter takes.
    func slice(
        of user: Int64,
        viewer: KnownAgent,
        filter: CatalogFilter,
        includeShared: Bool,
        in snapshot: Snapshot
    ) throws -> VisibleSlice {
        let slice = try catalogs.slice(of: user, for: viewer, in: snapshot)
        if let admitted = filter.withoutSealedParts, slice.catalog.hasSensitive, snapshot.keyring.loaded(user) == nil,
            slice.hasSensitive(admittedBy: admitted, includeShared: includeShared)
        {
            // Without the keys nobody can tell which of them have a tag.
            _ = try snapshot.keys(ofUser: user)
        }
        return slice
    }

    /// Reads the memory of a catalog's entry for a viewer that may see it.
    func view(
        of entry: DocumentEntry,
        context: SharingContext?,
        viewer: KnownAgent,
        now: Timestamp,
        in snapshot: Snapshot
    ) throws -> MemoryView {
        guard let record = try MemoryRecord.find(of: entry, in: snapshot) else {
            throw MemoryError.corrupt("Document \(entry.document) stands for a memory that is not there.")
        }
        return try snapshot.view(of: record, by: viewer, sharing: context, now: now)
    }

    private func statistics(
        of user: Int64,
        viewer: KnownAgent,
        filter: CatalogFilter,
        in snapshot: Snapshot
    ) throws -> SliceStatistics {
        let slice = try catalogs.slice(of: user, for: viewer, in: snapshot)
        let (catalog, visibility) = (slice.catalog, slice.visibility)
        let now = clock.bootInstant
        let leases = try LeaseTable.unreleased(in: snapshot.connection).filter { $0.isLive(at: now) }
        let holders = try Dictionary(uniqueRows: leases.map { ($0.memory, $0.holder) }, what: "Two leases")
        let conflicts = try ConflictTable.waitingMemories(ofUser: user, in: snapshot.connection)
        var statistics = SliceStatistics()
        for (slot, entry) in catalog.entries.enumerated() where visibility.isVisible(slot) {
            guard filter.admits(entry) else {
                if filter.admitsDeleted(entry) { statistics.syncStatus[.deleted, default: 0] += 1 }
                continue
            }
            statistics.totalMemories += 1
            if let type = MemoryType(place: entry.type) { statistics.memoryTypes[type, default: 0] += 1 }
            let holder = holders[entry.memory]
            if holder != nil { statistics.lockedMemories += 1 }
            if conflicts.contains(entry.memory) { statistics.conflictedMemories += 1 }
            let status = SyncStatus(
                isLockedByOther: holder != nil && holder != viewer.key,
                hasConflict: conflicts.contains(entry.memory),
                isDeleted: false,
                hasDraft: entry.isDraft
            )
            statistics.syncStatus[status, default: 0] += 1
            if visibility.isOwn(slot) { statistics.ownMemories += 1 } else { statistics.sharedMemories += 1 }
        }
        return statistics
    }
}
