import HearthModel
import HearthSQLite

/// The rows of `operations`.
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
