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

/// Checks the audit chain row by row, and compares it with its stored end and an anchor.
enum AuditVerification {
    static func check(
        _ connection: Connection,
        anchor: AuditAnchor?,
        into report: inout VerificationReport
    ) throws {
        var previous = AuditTrail.genesis
        var expected: Int64 = 1
        var passesAnchor = anchor.map { $0.count == 0 } ?? true
        try connection.forEach(
            "SELECT position, at, action, agent_key, user_key, memories, detail, hash FROM audit ORDER BY position",
            do: { row in
                let position = row.int64(0)
                if position != expected { report.add("audit", "Audit row \(expected) is missing.") }
                let stored = row.bytes(7)
                let hash = AuditTrail.hash(
                    previous: previous,
                    position: position,
                    at: row.int64(1),
                    action: row.string(2),
                    agent: row.int64(3),
                    user: row.optionalInt64(4),
                    memories: row.string(5),
                    detail: row.string(6)
                )
                if hash != stored { report.add("audit", "Audit row \(position) is not what was written.") }
                if let anchor, anchor.count == position, anchor.hash == stored { passesAnchor = true }
                previous = stored
                expected = position.saturatingSuccessor
                report.auditRows += 1
            }
        )
        let end = try AuditEnd.read(connection)
        let last = expected.saturatingSubtracting(1)
        if end.count != last || end.hash != previous {
            report.add("audit", "The audit ends at row \(last), not at row \(end.count) as it did.")
        }
        if !passesAnchor { report.add("audit", "The audit does not pass through the anchor: it was rewritten.") }
        report.anchor = AuditAnchor(count: end.count, hash: end.hash).text
    }
}
