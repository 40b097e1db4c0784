import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

@Suite struct Conflicts {
    @Test func `under manual review the head stays and both versions wait with their base`() async throws {
        let shared = try await SharedStore()
        let (id, conflict) = try await shared.waitingConflict()
        #expect(try await shared.content(id, as: "sentry") == "The door is open.")
        #expect(try await shared.status(id, as: "alden") == .conflict)
        #expect(conflict.kind == .content && conflict.strategy == .manualReview)
        #expect(conflict.agents == ["sentry", "alden"])
        #expect(conflict.base?.content == "The door is shut.")
        #expect(conflict.versions.map(\.content) == ["The door is open.", "The door is locked."])
        let slice = try await shared.store.slice(of: "sentry", userID: shared.user)
        #expect(slice.statistics.conflictedMemories == 1 && slice.statistics.syncStatus == [.conflict: 1])
        await expect(.decisionRequired) { try await shared.store.resolve(conflict.id, as: "system") }
        #expect(try await shared.store.verify().findings == [])
    }

    @Test func `a decision keeps one version`() async throws {
        let shared = try await SharedStore()
        let (id, conflict) = try await shared.waitingConflict()
        let kept = conflict.versions[1]
        let resolved = try await shared.store.resolve(conflict.id, as: "sentry", decision: .keep(kept.id))
        #expect(resolved.strategy == .manualReview && resolved.memoryID == id)
        let seen = try await shared.store.memory(id, as: "sentry")
        #expect(seen.content == "The door is locked." && seen.versionID == resolved.version)
        #expect(seen.syncStatus == .synced)
        #expect(try await shared.store.pendingConflicts().isEmpty)
        await expect(.conflictAlreadyResolved) {
            try await shared.store.resolve(conflict.id, as: "sentry", decision: .delete)
        }
        #expect(try await shared.store.history(of: id, as: "sentry").count == 4)
        #expect(try shared.audit().contains("resolve"))
    }

    @Test func `a decision gives other words, or deletes`() async throws {
        let shared = try await SharedStore()
        let (id, conflict) = try await shared.waitingConflict()
        try await shared.store.resolve(conflict.id, as: "system", decision: .content("The door is ajar."))
        #expect(try await shared.content(id, as: "alden") == "The door is ajar.")
        let (gone, other) = try await shared.waitingConflict()
        try await shared.store.resolve(other.id, as: "sentry", decision: .delete)
        await expect(.memoryNotFound) { try await shared.store.memory(gone, as: "sentry") }
        #expect(try await shared.store.verify().findings == [])
    }

    @Test func `a strategy given to the call settles it`() async throws {
        let shared = try await SharedStore()
        let (id, conflict) = try await shared.waitingConflict()
        let resolved = try await shared.store.resolve(conflict.id, as: "system", strategy: .agentPriority)
        #expect(resolved.strategy == .agentPriority)
        #expect(try await shared.content(id, as: "sentry") == "The door is locked.")
    }

    @Test func `an edit from the old base joins the conflict as a third head`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("The door is shut.", of: "sentry", shareWith: ["alden", "alice"])
        try await shared.edit(id, as: "sentry", content: "The door is open.")
        try await shared.edit(id, as: "alden", content: "The door is locked.")
        try await shared.edit(id, as: "alice", content: "The door is ajar.")
        for agent in ["sentry", "alden", "alice"] as [AgentID] { try await shared.sync(agent) }
        let conflicts = try await shared.store.pendingConflicts()
        #expect(conflicts.count == 1)
        #expect(conflicts[0].versions.count == 3)
        #expect(try await shared.store.syncStatistics().service.conflictsDetected == 1)
        try await shared.store.resolve(conflicts[0].id, as: "system", strategy: .mergeContent)
        let content = try await shared.content(id, as: "sentry")
        for words in ["open", "locked", "ajar"] { #expect(content.contains(words)) }
    }

    @Test func `only the owner and critical agents settle a conflict`() async throws {
        let shared = try await SharedStore()
        let (_, conflict) = try await shared.waitingConflict()
        await expect(.accessDenied) { try await shared.store.resolve(conflict.id, as: "alden", decision: .delete) }
        await expect(.conflictNotFound) { try await shared.store.resolve(conflict.id, as: "mimic", decision: .delete) }
        await expect(.conflictNotFound) { try await shared.store.resolve("conf_none", as: "system") }
        await expect(.invalidArgument) {
            try await shared.store.resolve(conflict.id, as: "system", decision: .keep("ver_none"))
        }
        _ = try await shared.lock(conflict.memoryID, as: "alden")
        await expect(.locked) { try await shared.store.resolve(conflict.id, as: "sentry", decision: .delete) }
    }

    @Test func `an administrator is told of a conflict that waits, at once and afterwards`() async throws {
        let shared = try await SharedStore()
        var stream = shared.store.notificationStream().makeAsyncIterator()
        let (id, conflict) = try await shared.waitingConflict()
        let heard = await stream.next()
        #expect(heard?.conflictID == conflict.id && heard?.memoryID == id && heard?.severity == .information)
        #expect(heard?.message.contains("door") == false)
        #expect(try shared.store.pendingNotifications().map(\.id) == [heard?.id])
        try await shared.store.acknowledgeNotification(try #require(heard).id)
        #expect(try shared.store.pendingNotifications().isEmpty)
    }

    @Test func `a rollback is a new version, and settles what waits`() async throws {
        let shared = try await SharedStore()
        let (id, _) = try await shared.waitingConflict()
        let first = try await shared.store.history(of: id, as: "sentry")[0]
        await expect(.accessDenied) { try await shared.store.rollback(id, to: first.id, as: "alden") }
        let seen = try await shared.store.rollback(id, to: first.id, as: "sentry")
        #expect(seen.content == "The door is shut." && seen.version == 3)
        #expect(try await shared.store.pendingConflicts().isEmpty)
        #expect(try await shared.store.history(of: id, as: "sentry").count == 4)
    }

    @Test func `an administrator hears of a conflict that an edit under a lease has raised`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("One.", of: "sentry", importance: 0.95, shareWith: ["alden"])
        try await shared.edit(id, as: "alden", content: "Two.")
        try await shared.edit(id, as: "sentry", content: "Three.")
        try await shared.sync("sentry")
        var stream = shared.store.notificationStream().makeAsyncIterator()
        let lock = try #require(try await shared.lock(id, as: "alden"))
        try await shared.edit(id, as: "alden", importance: 0.1, lock: lock)
        let heard = await stream.next()
        #expect(heard?.kind == .conflictWaiting && heard?.severity == .critical)
        #expect(try await shared.store.pendingConflicts().count == 1)
        #expect(try await shared.store.verify().findings == [])
    }
}
