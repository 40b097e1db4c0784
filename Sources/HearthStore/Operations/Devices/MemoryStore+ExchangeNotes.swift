import FoundationEssentials
package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// How the exchange with other devices stands, as far as the file says; nil if it exchanges with none.
    package func hubSyncStatus() throws -> HubSyncStatus? {
        try read { try HubSyncStatus.read(in: $0, countingTo: .max) }
    }

    /// How the exchange has fared.
    package func exchangeNotes() throws -> ExchangeNotes {
        try read { try ExchangeNotes.read(in: $0.connection) }
    }

    /// Notes what an exchange came to: in the file, in metrics, and where a person should know, as a notification.
    ///
    /// It throws nothing, because whoever exchanges has thrown its error already.
    package func note(_ outcome: ExchangeOutcome) async {
        metrics?.exchanged(outcome)
        guard !isReadOnly else { return }
        do {
            let now = clock.now()
            let old = try exchangeNotes()
            var new = old.noting(outcome, at: now)
            let troubles = ExchangeTrouble.found(in: new, opaque: try hubSyncStatus()?.opaque ?? 0)
            let news = troubles.filter { old.told[$0.cause] != $0.amount }
            let over = Set(old.told.keys).subtracting(troubles.map(\.cause))
            for cause in over { await forget(cause: cause) }
            for trouble in news {
                // Each time that a hub goes back is news, also after the last one was acknowledged.
                if trouble.kind == .wentBack { await forget(cause: trouble.cause) }
                await raise(trouble.alert)
            }
            new.told = Dictionary(uniqueKeysWithValues: troubles.map { ($0.cause, $0.amount) })
            guard new.isWorthKeeping(after: old) else { return }
            try await keep(new)
        } catch {
            log.note(error, "Health does not say how the exchange with other devices fares.")
        }
    }

    /// Notes which rows the hub keeps back, to which devices it has shown other rows, and which rows are never used; durable on
    /// return. Before the cursor passes them, or a kill would lose them.
    package func noteHub(
        withheld: [ClosedRange<Int64>],
        disagreeing: Set<String>,
        refused: Set<Int64>
    ) async throws {
        var notes = try exchangeNotes()
        guard notes.withheld != withheld || notes.disagreeing != disagreeing || notes.refused != refused else { return }
        (notes.withheld, notes.disagreeing, notes.refused) = (withheld, disagreeing, refused)
        try await keep(notes)
    }

    private func keep(_ notes: ExchangeNotes) async throws {
        let json = String(decoding: try JSONEncoder().encode(notes), as: UTF8.self)
        try await writeOnce(noticingFullDisk: false) { transaction in
            // The file may have left its space meanwhile.
            guard transaction.state.exchanges else { return }
            try UpkeepState.set(.exchange, to: json, in: transaction.connection)
        }
    }
}

extension ExchangeNotes {
    /// So often a success that brought nothing is noted.
    private static let interval = Duration.seconds(60)

    static func read(in connection: Connection) throws -> ExchangeNotes {
        guard let json = try UpkeepState.text(.exchange, in: connection) else { return ExchangeNotes() }
        // What a later release has written says nothing here.
        return (try? JSONDecoder().decode(ExchangeNotes.self, from: Data(json.utf8))) ?? ExchangeNotes()
    }

    /// Whether the file is to be written for it: not for every look at a hub without news.
    fileprivate func isWorthKeeping(after old: ExchangeNotes) -> Bool {
        guard let last = old.lastSuccess, let lastSuccess else { return self != old }
        var same = self
        same.lastSuccess = last
        return same != old || lastSuccess > last.advanced(by: Self.interval)
    }
}

extension HubSyncStatus {
    /// - Parameter limit: How many rows of each kind are counted at most.
    static func read(in snapshot: Snapshot, countingTo limit: Int) throws -> HubSyncStatus? {
        guard snapshot.state.exchanges else { return nil }
        let connection = snapshot.connection
        let row = try connection.first(
            "SELECT cursor, joined_at FROM device_space WHERE id = 1",
            as: { (cursor: $0.int64(0), joinedAt: Timestamp(rawValue: $0.int64(1))) }
        )
        guard let row else { return nil }
        let notes = try ExchangeNotes.read(in: connection)
        let held = try HeldRows.counts(upTo: limit, in: connection)
        return HubSyncStatus(
            hub: notes.hub,
            cursor: row.cursor,
            behind: max(0, notes.end.saturatingSubtracting(row.cursor)),
            outgoing: try DeviceOutbox.count(upTo: limit, in: connection),
            keptBack: notes.keptBack,
            incomplete: held[.incomplete] ?? 0,
            keyless: held[.keyless] ?? 0,
            damaged: held[.damaged] ?? 0,
            future: held[.future] ?? 0,
            opaque: held[.opaque] ?? 0,
            withheld: notes.withheldCount,
            emptied: notes.emptied,
            disagreeing: notes.disagreeing.count,
            refused: notes.refused.count,
            joinedAt: row.joinedAt.date,
            lastSuccessAt: notes.lastSuccess?.date,
            failingSince: notes.failingSince?.date,
            lastFailureAt: notes.lastFailure?.date,
            consecutiveFailures: notes.failures,
            lastErrorCode: notes.code,
            problem: notes.problem
        )
    }
}

extension DeviceOutbox {
    fileprivate static func count(upTo limit: Int, in connection: Connection) throws -> Int {
        try connection.first("SELECT count(*) FROM (SELECT 1 FROM device_outbox LIMIT ?1)", limit, as: { $0.int(0) })
            ?? 0
    }
}

extension HeldRows {
    fileprivate static func counts(upTo limit: Int, in connection: Connection) throws -> [HeldRow.Reason: Int] {
        let rows = try connection.rows(
            "SELECT reason, count(*) FROM (SELECT reason FROM device_held LIMIT ?1) GROUP BY reason",
            limit,
            as: { (HeldRow.Reason(rawValue: $0.string(0)) ?? .opaque, $0.int(1)) }
        )
        return Dictionary(rows, uniquingKeysWith: +)
    }

    /// When the first of the rows that wait for others came; nil: none does.
    static func incompleteSince(in connection: Connection) throws -> Timestamp? {
        try connection.first(
            "SELECT held_at FROM device_held WHERE reason = ?1 ORDER BY position LIMIT 1",
            HeldRow.Reason.incomplete.rawValue,
            as: { Timestamp(rawValue: $0.int64(0)) }
        )
    }
}

extension ExchangeTrouble {
    fileprivate var alert: Alert {
        let notified: AdministratorNotification.Kind =
            switch kind {
            case .failing: .exchangeFailed
            case .withheld, .emptied, .disagreeing, .wentBack: .hubChanged
            case .opaque, .refused: .recordsUnreadable
            }
        return Alert(notified, severity: isCritical ? .critical : .warning, cause: cause, message: message)
    }
}
