import HearthEmbedding
import HearthRules
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthSQLite
@testable import HearthStore

/// A search that finds all it needs in memory does not look at the file, and misses no commit for it.
@Suite struct ReadsFromMemory {
    private static func isDue(_ store: MemoryStore) throws -> Bool {
        try store.read(fromMemory: true) { $0.connection.isDue }
    }

    @Test func `searches of one's own memories settle in memory, and stay there after commits of this process`()
        async throws
    {
        let directory = try TemporaryDirectory()
        var options = StoreOptions()
        options.embedder = StaticEmbedder()
        let store = try await MemoryStore.open(.file(directory.file("store.db")), options: options)
        // The last block of vectors is not full.
        let drafts = (0..<70).map { MemoryDraft(content: "note \($0) of a walk by the lake", category: .knowledge) }
        _ = try await store.store(drafts, agentID: "alden", userID: "iris")
        func search() async throws -> Bool {
            #expect(try await store.search("walk by the lake", as: "alden", userID: "iris", limit: 100).count >= 70)
            return store.catalogs.isEnough(for: "iris")
        }
        // The first reads the words and the memories, the second notes that nothing else is needed, the third the state.
        for _ in 0..<2 { _ = try await search() }
        #expect(try await search())
        #expect(try Self.isDue(store))
        // Of another user.
        _ = try await store.store([MemoryDraft(content: "tea", category: .knowledge)], agentID: "alden", userID: "otto")
        #expect(try Self.isDue(store))
        #expect(try await search())
        // One's own.
        _ = try await store.store([MemoryDraft(content: "tea", category: .knowledge)], agentID: "alden", userID: "iris")
        #expect(try Self.isDue(store))
        #expect(try await search())
        let found = try await store.search("tea", as: "alden", userID: "iris")
        #expect(found.first?.memory.content == "tea")
        try await store.close()
    }

    @Test func `a commit of another store is seen, and the state that it made is known then`() async throws {
        let directory = try TemporaryDirectory()
        let store = try await MemoryStore.open(.file(directory.file("store.db")), options: StoreOptions())
        let other = try await MemoryStore.open(.file(directory.file("store.db")), options: StoreOptions())
        func sequences() throws -> [Int64] {
            try [store, other].map { store in try store.read(fromMemory: true) { $0.state.sequence } }
        }
        for count in 1...3 {
            for writer in [store, other] {
                _ = try await writer.store(
                    [MemoryDraft(content: "tea \(count)", category: .knowledge)],
                    agentID: "alden",
                    userID: "iris"
                )
                let file = try store.read { $0.state.sequence }
                #expect(try sequences() == [file, file])
                #expect(try Self.isDue(store))
                #expect(try Self.isDue(other))
                for reader in [store, other] {
                    let found = try await reader.search("tea", as: "alden", userID: "iris", limit: 10)
                    #expect(found.contains { $0.memory.content == "tea \(count)" })
                }
            }
        }
        try await store.close()
        try await other.close()
    }

    @Test func `a read that needs the file after all begins anew where somebody has committed meanwhile`() async throws
    {
        let directory = try TemporaryDirectory()
        let store = try await MemoryStore.open(.file(directory.file("store.db")), options: StoreOptions())
        _ = try await store.store([MemoryDraft(content: "tea", category: .knowledge)], agentID: "alden", userID: "iris")
        _ = try Self.isDue(store)
        let outside = try Connection(opening: directory.file("store.db"), flags: 2)
        var states: [Int64] = []
        let file = try store.read(fromMemory: true) { snapshot in
            states.append(snapshot.state.sequence)
            if states.count == 1 {
                try outside.execute("UPDATE store SET sequence = sequence + 1")
                // What a read inside this one sees is what this one sees, or nothing.
                _ = try store.read(fromMemory: true) { _ in Issue.record("a later state") }
            }
            return try snapshot.connection.first("SELECT sequence FROM store") { $0.int64(0) }
        }
        #expect(states.count == 2)
        #expect(states.last == file)
        try await store.close()
    }

    @Test func `a user without vectors is searched beside one who has some`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("store.db")
        let plain = try await MemoryStore.open(.file(path), options: StoreOptions())
        let drafts = (0..<60).map { MemoryDraft(content: "a walk by the lake, number \($0)", category: .knowledge) }
        _ = try await plain.store(drafts, agentID: "alden", userID: "otto")
        var options = StoreOptions()
        // It makes no vector of these.
        options.embedder = ScriptedEmbedder { text in
            if text.contains("number") { throw EmbeddingError(.requestRefused, "No.") }
            return [1, 0]
        }
        let store = try await MemoryStore.open(.file(path), options: options)
        _ = try await store.store(
            [MemoryDraft(content: "a walk", category: .knowledge)],
            agentID: "alden",
            userID: "iris"
        )
        try await until { try await store.search("walk", as: "alden", userID: "iris", type: .semantic).count == 1 }
        let found = try await store.search("walk by the lake", as: "alden", userID: "otto", limit: 100)
        #expect(found.reduce(0) { $0 + 1 + $1.copies.count } == 60)
        try await store.close()
        try await plain.close()
    }

    @Test func `a late read that meets a commit costs nothing of what is held`() async throws {
        let directory = try TemporaryDirectory()
        let store = try await MemoryStore.open(.file(directory.file("store.db")), options: StoreOptions())
        let other = try await MemoryStore.open(.file(directory.file("store.db")), options: StoreOptions())
        for store in [store, other] {
            _ = try await store.store(
                [MemoryDraft(content: "tea", category: .knowledge)],
                agentID: "alden",
                userID: "iris"
            )
            // After the other's store the catalog of this one is behind.
            if store !== other { _ = try await store.search("tea", as: "alden", userID: "iris") }
        }
        let (user, viewer) = try store.read(fromMemory: true) { snapshot in
            (try #require(try snapshot.key(of: "iris")), try snapshot.directory.acting("alden"))
        }
        let outside = try Connection(opening: directory.file("store.db"), flags: 2)
        let size = store.catalogs.knownSize(of: user)
        #expect(size > 0)
        var sizes: [Int] = []
        try store.read(fromMemory: true) { snapshot in
            sizes.append(store.catalogs.knownSize(of: user))
            if sizes.count == 1 {
                #expect(snapshot.connection.isDue)
                try outside.execute("UPDATE store SET sequence = sequence + 1")
            }
            #expect(try store.catalogs.slice(of: user, for: viewer, in: snapshot).catalog.entries.count == 2)
        }
        #expect(sizes == [size, size])
        try await store.close()
        try await other.close()
    }
}
