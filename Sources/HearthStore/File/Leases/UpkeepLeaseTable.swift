import HearthModel
import HearthSQLite

/// The row of `upkeep_lease`: which of several coordinators on a file does the upkeep.
///
/// No cache mirrors it, so writing it does not advance the store's sequence.
struct UpkeepLease: Sendable {
    /// A random name of the coordinator.
    var holder: String
    var process: ProcessIdentity
    var deadline: BootInstant

    /// Whether it keeps others from the upkeep. It ends with its process, or at its deadline.
    func isLive(at now: BootInstant) -> Bool {
        !deadline.hasPassed(at: now) && !process.isGone()
    }
}

enum UpkeepLeaseTable {
    static func current(in connection: Connection) throws -> UpkeepLease? {
        try connection.first(
            "SELECT holder, process, boot_id, deadline FROM upkeep_lease WHERE id = 1",
            as: { row in
                UpkeepLease(
                    holder: row.string(0),
                    process: ProcessIdentity(text: row.string(1)),
                    deadline: BootInstant(bootID: row.string(2), nanoseconds: row.int64(3))
                )
            }
        )
    }

    static func write(_ lease: UpkeepLease, to connection: Connection) throws {
        try connection.run(
            """
            INSERT INTO upkeep_lease (id, holder, process, boot_id, deadline) VALUES (1, ?1, ?2, ?3, ?4)
            ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, process = excluded.process, boot_id = excluded.boot_id,
                deadline = excluded.deadline
            """,
            lease.holder,
            lease.process.text,
            lease.deadline.bootID,
            lease.deadline.nanoseconds
        )
    }

    static func remove(heldBy holder: String, in connection: Connection) throws {
        try connection.run("DELETE FROM upkeep_lease WHERE holder = ?1", holder)
    }
}
