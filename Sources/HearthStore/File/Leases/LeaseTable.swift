import HearthModel
import HearthRules
import HearthSQLite

/// The rows of `leases`.
///
/// Leases are read from the file each time and no cache mirrors them. So writing one does not advance the store's
/// sequence.
enum LeaseTable {
    /// The last column is the process that the lease ends with; NULL for a lease that lasts until its deadline.
    private static let columns = """
        SELECT memory_key, holder_key, fencing_token, boot_id, since, deadline, acquired_at, expires_at, is_released,
            (SELECT w.process FROM lease_waiters AS w
                WHERE w.memory_key = leases.memory_key AND w.boot_id = 'holder' AND w.deadline = leases.fencing_token)
        FROM leases
        """
    private static let ofMemory = ComposedSQL(columns, "WHERE memory_key = ?1")
    private static let allUnreleased = ComposedSQL(columns, "WHERE is_released = 0 ORDER BY since, memory_key")

    /// The lease that is held on a memory at a moment; nil if it has expired or was released.
    static func live(memory: Int64, at now: BootInstant, in connection: Connection) throws -> Lease? {
        let lease = try connection.first(
            ofMemory,
            memory,
            as: lease
        )
        return lease.flatMap { $0.isLive(at: now) ? $0 : nil }
    }

    /// The lease that an agent acquired, if it is still held.
    static func live(
        _ lock: MemoryLock,
        of agent: KnownAgent,
        at now: BootInstant,
        in connection: Connection
    ) throws -> Lease? {
        let plain = try MemoryNames.plain(lock.memoryID, in: connection)
        let memories = try [plain].compactMap(\.self) + MemoryNames.namesakes(of: lock.memoryID, in: connection)
        return try memories.compactMap { try live(memory: $0, at: now, in: connection) }
            .first { try $0.holder == agent.key && $0.isMeant(by: lock, in: connection) }
    }

    /// When to say that a lease was acquired: at no moment at which a memory of the same identifier was leased.
    static func acquisition(of id: MemoryID, at wallClock: Timestamp, in connection: Connection) throws -> Timestamp {
        let namesakes = try MemoryNames.namesakes(of: id, in: connection)
        guard !namesakes.isEmpty else { return wallClock }
        let memories = try [MemoryNames.plain(id, in: connection)].compactMap(\.self) + namesakes
        let taken = try memories.compactMap { memory in
            try connection.first("SELECT acquired_at FROM leases WHERE memory_key = ?1", memory, as: { $0.int64(0) })
        }
        var moment = wallClock
        while taken.contains(moment.rawValue) { moment = Timestamp(rawValue: moment.rawValue + 1) }
        return moment
    }

    /// Every lease that was not released. The one held longest comes first. Some may have expired, or ended with their
    /// process.
    static func unreleased(in connection: Connection) throws -> [Lease] {
        try connection.rows(
            allUnreleased,
            as: lease
        )
    }

    /// Gives a memory's lease to an agent. It replaces the last lease and has the next token.
    ///
    /// - Parameter endsWithProcess: Whether it is over once this process is gone, before its deadline.
    /// - Returns: The lease with its token.
    static func grant(
        memory: Int64,
        to holder: Int64,
        for duration: Duration,
        endsWithProcess: Bool,
        at now: BootInstant,
        wallClock: Timestamp,
        in connection: Connection
    ) throws -> Lease {
        let lease = try connection.first(
            """
            INSERT INTO leases (memory_key, holder_key, fencing_token, boot_id, since, deadline, acquired_at, expires_at, is_released)
            VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7, 0)
            ON CONFLICT (memory_key) DO UPDATE SET holder_key = excluded.holder_key, fencing_token = fencing_token + 1,
                boot_id = excluded.boot_id, since = excluded.since, deadline = excluded.deadline,
                acquired_at = excluded.acquired_at, expires_at = excluded.expires_at, is_released = 0
            RETURNING memory_key, holder_key, fencing_token, boot_id, since, deadline, acquired_at, expires_at, is_released, NULL
            """,
            memory,
            holder,
            now.bootID,
            now.nanoseconds,
            now.advanced(by: duration).nanoseconds,
            wallClock.rawValue,
            wallClock.advanced(by: duration).rawValue,
            as: lease
        )
        guard let lease else { throw MemoryError.corrupt("A lease was not stored.") }
        try LeaseHolders.remove(memory: memory, in: connection)
        if endsWithProcess {
            try LeaseHolders.note(memory: memory, agent: holder, token: lease.token, in: connection)
        }
        return lease
    }

    /// Moves the end of a live lease.
    static func extend(_ lease: Lease, in connection: Connection) throws {
        try connection.run(
            "UPDATE leases SET deadline = ?2, expires_at = ?3 WHERE memory_key = ?1",
            lease.memory,
            lease.deadline.nanoseconds,
            lease.expiresAt.rawValue
        )
    }

    /// Ends a memory's lease. The row stays, so that its token is never given out again.
    static func release(memory: Int64, in connection: Connection) throws {
        try connection.run("UPDATE leases SET is_released = 1 WHERE memory_key = ?1", memory)
        try LeaseHolders.remove(memory: memory, in: connection)
    }

    private static func lease(_ row: Row) -> Lease {
        let bootID = row.string(3)
        let process = row.optionalString(9).map(ProcessIdentity.init(text:))
        return Lease(
            memory: row.int64(0),
            holder: row.int64(1),
            token: row.int64(2),
            since: BootInstant(bootID: bootID, nanoseconds: row.int64(4)),
            deadline: BootInstant(bootID: bootID, nanoseconds: row.int64(5)),
            acquiredAt: Timestamp(rawValue: row.int64(6)),
            expiresAt: Timestamp(rawValue: row.int64(7)),
            isReleased: row.bool(8) || (process?.isGone() ?? false)
        )
    }
}

extension Lease {
    /// Whether a lock is this lease and not an earlier one, nor one on another memory of the same identifier. The tokens
    /// of two such memories may be equal; they were not acquired at the same moment.
    func isMeant(by lock: MemoryLock, in connection: Connection) throws -> Bool {
        guard token == lock.fencingToken else { return false }
        return try acquiredAt.date == lock.acquiredAt
            || MemoryNames.namesakes(of: lock.memoryID, in: connection).isEmpty
    }
}

extension MemoryLock {
    /// The part of a lease that its holder is given.
    init(_ lease: Lease, on memoryID: MemoryID, of agentID: AgentID, userID: UserID?, ownerID: AgentID?) {
        self.init(
            memoryID: memoryID,
            agentID: agentID,
            fencingToken: lease.token,
            acquiredAt: lease.acquiredAt.date,
            expiresAt: lease.expiresAt.date,
            userID: userID,
            ownerID: ownerID
        )
    }
}
