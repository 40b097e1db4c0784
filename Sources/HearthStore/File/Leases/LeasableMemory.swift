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
    /// Whether its expiry has passed, and nothing else keeps it from being leased. Its owner leases it to extend it.
    var isExpired: Bool
    var flags: DocumentFlags

    /// The memory that an agent means by an identifier, live or not; nil if the file never had it.
    static func find(
        _ reference: MemoryReference,
        at now: Timestamp,
        directory: AgentDirectory,
        in connection: Connection
    ) throws -> LeasableMemory? {
        let viewer = reference.viewer
        func isMeant(_ memory: LeasableMemory) throws -> Bool {
            if viewer.id == AgentProfile.system.id { return memory.isLive }
            return try memory.standing(of: viewer, directory: directory, in: connection) != .none
        }
        return try reference.inAnyReading(
            in: connection,
            find: { reference in
                let find = { key in try self.find(key, id: reference.id, at: now, directory: directory, in: connection)
                }
                return try reference.find(
                    plain: try MemoryNames.plain(reference.id, in: connection).flatMap(find),
                    in: connection,
                    find: find,
                    isMeant: isMeant
                )
            },
            isMeant: { memory in
                guard try memory.belongs(to: reference.user, in: connection) else { return false }
                return try memory.ownerKey == viewer.key || isMeant(memory)
                    || reference.isHeld(memory.key, in: connection)
            },
            // It is found, live or not.
            hasDeleted: { false }
        )
    }

    /// Reads a memory, live or not; nil if the file never had it.
    static func find(
        _ key: Int64,
        id: MemoryID,
        at now: Timestamp,
        directory: AgentDirectory,
        in connection: Connection
    ) throws -> LeasableMemory? {
        try connection.first(
            """
            SELECT m.memory_key, m.user_key, m.owner_key, c.name, m.state = 'live' AND coalesce(m.expires_at > ?2, 1), d.flags,
                m.state = 'live' AND coalesce(m.expires_at <= ?2, 0)
            FROM memories AS m JOIN categories AS c ON c.category_key = m.category_key
            LEFT JOIN documents AS d ON d.user_key = m.user_key AND d.document_key = m.memory_key
            WHERE m.memory_key = ?1
            """,
            key,
            now.rawValue,
            as: { row in
                LeasableMemory(
                    key: row.int64(0),
                    id: id,
                    userKey: row.int64(1),
                    owner: try directory.agent(key: row.int64(2)),
                    category: MemoryCategory(rawValue: row.string(3)),
                    isLive: row.bool(4),
                    isExpired: row.bool(6),
                    flags: DocumentFlags(rawValue: UInt16(truncatingIfNeeded: row.optionalInt64(5) ?? 0))
                )
            }
        )
    }

    /// What an agent is to the memory; `.none` when the memory is not live. One that has expired is its owner's still.
    func standing(
        of agent: KnownAgent,
        directory: AgentDirectory,
        in connection: Connection
    ) throws -> AccessRules.Standing {
        guard isLive || isExpired && agent.id == owner.id else { return .none }
        let share =
            flags.contains(.everShared) && agent.id != owner.id
            ? try ShareTable.find(user: userKey, memory: key, agent: agent.key, in: connection) : nil
        return directory.rules.standing(of: agent.id, owner: owner.id, category: category, share: share)
    }

    /// Whether it is a memory of the user that a call names, if it names one.
    func belongs(to user: UserID?, in connection: Connection) throws -> Bool {
        guard let user else { return true }
        return try UserTable.find(user, in: connection) == userKey
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

extension LeasableMemory: NamedMemory {
    var ownerKey: Int64 { owner.key }
}
