import HearthModel
import HearthSQLite

/// Where the audit chain ended at some time; someone keeps it outside the file.
struct AuditAnchor: Hashable, Sendable {
    var count: Int64
    var hash: [UInt8]

    /// The number of rows, a colon, and the last row's hash.
    var text: String { "\(count):\(Hexadecimal.string(hash))" }

    init(count: Int64, hash: [UInt8]) {
        self.count = count
        self.hash = hash
    }

    init(_ end: AuditEnd) {
        self.init(count: end.count, hash: end.hash)
    }

    /// - Throws: `.invalidArgument`.
    init(text: String) throws(MemoryError) {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let count = Int64(parts[0]), count >= 0,
            let hash = Hexadecimal.bytes(parts[1], count: AuditTrail.genesis.count)
        else {
            throw .invalidArgument("An audit anchor is a number of rows, a colon and 64 hexadecimal digits.")
        }
        self.init(count: count, hash: hash)
    }
}

/// Checks the audit chain row by row, and compares it with its stored ends and an anchor.
enum AuditVerification {
    static func check(
        _ connection: Connection,
        anchor: AuditAnchor?,
        into report: inout VerificationReport
    ) throws {
        let pruned = try AuditEnd.readPruned(connection)
        if pruned.count == 0, pruned.hash != AuditTrail.genesis {
            report.add("audit", "The audit begins behind a row that there never was.")
        }
        var last = pruned
        var told: Int64 = 0
        var passesAnchor = anchor.map { AuditEnd(count: $0.count, hash: $0.hash) == pruned } ?? true
        try connection.forEachAuditRow { row in
            let expected = last.count.saturatingSuccessor
            if row.position != expected { report.add("audit", "Audit row \(expected) is missing.") }
            if !row.isWellTyped || row.hash(after: last.hash) != row.hash {
                report.add("audit", "Audit row \(row.position) is not what was written.")
            }
            if row.isPruning {
                if let through = row.prunedThrough {
                    told = max(told, through)
                } else {
                    report.add("audit", "Audit row \(row.position) tells of a pruning, and does not say of which rows.")
                }
            }
            last = AuditEnd(count: row.position, hash: row.hash)
            if let anchor, AuditAnchor(last) == anchor { passesAnchor = true }
            report.auditRows += 1
        }
        if told < pruned.count {
            report.add("audit", "The rows up to \(pruned.count) are gone, and no row says that they were pruned.")
        }
        let end = try AuditEnd.read(connection)
        if end != last {
            report.add(
                "audit",
                end.count == last.count
                    ? "The last row of the audit, row \(last.count), is not the one that the file says was written last."
                    : "The audit ends at row \(last.count), not at row \(end.count) as it did."
            )
        }
        try checkTriggers(connection, into: &report)
        try checkHead(connection, into: &report)
        if let anchor, !passesAnchor { report.add("audit", Self.finding(on: anchor, pruned: pruned)) }
        report.anchor = AuditAnchor(end).text
    }

    private static func finding(on anchor: AuditAnchor, pruned: AuditEnd) -> String {
        anchor.count < pruned.count
            ? """
            The anchor is of row \(anchor.count), and the rows up to \(pruned.count) were pruned: give an anchor that was taken later, such \
            as the one that they were pruned behind.
            """
            : "The audit does not pass through the anchor: it is of another file, or the audit was rewritten."
    }

    /// Whoever takes a trigger away can change what it protects.
    private static func checkTriggers(_ connection: Connection, into report: inout VerificationReport) throws {
        let found = try connection.rows(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'",
            as: { ($0.string(0), $0.string(1)) }
        )
        let statements = Dictionary(found) { first, _ in first }
        for trigger in SchemaV4.triggers where statements[trigger.name] != trigger.statement {
            report.add("audit", "The trigger \(trigger.name), which protects the audit, is missing or was changed.")
        }
    }

    private static func checkHead(_ connection: Connection, into report: inout VerificationReport) throws {
        let types = try connection.rows(
            """
            SELECT id || typeof(count) || typeof(hash) || typeof(pruned_count) || typeof(pruned_hash) FROM audit_head
            """,
            as: { $0.string(0) }
        )
        if types != ["1integerblobintegerblob"] {
            report.add("audit", "The row that says where the audit ends is not what was written.")
        }
    }
}
