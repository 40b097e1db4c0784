import HearthModel
import HearthRules
import HearthSQLite

/// Reads from one state of a store what its export says.
struct ExportReader {
    let snapshot: Snapshot
    /// Whose memories; nil: everybody's.
    let user: Int64?

    private var connection: Connection { snapshot.connection }

    func agents() throws -> [ExportedAgent] {
        try connection.rows("SELECT agent_id FROM agents ORDER BY agent_id", as: { AgentID(rawValue: $0.string(0)) })
            .map { id in
                let agent = try snapshot.directory.agent(id)
                return ExportedAgent(agent.profile, status: agent.status)
            }
    }

    func forEachUser(_ body: (Int64, ExportedUser) throws -> Void) throws {
        try connection.forEach(
            "SELECT user_key, user_id, created_at FROM users WHERE ?1 IS NULL OR user_key = ?1 ORDER BY user_key",
            user
        ) { row in
            try body(row.int64(0), ExportedUser(id: UserID(rawValue: row.string(1)), createdAt: row.int64(2)))
        }
    }

    func forEachSession(_ body: (ExportedSession) throws -> Void) throws {
        try connection.forEach(
            """
            SELECT u.user_id, s.session_id, a.agent_id, s.name, s.started_at, s.ended_at
            FROM sessions AS s JOIN users AS u ON u.user_key = s.user_key LEFT JOIN agents AS a ON a.agent_key = s.agent_key
            WHERE ?1 IS NULL OR s.user_key = ?1 ORDER BY s.session_key
            """,
            user
        ) { row in
            try body(ExportedSession(row))
        }
    }

    func forEachTombstone(_ body: (ExportedTombstone) throws -> Void) throws {
        try connection.forEach(
            """
            SELECT u.user_id, a.agent_id, t.identifier, t.deleted_at
            FROM tombstones AS t JOIN users AS u ON u.user_key = t.user_key JOIN agents AS a ON a.agent_key = t.owner_key
            WHERE ?1 IS NULL OR t.user_key = ?1 ORDER BY t.user_key, a.agent_id, t.identifier
            """,
            user
        ) { row in
            try body(
                ExportedTombstone(
                    user: UserID(rawValue: row.string(0)),
                    owner: AgentID(rawValue: row.string(1)),
                    id: row.memoryID(2),
                    deletedAt: row.int64(3)
                )
            )
        }
    }

    /// Calls a closure with each memory, in the order in which they came into the file.
    func forEachMemory(_ body: (MemoryKeys, ExportedMemory) throws -> Void) throws {
        try connection.forEach(
            """
            SELECT m.memory_key, m.user_key, m.identifier, u.user_id, o.agent_id, s.session_id, m.type, m.is_sensitive,
                m.created_at, coalesce(m.arrived_at, d.created_at), m.parent_id, m.head, m.state, f.identifier, g.agent_id,
                a.count, a.last_at, l.fencing_token,
                EXISTS (SELECT 1 FROM upkeep_changes AS k WHERE k.part = 3 AND k.memory_key = m.memory_key)
            FROM memories AS m JOIN users AS u ON u.user_key = m.user_key JOIN agents AS o ON o.agent_key = m.owner_key
            JOIN documents AS d ON d.user_key = m.user_key AND d.document_key = m.memory_key
            LEFT JOIN sessions AS s ON s.session_key = m.session_key
            LEFT JOIN memories AS f ON f.memory_key = m.folded_into LEFT JOIN agents AS g ON g.agent_key = f.owner_key
            LEFT JOIN accesses AS a ON a.memory_key = m.memory_key LEFT JOIN leases AS l ON l.memory_key = m.memory_key
            WHERE ?1 IS NULL OR m.user_key = ?1 ORDER BY m.memory_key
            """,
            user
        ) { row in
            let head = row.bytes(11)
            let keys = MemoryKeys(key: row.int64(0), user: row.int64(1), head: head)
            try body(keys, Self.memory(row, head: head))
        }
    }

    private static func memory(_ row: Row, head: [UInt8]) throws -> ExportedMemory {
        let id = row.memoryID(2)
        guard let place = UInt8(exactly: row.int64(6)), let type = MemoryType(place: place),
            let state = ExportedMemory.State(rawValue: row.string(12))
        else { throw MemoryError.corrupt("Memory \(id) does not read.") }
        let arrivedAt = row.int64(9)
        var memory = ExportedMemory(
            id: id,
            user: UserID(rawValue: row.string(3)),
            owner: AgentID(rawValue: row.string(4)),
            session: row.optionalString(5).map(SessionID.init(rawValue:)),
            type: type,
            isSensitive: row.bool(7),
            createdAt: row.optionalInt64(8) ?? arrivedAt,
            arrivedAt: arrivedAt,
            parent: row.optionalString(10).map(MemoryID.init(rawValue:)),
            head: VersionID(bytes: head),
            state: state
        )
        if let id = row.optionalMemoryID(13), let owner = row.optionalString(14) {
            memory.foldedInto = .init(id: id, owner: AgentID(rawValue: owner))
        }
        memory.reads = row.optionalInt64(15)
        memory.lastReadAt = row.optionalInt64(16)
        memory.fencingToken = row.optionalInt64(17)
        memory.isKeptApart = row.bool(18) ? true : nil
        return memory
    }
}

extension ExportReader {
    /// The lines that belong to a memory. The memory gets the whole id of its head.
    func lines(of keys: MemoryKeys, _ memory: ExportedMemory) throws -> (memory: ExportedMemory, lines: [ExportLine]) {
        let seal = try snapshot.seal(of: memory.id, user: keys.user, isSensitive: memory.isSensitive)
        let versions = try VersionReader(of: keys.key, id: memory.id, sealedBy: seal, in: snapshot).all()
        let shares = try shares(of: keys)
        // Numbers of the file mean nothing elsewhere; their order does.
        let orders = Set(versions.map(\.publishedOrder) + shares.map(\.order)).sorted()
        let places = Dictionary(uniqueKeysWithValues: orders.enumerated().map { ($1, $0) })
        var memory = memory
        // Of a memory's only version the file may have just the beginning of the id.
        if versions.count == 1, let only = versions.first { memory.head = only.version.id }
        var lines = versions.map { ExportLine.version(ExportedVersion($0, order: places[$0.publishedOrder] ?? 0)) }
        let drafts = try DraftTable.all(memory: keys.key, in: snapshot)
            .map { ExportedDraft($0, agent: try snapshot.directory.agent(key: $0.agent).id) }
        lines += drafts.map(ExportLine.draft)
        lines += shares.map { share in
            var line = share.line
            line.order = places[share.order] ?? 0
            return .share(line)
        }
        lines += try conflicts(of: keys.key).map(ExportLine.conflict)
        return (memory, lines)
    }

    private func shares(of keys: MemoryKeys) throws -> [(order: Int64, line: ExportedShare)] {
        try connection.rows(
            """
            SELECT s.since_order, a.agent_id, s.rule, s.permission, s.is_revoked, s.granted_at, s.since_head
            FROM shares AS s JOIN agents AS a ON a.agent_key = s.agent_key
            WHERE s.user_key = ?1 AND s.memory_key = ?2 ORDER BY s.since_order, a.agent_id
            """,
            keys.user,
            keys.key,
            as: { row in
                guard let permission = SharePermission(rawValue: row.string(3)) else {
                    throw MemoryError.corrupt("A share's permission does not read.")
                }
                let line = ExportedShare(
                    agent: AgentID(rawValue: row.string(1)),
                    rule: row.optionalString(2),
                    permission: permission,
                    isRevoked: row.bool(4),
                    grantedAt: row.int64(5),
                    sinceHead: VersionID(bytes: row.bytes(6)),
                    order: 0
                )
                return (row.int64(0), line)
            }
        )
    }

    private func conflicts(of memory: Int64) throws -> [ExportedConflict] {
        try connection.rows(
            """
            SELECT c.conflict_id, c.kind, c.strategy, c.base, c.created_at, c.resolved_at, c.resolution, a.agent_id,
                c.resolved_version
            FROM conflicts AS c LEFT JOIN agents AS a ON a.agent_key = c.resolved_by
            WHERE c.memory_key = ?1 ORDER BY c.conflict_key
            """,
            memory,
            as: { row in
                guard let kind = ConflictKind(rawValue: row.string(1)),
                    let strategy = ConflictResolution(rawValue: row.string(2))
                else { throw MemoryError.corrupt("Conflict \(row.string(0)) does not read.") }
                return ExportedConflict(
                    id: ConflictID(rawValue: row.string(0)),
                    conflictKind: kind,
                    strategy: strategy,
                    base: row.optionalBytes(3).map { VersionID(bytes: $0) },
                    createdAt: row.int64(4),
                    resolvedAt: row.optionalInt64(5),
                    resolution: row.optionalString(6),
                    resolvedBy: row.optionalString(7).map(AgentID.init(rawValue:)),
                    resolvedVersion: row.optionalBytes(8).map { VersionID(bytes: $0) }
                )
            }
        )
    }
}

extension ExportedSession {
    /// Reads `user_id, session_id, agent_id, name, started_at, ended_at`.
    init(_ row: Row) {
        self.init(
            user: UserID(rawValue: row.string(0)),
            id: SessionID(rawValue: row.string(1)),
            agent: row.optionalString(2).map(AgentID.init(rawValue:)),
            name: row.optionalString(3),
            startedAt: row.int64(4),
            endedAt: row.optionalInt64(5)
        )
    }
}
