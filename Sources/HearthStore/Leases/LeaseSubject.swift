internal import HearthSQLite

/// What of a memory decides who may lease it; its text isn't read.
struct LeaseSubject: Sendable {
    var key: Int64
    var id: MemoryID
    var userKey: Int64
    var owner: Directory.Entry
    var category: MemoryCategory
    /// Whether it is there to be leased: neither deleted nor folded nor past its own expiry.
    var isLive: Bool
    var flags: DocumentFlags

    /// Reads a memory, live or not; nil for one that the file never had.
    static func find(
        _ id: MemoryID,
        at now: Timestamp,
        directory: Directory,
        in connection: Connection
    ) throws -> LeaseSubject? {
        try connection.first(
            """
            SELECT m.memory_key, m.user_key, m.owner_key, m.category, m.state = 'live' AND coalesce(m.expires_at > ?2, 1), d.flags
            FROM memories AS m
            LEFT JOIN documents AS d ON d.user_key = m.user_key AND d.document_key = m.memory_key
            WHERE m.memory_id = ?1
            """,
            id.rawValue,
            now.rawValue,
            as: { row in
                LeaseSubject(
                    key: row.int64(0),
                    id: id,
                    userKey: row.int64(1),
                    owner: try directory.entry(key: row.int64(2)),
                    category: MemoryCategory(rawValue: row.string(3)),
                    isLive: row.bool(4),
                    flags: DocumentFlags(rawValue: UInt16(truncatingIfNeeded: row.optionalInt64(5) ?? 0))
                )
            }
        )
    }

    /// What an agent is to the memory; nothing, once that isn't live.
    func standing(
        of agent: Directory.Entry,
        directory: Directory,
        in connection: Connection
    ) throws -> AccessRules.Standing {
        guard isLive else { return .none }
        let share =
            flags.contains(.everShared) && agent.id != owner.id
            ? try ShareTable.find(user: userKey, memory: key, agent: agent.key, in: connection) : nil
        return directory.rules.standing(of: agent.id, owner: owner.id, category: category, share: share)
    }

    /// What the audit says of an attempt that was refused.
    func refusal(of attempt: String, by agent: Directory.Entry) -> AuditEntry {
        AuditEntry(
            action: .refuse,
            agent: agent.key,
            user: userKey,
            memories: [key],
            detail: ["attempt": attempt]
        )
    }
}

extension AccessRules {
    /// What comes of an agent's wish to lease a memory.
    enum LeaseRight: Hashable, Sendable {
        case granted
        /// It sees the memory and may not hold it.
        case denied
        /// To it there is no such memory.
        case unseen
    }

    /// Owner rights, or a priority not below the owner's on a memory that the agent sees; `system` may lease any.
    func leaseRight(of agent: AgentID, owner: AgentID, standing: Standing) -> LeaseRight {
        if agent == AgentProfile.system.id { return .granted }
        switch standing {
        case .none: return .unseen
        case .owner: return .granted
        case .shared:
            guard let own = priorities[agent], let owners = priorities[owner] else { return .denied }
            return own >= owners ? .granted : .denied
        }
    }
}
