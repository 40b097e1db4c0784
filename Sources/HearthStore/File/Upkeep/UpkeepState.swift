import HearthModel
import HearthRules
import HearthSQLite

/// The rows of `upkeep_state`: where upkeep stands.
enum UpkeepState {
    /// What is kept, by its name in the file.
    enum Name: String {
        /// When the last cycle ended, and when the next one is to begin.
        case last
        case next
        /// The clocks when they last agreed.
        case wallClock = "wall_clock"
        case bootClock = "boot_clock"
        case boot
        /// 1 while the clocks disagree.
        case clockTrouble = "clock_trouble"
        /// Since when background sync has failed, when it last did and why, and in which coordinator.
        case syncFailingSince = "sync_failing_since"
        case syncFailed = "sync_failed"
        case syncFailure = "sync_failure"
        case syncFailing = "sync_failing"
        /// How the exchange with other devices has fared, as JSON.
        case exchange
        /// The last memory whose age is known.
        case aged
        /// The last memory that was compared with others.
        case compared
        /// The sequence up to which storage was optimised.
        case storage
        /// Rows of documents that are gone were removed up to this sequence: whoever has an earlier state reads all anew.
        case horizon
        /// The block of vectors that was last looked at.
        case block
    }

    static func integer(_ name: Name, in connection: Connection) throws -> Int64? {
        try connection.first("SELECT value FROM upkeep_state WHERE name = ?1", name.rawValue, as: { $0.int64(0) })
    }

    static func set(_ name: Name, to value: Int64, in connection: Connection) throws {
        try connection.run("INSERT OR REPLACE INTO upkeep_state (name, value) VALUES (?1, ?2)", name.rawValue, value)
    }

    static func text(_ name: Name, in connection: Connection) throws -> String? {
        try connection.first("SELECT value FROM upkeep_state WHERE name = ?1", name.rawValue, as: { $0.string(0) })
    }

    static func set(_ name: Name, to value: String, in connection: Connection) throws {
        try connection.run("INSERT OR REPLACE INTO upkeep_state (name, value) VALUES (?1, ?2)", name.rawValue, value)
    }

    static func remove(_ name: Name, in connection: Connection) throws {
        try connection.run("DELETE FROM upkeep_state WHERE name = ?1", name.rawValue)
    }

    /// What the clocks showed when they last agreed; nil before the first cycle.
    static func reading(in connection: Connection) throws -> ClockCheck.Reading? {
        guard let boot = try text(.boot, in: connection), let wall = try integer(.wallClock, in: connection),
            let nanoseconds = try integer(.bootClock, in: connection)
        else { return nil }
        return ClockCheck.Reading(
            wall: Timestamp(rawValue: wall),
            boot: BootInstant(bootID: boot, nanoseconds: nanoseconds)
        )
    }

    static func set(_ reading: ClockCheck.Reading, in connection: Connection) throws {
        try set(.wallClock, to: reading.wall.rawValue, in: connection)
        try set(.bootClock, to: reading.boot.nanoseconds, in: connection)
        try set(.boot, to: reading.boot.bootID, in: connection)
    }
}
