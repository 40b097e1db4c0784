package import FoundationEssentials
package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// How many rows one transaction removes, so that other writers get their turn.
    private static let prunedRows: Int64 = 10_000

    /// Removes old rows of the audit behind an anchor that is kept outside the file; durable on return.
    ///
    /// First the whole chain is verified, and that it passes through the anchor. Only rows up to the anchor go. The file
    /// keeps their number and the hash of the last of them, so the rest is still verified from there on. A row of the
    /// audit says what was pruned. The rows go in several transactions; what a call that was stopped has left, the next
    /// one removes.
    ///
    /// - Parameters:
    ///   - anchor: Where the chain ended at some time.
    ///   - date: Remove rows from before then; a row that is not from before stops it.
    ///   - count: Keep at least so many rows.
    /// - Throws: `.invalidArgument` if neither `date` nor `count` is given, for an anchor that is not well formed, and for
    ///   one that the chain does not pass through; `.storeCorrupt` if the chain is not sound. Then nothing is removed.
    package func pruneAudit(
        behind anchor: String,
        before date: Date? = nil,
        keeping count: Int? = nil
    ) async throws -> AuditPruning {
        let anchor = try AuditAnchor(text: anchor)
        guard date != nil || count != nil else {
            throw MemoryError.invalidArgument(
                "Say which rows are to go: those before a date, or all but a number of them."
            )
        }
        if let count, count < 0 { throw MemoryError.invalidArgument("The number of rows to keep is negative.") }
        let limits = PruningLimits(
            anchor: anchor,
            before: try date.map { date throws(MemoryError) in try Timestamp(date, name: "before") },
            keep: count.map(Int64.init) ?? 0
        )
        let plan = try await readUntilCancelled { snapshot in try limits.plan(in: snapshot.connection) }
        var removed = 0
        var isFirst = true
        while true {
            let step = PruningStep(anchor: anchor, through: plan, isFirst: isFirst, rows: Self.prunedRows)
            let now = clock.now()
            let count = try await write { [directories] transaction in
                try step.perform(at: now, directories: directories, in: transaction)
            }
            guard count > 0 else { break }
            removed += count
            isFirst = false
        }
        return try read { snapshot in
            AuditPruning(
                removed: removed,
                firstPosition: Int(try AuditEnd.readPruned(snapshot.connection).count).saturatingSuccessor,
                anchor: AuditAnchor(try AuditEnd.read(snapshot.connection)).text
            )
        }
    }
}

/// Which rows may go.
private struct PruningLimits: Sendable {
    var anchor: AuditAnchor
    var before: Timestamp?
    var keep: Int64

    /// The position of the last row that is to go, after the chain was verified.
    func plan(in connection: Connection) throws -> Int64 {
        let pruned = try AuditEnd.readPruned(connection)
        guard anchor.count >= pruned.count else {
            throw MemoryError.invalidArgument(
                "The anchor is of row \(anchor.count), and the rows up to \(pruned.count) are pruned already; give a later anchor."
            )
        }
        var report = VerificationReport()
        try AuditVerification.check(connection, anchor: nil, into: &report)
        if let finding = report.findings.first {
            throw MemoryError.corrupt("The audit is not sound, and nothing was pruned: \(finding.message)")
        }
        guard try anchor.isPassed(in: connection) else { throw MemoryError.foreignAnchor }
        let end = try AuditEnd.read(connection)
        var last = min(anchor.count, end.count.saturatingSubtracting(keep))
        if let before {
            let kept = try connection.first(
                "SELECT position FROM audit WHERE at >= ?1 ORDER BY position LIMIT 1",
                before.rawValue,
                as: { $0.int64(0) }
            )
            if let kept { last = min(last, kept.saturatingSubtracting(1)) }
        }
        return max(last, pruned.count)
    }
}

/// One transaction of pruning.
private struct PruningStep: Sendable {
    var anchor: AuditAnchor
    var through: Int64
    var isFirst: Bool
    var rows: Int64

    /// Moves the chain's beginning, and removes what is before it.
    ///
    /// - Returns: How many rows were removed.
    func perform(at now: Timestamp, directories: AgentDirectoryCache, in transaction: StoreTransaction) throws -> Int {
        let connection = transaction.connection
        let pruned = try AuditEnd.readPruned(connection)
        guard pruned.count < through else { return 0 }
        if isFirst {
            guard try anchor.isPassed(in: connection) else { throw MemoryError.foreignAnchor }
            let system = try transaction.directory(directories).agent(AgentProfile.system.id).key
            let detail = ["behind": anchor.text, "through": "\(through)"]
            try AuditTrail.append(AuditEntry(action: .prune, agent: system, detail: detail), at: now, to: transaction)
        }
        let last = min(through, pruned.count.saturatingAdding(rows))
        let hash = try connection.first("SELECT hash FROM audit WHERE position = ?1", last, as: { $0.bytes(0) })
        guard let hash else { throw MemoryError.corrupt("Audit row \(last) is missing.") }
        _ = transaction.sequence
        try connection.run("UPDATE audit_head SET pruned_count = ?1, pruned_hash = ?2 WHERE id = 1", last, hash)
        try connection.run("DELETE FROM audit WHERE position <= ?1", last)
        return Int(last - pruned.count)
    }
}

extension AuditAnchor {
    /// Whether the chain passes through the anchor.
    fileprivate func isPassed(in connection: Connection) throws -> Bool {
        let pruned = try AuditEnd.readPruned(connection)
        if count == pruned.count { return hash == pruned.hash }
        return try connection.first("SELECT hash FROM audit WHERE position = ?1", count, as: { $0.bytes(0) }) == hash
    }
}

extension MemoryError {
    fileprivate static var foreignAnchor: MemoryError {
        .invalidArgument(
            "The audit does not pass through the anchor: it is of another file, or the audit was rewritten. Nothing was pruned."
        )
    }
}
