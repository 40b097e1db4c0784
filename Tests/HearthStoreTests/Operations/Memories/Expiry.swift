import FoundationEssentials
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// What it means that a memory has expired.
@Suite struct Expiry {
    /// A memory of Alden's that has expired, and that Alice could see and had drafted an edit of.
    private func expired() async throws -> (shared: SharedStore, id: MemoryID) {
        let shared = try await SharedStore()
        let draft = MemoryDraft(content: "The kettle is on.", tags: ["kitchen"], expiresAt: later(10, than: shared))
        let id = try await shared.store.store([draft], agentID: "alden", userID: shared.user, shareWith: ["alice"])[0]
        try await shared.edit(id, as: "alice", content: "The kettle is off.")
        shared.clock.advance(by: .seconds(10))
        return (shared, id)
    }

    private func later(_ seconds: Double, than shared: SharedStore) -> Date {
        shared.clock.storeClock.now().date.addingTimeInterval(seconds)
    }

    private func found(_ expiry: SearchFilter.Expiry, in shared: SharedStore, as agent: AgentID) async throws
        -> [MemoryID]
    {
        let filter = SearchFilter(expiry: expiry)
        let browsed = try await shared.store.browse(as: agent, userID: shared.user, filter: filter).memories.map(\.id)
        for type in SearchType.allCases {
            let searched = try await shared.store.search(
                "kettle kitchen",
                as: agent,
                userID: shared.user,
                type: type,
                filter: filter
            )
            #expect(searched.map(\.memory.id) == browsed, "\(type) \(expiry)")
        }
        return browsed
    }

    @Test func `its owner finds it by a filter that asks for it, and nobody else does`() async throws {
        let (shared, id) = try await expired()
        let other = try await shared.memory("Another kettle in the kitchen.")
        #expect(try await found(.current, in: shared, as: "alden") == [other])
        #expect(try await found(.expired, in: shared, as: "alden") == [id])
        #expect(Set(try await found(.any, in: shared, as: "alden")) == [id, other])
        for agent in ["alice", "sentry", "system"] as [AgentID] {
            let current = try await found(.current, in: shared, as: agent)
            #expect(try await found(.expired, in: shared, as: agent) == [])
            #expect(try await found(.any, in: shared, as: agent) == current)
            #expect(!current.contains(id))
        }
        let filter = SearchFilter(expiry: .expired)
        let seen = try #require(
            try await shared.store.browse(as: "alden", userID: shared.user, filter: filter).memories.first
        )
        #expect(seen.content == "The kettle is on." && seen.tags == ["kitchen"])
        #expect(try await shared.store.slice(of: "alden", userID: shared.user).statistics.totalMemories == 1)
    }

    @Test func `nobody but its owner learns that it is there, by any call`() async throws {
        let (shared, id) = try await expired()
        let version = try await shared.store.history(of: id, as: "alden")[0].id
        let store = shared.store
        let change = MemoryChange(expiresAt: .some(nil))
        await expect(.memoryNotFound) { try await store.memory(id, as: "alice") }
        await expect(.memoryNotFound) { try await store.update(id, as: "alice", change: change) }
        await expect(.memoryNotFound) { try await store.delete(id, as: "alice") }
        await expect(.memoryNotFound) { try await store.history(of: id, as: "alice") }
        await expect(.memoryNotFound) { try await store.restore(id, as: "alice") }
        await expect(.memoryNotFound) { try await store.rollback(id, to: version, as: "alice") }
        await expect(.memoryNotFound) { try await store.access(to: id, as: "alice") }
        await expect(.memoryNotFound) { _ = try await shared.lock(id, as: "alice") }
        let result = try await shared.sync("alice")
        #expect(result.successfulSyncs == 0 && result.errors.count == 1)
    }

    @Test(arguments: [true, false])
    func `its owner extends it, and the draft of another is there again`(underLease: Bool) async throws {
        let (shared, id) = try await expired()
        let store = shared.store
        await expect(.memoryNotFound) { try await store.memory(id, as: "alden") }
        await expect(.memoryNotFound) { try await store.update(id, as: "alden", change: MemoryChange(content: "Off.")) }
        let past = MemoryChange(expiresAt: .some(later(-1, than: shared)))
        await expect(.memoryNotFound) { try await store.update(id, as: "alden", change: past) }

        let lock = underLease ? try await shared.lock(id, as: "alden") : nil
        let expiry = later(100, than: shared)
        let extended = MemoryChange(tags: ["tea"], expiresAt: .some(expiry))
        let seen = try await store.update(id, as: "alden", change: extended, lock: lock)
        #expect(seen.expiresAt == expiry && seen.tags == ["tea"])
        if let lock {
            try await store.releaseLease(lock)
        } else {
            // A draft is its author's alone, this one too.
            await expect(.memoryNotFound) { try await store.memory(id, as: "alice") }
            #expect(try await shared.sync("alden").successfulSyncs == 1)
        }
        #expect(try await shared.content(id, as: "alice") == "The kettle is off.")
        #expect(try await found(.current, in: shared, as: "alden") == [id])
        #expect(try await shared.sync("alice").successfulSyncs == 1)
        #expect(try await shared.content(id, as: "alden") == "The kettle is off.")
        #expect(try await store.verify().isSound)
    }

    @Test func `its owner restores or deletes it`() async throws {
        let (shared, id) = try await expired()
        #expect(try await shared.store.restore(id, as: "alden").expiresAt == nil)
        #expect(try await shared.store.memory(id, as: "alice").expiresAt == nil)

        let (other, gone) = try await expired()
        let lock = try #require(try await other.lock(gone, as: "alden"))
        try await other.store.delete(gone, as: "alden", lock: lock)
        #expect(try await found(.expired, in: other, as: "alden") == [])
        #expect(try await other.store.verify().isSound)
    }

    @Test func `an expiry in the owner's draft hides it from the owner alone, until it is withdrawn`() async throws {
        let shared = try await SharedStore(embeds: false)
        let id = try await shared.memory("One.")
        try await shared.store.update(id, as: "alden", change: MemoryChange(expiresAt: .some(later(1, than: shared))))
        shared.clock.advance(by: .seconds(1))
        await expect(.memoryNotFound) { try await shared.store.memory(id, as: "alden") }
        #expect(try await shared.content(id, as: "alice") == "One.")
        #expect(try await shared.store.restore(id, as: "alden").syncStatus == .synced)
        #expect(try await shared.store.memory(id, as: "alden").expiresAt == nil)
    }

    @Test func `no rollback leads to a memory that has expired`() async throws {
        let (shared, id) = try await expired()
        let first = try await shared.store.history(of: id, as: "alden")[0].id
        for agent in ["alden", "system"] as [AgentID] {
            await expect(.invalidArgument) { try await shared.store.rollback(id, to: first, as: agent) }
        }
        let restored = try await shared.store.restore(id, as: "alden")
        await expect(.invalidArgument) { try await shared.store.rollback(id, to: first, as: "alden") }
        #expect(try await shared.store.memory(id, as: "alden").versionID == restored.versionID)
        // What the version says is not lost, as it is the expiry alone that has passed.
        #expect(try await shared.store.rollback(id, to: first, as: "system").content == "The kettle is on.")

        let later = try #require(try await shared.store.history(of: id, as: "alden").last).id
        try await shared.store.update(
            id,
            as: "alden",
            change: MemoryChange(expiresAt: .some(self.later(-1, than: shared)))
        )
        try await shared.sync("alden")
        #expect(try await shared.store.rollback(id, to: later, as: "alden").expiresAt == nil)
    }

    @Test(arguments: [SearchType.keyword, .hybrid])
    func `what has expired moves no score`(type: SearchType) async throws {
        func scores(withExpired count: Int) async throws -> [Double] {
            let shared = try await SharedStore()
            _ = try await shared.memory("The kettle is in the kitchen.")
            _ = try await shared.memory("A kettle boils, a kettle whistles, all day and all night long.")
            _ = try await shared.memory("The kitchen is warm.")
            let expiry = later(10, than: shared)
            let drafts = (0..<count).map { MemoryDraft(content: "kettle \($0)", expiresAt: expiry) }
            _ = try await shared.store.store(drafts, agentID: "alden", userID: shared.user, shareWith: ["alice"])
            // The cache has them before they expire.
            _ = try await shared.store.search("kettle", as: "alice", userID: shared.user, type: type)
            shared.clock.advance(by: .seconds(10))
            return try await shared.store.search("kettle kitchen", as: "alice", userID: shared.user, type: type)
                .map(\.score)
        }
        let none = try await scores(withExpired: 0)
        #expect(none.count == 3)
        #expect(try await scores(withExpired: 20) == none)
    }

    @Test func `a neighbour that has expired lends no words, and its owner's search for it counts it`() async throws {
        let shared = try await SharedStore()
        let drafts = [
            MemoryDraft(content: "The zorilla sleeps.", expiresAt: later(10, than: shared)),
            MemoryDraft(content: "It is white."),
        ]
        _ = try await shared.store.store(drafts, agentID: "alden", userID: shared.user, sessionID: "session")
        func found(_ expiry: SearchFilter.Expiry) async throws -> [MemorySearchResult] {
            let filter = SearchFilter(expiry: expiry)
            return try await shared.store.search("zorilla white", as: "alden", userID: shared.user, filter: filter)
        }
        shared.clock.advance(by: .seconds(10))
        #expect(try await found(.current).map(\.components.context) == [0])
        #expect(try await found(.any).count == 2)
    }

    @Test func `nothing is stored that has expired already`() async throws {
        let shared = try await SharedStore()
        for seconds in [-86_400, -1, 0] as [Double] {
            let drafts = [
                MemoryDraft(content: "Tea."), MemoryDraft(content: "Late.", expiresAt: later(seconds, than: shared)),
            ]
            await expect(.invalidArgument) {
                try await shared.store.store(drafts, agentID: "alden", userID: shared.user)
            }
        }
        #expect(try await shared.store.browse(as: "alden", userID: shared.user).memories.isEmpty)
        let draft = MemoryDraft(content: "Late.", expiresAt: later(-1, than: shared))
        let item = MemoryImport(id: "1", userID: shared.user, agentID: "alden", draft: draft)
        #expect(try await shared.store.importMemories([item]) == ImportCounts(expired: 1))
    }
}
