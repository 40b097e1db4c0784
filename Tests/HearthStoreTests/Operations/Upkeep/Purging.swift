import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// What becomes of deleted memories.
@Suite struct Purging {
    @Test func `texts and history go after a month, and the tombstone after a year`() async throws {
        let upkeep = try await UpkeepStore()
        let id = try await upkeep.memory("Deleted")
        try await upkeep.shared.edit(id, as: "mimic", content: "Deleted soon")
        try await upkeep.store.delete(id, as: "mimic")
        try await upkeep.shared.sync("mimic")
        upkeep.pass(days: 29.9)
        #expect(try await upkeep.maintain()[.purge]?.affected == 0)
        #expect(try await upkeep.store.history(of: id, as: "mimic").count == 2)
        upkeep.pass(days: 0.2)
        #expect(try await upkeep.maintain()[.purge]?.affected == 1)
        await #expect(throws: MemoryError.self) { try await upkeep.store.restore(id, as: "mimic") }
        for table: StaticString in [
            "SELECT count(*) FROM memories", "SELECT count(*) FROM versions", "SELECT count(*) FROM documents",
            "SELECT count(*) FROM ages", "SELECT count(*) FROM upkeep_changes",
        ] { #expect(try upkeep.count(table) == 0, "\(table)") }
        #expect(try upkeep.count("SELECT count(*) FROM tombstones") == 1)
        upkeep.pass(days: 334)
        try await upkeep.maintain()
        #expect(try upkeep.count("SELECT count(*) FROM tombstones") == 1)
        upkeep.pass(days: 2)
        #expect(try await upkeep.maintain()[.purge]?.details == ["tombstones": 1])
        #expect(try upkeep.count("SELECT count(*) FROM tombstones") == 0)
        #expect(try await upkeep.store.verify().findings == [])
    }

    @Test func `no import brings a memory back while its tombstone stands`() async throws {
        let upkeep = try await UpkeepStore()
        let item = MemoryImport(
            id: "note-1",
            userID: upkeep.shared.user,
            agentID: "mimic",
            draft: MemoryDraft(content: "Imported")
        )
        #expect(try await upkeep.store.importMemories([item]).stored == 1)
        upkeep.pass(days: 31)
        try await upkeep.maintain()
        #expect(try await upkeep.store.importMemories([item]).deleted == 1)
        upkeep.pass(days: 31)
        #expect(try await upkeep.maintain()[.purge]?.affected == 1)
        let counts = try await upkeep.store.importMemories([item])
        #expect(counts.stored == 0 && counts.deleted == 1)
        // The same identifier under another agent is another memory.
        var other = item
        other.agentID = "alden"
        #expect(try await upkeep.store.importMemories([other]).stored == 1)
        upkeep.pass(days: 366)
        try await upkeep.maintain()
        #expect(try await upkeep.store.importMemories([item]).stored == 1)
    }

    @Test func `a restored memory is not purged, and its days begin anew`() async throws {
        let upkeep = try await UpkeepStore()
        let id = try await upkeep.memory("Restored")
        upkeep.pass(days: 31)
        try await upkeep.maintain()
        upkeep.pass(days: 20)
        _ = try await upkeep.store.restore(id, as: "mimic")
        upkeep.pass(days: 20)
        let report = try await upkeep.maintain()
        #expect(report[.purge]?.affected == 0 && report[.retention]?.affected == 0)
        #expect(await upkeep.exists(id))
        upkeep.pass(days: 11)
        #expect(try await upkeep.maintain()[.retention]?.affected == 1)
    }

    @Test func `what another process has in memory of a purged memory goes too`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("store.db")
        let upkeep = try await UpkeepStore(.file(path), embeds: true)
        let other = try await UpkeepStore(.file(path), clock: upkeep.shared.clock, embeds: true)
        let user = upkeep.shared.user
        _ = try await upkeep.memory("The kettle whistles")
        #expect(try await other.store.search("kettle", as: "mimic", userID: user).count == 1)
        upkeep.pass(days: 31)
        try await upkeep.maintain()
        upkeep.pass(days: 31)
        try await upkeep.maintain()
        #expect(try await other.store.search("kettle", as: "mimic", userID: user).isEmpty)
        _ = try await upkeep.memory("The kettle is new")
        #expect(try await other.store.search("kettle", as: "mimic", userID: user).count == 1)
        #expect(try await other.store.verify().findings == [])
        try await other.store.close()
        try await upkeep.store.close()
    }
}
