import Foundation
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// A file of an earlier schema goes on in this release with everything it holds.
@Suite struct Migrations {
    private let directory: TemporaryDirectory
    private var path: String { directory.file("store.db") }
    private var location: StoreLocation { .file(path) }

    /// What verification said of the file before, kept outside.
    private static let anchor = "17:c222e729b3b14d966f4e4e9e8a13f8a6b1dd00374aeae7ab545c94416ea71537"

    init() throws {
        directory = try TemporaryDirectory()
        try Fixtures.copyStore(ofSchema: 1, to: path)
    }

    /// Every row of the file, after whatever lies in its log.
    private func contents() throws -> StoreContents { try StoreContents(path: path) }

    private func schemaVersion() throws -> Int? {
        try Connection(opening: path, flags: 2).rowsDynamic("PRAGMA user_version") { $0.int(0) }.first
    }

    @Test func `a file of the first schema keeps everything, down to its audit chain`() async throws {
        let before = try contents()
        #expect(before.rows["memories"]?.count == 12 && before.rows["versions"]?.count == 22)
        let store = try await MemoryStore.open(location)
        let report = try await store.verify(anchor: Self.anchor)
        #expect(report.findings == [])
        #expect(report.versions == 22 && report.drafts == 1)
        try await store.close()
        #expect(try schemaVersion() == StoreSchema.migrations(StoreOptions()).count)
        let after = try contents()
        for (table, rows) in before.rows { #expect(after.rows[table] == rows, "\(table)") }
        #expect(after == before)
    }

    @Test func `identifiers, texts and histories read as before`() async throws {
        let store = try await MemoryStore.open(location)
        for id in ["note-1", "note-2", "mem_00112233445566778899aabbccddeeff", "mem_00112233445566778899AABBCCDDEEFF"] {
            let owner: AgentID = id.hasPrefix("note") ? "alden" : "alice"
            let memory = try await store.memory(MemoryID(rawValue: id), as: owner, userID: "ana")
            #expect(memory.id.rawValue == id)
        }
        #expect(try await store.history(of: "note-2", as: "alden").map(\.number) == [1, 2, 3, 4])
        #expect(try await store.memory("note-2", as: "alden").content == "Ana drinks her coffee black.")
        let shed = try await store.memory("mem_00112233445566778899aabbccddeeff", as: "mimic")
        #expect(shed.type == .procedural && shed.tags == ["shed"])
        try await store.close()
    }

    @Test func `work goes on in a migrated file`() async throws {
        let store = try await MemoryStore.open(location)
        let conflict = try #require(try await store.pendingConflicts().first)
        _ = try await store.resolve(conflict.id, as: "alden", strategy: .latestWins)
        let id = MemoryID(rawValue: "note-1")
        _ = try await store.update(id, as: "alden", change: MemoryChange(content: "Ana planted basil."))
        _ = try await store.sync("alden", userID: "ana")
        #expect(try await store.history(of: id, as: "alden").map(\.number) == [1, 2])
        _ = try await store.store([MemoryDraft(content: "New.")], agentID: "alden", userID: "ben")
        #expect(try await store.verify(anchor: Self.anchor).findings == [])
        try await store.close()
    }

    @Test func `a migration that was killed at any step leaves the file before or after it`() async throws {
        let before = try contents()
        var step = 1
        var unfinished = 0
        while true {
            let directory = try TemporaryDirectory()
            let path = directory.file("store.db")
            try Fixtures.copyStore(ofSchema: 1, to: path)
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
            // The directory stays watched, because a watched one does not wait for real syncs.
            disk.fail(atStep: .max, .death)
            let version = try Connection(opening: path, flags: 2).rowsDynamic("PRAGMA user_version") { $0.int(0) }.first
            if version == 1 { unfinished += 1 }
            #expect(try StoreContents(path: path) == before, "step \(step)")
            let store = try await MemoryStore.open(.file(path))
            #expect(try await store.verify(anchor: Self.anchor).isSound, "step \(step)")
            try await store.close()
            // Most of the steps write a page each.
            step += step < 20 ? 1 : 7
        }
        #expect(unfinished > 3)
    }

    @Test func `a full disk leaves the first schema, and the next opening migrates it`() async throws {
        let before = try contents()
        var options = StoreOptions()
        options.maximumPageCount = 79
        await expect(.storeFull) { try await MemoryStore.open(location, options: options) }
        #expect(try schemaVersion() == 1)
        #expect(try contents() == before)
        let store = try await MemoryStore.open(location)
        try await store.close()
        #expect(try schemaVersion() == StoreSchema.migrations(StoreOptions()).count)
        #expect(try contents() == before)
    }

    @Test func `a file of the first schema is not opened for reading alone, and the error says what to do`()
        async throws
    {
        let before = try Data(contentsOf: URL(filePath: path))
        var options = StoreOptions()
        options.isReadOnly = true
        do {
            try await MemoryStore.open(location, options: options).close()
            Issue.record("It was opened.")
        } catch let error as MemoryError {
            #expect(error.code == .storeReadOnly && error.message.contains("Open it for writing once"))
        }
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
    }

    @Test func `a memory whose type does not read is refused alone`() async throws {
        do {
            let connection = try Connection(opening: path, flags: 2)
            try connection.run("UPDATE memories SET type = 'episodix' WHERE memory_id = 'note-1'")
        }
        let store = try await MemoryStore.open(location)
        await expect(.storeCorrupt) { try await store.memory("note-1", as: "alden") }
        #expect(try await store.memory("note-2", as: "alden").content == "Ana drinks her coffee black.")
        try await store.close()
    }
}
