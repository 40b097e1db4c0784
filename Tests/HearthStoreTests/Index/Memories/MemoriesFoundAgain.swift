import HearthRules
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// A memory that was found before is known without its rows.
@Suite struct MemoriesFoundAgain {
    private func store(_ texts: [String]) async throws -> MemoryStore {
        let store = try await MemoryStore.open(.temporary, options: StoreOptions())
        _ = try await store.store(texts.map { MemoryDraft(content: $0) }, agentID: "alden", userID: "iris")
        return store
    }

    private func records(in snapshot: Snapshot) throws -> [MemoryRecord] {
        try snapshot.connection.rows("SELECT memory_key FROM memories ORDER BY memory_key", as: { $0.int64(0) })
            .compactMap { try MemoryRecord.find(key: $0, in: snapshot) }
    }

    @Test func `what is kept has a limit, and those go that were not asked for`() async throws {
        let text = String(repeating: "a long walk ", count: 700)
        let store = try await store((0..<400).map { "\($0) \(text)" })
        try store.read { snapshot in
            let records = try records(in: snapshot)
            var known = KnownRecords()
            for record in records {
                known.keep(record, in: snapshot)
                #expect(known.size <= KnownRecords.maximumSize)
                // The first is asked for all the while.
                #expect(try known.record(of: records[0].key, in: snapshot)?.id == records[0].id)
            }
            #expect(known.content(of: records[0].key) == records[0].fields.content)
            #expect(known.content(of: records[1].key) == nil)
            #expect(known.content(of: records[399].key) == records[399].fields.content)
            #expect(known.size > KnownRecords.maximumSize / 2)
        }
        try await store.close()
    }

    @Test func `a memory that is longer than a quarter of the limit is not kept`() async throws {
        let store = try await store([String(repeating: "x", count: KnownRecords.maximumSize / 4), "short"])
        try store.read { snapshot in
            var known = KnownRecords()
            let records = try records(in: snapshot)
            for record in records { known.keep(record, in: snapshot) }
            #expect(records.map { known.content(of: $0.key) } == [nil, "short"])
        }
        try await store.close()
    }

    @Test func `all users' memories have a limit, and the user loses them who was found longest ago`() async throws {
        let store = try await MemoryStore.open(.temporary, options: StoreOptions())
        // More than half of what may be kept of one.
        let padding = String(repeating: "x", count: 40_000)
        let texts = (0..<16).map { "a walk, \($0) \(padding)" }
        let users: [UserID] = (0..<20).map { UserID(rawValue: "user-\($0)") }
        func known(of user: UserID) throws -> Int {
            try store.read { snapshot in
                let key = try #require(try snapshot.key(of: user))
                return store.catalogs.knownSize(of: key)
            }
        }
        for user in users {
            _ = try await store.store(texts.map { MemoryDraft(content: $0) }, agentID: "alden", userID: user)
            for _ in 0..<2 {
                _ = try await store.search("walk", as: "alden", userID: user, type: .keyword, limit: 20)
            }
            #expect(store.catalogs.knownSize <= CatalogCache.maximumKnownSize)
        }
        #expect(store.catalogs.knownSize > CatalogCache.maximumKnownSize / 2)
        #expect(try known(of: users[0]) == 0)
        #expect(try known(of: users[19]) > KnownRecords.maximumSize / 2)
        let found = try await store.search("walk", as: "alden", userID: users[0], type: .keyword, limit: 20)
        #expect(found.count == 16)
        try await store.close()
    }

    @Test func `a sensitive memory is not kept`() async throws {
        let sealed = try await SealedStore()
        _ = try await sealed.store.store(
            [MemoryDraft(content: "sealed", isSensitive: true), MemoryDraft(content: "plain")],
            agentID: "alden",
            userID: "iris"
        )
        let contents = try await sealed.store.read(mayTakeLong: true) { snapshot in
            let user = try #require(try snapshot.key(of: "iris"))
            _ = try snapshot.keys(ofUser: user)
            var known = KnownRecords()
            let records = try records(in: snapshot)
            for record in records { known.keep(record, in: snapshot) }
            return records.map { known.content(of: $0.key) }
        }
        #expect(contents == [nil, "plain"])
        try await sealed.store.close()
    }

    @Test func `a user who was erased and comes back has only the new memories`() async throws {
        let store = try await store(["an old walk"])
        func found() async throws -> [String] {
            try await store.search("walk", as: "alden", userID: "iris", type: .keyword).map(\.memory.content)
        }
        #expect(try await found() == ["an old walk"])
        _ = try await store.eraseUser("iris", as: "system")
        #expect(try await found() == [])
        _ = try await store.store([MemoryDraft(content: "a new walk")], agentID: "alden", userID: "iris")
        #expect(try await found() == ["a new walk"])
        try await store.close()
    }

    @Test func `a memory whose parent was erased has none`() async throws {
        let store = try await store(["a lake"])
        let lake = try #require(try await store.search("lake", as: "alden", userID: "iris", type: .keyword).first)
        _ = try await store.store(
            [MemoryDraft(content: "a walk", parentID: lake.memory.id)],
            agentID: "alden",
            userID: "iris"
        )
        func parents() throws -> [MemoryID?] {
            try store.read { snapshot in
                let user = try #require(try snapshot.key(of: "iris"))
                let viewer = try snapshot.directory.agent("alden")
                let catalog = try store.catalogs.slice(of: user, for: viewer, in: snapshot).catalog
                return try catalog.entries.filter { !$0.isGone }
                    .map { try store.catalogs.record(of: $0, user: user, at: catalog, in: snapshot).parentID }
            }
        }
        #expect(try parents() == [nil, lake.memory.id])
        _ = try await store.eraseMemory(lake.memory.id, as: "alden")
        #expect(try parents() == [nil])
        try await store.close()
    }

    @Test func `the counts of a memory that is known are those that were written last`() async throws {
        let store = try await store(["a walk"])
        func found() async throws -> Memory {
            let results = try await store.search("walk", as: "alden", userID: "iris", type: .keyword)
            return try #require(results.first).memory
        }
        #expect(try await found().accessCount == 0)
        #expect(try await found().accessCount == 1)
        try await store.flushReadCounts()
        #expect(try await found().accessCount == 2)
        #expect(try await found().lastAccessedAt != nil)
        try await store.close()
    }
}
