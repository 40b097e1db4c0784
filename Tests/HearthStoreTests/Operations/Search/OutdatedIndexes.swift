import Foundation
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

    @Test func `a text that is damaged keeps no file from being opened, and no other from being found`() async throws {
        let directory = try TemporaryDirectory()
        let location = StoreLocation.file(directory.file("store.db"))
        let shared = try await SharedStore(location)
        let damaged = try await shared.memory("The first of them.")
        _ = try await shared.memory("The second of them.")
        try await age(shared.store)
        try await shared.store.write { transaction in
            try transaction.connection.run("UPDATE memories SET tags = 'no list' WHERE identifier = ?1", damaged.stored)
        }
        try await shared.store.close()
        let again = try await SharedStore(location)
        #expect(try await find("second", as: "alden", in: again) == ["The second of them."])
        #expect(try await !again.store.verify().isSound)
        try await again.store.close()
    }

    @Test func `a batch outlasts a kill, nobody answers from a part, and the next opening goes on`() async throws {
        let directory = try TemporaryDirectory()
        let location = StoreLocation.file(directory.file("store.db"))
        let shared = try await SharedStore(location)
        for number in 0..<30 { _ = try await shared.memory("Filler \(number) of notes.") }
        try await age(shared.store)
        try await shared.store.writePublishing {
            try WordIndex.rebuildFurther(in: $0.transaction, $0.snapshot, texts: 10)
        }
        await expect(.schemaTooNew) { try await find("filler", as: "alden", in: shared) }
        await expect(.schemaTooNew) { _ = try await shared.memory("More words.") }
        // A word of a batch that is done, so that it is seen whether it is done once more.
        try await shared.store.write { transaction in
            try transaction.connection.run(
                "INSERT INTO memory_index (rowid, content, tags) VALUES (999, '1:ghost', '')"
            )
        }
        try await shared.store.close()
        await expect(.storeReadOnly) { _ = try await SharedStore(location) { $0.isReadOnly = true } }

        let again = try await SharedStore(location)
        let findings = try await again.store.verify().findings
        #expect(findings.map(\.message) == ["The index holds words of document 999, which is not there."])
        #expect(try await find("filler", as: "alden", in: again).count == 10)
        #expect(try again.store.read { try $0.connection.rows("SELECT 1 FROM index_progress", as: { _ in }) }.isEmpty)
        try await again.store.close()
    }

    @Test func `killed at any step, it is whole after the next opening`() async throws {
        let original = try TemporaryDirectory()
        let shared = try await SharedStore(.file(original.file("store.db")))
        for number in 0..<20 { _ = try await shared.memory("Filler \(number) of notes.") }
        try await age(shared.store)
        try await shared.store.close()
        let bytes = try Data(contentsOf: URL(filePath: original.file("store.db")))
        for step in stride(from: 1, to: 400, by: 3) {
            let directory = try TemporaryDirectory()
            let path = directory.file("store.db")
            try bytes.write(to: URL(filePath: path))
            let disk = FaultyDisk(directory.path)
            defer { disk.remove() }
            disk.fail(atStep: step, .death)
            do {
                let store = try await MemoryStore.open(.file(path))
                try? await store.close()
            } catch is MemoryError {
                // This is how the dead disk fails.
            }
            guard disk.hasFailed else { break }
            disk.fail(atStep: .max, .death)
            let store = try await SharedStore(.file(path)).store
            #expect(try await store.verify().findings == [], "step \(step)")
            try await store.close()
        }
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
