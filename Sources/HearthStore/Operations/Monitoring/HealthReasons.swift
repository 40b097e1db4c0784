import FoundationEssentials
import HearthModel
import HearthRules
import HearthSQLite

/// What a person should see to, apart from the disk and the leases. Each sentence names its component.
enum HealthReasons {
    /// A conflict that waits longer is reported: a week.
    static let longestReview = Duration.seconds(7 * 86_400)
    /// The file may be this much ahead of the clock, as two machines' clocks are that write it in turn.
    static let clockTolerance = Duration.seconds(3_600)

    static func conflicts(in snapshot: Snapshot, at now: Timestamp) throws -> [String] {
        let oldest = try snapshot.connection.first(
            "SELECT count(*), min(created_at) FROM conflicts WHERE resolved_at IS NULL",
            as: { (count: $0.int(0), since: $0.optionalInt64(1)) }
        )
        guard let oldest, let since = oldest.since,
            Timestamp(rawValue: since).advanced(by: longestReview) < now
        else { return [] }
        return [
            """
            conflicts: \(oldest.count) \(oldest.count == 1 ? "waits" : "wait") for review, the oldest for more than a week. \
            List them with `hearth conflicts list` and decide with `hearth conflicts resolve`.
            """
        ]
    }

    /// A failure of background sync that is longer ago belongs to a process that has ended: one that goes on failing tries
    /// again after a quarter of an hour at most.
    static let latestSyncFailure = Duration.seconds(3_600)

    static func sync(in snapshot: Snapshot, at now: Timestamp) throws -> [String] {
        let connection = snapshot.connection
        guard let since = try UpkeepState.integer(.syncFailingSince, in: connection),
            let last = try UpkeepState.integer(.syncFailed, in: connection),
            now < Timestamp(rawValue: last).advanced(by: latestSyncFailure)
        else { return [] }
        let code = try UpkeepState.text(.syncFailure, in: connection) ?? "unknown"
        return [
            """
            sync: background sync has failed since \(Timestamp(rawValue: since).date.formatted(.iso8601)) (\(code)). \
            `hearth notifications list` says what to do, and `hearth sync` says of each draft what keeps it back.
            """
        ]
    }

    static func upkeep(in snapshot: Snapshot, at now: Timestamp) throws -> [String] {
        let connection = snapshot.connection
        let first = try connection.first(
            """
            SELECT coalesce(m.arrived_at, d.created_at)
            FROM memories AS m JOIN documents AS d ON d.user_key = m.user_key AND d.document_key = m.memory_key
            ORDER BY m.memory_key LIMIT 1
            """,
            as: { $0.optionalInt64(0) }
        )
        let missing = UpkeepSchedule.overdue(
            last: try UpkeepState.integer(.last, in: connection).map(Timestamp.init(rawValue:)),
            next: try UpkeepState.integer(.next, in: connection).map(Timestamp.init(rawValue:)),
            firstMemory: first?.map(Timestamp.init(rawValue:)),
            now: now
        )
        guard let missing else { return [] }
        return [
            """
            upkeep: upkeep was not done for \(missing.components.seconds / 86_400) days, so nothing is deleted that is past its time. Run \
            `hearth maintain`, or let a host call `start()`.
            """
        ]
    }

    /// So many rows are counted at most: the cost does not grow with the file.
    private static let mostDeviceRows = 1_000

    static func devices(in snapshot: Snapshot, at now: Timestamp) throws -> [String] {
        guard let status = try HubSyncStatus.read(in: snapshot, countingTo: mostDeviceRows) else { return [] }
        let since = status.incomplete > 0 ? try HeldRows.incompleteSince(in: snapshot.connection) : nil
        return ExchangeHealth.reasons(of: status, incompleteSince: since?.date, at: now.date)
    }

    static func keys(in snapshot: Snapshot) throws -> [String] {
        guard snapshot.keyring.provider == nil else { return [] }
        let users = try snapshot.connection.first(
            "SELECT count(DISTINCT user_key) FROM data_keys",
            as: { $0.int(0) }
        )
        guard let users, users > 0 else { return [] }
        return [
            """
            keys: \(users) \(users == 1 ? "user has" : "users have") sensitive memories, and no key provider is configured. Configure \
            the one that they were stored with; until then they can't be read.
            """
        ]
    }

    static func clock(in snapshot: Snapshot, at now: Timestamp) -> [String] {
        let latest = snapshot.state.clock.timestamp
        guard latest > now.advanced(by: clockTolerance) else { return [] }
        return [
            """
            clock: the file has times that are \(latest.rawValue.saturatingSubtracting(now.rawValue) / 1_000_000) s ahead of this machine's clock. Set the \
            clock; until then new edits get times just past those.
            """
        ]
    }

    static func vectors(failures: Int) -> [String] {
        guard failures > 0 else { return [] }
        return [
            """
            vectors: the embedder failed \(failures) \(failures == 1 ? "time" : "times") in a row; new texts are found by their words alone. \
            See to the embedder; what is missing is made when it works, or by `hearth embeddings rebuild`.
            """
        ]
    }
}
