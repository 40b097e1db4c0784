import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore
@testable import HearthText

/// The word index of a file that another release has written.
@Suite struct OutdatedIndexes {
    /// Makes a file look as if an analyser had written it that cuts words otherwise.
    private func age(_ store: MemoryStore, to version: Int = TextAnalyzer.version - 1) async throws {
        try await store.write { transaction in
            let connection = transaction.connection
            try connection.run("INSERT INTO memory_index (memory_index) VALUES ('delete-all')")
            try connection.run("INSERT INTO memory_index (rowid, content, tags) VALUES (1, '1:ghost 1:words', '')")
            try connection.run("UPDATE documents SET length = length + 3, changed = ?1", transaction.sequence)
            transaction.indexWasRebuilt(analyser: version)
        }
    }

    private func find(_ query: String, as agent: AgentID, in shared: SharedStore) async throws -> [String] {
        try await shared.store.search(query, as: agent, userID: shared.user, type: .keyword).map(\.memory.content)
    }

    @Test func `it is made anew when the file is opened, drafts and tags with it`() async throws {
        let directory = try TemporaryDirectory()
        let location = StoreLocation.file(directory.file("store.db"))
        let shared = try await SharedStore(location)
        let id = try await shared.memory("The wi-fi has 16GB a month.", tags: ["house"])
        for number in 0..<300 { _ = try await shared.memory("Filler \(number) of .NET notes.") }
        _ = try await shared.edit(id, as: "alice", content: "The e-mail is O'Brien's.", tags: ["post"])
        let deleted = try await shared.memory("Gone with the wind.")
        try await shared.store.delete(deleted, as: "alden")
        try await age(shared.store)
        try await shared.store.close()

        let again = try await SharedStore(location)
        #expect(try await again.store.verify().findings == [])
        #expect(try again.store.read { $0.state.analyser } == TextAnalyzer.version)
        #expect(try await find("wifi gb", as: "alden", in: again) == ["The wi-fi has 16GB a month."])
        #expect(try await find("house", as: "alden", in: again) == ["The wi-fi has 16GB a month."])
        #expect(try await find("email obrien post", as: "alice", in: again) == ["The e-mail is O'Brien's."])
        #expect(try await find("ghost wind", as: "alden", in: again).isEmpty)
        #expect(try await find("Filler 7", as: "alden", in: again).first == "Filler 7 of .NET notes.")
        try await again.store.close()
    }

    @Test func `opened for reading alone it is refused`() async throws {
        let directory = try TemporaryDirectory()
        let location = StoreLocation.file(directory.file("store.db"))
        let shared = try await SharedStore(location)
        _ = try await shared.memory("Words.")
        try await age(shared.store)
        try await shared.store.close()
        await expect(.storeReadOnly) { _ = try await SharedStore(location) { $0.isReadOnly = true } }
    }

    @Test func `made anew by another release meanwhile, it answers and takes nothing`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("Words of this release.")
        try await age(shared.store, to: TextAnalyzer.version + 1)
        await expect(.schemaTooNew) { try await find("words", as: "alden", in: shared) }
        await expect(.schemaTooNew) { _ = try await shared.memory("More words.") }
        #expect(try await shared.store.memory(id, as: "alden").content == "Words of this release.")
        #expect(try await shared.store.browse(as: "alden", userID: shared.user, limit: 10).memories.count == 1)
        try await shared.store.close()
    }
}
