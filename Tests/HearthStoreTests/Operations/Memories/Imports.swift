import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

@Suite struct Imports {
    private func item(
        _ id: MemoryID,
        _ content: String,
        user: UserID = "iris",
        agent: AgentID = "alden",
        parent: MemoryID? = nil
    ) -> MemoryImport {
        MemoryImport(id: id, userID: user, agentID: agent, draft: MemoryDraft(content: content, parentID: parent))
    }

    private func memories(of user: UserID, as agent: AgentID = "alden", in store: MemoryStore) async throws -> [Memory]
    {
        try await store.browse(as: agent, userID: user, includeShared: false).memories
            .sorted { $0.content < $1.content }
    }

    @Test func `an identifier of another user's memory hides nothing and tells nothing`() async throws {
        let store = try await MemoryStore.open(.temporary)
        let ours = [item("1", "our first"), item("2", "our second")]
        let theirs = [item("1", "their first", user: "joss"), item("3", "their third", user: "joss")]
        #expect(try await store.importMemories(ours) == ImportCounts(stored: 2))
        #expect(try await store.importMemories(theirs) == ImportCounts(stored: 2))
        #expect(try await store.importMemories(theirs) == ImportCounts(present: 2))
        #expect(try await store.importMemories(ours) == ImportCounts(present: 2))

        #expect(try await memories(of: "iris", in: store).map(\.id) == ["1", "2"])
        let found = try await memories(of: "joss", in: store)
        #expect(found.map(\.content) == ["their first", "their third"])
        #expect(found[0].id.rawValue.wholeMatch(of: /mem_[0-9a-f]{32}/) != nil)
        #expect(found[1].id == "3")
        await expect(.memoryNotFound) { try await store.memory("1", as: "alden", userID: "joss") }
        #expect(try await store.verify().isSound)
        try await store.close()
    }

    @Test func `an identifier of another agent's memory is the other agent's`() async throws {
        let store = try await MemoryStore.open(.temporary)
        #expect(try await store.importMemories([item("1", "Alden's")]) == ImportCounts(stored: 1))
        let alices = [item("1", "Alice's", agent: "alice")]
        #expect(try await store.importMemories(alices) == ImportCounts(stored: 1))
        #expect(try await store.importMemories(alices) == ImportCounts(present: 1))
        #expect(try await memories(of: "iris", as: "alice", in: store).map(\.content) == ["Alice's"])
        try await store.close()
    }

    @Test func `in one batch an identifier is one memory of each user`() async throws {
        let store = try await MemoryStore.open(.temporary)
        let batch = [item("1", "ours"), item("1", "theirs", user: "joss"), item("1", "ours again")]
        #expect(try await store.importMemories(batch) == ImportCounts(stored: 2, present: 1))
        #expect(try await store.importMemories(batch) == ImportCounts(present: 3))
        #expect(try await memories(of: "iris", in: store).map(\.content) == ["ours"])
        #expect(try await memories(of: "joss", in: store).map(\.content) == ["theirs"])
        try await store.close()
    }

    @Test func `a derived identifier that is taken too gives way to the next`() async throws {
        let store = try await MemoryStore.open(.temporary)
        let derived = ImportIdentifiers.derived(from: "1", user: "joss", agent: "alden")
        _ = try await store.importMemories([item("1", "ours"), item(derived, "ours on purpose")])
        let theirs = [item("1", "theirs", user: "joss")]
        #expect(try await store.importMemories(theirs) == ImportCounts(stored: 1))
        #expect(try await store.importMemories(theirs) == ImportCounts(present: 1))
        let id = try #require(try await memories(of: "joss", in: store).first).id
        #expect(id == ImportIdentifiers.derived(from: derived, user: "joss", agent: "alden"))
        try await store.close()
    }

    @Test func `a memory under a derived identifier is found after the other one is free`() async throws {
        let store = try await MemoryStore.open(.temporary)
        // This is as if "1" had been another user's memory when this was stored, and had been purged since.
        let derived = ImportIdentifiers.derived(from: "1", user: "joss", agent: "alden")
        _ = try await store.importMemories([item(derived, "theirs", user: "joss")])
        #expect(try await store.importMemories([item("1", "theirs", user: "joss")]) == ImportCounts(present: 1))
        try await store.close()
    }

    @Test func `a parent is looked for among the memories of the same user`() async throws {
        let store = try await MemoryStore.open(.temporary)
        _ = try await store.importMemories([item("1", "our parent"), item("2", "our child", parent: "1")])
        let theirs = [item("1", "their parent", user: "joss"), item("2", "their child", user: "joss", parent: "1")]
        #expect(try await store.importMemories(theirs) == ImportCounts(stored: 2))
        let found = try await memories(of: "joss", in: store)
        #expect(found.map(\.content) == ["their child", "their parent"])
        #expect(found[0].parentID == found[1].id)
        await expect(.memoryNotFound) {
            _ = try await store.importMemories([item("9", "orphan", user: "kim", parent: "1")])
        }
        try await store.close()
    }

    @Test func `two imports at once store each memory once`() async throws {
        let store = try await MemoryStore.open(.temporary)
        let batch = (0..<50).map { item(MemoryID(rawValue: "\($0)"), "memory \($0)") }
        try await withThrowingTaskGroup(of: ImportCounts.self) { tasks in
            for _ in 0..<8 { tasks.addTask { try await store.importMemories(batch) } }
            let stored = try await tasks.reduce(0) { $0 + $1.stored }
            #expect(stored == 50)
        }
        #expect(try await memories(of: "iris", in: store).count == 50)
        try await store.close()
    }

    @Test func `one bad memory keeps the whole batch out`() async throws {
        let store = try await MemoryStore.open(.temporary)
        for bad in [item("", "x"), item("2", "x", agent: "nobody"), item("2", "x", user: "")] {
            await #expect(throws: MemoryError.self) { try await store.importMemories([item("1", "good"), bad]) }
        }
        #expect(try await memories(of: "iris", in: store).isEmpty)
        #expect(try await store.importMemories([]) == ImportCounts())
        try await store.close()
    }

    @Test func `what is there already is not embedded again`() async throws {
        let embedder = CountingEmbedder()
        var options = StoreOptions()
        options.embedder = embedder
        let store = try await MemoryStore.open(.temporary, options: options)
        _ = try await store.importMemories([item("1", "one"), item("2", "two")])
        _ = try await store.importMemories([item("1", "one"), item("3", "three"), item("2", "two")])
        _ = try await store.importMemories([item("1", "one")])
        #expect(embedder.texts == ["one", "two", "three"])
        try await store.close()
    }
}
