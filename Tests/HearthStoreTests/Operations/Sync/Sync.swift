import FoundationEssentials
import HearthEmbedding
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

@Suite struct Sync {
    @Test func `a draft whose base is the head becomes the head`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("One.")
        try await shared.edit(id, as: "alice", content: "Two.")
        let edited = shared.clock.storeClock.now()
        shared.clock.advance(by: .seconds(3_600))
        let result = try await shared.sync("alice")
        #expect(result.memoriesProcessed == 1 && result.successfulSyncs == 1 && result.conflictsDetected == 0)
        let seen = try await shared.store.memory(id, as: "alden")
        #expect(seen.content == "Two." && seen.version == 2 && seen.syncStatus == .synced)
        // The time of a version is that of the edit.
        #expect(abs(seen.updatedAt.timeIntervalSince(edited.date)) < 0.001)
        #expect(try await shared.sync("alice").memoriesProcessed == 0)
    }

    @Test func `edits of different fields meet without a conflict`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("One.", tags: ["a", "b"])
        try await shared.edit(id, as: "alice", content: "Two.")
        try await shared.edit(id, as: "alden", tags: ["b", "c"])
        #expect(try await shared.sync("alden").conflictsDetected == 0)
        #expect(try await shared.sync("alice").conflictsDetected == 0)
        let seen = try await shared.store.memory(id, as: "mimic")
        #expect(seen.content == "Two." && seen.tags == ["b", "c"])
        let history = try await shared.store.history(of: id, as: "alden")
        #expect(history.count == 4)
        #expect(history.last?.author == "system")
    }

    @Test(arguments: [
        ("alden" as AgentID, "From alice, later."),  // latest wins
        ("alice", "From alden, important."),  // highest importance
        ("mimic", "From alden, important."),  // agent priority
    ])
    func `the owner's strategy settles what both changed`(owner: AgentID, winner: String) async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("One.", of: owner)
        try await shared.edit(id, as: "alden", content: "From alden, important.", importance: 0.8)
        try await shared.edit(id, as: "alice", content: "From alice, later.", importance: 0.3)
        try await shared.sync("alice")
        let result = try await shared.sync("alden")
        #expect(result.conflictsDetected == 1 && result.conflictsResolved == 1 && result.successfulSyncs == 1)
        #expect(try await shared.content(id, as: "alden") == winner)
        let history = try await shared.store.history(of: id, as: owner)
        #expect(history.contains { $0.content == "From alden, important." })
        #expect(history.contains { $0.content == "From alice, later." })
        #expect(try await shared.store.verify().findings == [])
    }

    @Test func `a draft behind another's lease stays pending and is reported`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("One.")
        try await shared.edit(id, as: "alice", content: "Two.")
        let lock = try #require(try await shared.lock(id, as: "alden"))
        let result = try await shared.sync("alice")
        #expect(result.memoriesProcessed == 1 && result.successfulSyncs == 0)
        #expect(result.draftsBehindLeases == 1 && result.errors.count == 1)
        #expect(try await shared.status(id, as: "alice") == .locked)
        try await shared.store.releaseLease(lock)
        #expect(try await shared.status(id, as: "alice") == .pending)
        #expect(try await shared.sync("alice").successfulSyncs == 1)
        #expect(try await shared.content(id, as: "alden") == "Two.")
    }

    @Test func `a draft of an agent that was shut out stays and goes on when it is let in again`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("One.")
        try await shared.edit(id, as: "alice", content: "Two.")
        try await shared.store.revokeShare(id, as: "alden", from: ["alice"])
        await expect(.memoryNotFound) { try await shared.store.memory(id, as: "alice") }
        let refused = try await shared.sync("alice")
        #expect(refused.successfulSyncs == 0 && refused.errors.count == 1)
        #expect(try await shared.content(id, as: "alden") == "One.")
        try await shared.store.share(id, as: "alden", with: ["alice"])
        #expect(try await shared.content(id, as: "alice") == "Two.")
        #expect(try await shared.sync("alice").successfulSyncs == 1)
        #expect(try await shared.content(id, as: "alden") == "Two.")
    }

    @Test func `an edit under a lease is published at once, with the draft`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("One.", tags: ["a"])
        try await shared.edit(id, as: "alden", tags: ["b"])
        let lock = try #require(try await shared.lock(id, as: "alden"))
        let seen = try await shared.edit(id, as: "alden", content: "Two.", lock: lock)
        #expect(seen.version == 2 && seen.syncStatus == .synced)
        let other = try await shared.store.memory(id, as: "alice")
        #expect(other.content == "Two." && other.tags == ["b"])
        shared.clock.advance(by: .seconds(301))
        await expect(.lockLost) { try await shared.edit(id, as: "alden", content: "Three.", lock: lock) }
        #expect(try await shared.content(id, as: "alice") == "Two.")
    }

    @Test func `a published deletion is gone for everyone, and the owner restores it`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("One.")
        try await shared.store.delete(id, as: "alden")
        try await shared.sync("alden")
        for agent in ["alden", "alice"] as [AgentID] {
            await expect(.memoryNotFound) { try await shared.store.memory(id, as: agent) }
            #expect(try await shared.store.slice(of: agent, userID: shared.user).statistics.syncStatus == [:])
            #expect(try await shared.store.search("one", as: agent, userID: shared.user).isEmpty)
        }
        #expect(try await shared.store.history(of: id, as: "alden").map(\.isDeleted) == [false, true])
        await expect(.memoryNotFound) { try await shared.store.restore(id, as: "alice") }
        #expect(try await shared.store.restore(id, as: "alden").content == "One.")
        #expect(try await shared.store.search("one", as: "alice", userID: shared.user).map(\.memory.id) == [id])
        #expect(try await shared.store.verify().findings == [])
    }

    @Test func `forcing a sync re-examines the whole slice and applies the rules of now`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("One.", category: .task, shareWith: [])
        _ = try await shared.memory("Two.", shareWith: [])
        var policy = SharingPolicy.hearthlink
        policy.propagationRules.append(.init(name: "tasks", categories: [.task], agents: ["mimic"]))
        try await shared.store.setSharingPolicy(policy)
        await expect(.memoryNotFound) { try await shared.store.memory(id, as: "mimic") }
        let result = try await shared.sync("alden", force: true)
        #expect(result.memoriesProcessed == 2 && result.successfulSyncs == 2)
        #expect(try await shared.content(id, as: "mimic") == "One.")
    }

    @Test func `who was shut out doesn't learn who holds the lease`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("One.")
        try await shared.edit(id, as: "alice", content: "Two.")
        try await shared.store.revokeShare(id, as: "alden", from: ["alice"])
        let free = try await shared.sync("alice").errors
        _ = try await shared.lock(id, as: "alden")
        let held = try await shared.sync("alice")
        #expect(held.errors == free && held.draftsBehindLeases == 0)
    }

    @Test func `a deletion that is a draft is published under a lease`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("One.")
        try await shared.store.delete(id, as: "alden")
        await expect(.memoryNotFound) { try await shared.store.delete(id, as: "alden") }
        let lock = try #require(try await shared.lock(id, as: "alden"))
        try await shared.store.delete(id, as: "alden", lock: lock)
        await expect(.memoryNotFound) { try await shared.store.memory(id, as: "alice") }
        #expect(try await shared.store.verify().findings == [])
    }

    @Test func `history shows an agent what was published since it could see the memory`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("One.", shareWith: [])
        for content in ["Two.", "Three."] {
            try await shared.edit(id, as: "alden", content: content)
            try await shared.sync("alden")
        }
        try await shared.store.share(id, as: "alden", with: ["alice"])
        try await shared.edit(id, as: "alice", content: "Four.")
        try await shared.sync("alice")
        #expect(try await shared.store.history(of: id, as: "alice").map(\.content) == ["Three.", "Four."])
        #expect(try await shared.store.history(of: id, as: "alden").count == 4)
        await expect(.memoryNotFound) { try await shared.store.history(of: id, as: "mimic") }
    }

    @Test func `a sync is recorded with its counts`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("One.")
        try await shared.edit(id, as: "alice", content: "Two.")
        try await shared.edit(id, as: "alden", content: "Three.")
        try await shared.sync("alice")
        try await shared.sync("alden")
        let statistics = try await shared.store.syncStatistics()
        #expect(statistics.service.totalSyncs == 2 && statistics.service.successfulSyncs == 2)
        #expect(statistics.service.conflictsDetected == 1 && statistics.service.conflictsResolved == 1)
        #expect(statistics.recentOperations.last24h == 2 && statistics.recentOperations.failed == 0)
    }

    @Test func `a long text edited a thousand times is kept as differences and read back whole`() async throws {
        let shared = try await SharedStore(embeds: false)
        var lines = (0..<40).map { "Line \($0) says what line \($0) has to say." }
        let id = try await shared.memory(lines.joined(separator: "\n"))
        let lock = try #require(try await shared.lock(id, as: "alden"))
        var expected = [lines.joined(separator: "\n")]
        for edit in 1..<1_000 {
            lines[edit % 40] = "Line \(edit % 40) was edited in round \(edit)."
            expected.append(lines.joined(separator: "\n"))
            try await shared.store.update(
                id,
                as: "alden",
                change: MemoryChange(content: expected[edit]),
                lock: lock
            )
        }
        #expect(try await shared.store.history(of: id, as: "alden").map(\.content) == expected)
        let stored = try shared.store.read {
            try $0.connection.first("SELECT sum(length(content)) FROM versions", as: { $0.int(0) })
        }
        #expect(try #require(stored) * 10 < expected.reduce(0) { $0 + $1.utf8.count })
    }

    @Test func `forcing a sync counts a memory that had a draft once`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("One.", shareWith: [])
        _ = try await shared.memory("Another.", shareWith: [])
        try await shared.edit(id, as: "alden", content: "Two.")
        let result = try await shared.sync("alden", force: true)
        #expect(result.memoriesProcessed == 2 && result.successfulSyncs == 2)
    }

    @Test func `a merge shares with nobody, and what was taken back meanwhile stays taken back`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("One.", shareWith: ["alice", "mimic"])
        try await shared.edit(id, as: "alice", content: "From alice.")
        try await shared.edit(id, as: "mimic", content: "From mimic.")
        try await shared.edit(id, as: "alden", content: "From alden.")
        try await shared.sync("alden")
        try await shared.sync("mimic")
        try await shared.store.revokeShare(id, as: "alden", from: ["mimic"])
        let before = try await shared.store.access(to: id, as: "alden")
        #expect(Set(before.keys) == ["alice"])
        #expect(try await shared.sync("alice").conflictsResolved == 1)
        #expect(try await shared.store.access(to: id, as: "alden") == before)
        await expect(.memoryNotFound) { try await shared.store.memory(id, as: "mimic") }
    }

    @Test func `a deletion under a lease is published at once`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("One.")
        let lock = try #require(try await shared.lock(id, as: "alden"))
        try await shared.store.delete(id, as: "alden", lock: lock)
        for agent in ["alden", "alice"] as [AgentID] {
            await expect(.memoryNotFound) { try await shared.store.memory(id, as: agent) }
            #expect(try await shared.store.slice(of: agent, userID: shared.user).statistics.syncStatus == [:])
        }
        #expect(try await shared.store.history(of: id, as: "alden").map(\.isDeleted) == [false, true])
        #expect(try await shared.sync("alden").memoriesProcessed == 0)
    }

    @Test func `a lease makes nobody the owner`() async throws {
        let shared = try await SharedStore(embeds: false)
        let id = try await shared.memory("One.", of: "alice", shareWith: ["alden"])
        let lock = try #require(try await shared.lock(id, as: "alden"))
        await expect(.accessDenied) { try await shared.store.delete(id, as: "alden", lock: lock) }
        await expect(.accessDenied) {
            try await shared.store.update(id, as: "alden", change: MemoryChange(category: .task), lock: lock)
        }
        await expect(.accessDenied) { try await shared.store.share(id, as: "alden", with: ["mimic"]) }
        #expect(try await shared.edit(id, as: "alden", content: "Two.", lock: lock).content == "Two.")
        #expect(try await shared.content(id, as: "alice") == "Two.")
    }

    @Test func `forcing a sync finds what isn't what its checksum says, and goes on`() async throws {
        let shared = try await SharedStore(embeds: false)
        let damaged = try await shared.memory("One.", shareWith: [])
        let sound = try await shared.memory("Two.", shareWith: [])
        try await shared.store.write {
            try $0.connection.run("UPDATE memories SET content = 'Ono.' WHERE identifier = ?1", damaged.stored)
        }
        #expect(try await shared.sync("alden").errors == [])
        let result = try await shared.sync("alden", force: true)
        #expect(result.memoriesProcessed == 2 && result.successfulSyncs == 1)
        #expect(result.errors.count == 1 && result.errors.first?.contains(damaged.rawValue) == true)
        #expect(try await shared.content(sound, as: "alden") == "Two.")
    }

    @Test func `forcing a sync makes vectors anew that are of another model`() async throws {
        struct Model: Embedder {
            let identifier: String
            let dimension = 2
            let isLocal = true

            func embed(_ texts: [String]) async throws -> [[Float]] { texts.map { _ in [1, 0] } }
        }
        let directory = try TemporaryDirectory()
        let path = StoreLocation.file(directory.file("store.db"))
        let before = try await SharedStore(path) { $0.embedder = Model(identifier: "one") }
        let id = try await before.memory("One.", shareWith: [])
        #expect(try await before.store.embeddingStatus().pending == 0)
        try await before.store.close()
        let after = try await SharedStore(path, clock: before.clock) { $0.embedder = Model(identifier: "other") }
        #expect(try await after.sync("alden").memoriesProcessed == 0)
        #expect(try await after.store.embeddingStatus().pending == 1)
        #expect(try await after.sync("alden", force: true).successfulSyncs == 1)
        #expect(try await after.store.embeddingStatus().pending == 0)
        let found = try await after.store.search("anything", as: "alden", userID: after.user, type: .semantic)
        #expect(found.map(\.memory.id) == [id])
        try await after.store.close()
    }

    @Test func `a published draft keeps its vector, and nothing is embedded again`() async throws {
        let embedder = CountingEmbedder()
        let shared = try await SharedStore { $0.embedder = embedder }
        let ids = [try await shared.memory("One."), try await shared.memory("Two.")]
        try await shared.edit(ids[0], as: "alice", content: "Three.")
        try await shared.edit(ids[1], as: "alice", content: "Four.")
        #expect(embedder.texts == ["One.", "Two.", "Three.", "Four."])
        #expect(try await shared.sync("alice").successfulSyncs == 2)
        try await shared.edit(ids[0], as: "alden", content: "Five.")
        let lock = try await shared.store.acquireLease(
            on: ids[0],
            as: "alden",
            for: .seconds(60),
            waitingAtMost: .zero
        )
        #expect(lock != nil)
        try await shared.edit(ids[0], as: "alden", importance: 0.9, lock: lock)
        #expect(try await shared.content(ids[0], as: "alice") == "Five.")
        // The lost vector is missing now, or was asked for again by now.
        #expect(try await shared.store.embeddingStatus().pending == 0)
        #expect(embedder.texts == ["One.", "Two.", "Three.", "Four.", "Five."])
        #expect(try await shared.store.verify().findings == [])
    }

    @Test func `a draft of an agent that may only read by now stays a draft`() async throws {
        let shared = try await SharedStore(embeds: false)
        let id = try await shared.memory("One.")
        try await shared.edit(id, as: "alice", content: "Two.")
        try await shared.store.share(id, as: "alden", with: ["alice"], permission: .read)
        let refused = try await shared.sync("alice")
        #expect(refused.memoriesProcessed == 1 && refused.successfulSyncs == 0 && refused.errors.count == 1)
        #expect(try await shared.content(id, as: "alden") == "One.")
        #expect(try await shared.content(id, as: "alice") == "Two.")
        try await shared.store.share(id, as: "alden", with: ["alice"], permission: .propose)
        #expect(try await shared.sync("alice").successfulSyncs == 1)
        #expect(try await shared.content(id, as: "alden") == "Two.")
    }

    @Test func `a draft that can't be published holds up no other`() async throws {
        let shared = try await SharedStore(embeds: false)
        var ids: [MemoryID] = []
        for number in 0..<5 {
            let id = try await shared.memory("Memory \(number).")
            try await shared.edit(id, as: "alice", importance: 0.9)
            ids.append(id)
        }
        for id in ids { try await shared.edit(id, as: "alden", tags: ["seen"]) }
        try await shared.sync("alden")
        // The version that one of the drafts was made from can no longer be read.
        let damaged = ids[2]
        try await shared.store.write {
            try $0.connection.run(
                """
                UPDATE versions SET confidence = 0.1
                WHERE number = 1 AND memory_key = (SELECT memory_key FROM memories WHERE identifier = ?1)
                """,
                damaged.stored
            )
        }
        let result = try await shared.sync("alice")
        #expect(result.memoriesProcessed == 5 && result.successfulSyncs == 4)
        #expect(result.errors.count == 1 && result.errors.first?.contains(damaged.rawValue) == true)
        for id in ids {
            let isDamaged = id == damaged
            #expect(try await shared.status(id, as: "alice") == (isDamaged ? .pending : .synced))
            #expect(try await shared.store.memory(id, as: "alden").importance == (isDamaged ? 0.5 : 0.9))
        }
        #expect(try await shared.store.syncStatistics().recentOperations.failed == 1)
    }
}
