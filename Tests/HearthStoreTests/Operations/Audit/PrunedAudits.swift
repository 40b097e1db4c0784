import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// Old rows go only behind an anchor, and what is left is verified from there on.
@Suite struct PrunedAudits {
    @Test func `rows up to the anchor go, and the rest is verified from there on`() async throws {
        let audited = try await AuditedStore(reads: 20)
        let store = try await audited.open()
        let anchor = try store.auditAnchor()
        let count = try #require(Int(anchor.split(separator: ":")[0]))
        _ = try await store.setProfiles([AgentProfile.hearthlink[0]])
        let pruning = try await store.pruneAudit(behind: anchor, keeping: 10)
        // One row came after the anchor, and one tells of the pruning.
        #expect(pruning.removed == count + 1 - 10 && pruning.firstPosition == count - 8)
        let report = try await store.verifyAudit(anchor: anchor)
        #expect(report.findings == [] && report.auditRows == 11 && report.anchor == pruning.anchor)
        #expect(try await store.verify(anchor: anchor).isSound)
        let rows = try await store.auditEntries(order: .oldestFirst).rows
        #expect(rows.first?.position == pruning.firstPosition && rows.last?.action == .prune)
        #expect(rows.last?.detail == ["behind": anchor, "through": "\(count - 9)"])
        // Everything up to the anchor may go, and nothing behind it.
        let second = try await store.pruneAudit(behind: anchor, keeping: 0)
        #expect(second.firstPosition == count + 1)
        #expect(try await store.verifyAudit(anchor: anchor).findings == [])
        #expect(try await store.healthCheck().status == .healthy)
        let last = try store.auditAnchor()
        _ = try await store.pruneAudit(behind: last, keeping: 0)
        #expect(try await store.verifyAudit(anchor: last).findings == [])
        #expect(try await store.verifyAudit(anchor: anchor).findings.map(\.message).contains { $0.contains("pruned") })
        try await store.close()
        #expect(throws: SQLiteError.self) { try audited.connection().execute("DELETE FROM audit") }
        #expect(try audited.connection().auditFindings() == [])
    }

    @Test func `rows from before a time go, up to the first that is later`() async throws {
        let audited = try await AuditedStore(reads: 20)
        let store = try await audited.open()
        let rows = try await store.auditEntries(order: .oldestFirst).rows
        let anchor = try store.auditAnchor()
        let pruning = try await store.pruneAudit(behind: anchor, before: rows[7].at)
        #expect(pruning.removed == 7 && pruning.firstPosition == 8)
        #expect(try await store.verifyAudit(anchor: anchor).findings == [])
        let again = try await store.pruneAudit(behind: anchor, before: rows[7].at)
        #expect(again.removed == 0 && again.firstPosition == 8)
        try await store.close()
    }

    @Test func `a foreign anchor, a broken chain and no limit remove nothing`() async throws {
        let audited = try await AuditedStore(reads: 3)
        let store = try await audited.open()
        let anchor = try store.auditAnchor()
        let rows = try await store.auditEntries().rows
        let digits = String(anchor.split(separator: ":")[1])
        let turned = String(digits.reversed())
        for foreign in ["3:\(digits)", "7:\(turned)", "900:\(digits)"] {
            await expect(.invalidArgument) { try await store.pruneAudit(behind: foreign, keeping: 1) }
        }
        for text in ["", "7", ":\(digits)", "-1:\(digits)", "7:\(digits)0", "7:\(digits) "] {
            await expect(.invalidArgument) { try await store.pruneAudit(behind: text, keeping: 1) }
        }
        await expect(.invalidArgument) { try await store.pruneAudit(behind: anchor) }
        await expect(.invalidArgument) { try await store.pruneAudit(behind: anchor, keeping: -1) }
        #expect(try await store.auditEntries().rows == rows)
        try await store.close()
        try audited.damage("UPDATE audit SET at = at + 1 WHERE position = 2")
        let damaged = try await audited.open()
        await expect(.storeCorrupt) { try await damaged.pruneAudit(behind: anchor, keeping: 1) }
        #expect(try await damaged.auditEntries().rows.count == rows.count)
        try await damaged.close()
    }

    @Test func `a row of a pruning that does not read is a finding that names it`() async throws {
        for detail in ["no JSON", "[]", "{\"through\":\"some\"}"] {
            let audited = try await AuditedStore(reads: 3)
            try audited.damage("UPDATE audit SET action = 'prune', detail = '\(detail)' WHERE position = 2")
            let store = try await audited.open()
            let found = try await store.verifyAudit().findings.map(\.message)
            #expect(found.contains { $0.contains("row 2 is not what was written") })
            #expect(found.contains { $0.contains("row 2 tells of a pruning") })
            #expect(try await store.verify().findings.contains { $0.message.contains("row 2 tells of a pruning") })
            do {
                _ = try await store.auditEntries()
                #expect(detail.hasPrefix("{"))
            } catch let error as MemoryError {
                #expect(error.message.contains("Audit row 2"))
            }
            try await store.close()
        }
    }

    @Test func `an anchor goes on holding while others write and prune`() async throws {
        let audited = try await AuditedStore(reads: 50)
        let (first, second) = (try await audited.open(), try await audited.open())
        let anchor = try first.auditAnchor()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for keep in [40, 30, 20, 10] {
                group.addTask { _ = try await first.pruneAudit(behind: anchor, keeping: keep) }
                group.addTask { _ = try await second.pruneAudit(behind: anchor, keeping: keep + 5) }
                group.addTask { try await second.setStatus(keep % 20 == 0 ? .maintenance : .error, of: "alice") }
            }
            try await group.waitForAll()
        }
        #expect(try await first.verifyAudit(anchor: anchor).findings == [])
        try await first.close()
        try await second.close()
    }
}
