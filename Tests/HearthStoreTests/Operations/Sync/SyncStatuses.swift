import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// The one word that tells an agent the status of a memory.
@Suite struct SyncStatuses {
    @Test func `of several that hold, locked goes before conflict, deleted, pending and synced, in this order`() {
        let expected: [SyncStatus] =
            [.synced, .pending, .deleted, .deleted] + Array(repeating: .conflict, count: 4)
            + Array(repeating: .locked, count: 8)
        for (state, status) in expected.enumerated() {
            #expect(
                SyncStatus(
                    isLockedByOther: state & 8 != 0,
                    hasConflict: state & 4 != 0,
                    isDeleted: state & 2 != 0,
                    hasDraft: state & 1 != 0
                ) == status
            )
        }
    }

    @Test func `a memory shows the first of what holds for the agent that looks`() async throws {
        let shared = try await SharedStore(embeds: false)
        let (id, conflict) = try await shared.waitingConflict()
        func statuses() async throws -> [SyncStatus] {
            var statuses: [SyncStatus] = []
            for agent in ["alden", "sentry"] as [AgentID] {
                let status = try await shared.status(id, as: agent)
                let slice = try await shared.store.slice(of: agent, userID: shared.user)
                #expect(slice.entries.map(\.memory.syncStatus) == [status])
                #expect(slice.statistics.syncStatus == [status: 1])
                statuses.append(status)
            }
            return statuses
        }
        #expect(try await statuses() == [.conflict, .conflict])
        try await shared.edit(id, as: "alden", tags: ["door"])
        #expect(try await statuses() == [.conflict, .conflict])
        let lock = try #require(try await shared.lock(id, as: "sentry"))
        #expect(try await statuses() == [.locked, .conflict])
        try await shared.store.releaseLease(lock)
        #expect(try await statuses() == [.conflict, .conflict])
        try await shared.store.resolve(conflict.id, as: "system", decision: .content("The door is ajar."))
        #expect(try await statuses() == [.pending, .synced])
        _ = try #require(try await shared.lock(id, as: "sentry"))
        #expect(try await statuses() == [.locked, .synced])
        shared.clock.advance(by: .seconds(300))
        #expect(try await statuses() == [.pending, .synced])
        try await shared.store.discardDraft(of: id, as: "alden")
        #expect(try await statuses() == [.synced, .synced])
    }

    @Test func `what an agent has deleted in a draft counts as deleted for it alone`() async throws {
        let shared = try await SharedStore(embeds: false)
        let (id, _) = try await shared.waitingConflict()
        try await shared.store.delete(id, as: "sentry")
        let slice = try await shared.store.slice(of: "sentry", userID: shared.user)
        #expect(slice.entries.isEmpty && slice.statistics.syncStatus == [.deleted: 1])
        #expect(try await shared.status(id, as: "alden") == .conflict)
    }
}
