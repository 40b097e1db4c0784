import Foundation
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// Whatever differs in the audit from what was written is found.
@Suite struct AuditDamage {
    /// Does something to the audit, looks what verification finds, and undoes it.
    private func findings(
        in connection: Connection,
        anchor: String? = nil,
        after damage: () throws -> Void
    ) throws -> [String] {
        try connection.execute("SAVEPOINT damage")
        try connection.withoutTriggers(damage)
        let findings = connection.auditFindings(anchor: anchor)
        try connection.execute("ROLLBACK TO damage; RELEASE damage")
        return findings
    }

    private static let integers = ["position", "at", "agent_key", "user_key"]
    private static let texts = ["action", "memories", "detail", "hash"]

    @Test func `each bit of each column of each row that is flipped is found`() async throws {
        let audited = try await AuditedStore()
        let connection = try audited.connection()
        let positions = try connection.rowsDynamic("SELECT position FROM audit", as: { $0.int64(0) })
        #expect(positions.count == 5)
        var flips = 0
        for position in positions {
            for column in Self.integers {
                let sql = "SELECT \(column) FROM audit WHERE position = \(position)"
                guard let value = try connection.rowsDynamic(sql, as: { $0.optionalInt64(0) })[0] else { continue }
                for bit in 0..<64 {
                    let flipped = value ^ (1 << Int64(bit))
                    let found = try findings(in: connection) {
                        try connection.execute(
                            "UPDATE OR REPLACE audit SET \(column) = \(flipped) WHERE position = \(position)"
                        )
                    }
                    #expect(!found.isEmpty, "bit \(bit) of \(column) of row \(position)")
                    flips += 1
                }
            }
            for column in Self.texts {
                let sql = "SELECT \(column) FROM audit WHERE position = \(position)"
                let bytes = try connection.rowsDynamic(sql, as: { $0.bytes(0) })[0]
                for bit in 0..<bytes.count * 8 {
                    var flipped = bytes
                    flipped[bit / 8] ^= 1 << UInt8(bit % 8)
                    let literal = "x'\(Hexadecimal.string(flipped))'"
                    let value = column == "hash" ? literal : "CAST(\(literal) AS TEXT)"
                    let found = try findings(in: connection) {
                        try connection.execute("UPDATE audit SET \(column) = \(value) WHERE position = \(position)")
                    }
                    #expect(!found.isEmpty, "bit \(bit) of \(column) of row \(position)")
                    flips += 1
                }
            }
        }
        #expect(flips > 3_000)
        #expect(connection.auditFindings() == [])
    }

    @Test func `each bit of the ends that is flipped is found`() async throws {
        let audited = try await AuditedStore()
        let connection = try audited.connection()
        for column in ["count", "pruned_count"] {
            let value = try connection.rowsDynamic("SELECT \(column) FROM audit_head", as: { $0.int64(0) })[0]
            for bit in 0..<64 {
                let found = try findings(in: connection) {
                    try connection.execute("UPDATE audit_head SET \(column) = \(value ^ (1 << Int64(bit)))")
                }
                #expect(!found.isEmpty, "bit \(bit) of \(column)")
            }
        }
        for column in ["hash", "pruned_hash"] {
            let bytes = try connection.rowsDynamic("SELECT \(column) FROM audit_head", as: { $0.bytes(0) })[0]
            for bit in 0..<bytes.count * 8 {
                var flipped = bytes
                flipped[bit / 8] ^= 1 << UInt8(bit % 8)
                let found = try findings(in: connection) {
                    try connection.execute("UPDATE audit_head SET \(column) = x'\(Hexadecimal.string(flipped))'")
                }
                #expect(!found.isEmpty, "bit \(bit) of \(column)")
            }
        }
    }

    @Test func `a user that is taken away or put in is found`() async throws {
        let audited = try await AuditedStore()
        let connection = try audited.connection()
        for (statement, rows) in [
            (
                "UPDATE audit SET user_key = NULL WHERE position = ",
                "SELECT position FROM audit WHERE user_key IS NOT NULL"
            ),
            ("UPDATE audit SET user_key = 0 WHERE position = ", "SELECT position FROM audit WHERE user_key IS NULL"),
        ] {
            let positions = try connection.rowsDynamic(rows, as: { $0.int64(0) })
            #expect(!positions.isEmpty)
            for position in positions {
                let found = try findings(in: connection) { try connection.execute(statement + "\(position)") }
                #expect(!found.isEmpty, "row \(position)")
            }
        }
    }

    @Test func `a row behind the end is named where something is to be audited`() async throws {
        let audited = try await AuditedStore()
        try audited.damage(
            """
            INSERT INTO audit (position, at, action, agent_key, user_key, memories, detail, hash)
            SELECT 6, at, action, agent_key, user_key, memories, detail, hash FROM audit WHERE position = 5
            """
        )
        let store = try await audited.open()
        do {
            try await store.releaseAllLeases(as: "alice")
            Issue.record("It was audited.")
        } catch let error as MemoryError {
            #expect(error.code == .storeCorrupt && error.message.contains("audit is damaged"), "\(error)")
            #expect(error.message.contains("hearth verify") && !error.message.contains("UNIQUE"))
        }
        try await store.close()
    }

    @Test func `each row that is removed, doubled, exchanged, added or put elsewhere is found`() async throws {
        let audited = try await AuditedStore()
        let connection = try audited.connection()
        let rest = "at, action, agent_key, user_key, memories, detail, hash"
        let count: Int64 = 5
        for position in 1...count {
            var deeds = [
                "DELETE FROM audit WHERE position = \(position)",
                "DELETE FROM audit WHERE position >= \(position)",
                "UPDATE audit SET position = \(count + 1) WHERE position = \(position)",
                "UPDATE audit SET position = -1 WHERE position = \(position)",
            ]
            for copy in [-1, 0, count + 1, count + 7] {
                deeds.append(
                    "INSERT INTO audit (position, \(rest)) SELECT \(copy), \(rest) FROM audit WHERE position = \(position)"
                )
            }
            deeds.append(
                """
                UPDATE audit SET position = -position WHERE position > \(position);
                UPDATE audit SET position = 1 - position WHERE position < 0;
                INSERT INTO audit (position, \(rest)) SELECT \(position + 1), \(rest) FROM audit WHERE position = \(position)
                """
            )
            for other in 1...count where other != position {
                deeds.append(
                    """
                    UPDATE audit SET position = 0 WHERE position = \(position);
                    UPDATE audit SET position = \(position) WHERE position = \(other);
                    UPDATE audit SET position = \(other) WHERE position = 0
                    """
                )
            }
            for deed in deeds {
                let found = try findings(in: connection) { try connection.execute(deed) }
                #expect(!found.isEmpty, "\(deed)")
            }
        }
        #expect(connection.auditFindings() == [])
    }

    @Test func `a chain that was cut and ended anew is found by an anchor alone`() async throws {
        let audited = try await AuditedStore()
        let connection = try audited.connection()
        let anchor = try AuditAnchor(AuditEnd.read(connection)).text
        func cut() throws {
            try connection.execute("DELETE FROM audit WHERE position > 3")
            try connection.execute(
                "UPDATE audit_head SET count = 3, hash = (SELECT hash FROM audit WHERE position = 3)"
            )
        }
        #expect(try findings(in: connection, after: cut) == [])
        #expect(try findings(in: connection, anchor: anchor, after: cut).contains { $0.contains("rewritten") })
    }

    @Test func `rows that are gone as if pruned are found, as no row says so`() async throws {
        let audited = try await AuditedStore()
        let connection = try audited.connection()
        let found = try findings(in: connection) {
            try connection.execute(
                "UPDATE audit_head SET pruned_count = 3, pruned_hash = (SELECT hash FROM audit WHERE position = 3)"
            )
            try connection.execute("DELETE FROM audit WHERE position <= 3")
        }
        #expect(found.contains { $0.contains("no row says") })
    }

    /// A flip may hit a byte that says nothing. Then every row reads as before.
    @Test func `each bit of the pages of the audit that is flipped is found or makes no difference`() async throws {
        let audited = try await AuditedStore()
        let before = try audited.connection().auditContents()
        let pages = try audited.connection()
            .rowsDynamic(
                "SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name IN ('audit', 'audit_head')",
                as: { $0.int(0) }
            )
        let size = try audited.connection().rowsDynamic("PRAGMA page_size", as: { $0.int(0) })[0]
        var bytes = try Data(contentsOf: URL(filePath: audited.path))
        let copy = audited.directory.file("copy.db")
        var found = 0
        for page in pages {
            for place in (page - 1) * size..<page * size where bytes[place] != 0 || place % 97 == 0 {
                for bit in 0..<8 where (place + bit) % 5 == 0 {
                    bytes[place] ^= 1 << UInt8(bit)
                    try bytes.write(to: URL(filePath: copy))
                    bytes[place] ^= 1 << UInt8(bit)
                    // 1: only for reading.
                    let connection = try Connection(opening: copy, flags: 1)
                    if !connection.auditFindings().isEmpty {
                        found += 1
                    } else {
                        #expect(try connection.auditContents() == before, "byte \(place), bit \(bit)")
                    }
                }
            }
        }
        #expect(found > 500)
    }
}
