import Foundation
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// Texts that were erased, with and without the keys that recognise them.
@Suite struct ErasedTexts {
    private static let text = "The quixzle is a secret."

    private func item(_ id: MemoryID, _ text: String = ErasedTexts.text, user: UserID = "user_123") -> MemoryImport {
        MemoryImport(id: id, userID: user, agentID: "alden", draft: MemoryDraft(content: text))
    }

    @Test func `without the key an import is refused where the texts of erased sensitive memories may be among it`()
        async throws
    {
        let sealed = try await SealedStore(embeds: false)
        let user = sealed.user
        let id = try await sealed.memory(Self.text)
        let other = try await sealed.memory("Another secret.")
        _ = try await sealed.store.importMemories([item("present", "Plain.", user: user)])
        try await sealed.store.eraseMemory(id, as: "alden")
        try await sealed.store.close()

        let keyless = try await sealed.reopened(provider: nil)
        await expect(.keyUnavailable) { _ = try await keyless.importMemories([item("host-1", user: user)]) }
        // What is there is not looked at, and another user has nothing to do with it.
        #expect(try await keyless.importMemories([item("present", "Plain.", user: user)]).present == 1)
        #expect(try await keyless.importMemories([item("host-1", user: "other")]).stored == 1)
        let outcome = try await keyless.importMemories(
            [item("host-2", user: user), item("host-3", "Plain tea.", user: "other")],
            onInvalid: .skip
        )
        #expect(outcome.refused.mapValues(\.code) == [0: .keyUnavailable] && outcome.ids == [nil, "host-3"])
        #expect(outcome.counts.erased == 0)
        try await keyless.close()

        let store = try await sealed.reopened(provider: sealed.provider)
        let batch = [item("host-1", user: user), item("host-4", "Tea.", user: user)]
        #expect(try await store.importMemories(batch) == ImportCounts(stored: 1, erased: 1))
        #expect(try await store.memory(other, as: "alden").content == "Another secret.")
        try await store.close()
        let again = try await sealed.reopened(provider: nil)
        #expect(try await again.importMemories([item("host-1", user: user)], allowErased: true).stored == 1)
        try await again.close()
    }

    @Test func `an erasure of plain memories alone asks for no key`() async throws {
        let sealed = try await SealedStore(embeds: false)
        _ = try await sealed.memory("Another secret.")
        let id = try await sealed.shared.memory("The quixzle stands by the gate.")
        try await sealed.store.eraseMemory(id, as: "alden")
        try await sealed.store.close()
        let keyless = try await sealed.reopened(provider: nil)
        let batch = [item("host-1", "Tea.", user: sealed.user), item("host-2", "The quixzle stands by the gate.")]
        #expect(try await keyless.importMemories(batch) == ImportCounts(stored: 1, erased: 1))
        try await keyless.close()
    }

    @Test func `a new life of an erased user asks for no key of the old one`() async throws {
        let sealed = try await SealedStore(embeds: false)
        let id = try await sealed.memory(Self.text)
        try await sealed.store.eraseMemory(id, as: "alden")
        try await sealed.store.eraseUser(sealed.user, as: "system")
        _ = try await sealed.memory("A new secret.")
        try await sealed.store.close()
        let keyless = try await sealed.reopened(provider: nil)
        #expect(try await keyless.importMemories([item("host-1", user: sealed.user)]).stored == 1)
        try await keyless.close()
    }

    @Test func `every text that a plain memory of an erased user ever had is kept away`() async throws {
        let sealed = try await SealedStore(embeds: false)
        let long = String(repeating: "The gate is by the path and the path is by the gate. ", count: 20)
        let id = try await sealed.shared.memory(long + "First.", shareWith: [])
        for word in ["Second.", "Third.", "Fourth."] {
            try await sealed.shared.edit(id, as: "alden", content: long + word)
            try await sealed.shared.sync("alden")
        }
        let deltas = try sealed.store.read {
            try $0.connection.first("SELECT count(*) FROM versions WHERE content_form = 'delta'", as: { $0.int(0) })
        }
        #expect((deltas ?? 0) > 1)
        try await sealed.store.eraseUser(sealed.user, as: "system")
        let batch = ["First.", "Second.", "Third.", "Fourth."].enumerated()
            .map { item(MemoryID(rawValue: "host-\($0)"), long + $1, user: sealed.user) }
        #expect(try await sealed.store.importMemories(batch) == ImportCounts(erased: 4))
        #expect(try await sealed.store.importMemories(batch, allowErased: true) == ImportCounts(stored: 4))
        try await sealed.store.close()
    }

    @Test func `an identifier made from a text that is sealed tells nothing of it, and a second import finds it`()
        async throws
    {
        let sealed = try await SealedStore(embeds: false)
        var batch = [
            item("mem_00112233445566778899aabbccddeeff", user: sealed.user),
            item("mem_named", "Named.", user: sealed.user),
        ]
        batch[0].hasDerivedID = true
        batch.append(item("mem_ffeeddccbbaa99887766554433221100", "Plain.", user: sealed.user))
        batch[2].hasDerivedID = true
        for index in 0..<2 { batch[index].draft.category = .securityCredentials }
        let store = sealed.store
        #expect(try await store.importMemories(batch) == ImportCounts(stored: 3))
        #expect(try await store.importMemories(batch) == ImportCounts(present: 3))
        await expect(.memoryNotFound) { try await store.memory(batch[0].id, as: "alden") }
        #expect(try await store.memory(batch[1].id, as: "alden").isSensitive)
        #expect(try await store.memory(batch[2].id, as: "alden").content == "Plain.")
        let needle = [UInt8](0...15).map { $0 * 0x11 }
        let traces = try Traces(of: batch[0].id, words: [String(decoding: needle[1..<8], as: UTF8.self)], in: store)
        #expect(try await traces.found(in: sealed.directory.path) == [])
        let kept = try await store.search("quixzle", as: "alden", userID: sealed.user).map(\.memory.id)
        #expect(kept.count == 1)
        try await store.eraseMemory(try #require(kept.first), as: "alden")
        #expect(try await store.importMemories(batch) == ImportCounts(present: 2, erased: 1))
        #expect(try await store.importMemories(batch, allowErased: true) == ImportCounts(present: 2, erased: 1))
        try await store.close()
        let keyless = try await sealed.reopened(provider: nil)
        batch[0].draft = MemoryDraft(content: "A new one.", isSensitive: true)
        await expect(.keyUnavailable) { _ = try await keyless.importMemories(batch) }
        try await keyless.close()
    }

    @Test func `what an earlier version sealed under an identifier made from its text is found under it`() async throws
    {
        let sealed = try await SealedStore(embeds: false)
        var memory = item("mem_00112233445566778899aabbccddeeff", user: sealed.user)
        memory.draft.isSensitive = true
        #expect(try await sealed.store.importMemories([memory]).stored == 1)
        memory.hasDerivedID = true
        #expect(try await sealed.store.importMemories([memory]) == ImportCounts(present: 1))
        try await sealed.store.eraseMemory(memory.id, as: "alden")
        #expect(try await sealed.store.importMemories([memory], allowErased: true) == ImportCounts(erased: 1))
        try await sealed.store.close()
    }
}
