import HearthModel
import HearthRules
import HearthSQLite

/// The rows of `leases`.
///
/// Leases are read from the file each time and no cache mirrors them. So writing one does not advance the store's
/// sequence.
enum LeaseTable {
    private static let columns = """
        SELECT memory_key, holder_key, fencing_token, boot_id, since, deadline, acquired_at, expires_at, is_released FROM leases
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
        let memory = try connection.first(
            "SELECT memory_key FROM memories WHERE identifier = ?1",
            lock.memoryID.stored,
            as: { $0.int64(0) }
        )
        guard let memory, let lease = try live(memory: memory, at: now, in: connection) else { return nil }
        return lease.token == lock.fencingToken && lease.holder == agent.key ? lease : nil
    }

    /// Every lease that was not released. The one held longest comes first, and some may have expired.
    static func unreleased(in connection: Connection) throws -> [Lease] {
        try connection.rows(
            allUnreleased,
            as: lease
        )
    }

    /// Gives a memory's lease to an agent. It replaces the last lease and has the next token.
    ///
    /// - Returns: The lease with its token.
    static func grant(
        memory: Int64,
        to holder: Int64,
        for duration: Duration,
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
            RETURNING memory_key, holder_key, fencing_token, boot_id, since, deadline, acquired_at, expires_at, is_released
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
    }

    private static func lease(_ row: Row) -> Lease {
        let bootID = row.string(3)
        return Lease(
            memory: row.int64(0),
            holder: row.int64(1),
            token: row.int64(2),
            since: BootInstant(bootID: bootID, nanoseconds: row.int64(4)),
            deadline: BootInstant(bootID: bootID, nanoseconds: row.int64(5)),
            acquiredAt: Timestamp(rawValue: row.int64(6)),
            expiresAt: Timestamp(rawValue: row.int64(7)),
            isReleased: row.bool(8)
        )
    }
}

extension MemoryLock {
    /// The part of a lease that its holder is given.
    init(_ lease: Lease, on memoryID: MemoryID, of agentID: AgentID) {
        self.init(
            memoryID: memoryID,
            agentID: agentID,
            fencingToken: lease.token,
            acquiredAt: lease.acquiredAt.date,
            expiresAt: lease.expiresAt.date
        )
    }
}
