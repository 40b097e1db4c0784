import Foundation
import HearthSQLite
import Synchronization
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// Whether there is a python3. Where `HEARTH_REQUIRE_PYTHON` is set, the tests run and fail without one.
private let hasPython =
    ProcessInfo.processInfo.environment["HEARTH_REQUIRE_PYTHON"] != nil
    || (try? ChildProcess.run(["python3", "--version"], collecting: 1))?.end.status == 0

/// A stranger verifies an audit with Python's standard library and the article alone.
@Suite(
    .enabled(if: hasPython, "python3 is not installed; install it to run the script that verifies an audit")
)
struct AuditScript {
    /// What the script says of a store or an export, and whether it found it sound.
    private func run(_ path: String, _ anchor: String? = nil) throws -> (isSound: Bool, text: String) {
        let script = Fixtures.path(of: "audit/verify_audit.py")
        let arguments = ["python3", script, path] + [anchor].compactMap(\.self)
        let (end, sound) = try ChildProcess.run(["sh", "-c", #"exec "$@" 2>&1"#, "sh"] + arguments, collecting: 1)
        return (end.status == 0, String(decoding: sound, as: UTF8.self))
    }

    @Test func `it finds sound files sound, before and after pruning, and says the anchor that we say`() async throws {
        let audited = try await AuditedStore(reads: 8)
        let store = try await audited.open()
        let anchor = try store.auditAnchor()
        let export = audited.directory.file("audit.jsonl")
        try await store.export(to: export)
        #expect(try run(export, anchor) == (true, "sound: \(anchor)\n"))
        try await store.close()
        #expect(try run(audited.path, anchor) == (true, "sound: \(anchor)\n"))

        let again = try await audited.open()
        let pruning = try await again.pruneAudit(behind: anchor, keeping: 4)
        try await again.export(to: export)
        try await again.close()
        for path in [audited.path, export] {
            #expect(try run(path, anchor) == (true, "sound: \(pruning.anchor)\n"))
            #expect(try run(path, pruning.anchor).isSound)
        }
    }

    @Test(
        arguments: [
            "UPDATE audit SET at = at + 1 WHERE position = 2", "UPDATE audit SET user_key = 0 WHERE user_key IS NULL",
            "UPDATE audit SET detail = replace(detail, 'read', 'reed')", "DELETE FROM audit WHERE position = 3",
            "DELETE FROM audit WHERE position > 4", "UPDATE audit SET hash = zeroblob(32) WHERE position = 5",
            "UPDATE audit SET position = 99 WHERE position = 5", "UPDATE audit_head SET count = 4",
            "UPDATE audit_head SET pruned_count = 1", "UPDATE audit_head SET hash = zeroblob(32)",
            "UPDATE audit_head SET pruned_hash = randomblob(32)",
        ]
    )
    func `it finds what is damaged, in a store and in its export`(damage: String) async throws {
        let audited = try await AuditedStore()
        try audited.damage(damage)
        #expect(try !run(audited.path).isSound)
        #expect(try !audited.connection().auditFindings().isEmpty)
        let store = try await audited.open()
        let export = audited.directory.file("audit.jsonl")
        try await store.export(to: export)
        try await store.close()
        #expect(try !run(export).isSound)
    }

    @Test func `a last row that is not the one that was written last is told from one that is missing`() async throws {
        for (damage, words) in [
            ("UPDATE audit_head SET hash = zeroblob(32)", ["row 5", "not the one"]),
            ("DELETE FROM audit WHERE position = 5", ["at row 4, not at row 5"]),
        ] {
            let audited = try await AuditedStore()
            try audited.damage(damage)
            let text = try run(audited.path).text
            let findings = try audited.connection().auditFindings()
            for word in words {
                #expect(text.contains(word), "\(text)")
                #expect(findings.contains { $0.contains(word) }, "\(findings)")
            }
        }
    }

    @Test func `it finds a chain that was rewritten by its anchor`() async throws {
        let audited = try await AuditedStore()
        let store = try await audited.open()
        let anchor = try store.auditAnchor()
        try await store.close()
        try audited.damage(
            "DELETE FROM audit WHERE position > 3",
            "UPDATE audit_head SET count = 3, hash = (SELECT hash FROM audit WHERE position = 3)"
        )
        #expect(try run(audited.path).isSound)
        #expect(try !run(audited.path, anchor).isSound)
    }
}

extension MemoryStore {
    /// Writes the audit to a file.
    fileprivate func export(to path: String) async throws {
        let text = Mutex("")
        _ = try await exportAudit { line in text.withLock { $0 += line } }
        try text.withLock { try Data($0.utf8).write(to: URL(filePath: path)) }
    }
}
