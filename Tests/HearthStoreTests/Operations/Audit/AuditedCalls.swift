import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// What leaves a row in the audit.
@Suite struct AuditedCalls {
    /// The rows that some calls add: the agent, the action, and what was attempted or done.
    private func rows(
        _ shared: SharedStore,
        of calls: () async throws -> Void
    ) async throws -> [String] {
        let before = try await shared.store.auditEntries(limit: 1).rows.first?.position ?? 0
        try await calls()
        return try await shared.store.auditEntries(order: .oldestFirst, after: before).rows
            .map { row in
                let words = ["attempt", "what", "with", "from", "rule", "strategy", "profiles", "policy", "status"]
                let told = words.compactMap { row.detail[$0] }
                return ([row.agentID?.rawValue ?? "", row.action.rawValue] + told).joined(separator: " ")
            }
    }

    @Test func `each way to read another agent's memory leaves one row, and reading one's own leaves none`()
        async throws
    {
        let shared = try await SharedStore()
        let store = shared.store
        let user = shared.user
        let ids = try await [
            shared.memory("The blue door.", shareWith: ["alice"]),
            shared.memory("The blue gate.", shareWith: ["alice"]),
        ]
        let reads: [(String, (AgentID) async throws -> Void)] = [
            ("memory", { _ = try await store.memory(ids[0], as: $0) }),
            ("memories", { _ = try await store.memories(ids, as: $0) }),
            ("browse", { _ = try await store.browse(as: $0, userID: user) }),
            ("slice", { _ = try await store.slice(of: $0, userID: user) }),
            ("keyword", { _ = try await store.search("blue", as: $0, userID: user, type: .keyword) }),
            ("semantic", { _ = try await store.search("blue", as: $0, userID: user, type: .semantic) }),
            ("hybrid", { _ = try await store.search("blue", as: $0, userID: user) }),
            ("history", { _ = try await store.history(of: ids[0], as: $0) }),
        ]
        for (name, read) in reads {
            #expect(try await rows(shared) { try await read("alice") } == ["alice read"], "\(name)")
            #expect(try await rows(shared) { try await read("alden") } == [], "\(name)")
        }
        #expect(
            try await rows(shared) { _ = try await store.similar(to: ids[0], as: "alice") } == [
                "alice read", "alice read",
            ]
        )
        #expect(
            try await rows(shared) { _ = try await store.access(to: ids[0], as: "system") } == ["system read access"]
        )
        #expect(try await rows(shared) { _ = try await store.access(to: ids[0], as: "alden") } == [])
        #expect(
            try await rows(shared) {
                _ = try await store.update(ids[0], as: "alice", change: MemoryChange(content: "The red door."))
            } == ["alice read"]
        )
        try await store.close()
    }

    @Test func `each call about a memory that an agent may not see leaves the row of a refusal`() async throws {
        let shared = try await SharedStore(embeds: false)
        let store = shared.store
        let id = try await shared.memory("The key.", shareWith: [])
        let calls: [(String, () async throws -> Void)] = [
            ("read", { _ = try await store.memory(id, as: "mimic") }),
            ("read", { _ = try await store.similar(to: id, as: "mimic") }),
            ("history", { _ = try await store.history(of: id, as: "mimic") }),
            ("edit", { _ = try await store.update(id, as: "mimic", change: MemoryChange(content: "Mine.")) }),
            ("delete", { try await store.delete(id, as: "mimic") }),
            ("discard", { try await store.discardDraft(of: id, as: "mimic") }),
            ("restore", { _ = try await store.restore(id, as: "mimic") }),
            ("rollback", { _ = try await store.rollback(id, to: "ver_none", as: "mimic") }),
            ("share", { try await store.share(id, as: "mimic", with: ["alice"]) }),
            ("revoke", { try await store.revokeShare(id, as: "mimic", from: ["alice"]) }),
            ("access", { _ = try await store.access(to: id, as: "mimic") }),
            (
                "lease",
                { _ = try await store.acquireLease(on: id, as: "mimic", for: .seconds(1), waitingAtMost: .zero) }
            ),
            ("release", { _ = try await store.releaseLease(on: id, as: "mimic") }),
            (
                "name as parent",
                {
                    let child = MemoryDraft(content: "Child.", parentID: id)
                    _ = try await store.store([child], agentID: "mimic", userID: shared.user)
                }
            ),
            (
                "name as parent",
                {
                    let child = MemoryDraft(content: "Child.", parentID: id)
                    let item = MemoryImport(id: "child-1", userID: shared.user, agentID: "mimic", draft: child)
                    _ = try await store.importMemories([item])
                }
            ),
        ]
        for (attempt, call) in calls {
            let found = try await rows(shared) { await expect(.memoryNotFound) { try await call() } }
            #expect(found == ["mimic refuse \(attempt)"])
        }
        // Its owner, for a user that it does not belong to.
        let strangers: [(String, () async throws -> Void)] = [
            ("read", { _ = try await store.memory(id, as: "alden", userID: "user_456") }),
            ("restore", { _ = try await store.restore(id, as: "alden", userID: "user_456") }),
            ("share", { try await store.share(id, as: "alden", with: ["alice"], userID: "user_456") }),
            ("access", { _ = try await store.access(to: id, as: "alden", userID: "user_456") }),
            ("discard", { try await store.discardDraft(of: id, as: "alden", userID: "user_456") }),
        ]
        for (attempt, call) in strangers {
            let found = try await rows(shared) { await expect(.memoryNotFound) { try await call() } }
            #expect(found == ["alden refuse \(attempt)"])
        }
        try await store.close()
    }

    @Test func `shares, rules, revocations, restorations, rollbacks and forced releases leave rows`() async throws {
        let shared = try await SharedStore(embeds: false)
        let store = shared.store
        let id = try await shared.memory(shareWith: [])
        #expect(
            try await rows(shared) { try await store.share(id, as: "alden", with: ["alice"]) } == ["alden share alice"]
        )
        #expect(
            try await rows(shared) { try await store.revokeShare(id, as: "alden", from: ["alice"]) } == [
                "alden revoke alice"
            ]
        )
        let propagated = try await rows(shared) {
            _ = try await shared.memory("Tea.", category: .preference, shareWith: [])
        }
        #expect(propagated == ["alden propagate mimic user_preference_changes"])
        let restored = try await rows(shared) {
            try await store.delete(id, as: "alden")
            try await shared.sync("alden")
            _ = try await store.restore(id, as: "alden")
        }
        #expect(restored == ["alden restore"])
        let first = try await store.history(of: id, as: "alden")[0].id
        #expect(
            try await rows(shared) { _ = try await store.rollback(id, to: first, as: "alden") } == ["alden rollback"]
        )
        let forced = try await rows(shared) {
            _ = try await shared.lock(id, as: "alden")
            try await store.releaseLease(on: id, as: "system", force: true)
        }
        #expect(forced == ["system force_release"])
        await expect(.restrictedCategory) {
            try await store.store(
                [MemoryDraft(content: "x", category: .privateTasks)],
                agentID: "alden",
                userID: shared.user,
                shareWith: ["alice"]
            )
        }
        let last = try #require(try await store.auditEntries(limit: 1).rows.first)
        #expect(last.action == .refuse && last.userID == shared.user && last.detail == ["attempt": "share"])
        try await store.close()
    }

    @Test func `conflicts leave a row however they are settled, and a draft that is refused leaves one`() async throws {
        let waiting = try await SharedStore(embeds: false)
        let (_, conflict) = try await waiting.waitingConflict()
        let settled = try await rows(waiting) {
            _ = try await waiting.store.resolve(conflict.id, as: "sentry", strategy: .latestWins)
        }
        #expect(settled == ["sentry resolve latest_wins"])
        try await waiting.store.close()

        let shared = try await SharedStore.settlingAldens(by: .latestWins)
        let id = try await shared.memory("The door is shut.")
        let published = try await rows(shared) {
            try await shared.edit(id, as: "alden", content: "The door is open.")
            try await shared.edit(id, as: "alice", content: "The door is locked.")
            try await shared.sync("alden")
            try await shared.sync("alice")
        }
        #expect(published == ["alice read", "system resolve latest_wins"])
        let refused = try await rows(shared) {
            try await shared.edit(id, as: "mimic", content: "The door is gone.")
            try await shared.store.revokeShare(id, as: "alden", from: ["mimic"])
            #expect(try await shared.sync("mimic").errors.count == 1)
        }
        #expect(refused == ["mimic read", "alden revoke mimic", "mimic refuse publish"])
        try await shared.store.close()
    }

    @Test func `changes of profiles, policy and status leave rows, and what changes nothing leaves none`() async throws
    {
        let shared = try await SharedStore(embeds: false)
        let store = shared.store
        var profile = AgentProfile.hearthlink[0]
        profile.name = "Other"
        #expect(try await rows(shared) { try await store.setProfiles([profile]) } == ["system administer alden"])
        #expect(
            try await rows(shared) { try await store.setSharingPolicy(SharingPolicy()) } == [
                "system administer sharing"
            ]
        )
        #expect(
            try await rows(shared) { try await store.setStatus(.maintenance, of: "alden") } == [
                "system administer maintenance"
            ]
        )
        #expect(try await rows(shared) { try await store.setStatus(.maintenance, of: "alden") } == [])
        try await store.close()
    }

    /// Words of memories, versions and tags stay out, so that an erasure leaves nothing here.
    @Test func `no row holds a word, an identifier or a digest of a memory`() async throws {
        let shared = try await SharedStore.settlingAldens(by: .latestWins)
        let id = try await shared.memory("Zorilla one.", tags: ["zorilla"])
        try await shared.edit(id, as: "alden", content: "Zorilla two.")
        try await shared.edit(id, as: "alice", content: "Zorilla three.")
        try await shared.sync("alden")
        try await shared.sync("alice")
        let history = try await shared.store.history(of: id, as: "alden")
        _ = try await shared.store.rollback(id, to: history[0].id, as: "system")
        await expect(.memoryNotFound) { try await shared.store.memory(id, as: "sentry") }
        _ = try await shared.store.search("zorilla", as: "mimic", userID: shared.user)
        let stored = try shared.store.read { snapshot in
            try snapshot.connection.rows("SELECT memories || detail FROM audit", as: { $0.string(0).lowercased() })
        }
        for word in ["zorilla", "mem_", "ver_", "user_123"] {
            #expect(!stored.contains { $0.contains(word) }, "\(word)")
        }
        try await shared.store.close()
    }
}
