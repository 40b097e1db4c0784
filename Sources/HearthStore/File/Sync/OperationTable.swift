import HearthModel
import HearthSQLite

/// The rows of `operations`: the syncs.
enum OperationTable {
    /// Records a sync and adds it to the totals.
    static func record(
        _ result: AgentSyncResult,
        agent: Int64,
        user: Int64?,
        startedAt: Timestamp,
        in transaction: StoreTransaction
    ) throws {
        let microseconds = Int(result.duration.clampedNanoseconds / 1_000)
        try transaction.connection.run(
            """
            INSERT INTO operations (operation_id, kind, agent_key, user_key, started_at, duration, processed, succeeded, conflicts_detected,
                conflicts_resolved, conflicts_pending, errors)
            VALUES (?1, 'sync', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            """,
            result.operationID.rawValue,
            agent,
            user,
            startedAt.rawValue,
            microseconds,
            result.memoriesProcessed,
            result.successfulSyncs,
            result.conflictsDetected,
            result.conflictsResolved,
            result.conflictsPending,
            FieldText.array(result.errors)
        )
        try Counter.syncs.add(1, in: transaction)
        if result.errors.isEmpty { try Counter.successfulSyncs.add(1, in: transaction) }
        try Counter.syncTime.add(microseconds, in: transaction)
    }
}

/// The rows of `counters`: totals since the file was made.
enum Counter: String, CaseIterable {
    case crossAgentShares = "cross_agent_shares"
    case syncs
    case successfulSyncs = "successful_syncs"
    case conflictsDetected = "conflicts_detected"
    case conflictsResolved = "conflicts_resolved"
    case locksAcquired = "locks_acquired"
    case locksReleased = "locks_released"
    /// Cycles of upkeep that freed something.
    case resourceOptimizations = "resource_optimizations"
    /// Microseconds spent in syncs.
    case syncTime = "sync_time"

    /// Adds to the total. No cache mirrors it, so this alone does not advance the store's sequence.
    func add(_ amount: Int, in transaction: StoreTransaction) throws {
        guard amount != 0 else { return }
        try transaction.connection.run(
            """
            INSERT INTO counters (name, value) VALUES (?1, ?2)
            ON CONFLICT (name) DO UPDATE SET value = min(value, 9223372036854775807 - excluded.value) + excluded.value
            """,
            rawValue,
            amount
        )
    }

    static func all(_ connection: Connection) throws -> [Counter: Int] {
        let rows = try connection.rows("SELECT name, value FROM counters", as: { ($0.string(0), $0.int(1)) })
        return try Dictionary(
            uniqueRows: rows.compactMap { name, value in Counter(rawValue: name).map { ($0, value) } },
            what: "Two counters"
        )
    }
}
