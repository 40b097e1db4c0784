import Foundation
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// What upkeep has folded into a memory goes the way of the memory: nothing of it is left in plain.
@Suite struct FoldedCopies {
    private static let words = ["quixzl", "brambwick"]

    /// Three memories of the same text in an order of folds: the first into the second, that into the third.
    private func folded(_ sealed: SealedStore) async throws -> (ids: [MemoryID], traces: [Traces]) {
        var ids: [MemoryID] = []
        for number in 0..<3 {
            sealed.shared.clock.advance(by: .seconds(60))
            let draft = MemoryDraft(content: "The quixzle stands by the gate.", tags: ["brambwick\(number)"])
            ids += try await sealed.store.store([draft], agentID: "alden", userID: sealed.user)
            _ = try await sealed.store.maintain(MaintenanceRequest(steps: [.duplicates]))
        }
        let links = try sealed.store.read {
            try $0.connection.rows(
                "SELECT folded_into FROM memories WHERE folded_into IS NOT NULL ORDER BY memory_key",
                as: { $0.int64(0) }
            )
        }
        #expect(Set(links).count == 2)
        // Another user and another agent have the same text.
        let draft = MemoryDraft(content: "The fendolary is another's.")
        _ = try await sealed.store.store([draft], agentID: "mimic", userID: sealed.user)
        return (ids, try ids.map { try Traces(of: $0, words: Self.words, in: sealed.store) })
    }

    private func export(_ sealed: SealedStore) async throws -> String {
        let path = sealed.directory.file("out-\(Int.random(in: 0..<Int.max)).jsonl")
        _ = try await sealed.store.export(userID: nil, includesSensitive: false, toFile: path)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try FileManager.default.removeItem(atPath: path)
        return text
    }

    @Test func `an erasure takes along what was folded into the memory, and that does not come back`() async throws {
        let sealed = try await SealedStore()
        let (ids, traces) = try await folded(sealed)
        let store = sealed.store
        #expect(try await export(sealed).contains("quixzle"))
        #expect(try await store.eraseMemory(ids[2], as: "alden") == ErasureReport(memories: 3, isComplete: true))
        for trace in traces { #expect(try await trace.found(in: sealed.directory.path) == []) }
        #expect(!(try await export(sealed).contains("quixzle")))
        for id in ids {
            await expect(.memoryNotFound) { try await store.restore(id, as: "alden") }
            let item = MemoryImport(
                id: id,
                userID: sealed.user,
                agentID: "alden",
                draft: MemoryDraft(content: "Something else.")
            )
            #expect(try await store.importMemories([item]) == ImportCounts(erased: 1))
        }
        #expect(try await store.foldedMemories(of: "alden").isEmpty)
        let row = try #require(try await store.auditEntries(matching: AuditFilter(actions: [.erase])).rows.first)
        #expect(row.memoryIDs == [nil, nil, nil])
        #expect(try await store.verify().findings == [])
        try await store.close()
        for trace in traces { #expect(try await trace.found(in: sealed.directory.path) == []) }
    }

    @Test func `an erasure of what was folded leaves the memory that stands for it`() async throws {
        let sealed = try await SealedStore(embeds: false)
        let (ids, _) = try await folded(sealed)
        #expect(try await sealed.store.eraseMemory(ids[1], as: "alden").memories == 2)
        #expect(try await sealed.store.memory(ids[2], as: "alden").content == "The quixzle stands by the gate.")
        await expect(.memoryNotFound) { try await sealed.store.restore(ids[0], as: "alden") }
        #expect(try await sealed.store.verify().findings == [])
    }

    @Test func `what was folded becomes sensitive with the memory, and is restored so`() async throws {
        let sealed = try await SealedStore()
        let (ids, traces) = try await folded(sealed)
        let store = sealed.store
        try await store.update(ids[2], as: "alden", change: MemoryChange(isSensitive: true))
        for trace in traces {
            let left = try await trace.found(in: sealed.directory.path).filter { !$0.contains("identifier") }
            #expect(left == [])
        }
        #expect(!(try await export(sealed).contains("quixzle")))
        let folds = try await store.foldedMemories(of: "alden")
        #expect(folds.count == 2 && folds.allSatisfy { $0.content == "The quixzle stands by the gate." })
        // Plain again is that memory alone.
        try await store.update(ids[2], as: "alden", change: MemoryChange(isSensitive: false))
        #expect(try await store.restore(ids[0], as: "alden").isSensitive)
        #expect(try await store.restore(ids[1], as: "alden").isSensitive)
        #expect(try await store.verify().findings == [])
        try await store.close()
    }

    @Test func `sealed copies go with an erasure without the key`() async throws {
        let sealed = try await SealedStore(embeds: false)
        let (ids, traces) = try await folded(sealed)
        try await sealed.store.update(ids[2], as: "alden", change: MemoryChange(isSensitive: true))
        try await sealed.store.close()
        let store = try await sealed.reopened(provider: nil)
        await expect(.keyUnavailable) { _ = try await store.foldedMemories(of: "alden") }
        #expect(try await store.eraseMemory(ids[2], as: "alden").memories == 3)
        for trace in traces { #expect(try await trace.found(in: sealed.directory.path) == []) }
        #expect(try await store.verify().findings == [])
        try await store.close()
    }

    @Test func `a damaged copy does not keep a memory from being erased`() async throws {
        let sealed = try await SealedStore(embeds: false)
        let (ids, traces) = try await folded(sealed)
        try await sealed.store.close()
        do {
            let connection = try Connection(opening: sealed.path, flags: 2)  // SQLITE_OPEN_READWRITE
            try connection.run(
                "UPDATE versions SET tags = '[\"x\"]' WHERE memory_key = (SELECT min(memory_key) FROM memories)"
            )
        }
        let store = try await sealed.reopened(provider: sealed.provider)
        #expect(try await store.eraseMemory(ids[2], as: "alden").memories == 3)
        for trace in traces { #expect(try await trace.found(in: sealed.directory.path) == []) }
        let item = MemoryImport(
            id: "host-1",
            userID: sealed.user,
            agentID: "alden",
            draft: MemoryDraft(content: "The quixzle stands by the gate.")
        )
        #expect(try await store.importMemories([item]) == ImportCounts(erased: 1))
        try await store.close()
    }

    @Test func `a link across owners takes nothing along`() async throws {
        let sealed = try await SealedStore(embeds: false)
        let mine = try await sealed.shared.memory("The quixzle stands by the gate.")
        let other = try await sealed.shared.memory("Alice's own.", of: "alice", shareWith: [])
        try await sealed.store.delete(other, as: "alice")
        try await sealed.shared.sync("alice")
        try await sealed.store.close()
        do {
            let connection = try Connection(opening: sealed.path, flags: 2)  // SQLITE_OPEN_READWRITE
            try connection.run(
                """
                UPDATE memories SET folded_into = (SELECT min(memory_key) FROM memories)
                WHERE memory_key = (SELECT max(memory_key) FROM memories)
                """
            )
        }
        let store = try await sealed.reopened(provider: sealed.provider)
        #expect(try await store.eraseMemory(mine, as: "alden").memories == 1)
        #expect(try await store.restore(other, as: "alice").content == "Alice's own.")
        try await store.close()
    }

    @Test func `the owner makes a deleted memory sensitive and plain again, and nobody else does`() async throws {
        let sealed = try await SealedStore()
        let store = sealed.store
        let id = try await sealed.shared.memory(
            "The quixzle stands by the gate.",
            tags: ["brambwick"],
            shareWith: ["alice"]
        )
        let traces = try Traces(of: id, words: Self.words, in: store)
        try await store.delete(id, as: "alden")
        try await sealed.shared.sync("alden")
        await expect(.memoryNotFound) {
            try await store.update(id, as: "alice", change: MemoryChange(isSensitive: true))
        }
        await expect(.memoryNotFound) {
            try await store.update(id, as: "alden", change: MemoryChange(content: "No.", isSensitive: true))
        }
        #expect(try await store.update(id, as: "alden", change: MemoryChange(isSensitive: true)).isSensitive)
        let left = try await traces.found(in: sealed.directory.path).filter { !$0.contains("identifier") }
        #expect(left == [])
        await expect(.memoryNotFound) { try await store.memory(id, as: "alden") }
        #expect(try await store.verify().findings == [])
        #expect(try await store.update(id, as: "alden", change: MemoryChange(isSensitive: false)).isSensitive == false)
        try await store.update(id, as: "alden", change: MemoryChange(isSensitive: true))
        let restored = try await store.restore(id, as: "alden")
        #expect(restored.isSensitive && restored.content == "The quixzle stands by the gate.")
        #expect(try await store.verify().findings == [])
        try await store.close()
    }
}
