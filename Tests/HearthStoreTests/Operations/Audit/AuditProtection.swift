import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// A stray statement changes nothing that was audited.
@Suite struct AuditProtection {
    @Test(
        arguments: [
            "DELETE FROM audit", "DELETE FROM audit WHERE position = 1", "DELETE FROM audit WHERE position = 5",
            "UPDATE audit SET detail = '{}'", "UPDATE audit SET position = position + 100",
            "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE position = 2",
            "REPLACE INTO audit (position, at, action, agent_key, memories, detail, hash) SELECT 1, 0, 'read', 1, '[]', '{}', hash FROM audit",
            "UPDATE OR REPLACE audit SET position = 1 WHERE position = 2",
            "DELETE FROM audit_head", "UPDATE audit_head SET count = 0",
            "UPDATE audit_head SET id = 1, count = count - 1",
            "UPDATE audit_head SET pruned_count = count + 1",
            "INSERT OR REPLACE INTO audit_head (id, count, hash) SELECT id, count, hash FROM audit_head",
        ]
    )
    func `a stray statement is refused and changes nothing`(statement: String) async throws {
        let audited = try await AuditedStore()
        let connection = try audited.connection()
        let before = try connection.auditContents()
        #expect(throws: SQLiteError.self) { try connection.execute(statement) }
        #expect(try connection.auditContents() == before)
        #expect(connection.auditFindings() == [])
    }

    @Test func `a trigger that is missing or says something else is found`() async throws {
        let audited = try await AuditedStore()
        let connection = try audited.connection()
        for trigger in SchemaV4.triggers {
            try connection.execute("DROP TRIGGER \(trigger.name)")
            #expect(connection.auditFindings().contains { $0.contains(trigger.name) })
            let idle = "CREATE TRIGGER \(trigger.name) BEFORE UPDATE ON audit BEGIN SELECT 1; END"
            try connection.execute(idle)
            #expect(connection.auditFindings().contains { $0.contains(trigger.name) })
            try connection.execute("DROP TRIGGER \(trigger.name)")
            try connection.execute(trigger.statement)
        }
        #expect(connection.auditFindings() == [])
    }
}
