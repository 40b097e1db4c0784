package import HearthModel
import HearthSQLite

extension MemoryStore {
    /// That bytes of what was erased are left. They are not found by reading rows, so nobody would see it otherwise.
    private func erasureReasons(in snapshot: Snapshot) throws -> [String] {
        guard try !Self.isScrubbed(snapshot) else { return [] }
        return ["erasure: bytes of what was erased or made sensitive may be left in the files. \(incompleteErasure)"]
    }

    /// Checks every part of the store at a cost that does not grow with the file: it looks only at the ends of each
    /// table.
    ///
    /// ``verify(anchor:)`` reads the whole file and finds damage elsewhere.
    package func healthCheck() async throws -> HealthReport {
        do {
            return try read { snapshot in
                try FileHealth.probe(snapshot.connection)
                let (locks, lockReasons) = try snapshot.leaseHealth()
                let now = clock.now()
                let reasons =
                    try diskHealth.reasons + erasureReasons(in: snapshot) + lockReasons
                    + HealthReasons.conflicts(in: snapshot, at: now)
                    + HealthReasons.keys(in: snapshot) + HealthReasons.clock(in: snapshot, at: now)
                    + HealthReasons.vectors(failures: embeddingQueue.failures)
                    + HealthReasons.sync(in: snapshot, at: now) + HealthReasons.upkeep(in: snapshot, at: now)
                    + HealthReasons.devices(in: snapshot, at: now)
                return HealthReport(status: reasons.isEmpty ? .healthy : .degraded, reasons: reasons, locks: locks)
            }
        } catch let error as MemoryError where error.code == .storeCorrupt {
            return HealthReport(status: .unhealthy, reasons: ["file: \(error.message)"])
        }
    }
}

/// Checks the health of a file by reading a few of its pages.
enum FileHealth {
    /// Each statement goes down from the root of a table or an index to its first or last row.
    private static let probes: [StaticString] = [
        "SELECT 1 FROM users ORDER BY user_key DESC LIMIT 1",
        "SELECT 1 FROM agents ORDER BY agent_key DESC LIMIT 1",
        "SELECT 1 FROM sessions ORDER BY session_key DESC LIMIT 1",
        "SELECT 1 FROM memories ORDER BY memory_key LIMIT 1",
        "SELECT 1 FROM memories ORDER BY memory_key DESC LIMIT 1",
        "SELECT 1 FROM memories ORDER BY identifier_start LIMIT 1",
        "SELECT 1 FROM versions ORDER BY memory_key DESC LIMIT 1",
        "SELECT 1 FROM drafts ORDER BY rowid DESC LIMIT 1",
        "SELECT 1 FROM documents ORDER BY user_key, document_key LIMIT 1",
        "SELECT 1 FROM documents ORDER BY user_key DESC, document_key DESC LIMIT 1",
        "SELECT 1 FROM memory_index_data ORDER BY id LIMIT 1",
        "SELECT 1 FROM memory_index_data ORDER BY id DESC LIMIT 1",
        "SELECT 1 FROM vector_blocks ORDER BY block_key DESC LIMIT 1",
        "SELECT 1 FROM shares LIMIT 1",
        "SELECT 1 FROM leases LIMIT 1",
        "SELECT 1 FROM conflicts LIMIT 1",
        "SELECT 1 FROM notifications LIMIT 1",
    ]

    /// - Throws: `.storeCorrupt`, or SQLite's own error.
    static func probe(_ connection: Connection) throws {
        for probe in probes { _ = try connection.first(probe, as: { $0.int(0) }) }
        let end = try AuditEnd.read(connection)
        let last = try connection.first(
            "SELECT position, hash FROM audit ORDER BY position DESC LIMIT 1",
            as: { AuditEnd(count: $0.int64(0), hash: $0.bytes(1)) }
        )
        guard try last ?? AuditEnd.readPruned(connection) == end else {
            throw MemoryError.corrupt("The last row of the audit is not the one that was written last.")
        }
    }
}

/// The state of the disk and of the write-ahead log.
struct DiskHealth {
    /// Less free space than this is reported: a write-ahead log that a reader holds up needs this much within minutes.
    static let leastFreeBytes = 64 << 20
    /// A longer log than this is reported: it is four times the size at which the log is cut back, if no other process
    /// holds it up.
    static let longestLog = 64 << 20

    /// The space left for the file; nil in memory.
    var freeBytes: Int?
    var logBytes: Int
    /// Why the latest attempt to copy the log into the file failed; nil if it succeeded.
    var checkpointError: (any Error)?

    /// What a person should act on; empty if there is nothing.
    var reasons: [String] {
        var reasons: [String] = []
        if let freeBytes, freeBytes < Self.leastFreeBytes {
            reasons.append(
                "disk: only \(freeBytes >> 20) MiB are free where the file is. Make workspace before writes fail."
            )
        }
        if let checkpointError {
            reasons.append(
                "log: the write-ahead log could not be copied into the file (\(checkpointError)). Nothing is lost; see to the disk."
            )
        } else if logBytes > Self.longestLog {
            reasons.append(
                """
                log: the write-ahead log has grown to \(logBytes >> 20) MiB. Another process reads without end, or copies the file; \
                end it.
                """
            )
        }
        return reasons
    }
}

extension MemoryStore {
    /// The statistics and the present state of syncs, leases and conflicts: an administrator's view over all users.
    ///
    /// Conflicts on sensitive memories are counted, and listed if there is a key.
    package func syncStatistics() async throws -> SyncStatistics {
        let now = clock.now()
        let statistics = try read { try $0.statistics(now: now) }
        guard statistics.pendingConflicts.conflicts.count < statistics.pendingConflicts.count else { return statistics }
        await loadAllKeys()
        return try read { try $0.statistics(now: now) }
    }

    /// How many shares were ever made between agents, by call and by rule.
    package func crossAgentShares() throws -> Int {
        try read { try Counter.all($0.connection)[.crossAgentShares] ?? 0 }
    }
}

extension Snapshot {
    fileprivate func statistics(now: Timestamp) throws -> SyncStatistics {
        let totals = try Counter.all(connection)
        let syncs = totals[.syncs] ?? 0
        return SyncStatistics(
            service: SyncStatistics.Service(
                totalSyncs: syncs,
                successfulSyncs: totals[.successfulSyncs] ?? 0,
                conflictsDetected: totals[.conflictsDetected] ?? 0,
                conflictsResolved: totals[.conflictsResolved] ?? 0,
                locksAcquired: totals[.locksAcquired] ?? 0,
                locksReleased: totals[.locksReleased] ?? 0,
                averageSyncTime: syncs > 0 ? .microseconds((totals[.syncTime] ?? 0) / syncs) : .zero
            ),
            activeLocks: SyncStatistics.Locks(locks: try activeLeases()),
            pendingConflicts: try readablePendingConflicts(),
            recentOperations: try recentOperations(now: now)
        )
    }

    private func recentOperations(now: Timestamp) throws -> SyncStatistics.Operations {
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
