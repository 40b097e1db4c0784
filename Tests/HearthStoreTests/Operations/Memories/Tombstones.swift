import FoundationEssentials
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// What a deletion leaves behind.
@Suite struct Tombstones {
    private func item(_ id: MemoryID, _ content: String, for user: UserID) -> MemoryImport {
        MemoryImport(id: id, userID: user, agentID: "alden", draft: MemoryDraft(content: content))
    }

    @Test func `importing a memory again doesn't bring back what was deleted`() async throws {
        let shared = try await SharedStore()
        let (store, id) = (shared.store, "note 1" as MemoryID)
        let item = item(id, "The boiler hums.", for: shared.user)
        #expect(try await store.importMemories([item]) == ImportCounts(stored: 1))
        try await store.share(id, as: "alden", with: ["alice"])
        let lock = try #require(try await shared.lock(id, as: "alden"))
        try await store.delete(id, as: "alden", lock: lock)

        var other = item
        other.draft.content = "The boiler hums again."
        for again in [item, other] {
            #expect(try await store.importMemories([again, again]) == ImportCounts(deleted: 2, restorable: [id]))
            for agent in ["alden", "alice"] as [AgentID] {
                await expect(.memoryNotFound) { try await store.memory(id, as: agent) }
                #expect(try await store.browse(as: agent, userID: shared.user).memories.isEmpty)
                #expect(try await store.search("boiler", as: agent, userID: shared.user).isEmpty)
            }
        }
        #expect(try await store.history(of: id, as: "alden").map(\.isDeleted) == [false, true])
        #expect(try await store.restore(id, as: "alden").content == "The boiler hums.")
        #expect(try await store.importMemories([other]) == ImportCounts(present: 1))
        #expect(try await shared.content(id, as: "alice") == "The boiler hums.")
        #expect(try await store.verify().findings == [])
    }

    @Test func `importing a memory again leaves a deletion that is a draft as it is`() async throws {
        let shared = try await SharedStore(embeds: false)
        let (store, id) = (shared.store, "note 1" as MemoryID)
        let item = item(id, "The boiler hums.", for: shared.user)
        _ = try await store.importMemories([item])
        try await store.share(id, as: "alden", with: ["alice"])
        try await store.delete(id, as: "alden")
        #expect(try await store.importMemories([item]) == ImportCounts(deleted: 1, restorable: [id]))
        await expect(.memoryNotFound) { try await store.memory(id, as: "alden") }
        #expect(try await shared.content(id, as: "alice") == "The boiler hums.")
    }

    @Test func `the owner restores what was deleted, as often as it is and after a reopening too`() async throws {
        let directory = try TemporaryDirectory()
        let path = StoreLocation.file(directory.file("store.db"))
        var shared = try await SharedStore(path)
        let id = try await shared.memory("One.", tags: ["a"])
        for _ in 0..<3 {
            try await shared.store.delete(id, as: "alden")
            try await shared.sync("alden")
            try await shared.store.close()
            shared = try await SharedStore(path, clock: shared.clock)
            await expect(.memoryNotFound) { try await shared.store.memory(id, as: "alice") }
            await expect(.memoryNotFound) { try await shared.store.restore(id, as: "alice") }
            let restored = try await shared.store.restore(id, as: "alden")
            #expect(restored.content == "One." && restored.tags == ["a"] && restored.syncStatus == .synced)
            #expect(try await shared.content(id, as: "alice") == "One.")
        }
        let history = try await shared.store.history(of: id, as: "alden")
        #expect(history.map(\.number) == Array(1...7))
        #expect(history.map(\.isDeleted) == [false, true, false, true, false, true, false])
        for (earlier, later) in zip(history, history.dropFirst()) { #expect(later.parents == [earlier.id]) }
        #expect(try await shared.store.verify().findings == [])
        try await shared.store.close()
    }

    @Test func `what another agent holds the lease of isn't restored`() async throws {
        let shared = try await SharedStore(embeds: false)
        let expiresAt = shared.clock.storeClock.now().date.addingTimeInterval(10)
        let draft = MemoryDraft(content: "The kettle is on.", expiresAt: expiresAt)
        let id = try await shared.store.store([draft], agentID: "alden", userID: shared.user)[0]
        let lock = try #require(try await shared.lock(id, as: "system"))
        shared.clock.advance(by: .seconds(10))
        await expect(.memoryNotFound) { try await shared.store.memory(id, as: "alden") }
        await expect(.locked) { try await shared.store.restore(id, as: "alden") }
        try await shared.store.releaseLease(lock)
        #expect(try await shared.store.restore(id, as: "alden").content == "The kettle is on.")
    }

    @Test(arguments: [["alden", "alice"], ["alice", "alden"]] as [[AgentID]])
    func `a deletion and an edit that didn't know of it contend, whichever is synced first`(
        order: [AgentID]
    ) async throws {
        for isEditLater in [true, false] {
            let shared = try await SharedStore(embeds: false)
            let id = try await shared.memory("One.")
            if !isEditLater { try await shared.edit(id, as: "alice", content: "Two.") }
            shared.clock.advance(by: .seconds(1))
            try await shared.store.delete(id, as: "alden")
            if isEditLater { try await shared.edit(id, as: "alice", content: "Two.") }
            var detected = 0
            for agent in order { detected += try await shared.sync(agent).conflictsDetected }
            #expect(detected == 1)
            if isEditLater {
                #expect(try await shared.content(id, as: "alden") == "Two.")
            } else {
                await expect(.memoryNotFound) { try await shared.store.memory(id, as: "alice") }
            }
            #expect(try await shared.store.verify().findings == [])
        }
    }
}
