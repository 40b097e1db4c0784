import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

@Suite struct Rollbacks {
    @Test func `a rollback carries every field of an old version, with the heads of now as parents`() async throws {
        let shared = try await SharedStore(embeds: false)
        let (id, conflict) = try await shared.waitingConflict()
        try await shared.edit(id, as: "sentry", tags: ["door"], importance: 0.9, metadata: ["workspace": "hall"])
        try await shared.sync("sentry")
        let before = try await shared.store.history(of: id, as: "sentry")
        let heads = try #require(try await shared.store.pendingConflicts().first).versions.map(\.id)
        #expect(heads.count == 2 && heads.contains(conflict.versions[1].id))
        let first = before[0]
        let seen = try await shared.store.rollback(id, to: first.id, as: "sentry")
        let history = try await shared.store.history(of: id, as: "alden")
        let version = try #require(history.last)
        #expect(version.id == seen.versionID && version.author == "sentry")
        #expect(version.parents == heads.sorted())
        #expect(version.number == before.map(\.number).max().map { $0 + 1 })
        #expect(version.content == first.content && version.tags == [] && version.metadata == [:])
        #expect(version.importance == 0.5 && seen.syncStatus == .synced)
        #expect(Set(history.map(\.id)).isSuperset(of: before.map(\.id)))
        #expect(try await shared.content(id, as: "alden") == first.content)
        #expect(try shared.audit().contains("rollback"))
        #expect(try await shared.store.verify().findings == [])
    }

    @Test func `nobody rolls back under another's lease`() async throws {
        let shared = try await SharedStore(embeds: false)
        let id = try await shared.memory("One.", of: "alice")
        try await shared.edit(id, as: "alice", content: "Two.")
        try await shared.sync("alice")
        let first = try await shared.store.history(of: id, as: "alice")[0].id
        let lock = try #require(try await shared.lock(id, as: "alden"))
        for agent in ["alice", "system"] as [AgentID] {
            await expect(.locked) { try await shared.store.rollback(id, to: first, as: agent) }
        }
        try await shared.store.releaseLease(lock)
        _ = try #require(try await shared.lock(id, as: "alice"))
        #expect(try await shared.store.rollback(id, to: first, as: "alice").content == "One.")
    }

    @Test func `the agent's own draft stays as it is`() async throws {
        let shared = try await SharedStore(embeds: false)
        let id = try await shared.memory("One.")
        try await shared.edit(id, as: "alden", content: "Two.")
        try await shared.sync("alden")
        try await shared.edit(id, as: "alden", tags: ["a"])
        let first = try await shared.store.history(of: id, as: "alden")[0].id
        let seen = try await shared.store.rollback(id, to: first, as: "alden")
        #expect(seen.content == "One." && seen.tags == ["a"] && seen.syncStatus == .pending)
        #expect(try await shared.store.memory(id, as: "alice").tags == [])
    }

    @Test func `a critical agent rolls back what it sees, to what its history shows and nothing before`() async throws {
        let shared = try await SharedStore(embeds: false) { options in
            var vesta = AgentProfile.sentry
            vesta.id = "vesta"
            vesta.priority = .critical
            options.agents.append(vesta)
        }
        let id = try await shared.memory("Private.", shareWith: [])
        let hidden = try await shared.store.history(of: id, as: "alden")[0].id
        await expect(.memoryNotFound) { try await shared.store.rollback(id, to: hidden, as: "vesta") }
        try await shared.edit(id, as: "alden", content: "Shown.")
        try await shared.sync("alden")
        try await shared.store.share(id, as: "alden", with: ["vesta", "alice"])
        try await shared.edit(id, as: "alden", content: "Now.")
        try await shared.sync("alden")

        let history = try await shared.store.history(of: id, as: "vesta")
        #expect(history.map(\.content) == ["Shown.", "Now."])
        // It learns the identifiers of the earlier versions, and no more.
        #expect(history[0].parents == [hidden])
        await expect(.invalidArgument) { try await shared.store.rollback(id, to: hidden, as: "vesta") }
        await expect(.accessDenied) { try await shared.store.rollback(id, to: history[0].id, as: "alice") }
        #expect(try await shared.store.rollback(id, to: history[0].id, as: "vesta").content == "Shown.")
        #expect(try await shared.content(id, as: "alden") == "Shown.")
        #expect(try await shared.store.rollback(id, to: hidden, as: "alden").content == "Private.")
    }

    @Test func `system, which maintains every memory, rolls back to any version of it`() async throws {
        let shared = try await SharedStore(embeds: false)
        let id = try await shared.memory("One.", shareWith: [])
        let first = try await shared.store.history(of: id, as: "alden")[0].id
        try await shared.edit(id, as: "alden", content: "Two.")
        try await shared.sync("alden")
        try await shared.store.rollback(id, to: first, as: "system")
        #expect(try await shared.content(id, as: "alden") == "One.")
        #expect(try await shared.store.history(of: id, as: "alden").last?.author == "system")
    }
}
