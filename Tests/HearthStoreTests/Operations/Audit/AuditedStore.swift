import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// A store file with a small audit of every shape of row: with a user and without, with memories and without.
struct AuditedStore {
    let directory: TemporaryDirectory
    let clock = TestClock()
    var path: String { directory.file("store.db") }

    /// - Parameter reads: How many rows of reads to add.
    init(reads: Int = 1) async throws {
        directory = try TemporaryDirectory()
        let shared = try await SharedStore(.file(path), clock: clock, embeds: false)
        let store = shared.store
        let id = try await shared.memory("The key is under the mat.", shareWith: ["alice"])
        for _ in 0..<reads {
            clock.advance(by: .seconds(60))
            _ = try await store.memory(id, as: "alice")
        }
        await expect(.memoryNotFound) { try await store.memory(id, as: "mimic") }
        await expect(.accessDenied) { try await store.releaseAllLeases(as: "alice") }
        try await store.setStatus(.maintenance, of: "mimic")
        try await store.close()
    }

    func open() async throws -> MemoryStore {
        try await SharedStore(.file(path), clock: clock, embeds: false).store
    }

    /// A connection of a stranger, who may do what he likes.
    func connection() throws -> Connection { try Connection(opening: path, flags: 2) }

    /// Runs statements without the triggers in the way.
    func damage(_ statements: String...) throws {
        let connection = try connection()
        try connection.withoutTriggers {
            for statement in statements { try connection.execute(statement) }
        }
    }
}

extension Connection {
    /// Takes the triggers away that protect the audit while a closure runs.
    func withoutTriggers(_ body: () throws -> Void) throws {
        for trigger in SchemaV4.triggers { try execute("DROP TRIGGER \(trigger.name)") }
        try body()
        for trigger in SchemaV4.triggers { try execute(trigger.statement) }
    }

    /// What verification finds in the audit.
    func auditFindings(anchor: String? = nil) -> [String] {
        var report = VerificationReport()
        do {
            let anchor = try anchor.map(AuditAnchor.init(text:))
            try AuditVerification.check(self, anchor: anchor, into: &report)
        } catch {
            return ["\(error)"]
        }
        return report.findings.map(\.message)
    }

    /// Every row of the audit and its ends, as bytes.
    func auditContents() throws -> [String] {
        let rows = try rowsDynamic("SELECT * FROM audit ORDER BY position", as: Self.text)
        return try rows + rowsDynamic("SELECT * FROM audit_head", as: Self.text)
    }

    private static func text(_ row: Row) -> String {
        (0..<row.columnCount).map { row.isNull($0) ? "NULL" : "\(row.bytes($0))" }.joined(separator: "|")
    }
}
