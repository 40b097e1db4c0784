import HearthModel
import HearthRules
import HearthSQLite

/// The part of a memory that decides who may lease it. Its text is not read.
struct LeasableMemory: Sendable {
    var key: Int64
    var id: MemoryID
    var userKey: Int64
    var owner: KnownAgent
    var category: MemoryCategory
    /// Whether it can be leased: it is neither deleted nor folded, and its own expiry has not passed.
    var isLive: Bool
    var flags: DocumentFlags

    /// Reads a memory, live or not; nil if the file never had it.
    static func find(
        _ id: MemoryID,
        at now: Timestamp,
        directory: AgentDirectory,
        in connection: Connection
    ) throws -> LeasableMemory? {
        try connection.first(
            """
            SELECT m.memory_key, m.user_key, m.owner_key, c.name, m.state = 'live' AND coalesce(m.expires_at > ?2, 1), d.flags
            FROM memories AS m JOIN categories AS c ON c.category_key = m.category_key
            LEFT JOIN documents AS d ON d.user_key = m.user_key AND d.document_key = m.memory_key
            WHERE m.identifier = ?1
            """,
            id.stored,
            now.rawValue,
            as: { row in
                LeasableMemory(
                    key: row.int64(0),
                    id: id,
                    userKey: row.int64(1),
                    owner: try directory.agent(key: row.int64(2)),
                    category: MemoryCategory(rawValue: row.string(3)),
                    isLive: row.bool(4),
                    flags: DocumentFlags(rawValue: UInt16(truncatingIfNeeded: row.optionalInt64(5) ?? 0))
                )
            }
        )
    }

    /// What an agent is to the memory; `.none` when the memory is not live.
    func standing(
        of agent: KnownAgent,
        directory: AgentDirectory,
        in connection: Connection
    ) throws -> AccessRules.Standing {
        guard isLive else { return .none }
        let share =
            flags.contains(.everShared) && agent.id != owner.id
            ? try ShareTable.find(user: userKey, memory: key, agent: agent.key, in: connection) : nil
        return directory.rules.standing(of: agent.id, owner: owner.id, category: category, share: share)
    }

    /// The audit row of an attempt that was refused.
    func refusal(of attempt: String, by agent: KnownAgent) -> AuditEntry {
        AuditEntry(
            action: .refuse,
            agent: agent.key,
            user: userKey,
            memories: [key],
            detail: ["attempt": attempt]
        )
    }
}
