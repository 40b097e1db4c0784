import HearthModel
import HearthRules
import HearthSQLite

extension MaintenanceCycle {
    /// How many pages of the word index one transaction merges, so that writers get their turn.
    private static let mergedPages = 16
    /// How many free pages one transaction cuts off.
    private static let freedPages = 128
    /// Free pages are given back when there are so many of them and they are such a part of the file. Fewer are soon used
    /// again.
    private static let worthwhilePages = 256
    private static let worthwhileShare = 16
    /// A log of more bytes is copied into the file and cut off.
    private static let longLog = 1 << 20
    /// How many records one transaction removes.
    private static let removedRecords = 128

    /// Gives back room that nothing needs, if anything was written since it was last done.
    func optimiseStorage() async throws -> MaintenanceReport.Step {
        var total = MaintenanceReport.Step(.storage)
        let (sequence, last) = try store.read { snapshot in
            (snapshot.state.sequence, try UpkeepState.integer(.storage, in: snapshot.connection))
        }
        guard sequence != last else { return total }
        let since = last ?? 0
        let parts: [() async throws -> MaintenanceReport.Step] = [
            removeRecords, { try await removeDeadDocuments(until: since) }, { try await packVectors(since: since) },
            mergeIndex, cutFreePages,
        ]
        for part in parts {
            let done = try await part()
            total.add(done)
            if done.isCutShort { total.isCutShort = true }
        }
        if store.diskHealth.logBytes > Self.longLog, try await store.cutLog() { total.details["log_cut"] = 1 }
        guard !total.isCutShort else { return total }
        try await store.writeOnce { try UpkeepState.set(.storage, to: sequence, in: $0.connection) }
        return total
    }

    /// Removes records of old syncs, notifications that somebody has seen, and old counts of searches that found nothing.
    private func removeRecords() async throws -> MaintenanceReport.Step {
        try await run(.storage, from: 0) { context, _, limit in
            var report = MaintenanceReport.Step(.storage)
            let connection = context.connection
            let cutoff = context.agingRules(limit.policy).cutoff(limit.policy.recordsKept).rawValue
            try connection.run(
                """
                DELETE FROM operations WHERE operation_key IN (
                    SELECT operation_key FROM operations WHERE started_at < ?1 ORDER BY started_at LIMIT ?2)
                """,
                cutoff,
                Self.removedRecords
            )
            let operations = Int(connection.changes)
            try connection.run(
                """
                DELETE FROM notifications WHERE notification_key IN (
                    SELECT notification_key FROM notifications WHERE acknowledged_at < ?1 LIMIT ?2)
                """,
                cutoff,
                Self.removedRecords
            )
            let notifications = Int(connection.changes)
            let searches = try UnansweredTable.remove(
                except: ShareSuggestions.daysKept(at: context.now),
                atMost: Self.removedRecords,
                in: connection
            )
            let records = operations + notifications + searches
            report.affected = records
            if records > 0 { report.details["records"] = records }
            let isThrough = max(operations, notifications, searches) < Self.removedRecords
            return Batch(report: report, next: isThrough ? nil : 0)
        }
    }

    /// Merges segments of the word index that are of one size. What was deleted is left out.
    private func mergeIndex() async throws -> MaintenanceReport.Step {
        try await run(.storage, from: 0) { context, _, _ in
            var report = MaintenanceReport.Step(.storage)
            let connection = context.connection
            let before = try Self.totalChanges(connection)
            try connection.run("INSERT INTO memory_index (memory_index, rank) VALUES ('merge', ?1)", Self.mergedPages)
            // FTS5 counts the statement itself.
            let hasMerged = try Self.totalChanges(connection) - before > 1
            if hasMerged {
                report.affected = 1
                report.details["merges"] = 1
            }
            return Batch(report: report, next: hasMerged ? 0 : nil)
        }
    }

    private static func totalChanges(_ connection: Connection) throws -> Int64 {
        try connection.first("SELECT total_changes()", as: { $0.int64(0) }) ?? 0
    }

    /// Gives free pages back to the file system, if there are many.
    private func cutFreePages() async throws -> MaintenanceReport.Step {
        try await run(.storage, from: false) { context, hasBegun, _ in
            var report = MaintenanceReport.Step(.storage)
            let connection = context.connection
            let free = try connection.first("PRAGMA freelist_count", as: { $0.int(0) }) ?? 0
            let all = try connection.first("PRAGMA page_count", as: { $0.int(0) }) ?? 0
            let isWorthwhile = free >= Self.worthwhilePages && free >= all / Self.worthwhileShare
            guard free > 0, hasBegun || isWorthwhile else { return Batch(report: report) }
            let size = try connection.first("PRAGMA page_size", as: { $0.int(0) }) ?? 0
            try connection.execute("PRAGMA incremental_vacuum(\(Self.freedPages))")
            let freed = min(free, Self.freedPages)
            report.examined = freed
            report.affected = freed
            report.details["freed_bytes"] = freed * size
            return Batch(report: report, next: free > freed ? true : nil)
        }
    }
}
