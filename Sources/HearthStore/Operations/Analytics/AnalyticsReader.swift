import HearthModel
import HearthRules
import HearthSQLite

/// Reads what analytics are made of from one state of the store.
struct AnalyticsReader {
    let snapshot: Snapshot
    /// Whose memories; nil: everybody's.
    let user: Int64?
    let now: Timestamp

    private static let day: Int64 = 86_400_000_000
    /// How long a memory must have been there to be called unread.
    private static let unreadDays: Int64 = 30

    init(_ snapshot: Snapshot, userID: UserID?, now: Timestamp) throws {
        (self.snapshot, self.now) = (snapshot, now)
        user = try userID.flatMap { try UserTable.find($0, in: snapshot.connection) }
        if let userID, user == nil { throw MemoryError.invalidArgument("There is no user \(userID).") }
    }

    private var connection: Connection { snapshot.connection }

    func count(_ sql: StaticString) throws -> Int {
        try connection.first(sql, user, as: { $0.int(0) }) ?? 0
    }

    /// What happened by day.
    func days() throws -> [UsagePeriods.Day] {
        var days: [Int: UsagePeriods.Day] = [:]
        try connection.forEach(
            """
            SELECT coalesce(m.arrived_at, d.created_at) / ?2, count(*)
            FROM memories AS m JOIN documents AS d ON d.user_key = m.user_key AND d.document_key = m.memory_key
            WHERE ?1 IS NULL OR m.user_key = ?1 GROUP BY 1
            """,
            user,
            Self.day
        ) { row in days[row.int(0), default: UsagePeriods.Day(number: row.int(0))].stored += row.int(1) }
        try connection.forEach(
            """
            SELECT v.published_at / ?2, sum(v.is_deleted = 0), sum(v.is_deleted != 0) FROM versions AS v
            JOIN memories AS m ON m.memory_key = v.memory_key
            WHERE v.number > 1 AND (?1 IS NULL OR m.user_key = ?1) GROUP BY 1
            """,
            user,
            Self.day
        ) { row in
            var day = days[row.int(0)] ?? UsagePeriods.Day(number: row.int(0))
            day.edited += row.int(1)
            day.deleted += row.int(2)
            days[row.int(0)] = day
        }
        return Array(days.values)
    }

    /// Who read whose memories, by the audit.
    func reads() throws -> [MemoryAnalytics.Reading] {
        try connection.rows(
            """
            SELECT r.agent_id, o.agent_id, count(*), count(DISTINCT m.memory_key)
            FROM audit AS a JOIN json_each(a.memories) AS j JOIN memories AS m ON m.memory_key = CAST(j.value AS INTEGER)
            JOIN agents AS r ON r.agent_key = a.agent_key JOIN agents AS o ON o.agent_key = m.owner_key
            WHERE a.action = 'read' AND a.agent_key != m.owner_key AND (?1 IS NULL OR m.user_key = ?1)
            GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
            """,
            user,
            as: { row in
                MemoryAnalytics.Reading(
                    reader: AgentID(rawValue: row.string(0)),
                    owner: AgentID(rawValue: row.string(1)),
                    reads: row.int(2),
                    memories: row.int(3)
                )
            }
        )
    }

    /// Which agents read the same memories of others, by the audit.
    func coAccess() throws -> [MemoryAnalytics.CoAccess] {
        try connection.rows(
            """
            WITH seen AS MATERIALIZED (
                SELECT DISTINCT a.agent_key, m.memory_key
                FROM audit AS a JOIN json_each(a.memories) AS j JOIN memories AS m ON m.memory_key = CAST(j.value AS INTEGER)
                WHERE a.action = 'read' AND a.agent_key != m.owner_key AND (?1 IS NULL OR m.user_key = ?1)
            )
            SELECT x.agent_id, y.agent_id, count(*) FROM seen AS s JOIN seen AS t ON t.memory_key = s.memory_key
            JOIN agents AS x ON x.agent_key = s.agent_key JOIN agents AS y ON y.agent_key = t.agent_key
            WHERE x.agent_id < y.agent_id GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
            """,
            user,
            as: { row in
                MemoryAnalytics.CoAccess(
                    agents: [AgentID(rawValue: row.string(0)), AgentID(rawValue: row.string(1))],
                    memories: row.int(2)
                )
            }
        )
    }

    /// What nobody has read, by owner.
    func unread() throws -> [MemoryAnalytics.Unread] {
        try connection.rows(
            """
            SELECT o.agent_id, count(*), count(*) - count(x.memory_key)
            FROM memories AS m JOIN documents AS d ON d.user_key = m.user_key AND d.document_key = m.memory_key
            JOIN agents AS o ON o.agent_key = m.owner_key LEFT JOIN accesses AS x ON x.memory_key = m.memory_key
            WHERE m.state = 'live' AND coalesce(m.arrived_at, d.created_at) <= ?2 AND (?1 IS NULL OR m.user_key = ?1)
            GROUP BY 1 ORDER BY 3 DESC, 1
            """,
            user,
            now.rawValue - Self.unreadDays * Self.day,
            as: { row in
                MemoryAnalytics.Unread(
                    owner: AgentID(rawValue: row.string(0)),
                    memories: row.int(1),
                    unread: row.int(2)
                )
            }
        )
    }

    /// How many memories are shared with agents that have read none of what is shared with them.
    func unusedShares() throws -> [AgentID: Int] {
        let rows = try connection.rows(
            """
            SELECT a.agent_id, count(*) FROM shares AS s JOIN agents AS a ON a.agent_key = s.agent_key
            JOIN memories AS m ON m.memory_key = s.memory_key
            WHERE s.is_revoked = 0 AND m.state = 'live' AND (?1 IS NULL OR s.user_key = ?1)
                AND NOT EXISTS (SELECT 1 FROM audit AS r WHERE r.action = 'read' AND r.agent_key = s.agent_key
                    AND (?1 IS NULL OR r.user_key = ?1))
            GROUP BY 1
            """,
            user,
            as: { (AgentID(rawValue: $0.string(0)), $0.int(1)) }
        )
        return Dictionary(uniqueKeysWithValues: rows)
    }
}

extension AnalyticsReader {
    /// How many decisions are looked at: the latest ones.
    private static let mostDecisions = 500

    /// What people decided, and which strategies would have come to the same. Memories that can't be opened without a
    /// key are left out.
    func decisions() throws -> [StrategyAgreement.Decision] {
        let rows = try connection.rows(
            """
            SELECT memory_key, resolved_version FROM conflicts
            WHERE resolution = 'decision' AND (?1 IS NULL OR user_key = ?1) ORDER BY resolved_at DESC LIMIT ?2
            """,
            user,
            Self.mostDecisions,
            as: { (memory: $0.int64(0), version: VersionID(bytes: $0.bytes(1))) }
        )
        return try rows.compactMap { row in
            let record = try MemoryRecord.find(
                key: row.memory,
                includingDeleted: true,
                opening: .ifPossible,
                in: snapshot
            )
            guard let record, !record.isLocked else { return nil }
            let reader = VersionReader(of: record, in: snapshot)
            let decided = try reader.version(row.version)
            guard decided.parents.count > 1 else { return nil }
            let graph = try VersionGraph(reaching: decided.parents) { try reader.version($0) }
            let agreeing = StrategyAgreement.agreeing(decided.fields, on: decided.parents, in: graph) { strategy in
                ReconcilePolicy(
                    strategy: strategy,
                    priorities: snapshot.directory.rules.priorities,
                    owner: record.owner,
                    publishedHead: decided.parents.first
                )
            }
            return StrategyAgreement.Decision(category: record.fields.category, agreeing: agreeing)
        }
    }
}
