import HearthModel
import HearthSQLite

extension MemoryStore {
    /// Takes or renews the lease of upkeep, so that only one of several coordinators on the file does it. Committed on
    /// return.
    ///
    /// The file is written when less than half of the time is left.
    ///
    /// - Parameters:
    ///   - holder: A name of the coordinator that no other has.
    ///   - duration: How long it lasts from now.
    /// - Returns: Whether this coordinator has it.
    package func takeUpkeepLease(as holder: String, for duration: Duration) async throws -> Bool {
        let held = try read { try UpkeepLeaseTable.current(in: $0.connection) }
        let now = clock.bootInstant
        if let held, held.isLive(at: now) {
            guard held.holder == holder else { return false }
            if !held.deadline.hasPassed(at: now.advanced(by: duration / 2)) { return true }
        }
        return try await writeOnce { [clock] transaction in
            let now = clock.bootInstant
            let held = try UpkeepLeaseTable.current(in: transaction.connection)
            if let held, held.holder != holder, held.isLive(at: now) { return false }
            let lease = UpkeepLease(holder: holder, process: .current, deadline: now.advanced(by: duration))
            try UpkeepLeaseTable.write(lease, to: transaction.connection)
            return true
        }
    }

    /// Gives the lease of upkeep back, if this coordinator has it; committed on return.
    package func releaseUpkeepLease(as holder: String) async throws {
        guard try read({ try UpkeepLeaseTable.current(in: $0.connection) })?.holder == holder else { return }
        try await writeThoughCancelled { try UpkeepLeaseTable.remove(heldBy: holder, in: $0.connection) }
    }

    /// Whether some coordinator has the lease of upkeep.
    package func upkeepLeaseIsHeld() throws -> Bool {
        try read { try UpkeepLeaseTable.current(in: $0.connection)?.isLive(at: clock.bootInstant) ?? false }
    }
}
