package import HearthModel
import HearthSQLite

extension MemoryStore {
    /// What sync, leases and conflicts have done and how they stand: an administrator's view over all users.
    package func syncStatistics() async throws -> SyncStatistics {
        let now = clock.now()
        return try read { snapshot in
            let totals = try Counter.all(snapshot.connection)
            let syncs = totals[.syncs] ?? 0
            return SyncStatistics(
                service: SyncStatistics.Service(
                    totalSyncs: syncs,
                    successfulSyncs: totals[.successfulSyncs] ?? 0,
                    conflictsDetected: totals[.conflictsDetected] ?? 0,
                    conflictsResolved: totals[.conflictsResolved] ?? 0,
                    locksAcquired: totals[.locksAcquired] ?? 0,
                    locksReleased: totals[.locksReleased] ?? 0,
                    averageSyncTime: syncs == 0 ? .zero : .microseconds((totals[.syncTime] ?? 0) / syncs)
                ),
                activeLocks: SyncStatistics.Locks(locks: try snapshot.activeLeases()),
                pendingConflicts: SyncStatistics.Conflicts(conflicts: try snapshot.pendingConflicts()),
                recentOperations: try Self.recentOperations(snapshot.connection, now: now)
            )
        }
    }

    /// How many shares across agents the file has seen made, by call and by rule.
    package func crossAgentShares() throws -> Int {
        try read { try Counter.all($0.connection)[.crossAgentShares] ?? 0 }
    }

    private static func recentOperations(_ connection: Connection, now: Timestamp) throws -> SyncStatistics.Operations {
        let day: Int64 = 86_400_000_000
        let counts = try connection.first(
            "SELECT count(*), count(*) FILTER (WHERE errors = '[]') FROM operations WHERE started_at >= ?1",
            now.rawValue - day,
            as: { (all: $0.int(0), successful: $0.int(1)) }
        )
        let (all, successful) = counts ?? (0, 0)
        return SyncStatistics.Operations(last24h: all, successful: successful, failed: all - successful)
    }
}
