import HearthModel
import HearthRules
import HearthSQLite

/// Reads what one agent sees of one user's memories, again and again, and says what became different.
///
/// Between two looks only what was written meanwhile is read: the documents that the file marks as changed, and the
/// few rows of drafts, conflicts and leases.
struct ChangeReader: Sendable {
    let agent: AgentID
    let user: UserID

    /// What was seen at the last look.
    private var seen = SeenMemories()
    /// The state of the file at the last look; nil before the first.
    private var state: StoreState?
    /// The next row at the last look: what has a greater key is new.
    private var nextRow: Int64 = 0
    /// When the first of what is seen expires.
    private var nextExpiry = Int64.max

    init(agent: AgentID, user: UserID) {
        self.agent = agent
        self.user = user
    }

    /// Looks at a state of the file.
    ///
    /// - Parameters:
    ///   - snapshot: The state.
    ///   - catalogs: The documents of users, which this brings up to the state.
    ///   - now: The time by which memories expire.
    /// - Returns: What became different since the last look; nothing at the first.
    mutating func look(
        at snapshot: Snapshot,
        catalogs: CatalogCache,
        now: Timestamp
    ) throws -> [(kind: MemoryEvent.Kind, seen: SeenMemories.Seen)] {
        let viewer = try snapshot.directory.acting(agent)
        guard let user = try UserTable.find(user, in: snapshot.connection) else {
            (state, nextRow) = (snapshot.state, snapshot.state.nextRow)
            return []
        }
        let isFirst = state == nil
        var present = seen
        var changed: Set<Int64> = []
        if state != snapshot.state || now.rawValue >= nextExpiry {
            changed = try readMemories(
                of: user,
                viewer: viewer,
                into: &present,
                catalogs: catalogs,
                now: now,
                in: snapshot
            )
        }
        changed.formUnion(try readStates(of: user, viewer: viewer, into: &present, in: snapshot))
        defer {
            (seen, state, nextRow) = (present, snapshot.state, snapshot.state.nextRow)
        }
        guard !isFirst else { return [] }
        return try present.changes(
            since: seen,
            among: changed,
            viewer: viewer.id,
            isNew: { $0 >= nextRow },
            absence: { try Self.absence(of: $0, at: now, in: snapshot) }
        )
    }

    /// Reads which memories are seen, and the heads of those that may have another.
    ///
    /// - Returns: The keys of what may differ.
    private mutating func readMemories(
        of user: Int64,
        viewer: KnownAgent,
        into present: inout SeenMemories,
        catalogs: CatalogCache,
        now: Timestamp,
        in snapshot: Snapshot
    ) throws -> Set<Int64> {
        let slice = try catalogs.slice(of: user, for: viewer, in: snapshot)
        let entries = slice.catalog.entries
        var visible: Set<Int64> = []
        nextExpiry = .max
        for (slot, entry) in entries.enumerated() where slice.visibility.canFind(slot) {
            guard entry.expiresAt > now.rawValue else { continue }
            visible.insert(entry.memory)
            nextExpiry = min(nextExpiry, entry.expiresAt)
        }
        var changed = Set(present.memories.keys).subtracting(visible)
        for key in changed { present.memories[key] = nil }
        var unread = visible.filter { present.memories[$0] == nil }
        if let sequence = state?.sequence, unread.count < visible.count {
            let touched = try snapshot.connection.rows(
                "SELECT memory_key FROM documents INDEXED BY documents_by_change WHERE user_key = ?1 AND changed > ?2",
                user,
                sequence,
                as: { $0.int64(0) }
            )
            unread.formUnion(visible.intersection(touched))
        }
        try readHeads(of: unread, isEverything: state == nil, user: user, into: &present, in: snapshot)
        changed.formUnion(unread)
        return changed
    }

    private static let head: StaticString =
        "SELECT memory_key, identifier, owner_key, head FROM memories WHERE memory_key = ?1"
    private static let heads: StaticString = """
        SELECT m.memory_key, m.identifier, m.owner_key, m.head
        FROM documents AS d JOIN memories AS m ON m.memory_key = d.document_key
        WHERE d.user_key = ?1
        """

    private func readHeads(
        of keys: Set<Int64>,
        isEverything: Bool,
        user: Int64,
        into present: inout SeenMemories,
        in snapshot: Snapshot
    ) throws {
        func keep(_ row: Row) throws {
            let key = row.int64(0)
            guard keys.contains(key) else { return }
            let former = present.memories[key]
            present.memories[key] = SeenMemories.Seen(
                id: row.memoryID(1),
                owner: try snapshot.directory.agent(key: row.int64(2)).id,
                head: Self.name(ofHead: row.bytes(3)),
                draft: former?.draft,
                hasConflict: former?.hasConflict ?? false,
                lease: former?.lease
            )
        }
        if isEverything {
            try snapshot.connection.forEach(Self.heads, user, do: keep)
        } else {
            for key in keys { try snapshot.connection.forEach(Self.head, key, do: keep) }
        }
    }

    /// The beginning of a head's digest: for a memory that was never edited the file holds no more.
    private static func name(ofHead digest: [UInt8]) -> UInt64 {
        digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Reads the agent's drafts, the conflicts that wait and the leases that are held, of what is seen.
    ///
    /// - Returns: The keys of what differs.
    private func readStates(
        of user: Int64,
        viewer: KnownAgent,
        into present: inout SeenMemories,
        in snapshot: Snapshot
    ) throws -> Set<Int64> {
        let drafts = try snapshot.connection.rows(
            "SELECT memory_key, time FROM drafts WHERE user_key = ?1 AND agent_key = ?2",
            user,
            viewer.key,
            as: { ($0.int64(0), $0.int64(1)) }
        )
        let conflicts = try ConflictTable.waitingMemories(ofUser: user, in: snapshot.connection)
        let now = snapshot.clock.bootInstant
        var leases: [Int64: SeenMemories.HeldLease] = [:]
        for lease in try LeaseTable.unreleased(in: snapshot.connection)
        where lease.isLive(at: now) && present.memories[lease.memory] != nil {
            leases[lease.memory] = SeenMemories.HeldLease(
                holder: try snapshot.directory.agent(key: lease.holder).id,
                token: lease.token
            )
        }
        let times = Dictionary(uniqueKeysWithValues: drafts)
        var keys = Set(times.keys).union(conflicts).union(leases.keys)
        // What had a state may have it no more.
        for (key, memory) in seen.memories where memory.hasState { keys.insert(key) }
        var changed: Set<Int64> = []
        for key in keys {
            guard let former = present.memories[key] else { continue }
            var memory = former
            memory.draft = times[key]
            memory.hasConflict = conflicts.contains(key)
            memory.lease = leases[key]
            guard memory != former else { continue }
            present.memories[key] = memory
            changed.insert(key)
        }
        return changed
    }

    private static func absence(
        of memory: Int64,
        at now: Timestamp,
        in snapshot: Snapshot
    ) throws -> SeenMemories.Absence {
        let isThere = try snapshot.connection.first(
            "SELECT state = 'live' AND coalesce(expires_at > ?2, 1) FROM memories WHERE memory_key = ?1",
            memory,
            now.rawValue,
            as: { $0.bool(0) }
        )
        return isThere ?? false ? .hidden : .gone
    }
}

extension SeenMemories.Seen {
    /// Whether it has a draft, a conflict or a lease.
    fileprivate var hasState: Bool { draft != nil || hasConflict || lease != nil }
}
