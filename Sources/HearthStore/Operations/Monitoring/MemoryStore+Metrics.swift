import FoundationEssentials
import HearthModel
import HearthSQLite

extension MemoryStore {
    /// Reads what metrics say of the file and gives it to the host's backend; without one this does nothing.
    ///
    /// Memories are counted anew only where the file has changed since.
    package func recordMetrics() async throws {
        guard let metrics else { return }
        metrics.record(try await metricReadings())
    }

    /// What metrics say of the file.
    func metricReadings() async throws -> [StoreMetrics.Reading] {
        let health = try await healthCheck()
        let embeddings = embedder == nil ? nil : try await embeddingStatus()
        var readings = try await readUntilCancelled { [self] snapshot in
            try contentReadings(snapshot) + workReadings(snapshot) + totalReadings(snapshot) + deviceReadings(snapshot)
        }
        readings += diskReadings() + leaseReadings(health.locks)
        readings.append(.init(definition: .health, number: health.status.number))
        if let embeddings { readings.append(.init(definition: .embeddingQueue, number: Double(embeddings.pending))) }
        return readings
    }

    private func contentReadings(_ snapshot: Snapshot) throws -> [StoreMetrics.Reading] {
        let counts = try measurements.counts(in: snapshot)
        let users = try snapshot.connection.first("SELECT count(*) FROM users", as: { $0.int(0) }) ?? 0
        return counts.groups.map { group in
            StoreMetrics.Reading(
                definition: .memories,
                values: [group.agent.rawValue, group.type.rawValue],
                number: Double(group.memories)
            )
        } + [
            .init(definition: .endedMemories, number: Double(counts.ended)),
            .init(definition: .users, number: Double(users)),
        ]
    }

    /// What waits for somebody, and what was written of the work.
    private func workReadings(_ snapshot: Snapshot) throws -> [StoreMetrics.Reading] {
        let connection = snapshot.connection
        func number(_ statement: StaticString) throws -> Double {
            try connection.first(statement, as: { Double($0.int(0)) }) ?? 0
        }
        var readings: [StoreMetrics.Reading] = [
            .init(definition: .pendingDrafts, number: try number("SELECT count(*) FROM drafts")),
            .init(
                definition: .auditRows,
                number: try number("SELECT count - pruned_count FROM audit_head WHERE id = 1")
            ),
            .init(
                definition: .lastSync,
                number: try number("SELECT coalesce(max(started_at), 0) FROM operations WHERE kind = 'sync'")
                    / 1_000_000
            ),
        ]
        let lastUpkeep = try UpkeepState.integer(.last, in: connection) ?? 0
        readings.append(.init(definition: .lastUpkeep, number: Double(lastUpkeep) / 1_000_000))
        readings += try connection.rows(
            "SELECT kind, strategy, count(*) FROM conflicts WHERE resolved_at IS NULL GROUP BY kind, strategy",
            as: { row in
                .init(
                    definition: .pendingConflicts,
                    values: [row.string(0), row.string(1)],
                    number: Double(row.int(2))
                )
            }
        )
        readings += try connection.rows(
            "SELECT severity, count(*) FROM notifications WHERE acknowledged_at IS NULL GROUP BY severity",
            as: { row in
                .init(definition: .pendingNotifications, values: [row.string(0)], number: Double(row.int(1)))
            }
        )
        return readings
    }

    /// How the exchange with other devices stands; nothing where there is none.
    private func deviceReadings(_ snapshot: Snapshot) throws -> [StoreMetrics.Reading] {
        guard let status = try HubSyncStatus.read(in: snapshot, countingTo: .max) else { return [] }
        let counts: [(MetricDefinition, [String], Int)] = [
            (.hubOutgoing, [], status.outgoing),
            (.hubKeptBack, [], status.keptBack),
            (.hubBehind, [], Int(clamping: status.behind)),
            (.hubHeld, [HeldRow.Reason.incomplete.rawValue], status.incomplete),
            (.hubHeld, [HeldRow.Reason.keyless.rawValue], status.keyless),
            (.hubHeld, [HeldRow.Reason.damaged.rawValue], status.damaged),
            (.hubHeld, [HeldRow.Reason.future.rawValue], status.future),
            (.hubHeld, [HeldRow.Reason.opaque.rawValue], status.opaque),
            (.hubMissing, ["withheld"], status.withheld),
            (.hubMissing, ["emptied"], status.emptied),
            (.hubFailures, [], status.consecutiveFailures),
        ]
        // Of a device that has just joined nothing is late yet.
        let lastSuccess = (status.lastSuccessAt ?? status.joinedAt).timeIntervalSince1970
        return counts.map { .init(definition: $0.0, values: $0.1, number: Double($0.2)) } + [
            .init(definition: .hubLastSuccess, number: lastSuccess)
        ]
    }

    /// The totals that the file keeps.
    private func totalReadings(_ snapshot: Snapshot) throws -> [StoreMetrics.Reading] {
        let totals = try Counter.all(snapshot.connection)
        func total(_ counter: Counter) -> Int { totals[counter] ?? 0 }
        let succeeded = total(.successfulSyncs)
        let counts: [(MetricDefinition, [String], Int)] = [
            (.fileSyncs, ["success"], succeeded),
            (.fileSyncs, ["failure"], total(.syncs).saturatingSubtracting(succeeded)),
            (.fileConflicts, [], total(.conflictsDetected)),
            (.fileResolutions, [], total(.conflictsResolved)),
            (.fileLeases, [], total(.locksAcquired)),
            (.fileReleases, [], total(.locksReleased)),
            (.fileShares, [], total(.crossAgentShares)),
        ]
        return counts.map { .init(definition: $0.0, values: $0.1, number: Double($0.2)) }
    }

    private func diskReadings() -> [StoreMetrics.Reading] {
        var readings = [StoreMetrics.Reading(definition: .logSize, number: Double(logBytes))]
        if let freeBytes { readings.append(.init(definition: .freeSpace, number: Double(freeBytes))) }
        if let fileBytes { readings.append(.init(definition: .fileSize, number: Double(fileBytes))) }
        return readings
    }

    /// The size of the file; nil in memory.
    private var fileBytes: Int? {
        guard let path else { return nil }
        return try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
    }

    private func leaseReadings(_ locks: LeaseHealth) -> [StoreMetrics.Reading] {
        [
            .init(definition: .leasesHeld, number: Double(locks.held)),
            .init(definition: .leaseWaiters, number: Double(locks.waiting)),
            .init(definition: .leasesUnswept, number: Double(locks.expiredUnreleased)),
            .init(definition: .oldestLease, number: locks.oldestAge / .seconds(1)),
        ]
    }
}

extension HealthReport.Status {
    /// The state as a metric has it.
    fileprivate var number: Double {
        switch self {
        case .healthy: 0
        case .degraded: 1
        case .unhealthy: 2
        }
    }
}
