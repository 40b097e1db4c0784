import HearthSQLite

/// Which processes hold leases that end with them.
///
/// A lease that a host takes and keeps outlives its process until the deadline: whoever has the `MemoryLock` may go on
/// with it in another process. A lease that is held for a closure is of no use to anyone once the process is gone.
///
/// For such a lease the process is noted in a row of `lease_waiters` that is nobody's ticket: instead of a boot it names
/// 'holder', and instead of a deadline it has the fencing token. As a ticket it is one of another boot, and dead. An
/// earlier version of the engine takes it for one, and then the lease lasts until its deadline.
enum LeaseHolders {
    /// Notes that the lease with a token ends with this process.
    static func note(memory: Int64, agent: Int64, token: Int64, in connection: Connection) throws {
        try connection.run(
            """
            INSERT INTO lease_waiters (memory_key, agent_key, boot_id, deadline, process) VALUES (?1, ?2, 'holder', ?3, ?4)
            """,
            memory,
            agent,
            token,
            ProcessIdentity.current.text
        )
    }

    /// Removes what was noted of a memory's lease.
    static func remove(memory: Int64, in connection: Connection) throws {
        try connection.run("DELETE FROM lease_waiters WHERE memory_key = ?1 AND boot_id = 'holder'", memory)
    }
}
