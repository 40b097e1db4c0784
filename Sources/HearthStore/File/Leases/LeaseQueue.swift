import FoundationEssentials
import Glibc
import HearthModel
import HearthSQLite

/// One place in the queue for a lease.
struct LeaseTicket: Hashable, Sendable {
    /// The order of the queue: the lowest number goes first.
    var number: Int64
    var memory: Int64
    var agent: Int64
    /// When the waiter gives up.
    var deadline: BootInstant
    var process: ProcessIdentity

    /// Whether its waiter is still there.
    func isLive(at now: BootInstant) -> Bool {
        !deadline.hasPassed(at: now) && !process.isGone()
    }
}

/// The rows of `lease_waiters`: one queue for each memory, shared by all tasks and processes.
///
/// A row may outlive its waiter. It no longer counts once its deadline has passed or its process is gone. A row of
/// ``LeaseHolders`` never counts.
enum LeaseQueue {
    private static let columns = "SELECT ticket, memory_key, agent_key, boot_id, deadline, process FROM lease_waiters"
    private static let before = ComposedSQL(columns, "WHERE memory_key = ?1 AND ticket < ?2")
    private static let inOrder = ComposedSQL(columns, "WHERE boot_id <> 'holder' ORDER BY ticket")

    /// Takes the last place in the queue for a memory.
    ///
    /// - Returns: The ticket's number.
    static func join(
        memory: Int64,
        agent: Int64,
        until deadline: BootInstant,
        in connection: Connection
    ) throws -> Int64 {
        let number = try connection.first(
            """
            INSERT INTO lease_waiters (memory_key, agent_key, boot_id, deadline, process) VALUES (?1, ?2, ?3, ?4, ?5)
            RETURNING ticket
            """,
            memory,
            agent,
            deadline.bootID,
            deadline.nanoseconds,
            ProcessIdentity.current.text,
            as: { $0.int64(0) }
        )
        guard let number else { throw MemoryError.corrupt("A place in the queue for a lease was not stored.") }
        return number
    }

    /// Whether a live waiter for a memory is ahead of a ticket; without a ticket, whether anyone waits.
    static func hasWaiter(
        memory: Int64,
        before number: Int64?,
        at now: BootInstant,
        in connection: Connection
    ) throws -> Bool {
        try connection.rows(
            before,
            memory,
            number ?? .max,
            as: ticket
        )
        .contains { $0.isLive(at: now) }
    }

    /// Whether a ticket is still in the queue and its deadline has not passed. If not, others may have overtaken it.
    static func holds(_ number: Int64, at now: BootInstant, in connection: Connection) throws -> Bool {
        let deadline = try connection.first(
            "SELECT boot_id, deadline FROM lease_waiters WHERE ticket = ?1",
            number,
            as: { BootInstant(bootID: $0.string(0), nanoseconds: $0.int64(1)) }
        )
        return deadline.map { !$0.hasPassed(at: now) } ?? false
    }

    /// Every ticket, in order. The waiters of some may be gone.
    static func all(in connection: Connection) throws -> [LeaseTicket] {
        try connection.rows(
            inOrder,
            as: ticket
        )
    }

    /// Removes a ticket from the queue, wherever it stands.
    static func remove(_ number: Int64, in connection: Connection) throws {
        try connection.run("DELETE FROM lease_waiters WHERE ticket = ?1", number)
    }

    /// Removes the ticket whose turn it was, and the tickets before it, whose waiters are gone.
    static func remove(memory: Int64, through number: Int64, in connection: Connection) throws {
        try connection.run("DELETE FROM lease_waiters WHERE memory_key = ?1 AND ticket <= ?2", memory, number)
    }

    private static func ticket(_ row: Row) -> LeaseTicket {
        LeaseTicket(
            number: row.int64(0),
            memory: row.int64(1),
            agent: row.int64(2),
            deadline: BootInstant(bootID: row.string(3), nanoseconds: row.int64(4)),
            process: ProcessIdentity(text: row.string(5))
        )
    }
}

/// Which process wrote a row, so that another process can tell whether it is gone.
///
/// A process number alone is not enough: it is used again, and it means another process in another namespace. Together
/// with the namespace and the time at which the process started, it is unique within a boot.
struct ProcessIdentity: Hashable, Sendable {
    /// The namespace, the number, and the start time in the kernel's ticks; empty if `/proc` does not say.
    let text: String

    /// This process.
    static let current: ProcessIdentity = {
        let number = getpid()
        guard let namespace = ownNamespace, let start = startTime(of: number) else { return ProcessIdentity(text: "") }
        return ProcessIdentity(text: "\(namespace) \(number) \(start)")
    }()

    /// Whether the process has certainly ended. In doubt the answer is no.
    ///
    /// A zombie counts as running. The main thread of a Swift program ends long before the others, and the process then
    /// looks like a zombie.
    func isGone() -> Bool {
        guard self != .current else { return false }
        let parts = text.split(separator: " ").map(String.init)
        guard parts.count == 3, parts[0] == Self.ownNamespace, let number = pid_t(parts[1]) else { return false }
        if kill(number, 0) == -1, errno == ESRCH { return true }
        guard let start = Self.startTime(of: number) else { return false }
        return start != parts[2]
    }

    /// The name of the namespace that this process's number is from.
    private static let ownNamespace = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")

    /// The 22nd field of `/proc/…/stat`. The second field is the program's name in brackets and may contain anything.
    private static func startTime(of number: pid_t) -> String? {
        guard let stat = try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8),
            let bracket = stat.lastIndex(of: ")")
        else { return nil }
        let fields = stat[stat.index(after: bracket)...].split(separator: " ")
        return fields.count > 19 ? String(fields[19]) : nil
    }
}
