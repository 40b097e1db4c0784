import HearthModel
import HearthRules
import HearthSQLite

extension MaintenanceCycle {
    /// Ends leases whose time has run out or whose process is gone, and takes dead waiters out of their queues.
    func sweepLeases() async throws -> MaintenanceReport.Step {
        try await run(.leases, from: 0) { context, _, limit in
            var report = MaintenanceReport.Step(.leases)
            let now = context.clock.bootInstant
            let leases = try LeaseTable.unreleased(in: context.connection)
            let tickets = try LeaseQueue.all(in: context.connection)
            let ended = leases.filter { !$0.isLive(at: now) }
            let left = tickets.filter { !$0.isLive(at: now) }
            for lease in ended.prefix(limit.rows) {
                try LeaseTable.release(memory: lease.memory, in: context.connection)
            }
            for ticket in left.prefix(limit.rows) {
                try LeaseQueue.remove(ticket.number, in: context.connection)
            }
            report.affected = min(ended.count, limit.rows)
            let waiters = min(left.count, limit.rows)
            if waiters > 0 { report.details["waiters"] = waiters }
            let isThrough = max(ended.count, left.count) <= limit.rows
            report.examined = isThrough ? leases.count : report.affected
            return Batch(report: report, next: isThrough ? nil : 0)
        }
    }
}
