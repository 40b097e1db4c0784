internal import HearthSQLite

/// The rows of `leases`.
///
/// Leases are read from the file each time and no cache mirrors them, so writing one doesn't advance the store's sequence.
enum LeaseTable {
    /// The lease of a memory that is held at a moment, expired and released ones left out.
    static func live(memory: Int64, at now: BootInstant, in connection: Connection) throws -> Lease? {
        try find(memory: memory, in: connection).flatMap { $0.isLive(at: now) ? $0 : nil }
    }

    /// The last lease of a memory, held or not; nil for one that was never leased.
    static func find(memory: Int64, in connection: Connection) throws -> Lease? {
        try connection.first(
            """
            SELECT memory_key, holder_key, fencing_token, boot_id, since, deadline, acquired_at, expires_at, is_released
            FROM leases WHERE memory_key = ?1
            """,
            memory,
            as: lease
        )
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
