import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

@Suite struct Histories {
    /// A memory of Sentry's that Alice and Alden see by rule, with an edit of Alden's that waits for a decision.
    private func waiting() async throws -> (shared: SharedStore, id: MemoryID, conflict: SyncConflict) {
        let shared = try await SharedStore(embeds: false)
        let id = try await shared.memory("The door is shut.", of: "sentry", category: .knowledge, shareWith: ["mimic"])
        try await shared.edit(id, as: "sentry", content: "The door is open.")
        try await shared.edit(id, as: "mimic", content: "The door is locked.")
        try await shared.sync("sentry")
        try await shared.sync("mimic")
        return (shared, id, try #require(try await shared.store.pendingConflicts().first))
    }

    private func contents(of id: MemoryID, for agent: AgentID, in shared: SharedStore) async throws -> [String] {
        try await shared.store.history(of: id, as: agent).map(\.content)
    }

    @Test func `who may only read isn't shown an edit that waits or has lost`() async throws {
        let (shared, id, conflict) = try await waiting()
        let published = ["The door is shut.", "The door is open."]
        #expect(try await contents(of: id, for: "alice", in: shared) == published)
        let mimics = try await contents(of: id, for: "mimic", in: shared)
        #expect(mimics.sorted() == (published + ["The door is locked."]).sorted())
        #expect(try await contents(of: id, for: "sentry", in: shared).count == 3)

        try await shared.store.resolve(conflict.id, as: "sentry", decision: .keep(conflict.versions[0].id))
        #expect(try await contents(of: id, for: "alice", in: shared) == published + ["The door is open."])
        #expect(try await contents(of: id, for: "sentry", in: shared).count == 4)
    }

    @Test func `the loser of an automatic strategy is its author's, the owner's and the deciders'`() async throws {
        let shared = try await SharedStore(embeds: false) { options in
            var vesta = AgentProfile.sentry
            (vesta.id, vesta.priority) = ("vesta", .critical)
            options.agents.append(vesta)
            for index in options.agents.indices { options.agents[index].conflictResolution = .latestWins }
        }
        let id = try await shared.memory("Base.", of: "alden", shareWith: ["alice", "mimic", "vesta"])
        try await shared.edit(id, as: "alice", content: "Loses.")
        try await shared.edit(id, as: "alden", content: "Wins.")
        try await shared.sync("alden")
        #expect(try await shared.sync("alice").conflictsResolved == 1)
        #expect(try await contents(of: id, for: "mimic", in: shared) == ["Base.", "Wins.", "Wins."])
        for agent in ["alden", "alice", "vesta"] as [AgentID] {
            #expect(try await contents(of: id, for: agent, in: shared).contains("Loses."), "\(agent)")
        }
    }

    @Test func `what was published while a memory was deleted or expired is shown to nobody else`() async throws {
        let shared = try await SharedStore(embeds: false)
        let id = try await shared.memory("One.")
        try await shared.store.delete(id, as: "alden")
        try await shared.sync("alden")
        try await shared.store.restore(id, as: "alden")
        let past = shared.clock.storeClock.now().date
        try await shared.store.update(id, as: "alden", change: MemoryChange(content: "Two.", expiresAt: .some(past)))
        try await shared.sync("alden")
        try await shared.store.restore(id, as: "alden")
        #expect(try await shared.store.history(of: id, as: "alice").map(\.number) == [1, 3, 5])
        #expect(try await shared.store.history(of: id, as: "alden").map(\.number) == Array(1...5))
    }

    @Test func `an agent that comes to see a memory isn't shown what the same commit published before`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("Private.", shareWith: [])
        try await shared.edit(id, as: "alden", content: "Private, as drafted.")
        // The head moves on, so that the draft becomes a version of its own.
        let first = try await shared.store.history(of: id, as: "alden")[0].id
        try await shared.store.rollback(id, to: first, as: "alden")
        let lock = try #require(try await shared.lock(id, as: "alden"))
        let opening = MemoryChange(content: "Likes tea.", category: .preference)
        try await shared.store.update(id, as: "alden", change: opening, lock: lock)
        #expect(try await shared.store.history(of: id, as: "alden").count > 3)
        #expect(try await shared.store.history(of: id, as: "mimic").map(\.content) == ["Likes tea."])
    }
}
