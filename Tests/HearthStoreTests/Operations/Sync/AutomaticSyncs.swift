import HearthSQLite
import Synchronization
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// What background sync publishes: in batches, and where one fails agent by agent and draft by draft.
@Suite struct AutomaticSyncs {
    private func publish(_ shared: SharedStore) async throws -> [AutomaticSyncResult] {
        try await shared.store.syncAutomatically(try shared.store.automaticSyncs())
    }

    @Test func `drafts of every agent that syncs automatically are published, the highest priority first`() async throws
    {
        let shared = try await SharedStore(embeds: false) { options in
            for index in options.agents.indices where options.agents[index].id == "mimic" {
                options.agents[index].automaticSync = false
            }
        }
        let ids = try await ["a", "b", "c"].asyncMap { try await shared.memory($0) }
        try await shared.edit(ids[0], as: "mimic", content: "from mimic")
        try await shared.edit(ids[1], as: "alice", content: "from alice")
        try await shared.edit(ids[2], as: "alden", content: "from alden")
        let due = try shared.store.automaticSyncs()
        #expect(due.map(\.agentID) == ["alden", "alice"])
        let done = try await publish(shared)
        #expect(done.map(\.result.successfulSyncs) == [1, 1] && done.allSatisfy { $0.failures.isEmpty })
        #expect(try await shared.content(ids[0], as: "alden") == "a")
        #expect(try await shared.content(ids[1], as: "alden") == "from alice")
        #expect(try await shared.content(ids[2], as: "alice") == "from alden")
        let statistics = try await shared.store.syncStatistics()
        #expect(statistics.service.totalSyncs == 2 && statistics.service.successfulSyncs == 2)
        #expect(try shared.store.automaticSyncs().isEmpty)
        #expect(try await shared.store.verify().findings == [])
        try await shared.store.close()
    }

    @Test func `one bad draft holds up neither another draft nor another agent`() async throws {
        let shared = try await SharedStore(embeds: false)
        let ids = try await ["a", "b", "c"].asyncMap { try await shared.memory($0) }
        for id in ids.prefix(2) { try await shared.edit(id, as: "alden", content: "edited") }
        try await shared.edit(ids[2], as: "alice", content: "edited")
        try await shared.store.write { transaction in
            try transaction.connection.run(
                "UPDATE drafts SET content = 'damaged' WHERE draft_key = (SELECT min(draft_key) FROM drafts)"
            )
        }
        let done = try await publish(shared)
        #expect(done.map(\.result.successfulSyncs) == [1, 1])
        #expect(done.map(\.failures) == [[.storeCorrupt: 1], [:]])
        #expect(try await shared.content(ids[1], as: "alden") == "edited")
        #expect(try await shared.content(ids[2], as: "alden") == "edited")
        try await shared.store.close()
    }

    @Test func `a draft behind another agent's lease waits, and no record is made of looking at it`() async throws {
        let shared = try await SharedStore(embeds: false)
        let id = try await shared.memory()
        try await shared.edit(id, as: "alice", content: "edited")
        let lock = try #require(try await shared.lock(id, as: "alden"))
        for _ in 0..<3 {
            let done = try await publish(shared)
            #expect(done.map(\.result.draftsBehindLeases) == [1] && done[0].failures.isEmpty)
        }
        #expect(try await shared.store.syncStatistics().service.totalSyncs == 0)
        try await shared.store.releaseLease(lock)
        #expect(try await publish(shared).map(\.result.successfulSyncs) == [1])
        #expect(try await shared.store.syncStatistics().service.totalSyncs == 1)
        try await shared.store.close()
    }

    @Test func `a stop between two batches leaves whole drafts, which the next sync publishes`() async throws {
        let shared = try await SharedStore(embeds: false)
        let drafts = (0..<MemoryStore.syncBatchSize + 10).map { MemoryDraft(content: "note \($0)") }
        let ids = try await shared.store.store(drafts, agentID: "alden", userID: shared.user)
        for id in ids { try await shared.store.update(id, as: "alden", change: MemoryChange(importance: 0.7)) }
        let asked = Atomic(0)
        let done = try await shared.store.syncAutomatically(try shared.store.automaticSyncs()) {
            asked.add(1, ordering: .relaxed).newValue == 1
        }
        #expect(done.map(\.result.successfulSyncs) == [MemoryStore.syncBatchSize])
        #expect(try await shared.status(ids[0], as: "alden") == .synced)
        #expect(try await shared.status(ids[ids.count - 1], as: "alden") == .pending)
        #expect(try await shared.store.verify().findings == [])
        #expect(try await publish(shared).map(\.result.successfulSyncs) == [10])
        try await shared.store.close()
    }

    @Test func `a profile may leave the strategy to the configuration, also in the file`() async throws {
        let directory = try TemporaryDirectory()
        let file = StoreLocation.file(directory.file("store.db"))
        func open(_ strategy: ConflictResolution) async throws -> SharedStore {
            try await SharedStore(file, embeds: false) { options in
                options.defaultResolution = strategy
                for index in options.agents.indices where options.agents[index].id == "alden" {
                    options.agents[index].ownConflictResolution = nil
                }
            }
        }
        func contend(_ shared: SharedStore) async throws -> [String] {
            let id = try await shared.memory("Base.")
            try await shared.edit(id, as: "alice", content: "Theirs.", importance: 0.9)
            try await shared.edit(id, as: "alden", content: "Ours.", importance: 0.2)
            for agent in ["alice", "alden"] as [AgentID] { try await shared.sync(agent) }
            return [try await shared.content(id, as: "alden"), "\(try await shared.store.pendingConflicts().count)"]
        }
        let first = try await open(.highestImportance)
        #expect(try first.store.agent("alden")?.profile.ownConflictResolution == nil)
        #expect(try await contend(first) == ["Theirs.", "0"])
        try await first.store.close()
        let second = try await open(.manualReview)
        #expect(try second.store.agent("alden")?.profile.ownConflictResolution == nil)
        #expect(try await contend(second) == ["Theirs.", "1"])
        try await second.store.close()
    }
}

extension Array {
    fileprivate func asyncMap<R>(_ transform: (Element) async throws -> R) async rethrows -> [R] {
        var result: [R] = []
        for element in self { result.append(try await transform(element)) }
        return result
    }
}
