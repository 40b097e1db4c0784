import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// Room that nothing needs is given back, and nobody's cache is misled.
@Suite struct StorageUpkeep {
    @Test func `rows of drafts that are over go, and a cache from before reads all anew`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("store.db")
        let upkeep = try await UpkeepStore(.file(path))
        let other = try await UpkeepStore(.file(path), clock: upkeep.shared.clock)
        let user = upkeep.shared.user
        var ids: [MemoryID] = []
        for index in 0..<3 { ids.append(try await upkeep.memory("Note \(index)")) }
        func drafts(_ count: Int) async throws {
            for index in 0..<count {
                try await upkeep.shared.edit(ids[index % 3], as: "mimic", content: "Draft \(index)")
                try await upkeep.store.discardDraft(of: ids[index % 3], as: "mimic")
            }
        }
        try await drafts(200)
        try await upkeep.shared.edit(ids[0], as: "mimic", content: "Open draft")
        #expect(
            try await other.store.browse(as: "mimic", userID: user).memories.contains { $0.content == "Open draft" }
        )
        try await upkeep.store.discardDraft(of: ids[0], as: "mimic")
        try await drafts(100)
        try await upkeep.maintain(.storage)
        #expect(try upkeep.count("SELECT count(*) FROM documents") > 300)
        _ = try await upkeep.memory("Another")
        let report = try await upkeep.maintain(.storage)
        #expect(report[.storage]?.details["dead_rows"] == 301)
        #expect(try upkeep.count("SELECT count(*) FROM documents") == 4)
        let seen = try await other.store.browse(as: "mimic", userID: user).memories.map(\.content)
        #expect(Set(seen) == ["Note 0", "Note 1", "Note 2", "Another"])
        #expect(try await upkeep.store.verify().findings == [])
        try await other.store.close()
        try await upkeep.store.close()
    }

    @Test func `vectors leave blocks that are mostly empty, and searches find the same`() async throws {
        let upkeep = try await UpkeepStore(embeds: true)
        let user = upkeep.shared.user
        let drafts = (0..<600)
            .map {
                MemoryDraft(
                    content: "Note \($0) about the \(["boiler", "garden", "ticket"][$0 % 3])",
                    importance: $0 % 20 == 0 ? 0.9 : 0.1
                )
            }
        _ = try await upkeep.store.store(drafts, agentID: "mimic", userID: user)
        #expect(try await upkeep.store.search("garden", as: "mimic", userID: user, type: .semantic).count == 10)
        upkeep.pass(days: 31)
        try await upkeep.maintain(.retention)
        let before = try await upkeep.store.search("garden", as: "mimic", userID: user, type: .semantic, limit: 20)
        let report = try await upkeep.maintain(.storage)
        #expect(report[.storage]?.details["vector_slots", default: 0] ?? 0 > 400)
        #expect(try upkeep.count("SELECT count(*) FROM vector_blocks WHERE length(data) > 0") == 1)
        let after = try await upkeep.store.search("garden", as: "mimic", userID: user, type: .semantic, limit: 20)
        #expect(after.map(\.memory.id) == before.map(\.memory.id) && after.map(\.score) == before.map(\.score))
        #expect(try await upkeep.store.verify().findings == [])
        // Another store reads the packed blocks as well.
        _ = try await upkeep.memory("A new note about the garden")
        #expect(try await upkeep.store.verify().findings == [])
    }

    @Test func `old records go, and the file shrinks when much of it is free`() async throws {
        let upkeep = try await UpkeepStore()
        let text = String(repeating: "long text ", count: 2_000)
        for index in 0..<150 { _ = try await upkeep.memory("\(index) \(text)") }
        let id = try await upkeep.memory("Edited")
        try await upkeep.shared.edit(id, as: "mimic", content: "Edited again")
        try await upkeep.shared.sync("mimic")
        let pages = try upkeep.count("SELECT page_count FROM pragma_page_count()")
        upkeep.pass(days: 31)
        try await upkeep.maintain()
        #expect(try upkeep.count("SELECT count(*) FROM operations") == 0)
        upkeep.pass(days: 31)
        try await upkeep.maintain()
        #expect(try upkeep.count("SELECT page_count FROM pragma_page_count()") < pages / 2)
        // Nothing was written since, so nothing is looked at.
        #expect(try await upkeep.maintain(.storage)[.storage]?.examined == 0)
        #expect(try await upkeep.store.verify().findings == [])
    }
}
