import HearthRules
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

@Suite struct Drafts {
    @Test func `an edit without a lease is read by its author and by nobody else`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("The boiler hums.")
        let seen = try await shared.edit(id, as: "alice", content: "The boiler whistles.")
        #expect(seen.content == "The boiler whistles.")
        #expect(seen.syncStatus == .pending)
        #expect(seen.version == 1)
        #expect(try await shared.content(id, as: "alden") == "The boiler hums.")
        #expect(try await shared.status(id, as: "alden") == .synced)
    }

    @Test func `its author finds a draft by its words, and the published words are found by the others`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("The boiler hums.")
        try await shared.edit(id, as: "alice", content: "The chimney whistles.")
        func found(_ query: String, as agent: AgentID) async throws -> [MemoryID] {
            try await shared.store.search(query, as: agent, userID: shared.user, type: .keyword).map(\.memory.id)
        }
        #expect(try await found("whistles", as: "alice") == [id])
        #expect(try await found("boiler", as: "alice") == [])
        #expect(try await found("whistles", as: "alden") == [])
        #expect(try await found("boiler", as: "alden") == [id])
        try await shared.sync("alice")
        #expect(try await found("whistles", as: "alden") == [id])
        #expect(try await found("boiler", as: "alden") == [])
        #expect(try await shared.store.verify().findings == [])
    }

    @Test func `editing again amends the draft and keeps its base`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("One.", tags: ["a"])
        try await shared.edit(id, as: "alice", content: "Two.")
        try await shared.edit(id, as: "alden", importance: 0.9)
        try await shared.sync("alden")
        try await shared.edit(id, as: "alice", tags: ["b"])
        let seen = try await shared.store.memory(id, as: "alice")
        #expect(seen.content == "Two." && seen.tags == ["b"] && seen.importance == 0.9)
        let draft = try shared.store.read { snapshot in
            let key = try #require(try MemoryNames.plain(id, in: snapshot.connection))
            return try DraftTable.find(
                memory: key,
                agent: snapshot.directory.agent("alice").key,
                in: snapshot
            )
        }
        #expect(draft?.baseNumber == 1)
        #expect(try await shared.sync("alice").successfulSyncs == 1)
        let published = try await shared.store.memory(id, as: "alden")
        #expect(published.content == "Two." && published.tags == ["b"] && published.importance == 0.9)
    }

    @Test func `an edit that restores everything is no draft`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("One.")
        try await shared.edit(id, as: "alden", content: "Two.")
        try await shared.edit(id, as: "alden", content: "One.")
        #expect(try await shared.status(id, as: "alden") == .synced)
        #expect(try await shared.sync("alden").memoriesProcessed == 0)
        #expect(try await shared.store.history(of: id, as: "alden").count == 1)
    }

    @Test func `a draft can be discarded, a deletion too`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("One.")
        try await shared.edit(id, as: "alden", content: "Two.")
        try await shared.store.delete(id, as: "alden")
        await expect(.memoryNotFound) { try await shared.store.memory(id, as: "alden") }
        #expect(try await shared.content(id, as: "alice") == "One.")
        let slice = try await shared.store.slice(of: "alden", userID: shared.user)
        #expect(slice.statistics.syncStatus == [.deleted: 1])
        #expect(slice.statistics.totalMemories == 0)
        try await shared.store.discardDraft(of: id, as: "alden")
        #expect(try await shared.content(id, as: "alden") == "One.")
        #expect(try await shared.status(id, as: "alden") == .synced)
        try await shared.store.discardDraft(of: id, as: "alden")
        #expect(try await shared.store.verify().findings == [])
    }

    @Test func `ifVersion refuses where the head has moved`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("One.")
        try await shared.edit(id, as: "alden", content: "Two.")
        try await shared.sync("alden")
        await expect(.versionMismatch) {
            try await shared.store.update(id, as: "alice", change: MemoryChange(content: "Three."), ifVersion: 1)
        }
        let seen = try await shared.store.update(
            id,
            as: "alice",
            change: MemoryChange(content: "Three."),
            ifVersion: 2
        )
        #expect(seen.content == "Three.")
    }

    @Test func `only the owner changes the category or deletes, and a reader edits nothing`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory()
        await expect(.accessDenied) { try await shared.store.delete(id, as: "alice") }
        await expect(.accessDenied) {
            try await shared.store.update(id, as: "alice", change: MemoryChange(category: .task))
        }
        try await shared.store.share(id, as: "alden", with: ["sentry"], permission: .read)
        await expect(.accessDenied) { try await shared.edit(id, as: "sentry", content: "No.") }
        let hidden = try await shared.memory(of: "mimic", shareWith: [])
        await expect(.memoryNotFound) { try await shared.edit(hidden, as: "alden", content: "No.") }
        await expect(.memoryNotFound) {
            try await shared.store.update(id, as: "alden", change: MemoryChange(content: "No."), userID: "another")
        }
        #expect(try shared.audit().count { $0 == "refuse" } == 5)
    }

    @Test func `a draft of a damaged file is refused`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("One.")
        try await shared.edit(id, as: "alden", content: "Two.")
        try await shared.store.write { try $0.connection.run("UPDATE drafts SET content = 'Too.'") }
        await expect(.storeCorrupt) { try await shared.store.memory(id, as: "alden") }
        #expect(try await shared.store.verify().findings.contains { $0.component == "draft" })
    }

    @Test func `bringing back what somebody else has replaced is an edit`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("A.")
        try await shared.edit(id, as: "alice", importance: 0.9)
        try await shared.edit(id, as: "alden", content: "C.")
        try await shared.sync("alden")
        #expect(try await shared.content(id, as: "alice") == "C.")
        try await shared.edit(id, as: "alice", content: "A.")
        #expect(try await shared.sync("alice").conflictsDetected == 0)
        let seen = try await shared.store.memory(id, as: "alden")
        #expect(seen.content == "A." && seen.importance == 0.9)
    }

    @Test func `an edit that could only be lost is refused`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("A.")
        try await shared.edit(id, as: "alice", content: "B.")
        try await shared.edit(id, as: "alden", content: "C.")
        try await shared.sync("alden")
        await expect(.versionMismatch) { try await shared.edit(id, as: "alice", content: "A.") }
        #expect(try await shared.content(id, as: "alice") == "B.")
    }

    @Test func `who doesn't own a memory can't let it expire, and its owner can bring it back`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("One.")
        let past = shared.clock.storeClock.now().date
        await expect(.accessDenied) {
            try await shared.store.update(id, as: "alice", change: MemoryChange(expiresAt: .some(past)))
        }
        try await shared.store.update(id, as: "alden", change: MemoryChange(expiresAt: .some(past)))
        try await shared.sync("alden")
        await expect(.memoryNotFound) { try await shared.store.memory(id, as: "alden") }
        await expect(.memoryNotFound) { try await shared.store.history(of: id, as: "alice") }
        #expect(try await shared.store.history(of: id, as: "alden").count == 2)
        await expect(.memoryNotFound) { try await shared.store.restore(id, as: "alice") }
        #expect(try await shared.store.restore(id, as: "alden").expiresAt == nil)
        #expect(try await shared.content(id, as: "alice") == "One.")
    }

    @Test func `a form that repeats the category is no change of it`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("One.")
        try await shared.edit(id, as: "alice", importance: 0.9)
        try await shared.store.update(id, as: "alden", change: MemoryChange(category: .preference))
        try await shared.sync("alden")
        try await shared.store.update(id, as: "alice", change: MemoryChange(category: .preference, confidence: 1))
        #expect(try await shared.sync("alice").successfulSyncs == 1)
        let seen = try await shared.store.memory(id, as: "alden")
        #expect(seen.category == .preference && seen.importance == 0.9 && seen.confidence == 1)
    }

    @Test func `an edit that changes nothing of a draft doesn't make it the later one`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("One.")
        try await shared.edit(id, as: "alden", content: "From alden, earlier.")
        try await shared.edit(id, as: "alice", content: "From alice, later.")
        try await shared.edit(id, as: "alden", content: "From alden, earlier.")
        for agent in ["alice", "alden"] as [AgentID] { try await shared.sync(agent) }
        #expect(try await shared.content(id, as: "alden") == "From alice, later.")
    }

    @Test func `who holds the lease and doesn't show it makes a draft`() async throws {
        let shared = try await SharedStore(embeds: false)
        let id = try await shared.memory("One.")
        let lock = try #require(try await shared.lock(id, as: "alden"))
        let seen = try await shared.edit(id, as: "alden", content: "Two.")
        #expect(seen.content == "Two." && seen.syncStatus == .pending)
        #expect(try await shared.content(id, as: "alice") == "One.")
        try await shared.store.releaseLease(lock)
        try await shared.sync("alden")
        #expect(try await shared.content(id, as: "alice") == "Two.")
    }

    @Test func `the lease of one acquisition publishes nothing for another of the same agent`() async throws {
        let shared = try await SharedStore(embeds: false)
        let id = try await shared.memory("One.")
        let first = try #require(try await shared.lock(id, as: "alden"))
        try await shared.store.releaseLease(first)
        let second = try #require(try await shared.lock(id, as: "alden"))
        await expect(.lockLost) { try await shared.edit(id, as: "alden", content: "Two.", lock: first) }
        await expect(.lockLost) { try await shared.store.delete(id, as: "alden", lock: first) }
        #expect(try await shared.edit(id, as: "alden", content: "Two.", lock: second).syncStatus == .synced)
    }
}
