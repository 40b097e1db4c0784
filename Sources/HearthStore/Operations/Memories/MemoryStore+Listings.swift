package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// The sessions of a user that an agent began, or of which it sees memories: the one with the latest memory first.
    package func sessions(as agentID: AgentID, userID: UserID) async throws -> [SessionSummary] {
        let now = clock.now()
        let found = try await matching(SearchFilter(), as: agentID, userID: userID, includeShared: true) {
            slots,
            slice,
            snapshot -> (sessions: [SessionSummary], entry: AuditEntry?) in
            var seen: [Int64: (count: Int, last: Int64)] = [:]
            var shared: [Int64: Set<Int64>] = [:]
            for slot in slots {
                let entry = slice.catalog.entries[slot]
                let earlier = seen[entry.session] ?? (0, .min)
                seen[entry.session] = (earlier.count + 1, max(earlier.last, entry.createdAt))
                if !slice.visibility.isOwn(slot) { shared[entry.session, default: []].insert(entry.memory) }
            }
            let viewer = try snapshot.directory.agent(agentID).key
            guard let user = try UserTable.find(userID, in: snapshot.connection) else { return ([], nil) }
            var told: Set<Int64> = []
            let sessions = try snapshot.connection.rows(
                """
                SELECT session_key, session_id, coalesce(agent_key = ?2, 0), name, started_at, ended_at FROM sessions
                WHERE user_key = ?1 ORDER BY session_key
                """,
                user,
                viewer,
                as: { row -> SessionSummary? in
                    let (key, isOwn) = (row.int64(0), row.bool(2))
                    guard isOwn || seen[key] != nil else { return nil }
                    told.formUnion(shared[key] ?? [])
                    return SessionSummary(
                        id: SessionID(rawValue: row.string(1)),
                        name: isOwn ? row.optionalString(3) : nil,
                        startedAt: isOwn ? Timestamp(rawValue: row.int64(4)).date : nil,
                        endedAt: isOwn ? row.optionalInt64(5).map { Timestamp(rawValue: $0).date } : nil,
                        memories: seen[key]?.count ?? 0,
                        lastMemoryAt: seen[key].map { Timestamp(rawValue: $0.last).date }
                    )
                }
            )
            let sorted = sessions.compactMap(\.self)
                .sorted { left, right in
                    let (one, other) = (left.lastMemoryAt ?? left.startedAt, right.lastMemoryAt ?? right.startedAt)
                    guard let one, let other, one != other else { return left.id < right.id }
                    return one > other
                }
            let entry = AuditEntry(action: .read, agent: viewer, user: user, memories: told.sorted())
            return (sorted, told.isEmpty ? nil : entry)
        }
        if let entry = found?.entry { try await audit(entry, at: now) }
        return found?.sessions ?? []
    }

    /// The tags of the memories that an agent sees, the most frequent first. Those of other agents' memories leave an
    /// audit row, committed before this returns.
    package func tags(
        as agentID: AgentID,
        userID: UserID,
        filter: SearchFilter = .init(),
        includeShared: Bool = true
    ) async throws -> [TagCount] {
        let now = clock.now()
        let found = try await matching(filter, as: agentID, userID: userID, includeShared: includeShared) {
            [self] slots, slice, snapshot -> (tags: [TagCount], entry: AuditEntry?) in
            let viewer = try snapshot.directory.agent(agentID)
            guard let user = try UserTable.find(userID, in: snapshot.connection) else { return ([], nil) }
            var counts: [String: Int] = [:]
            var shared: Set<Int64> = []
            let slotOfDocument = Dictionary(
                slots.map { (slice.catalog.entries[$0].document, $0) },
                uniquingKeysWith: { first, _ in first }
            )
            func count(_ tag: String, _ slot: Int) {
                counts[tag, default: 0] += 1
                if !slice.visibility.isOwn(slot) { shared.insert(slice.catalog.entries[slot].memory) }
            }
            try snapshot.connection.forEach(
                "SELECT tag, document_key FROM tags WHERE user_key = ?1",
                user,
                do: { row in
                    guard let slot = slotOfDocument[row.int64(1)] else { return }
                    // Of a sensitive memory the table has no words.
                    if !slice.catalog.entries[slot].flags.contains(.sensitive) { count(row.string(0), slot) }
                }
            )
            for slot in slots where slice.catalog.entries[slot].flags.contains(.sensitive) {
                let view = try view(
                    of: slice.catalog.entries[slot],
                    context: slice.visibility.context(slot),
                    viewer: viewer,
                    now: now,
                    in: snapshot
                )
                for tag in view.fields.tags { count(tag, slot) }
            }
            let tags = counts.map { TagCount(tag: $0.key, count: $0.value) }
                .sorted { ($1.count, $0.tag) < ($0.count, $1.tag) }
            let entry = AuditEntry(action: .read, agent: viewer.key, user: user, memories: shared.sorted())
            return (tags, shared.isEmpty ? nil : entry)
        }
        if let entry = found?.entry { try await audit(entry, at: now) }
        return found?.tags ?? []
    }

    /// The edits of a user's memories that an agent has not published, in the order in which they were begun.
    package func drafts(of agentID: AgentID, userID: UserID) async throws -> [PendingEdit] {
        let userID = try userID.validated()
        let now = clock.now()
        let (edits, receipt) = try await withKeys {
            try read { snapshot -> ([PendingEdit], ReadReceipt) in
                let viewer = try snapshot.directory.acting(agentID)
                var receipt = ReadReceipt(viewer: viewer.key)
                guard let user = try UserTable.find(userID, in: snapshot.connection) else { return ([], receipt) }
                let pending = try DraftTable.pending(
                    agent: viewer.key,
                    user: user,
                    session: nil,
                    in: snapshot.connection
                )
                let edits = try pending.compactMap { pending -> PendingEdit? in
                    guard let draft = try DraftTable.find(memory: pending.memory, agent: viewer.key, in: snapshot)
                    else {
                        return nil
                    }
                    let record = try MemoryRecord.find(
                        key: pending.memory,
                        includingDeleted: true,
                        opening: .never,
                        in: snapshot
                    )
                    let view = try snapshot.visibleView(of: pending.memory, by: viewer, now: now)
                    if let view { receipt.views.append(view) }
                    return PendingEdit(
                        memoryID: try record.map { try snapshot.name(of: $0, for: viewer) } ?? pending.id,
                        isDeletion: draft.change.isDeletion,
                        baseVersion: draft.baseNumber,
                        begunAt: draft.createdAt.date,
                        updatedAt: draft.time.timestamp.date,
                        memory: view?.memory
                    )
                }
                return (edits, receipt)
            }
        }
        _ = try await auditAndCount(receipt, at: now)
        return edits
    }

    /// An agent's own memories of a user that are deleted and can be restored, the latest deletion first.
    ///
    /// - Parameters:
    ///   - limit: How many at most, 1…10,000.
    ///   - after: The end of the page before.
    package func deleted(
        of agentID: AgentID,
        userID: UserID,
        limit: Int = 100,
        after: SliceCursor? = nil
    ) async throws -> (memories: [DeletedMemory], next: SliceCursor?) {
        let userID = try userID.validated()
        try Self.check(limit: limit)
        let now = clock.now()
        return try await withKeys {
            try read { snapshot -> (memories: [DeletedMemory], next: SliceCursor?) in
                let viewer = try snapshot.directory.acting(agentID)
                guard let user = try UserTable.find(userID, in: snapshot.connection) else { return ([], nil) }
                // One more than is wanted says whether there are more.
                let keys = try snapshot.connection.rows(
                    """
                    SELECT m.memory_key FROM memories AS m
                    JOIN versions AS v ON v.memory_key = m.memory_key AND v.version_id = m.head
                    WHERE m.user_key = ?1 AND m.owner_key = ?2 AND m.state = 'deleted'
                    AND (?4 IS NULL OR v.published_at < ?4 OR v.published_at = ?4 AND m.memory_id < ?5)
                    ORDER BY v.published_at DESC, m.memory_id DESC LIMIT ?3
                    """,
                    user,
                    viewer.key,
                    limit + 1,
                    after?.createdAt,
                    after?.memoryID.rawValue,
                    as: { $0.int64(0) }
                )
                var next: SliceCursor?
                let found = try keys.prefix(limit)
                    .compactMap { key -> DeletedMemory? in
                        guard let record = try MemoryRecord.find(key: key, includingDeleted: true, in: snapshot) else {
                            return nil
                        }
                        let view = try snapshot.view(of: record, by: viewer, sharing: nil, now: now)
                        next = SliceCursor(
                            createdAt: record.publishedAt.rawValue,
                            memoryID: view.memory.id,
                            agentID: view.memory.agentID
                        )
                        return DeletedMemory(memory: view.memory, deletedAt: record.publishedAt.date)
                    }
                return (found, keys.count > limit ? next : nil)
            }
        }
    }
}

extension Snapshot {
    /// A memory as an agent sees it; nil if it is not there for the agent.
    fileprivate func visibleView(of memory: Int64, by viewer: KnownAgent, now: Timestamp) throws -> MemoryView? {
        guard let record = try MemoryRecord.find(key: memory, opening: .ifPossible, in: self) else { return nil }
        let sharing: SharingContext?
        switch try standing(of: viewer, to: record) {
        case .none: return nil
        case .owner: sharing = nil
        case .shared(let context): sharing = context
        }
        try record.requireOpen()
        let view = try view(of: record, by: viewer, sharing: sharing, now: now)
        return view.isThere(at: now) ? view : nil
    }
}
