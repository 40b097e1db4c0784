import HearthModel
import HearthRules
import HearthSQLite

extension MaintenanceCycle {
    /// Where a pass over the expired memories stands.
    private struct Place: Sendable {
        var expiresAt = Int64.min
        var memory: Int64 = 0
    }

    static let expired: StaticString = """
        SELECT expires_at, memory_key FROM memories
        WHERE expires_at <= ?1 AND expires_at IS NOT NULL AND ended IS NULL AND (expires_at, memory_key) > (?2, ?3)
        ORDER BY expires_at, memory_key LIMIT ?4
        """

    /// Deletes memories whose own expiry has passed.
    func expire() async throws -> MaintenanceReport.Step {
        try await run(.expiry, from: Place()) { context, place, limit in
            var report = MaintenanceReport.Step(.expiry)
            var swept: [AgedMemory] = []
            let rows = try context.connection.rows(
                Self.expired,
                context.now.rawValue,
                place.expiresAt,
                place.memory,
                limit.rows,
                as: { Place(expiresAt: $0.int64(0), memory: $0.int64(1)) }
            )
            var last: Place?
            for row in rows where limit.allows(after: report.examined) {
                report.examined += 1
                last = row
                guard let memory = try AgedMemory.find(row.memory, in: context.connection) else { continue }
                _ = try context.sweep(memory, into: &report, &swept)
            }
            try context.auditUpkeep(.expiry, of: swept)
            let isThrough = report.examined == rows.count && rows.count < limit.rows
            return Batch(report: report, next: isThrough ? nil : last)
        }
    }
}
