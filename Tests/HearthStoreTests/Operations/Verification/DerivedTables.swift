import HearthModel
import HearthSQLite
import TestSupport
import Testing

@testable import HearthStore

/// The published head, the index of words, the vectors and whatever else is derived are what a rebuild from the
/// versions gives.
@Suite struct DerivedTables {
    @Test(
        arguments: [
            ("UPDATE memories SET content = 'Other words.'", "memory"),
            ("UPDATE memories SET importance = 0.7", "memory"), ("UPDATE memories SET text_key = 1", "memory"),
            ("UPDATE versions SET is_head = 1", "version"), ("UPDATE conflicts SET resolved_at = 1", "conflict"),
            ("UPDATE drafts SET importance = 0.7", "draft"), ("DELETE FROM tags", "document"),
            ("UPDATE documents SET importance = 0.7", "document"),
            ("UPDATE documents SET length = length + 1", "document"),
            ("UPDATE documents SET flags = flags | 1", "document"),
            ("UPDATE vector_blocks SET data = zeroblob(length(data))", "vector"),
            ("INSERT INTO memory_index (memory_index) VALUES ('delete-all')", "index"),
            ("INSERT INTO memory_index (rowid, content) VALUES (1, 'ghost')", "index"),
            ("DROP TRIGGER audit_keeps_rows", "audit"),
        ]
    )
    func `whatever differs from what the versions give is named`(damage: String, component: String) async throws {
        let shared = try await SharedStore()
        let (id, _) = try await shared.waitingConflict()
        try await shared.edit(id, as: "alden", content: "The door is ajar.", tags: ["door"], importance: 0.9)
        try await shared.store.delete(shared.memory("Gone."), as: "alden")
        try await shared.sync("alice")
        #expect(try await shared.store.verify().findings == [])
        try await shared.store.write { try $0.connection.runDynamic(damage) }
        let findings = try await shared.store.verify().findings
        #expect(findings.contains { $0.component == component }, "\(findings)")
    }
}
