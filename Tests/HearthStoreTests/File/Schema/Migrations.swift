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

    /// What there is to know of a file before it is opened.
    struct Earlier: Sendable {
        var schema: Int
        /// What verification said of the file, kept outside.
        var anchor: String
        var memories: Int
        var versions: Int
        var drafts: Int
        var pages: Int
    }

    static let first = Earlier(
        schema: 1,
        anchor: "17:c222e729b3b14d966f4e4e9e8a13f8a6b1dd00374aeae7ab545c94416ea71537",
        memories: 12,
        versions: 22,
        drafts: 1,
        pages: 79
    )
    static let second = Earlier(
        schema: 2,
        anchor: "18:1d8de6193017293496cb06f9a284c7c1ef8fcbc914a4bc30c0843f0da20f0245",
        memories: 21,
        versions: 34,
        drafts: 2,
        pages: 81
    )
    static let tenth = Earlier(
        schema: 10,
        anchor: "22:a320652b0a19aa1cd874b8143408ce04fc743cd5b21abf2b7311133c71cd5840",
        memories: 24,
        versions: 39,
        drafts: 3,
        pages: 106
    )
    static let twelfth = Earlier(
        schema: 12,
        anchor: "23:e37dde71fa86db2a157086e8c0c245cd000ceb292c2829fcc0a8e8e955684a90",
        memories: 31,
        versions: 49,
        drafts: 3,
        pages: 117
    )

    private static let present = StoreSchema.migrations(StoreOptions()).count

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func copy(_ file: Earlier) throws {
        try Fixtures.copyStore(ofSchema: file.schema, to: path)
    }

    /// Every row of the file, after whatever lies in its log.
    private func contents() throws -> StoreContents { try StoreContents(path: path) }

    private func schemaVersion() throws -> Int? {
        try Connection(opening: path, flags: 2).rowsDynamic("PRAGMA user_version") { $0.int(0) }.first
    }

    @Test(arguments: [first, second, tenth, twelfth])
    func `a file of an earlier schema keeps everything, down to its audit chain`(file: Earlier) async throws {
        try copy(file)
        let before = try contents()
        #expect(before.rows["memories"]?.count == file.memories && before.rows["versions"]?.count == file.versions)
        let store = try await MemoryStore.open(location)
        let report = try await store.verify(anchor: file.anchor)
        #expect(report.findings == [])
        #expect(report.versions == file.versions && report.drafts == file.drafts)
        try await store.close()
        #expect(try schemaVersion() == Self.present)
        let after = try contents()
        for (table, rows) in before.rows { #expect(after.rows[table] == rows, "\(table)") }
        #expect(after == before)
    }

    @Test func `the ids of only versions are computed as they were stored`() async throws {
        try copy(Self.second)
        let before = try Connection(opening: path, flags: 2)
            .rowsDynamic(
                """
                SELECT m.memory_id, a.agent_id, u.user_id, m.head FROM memories AS m JOIN agents AS a ON a.agent_key = m.owner_key
                JOIN users AS u ON u.user_key = m.user_key
                WHERE m.state = 'live' AND NOT EXISTS (SELECT 1 FROM versions AS v WHERE v.memory_key = m.memory_key)
                """
            ) {
                (
                    id: MemoryID(spelled: $0.string(0)), owner: AgentID(rawValue: $0.string(1)),
                    user: UserID(rawValue: $0.string(2)), head: VersionID(bytes: $0.bytes(3))
                )
            }
        #expect(before.count > 10)
        let store = try await MemoryStore.open(location)
        for memory in before {
            #expect(try await store.memory(memory.id, as: memory.owner, userID: memory.user).versionID == memory.head)
            #expect(
                try await store.history(of: memory.id, as: memory.owner, userID: memory.user).map(\.id) == [memory.head]
            )
        }
        let kept = try store.read { snapshot in
            try snapshot.connection.rows(
                "SELECT max(length(head)) FROM memories WHERE memory_key NOT IN (SELECT memory_key FROM versions)",
                as: { $0.int(0) }
            )
        }
        #expect(kept == [SchemaV3.checkLength])
        try await store.close()
    }

    @Test func `identifiers, texts and histories read as before`() async throws {
        try copy(Self.first)
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

    @Test(arguments: [first, second, tenth, twelfth])
    func `work goes on in a migrated file`(file: Earlier) async throws {
        try copy(file)
        let store = try await MemoryStore.open(location)
        let conflict = try #require(try await store.pendingConflicts().first)
        _ = try await store.resolve(conflict.id, as: "alden", strategy: .latestWins)
        let id = MemoryID(rawValue: "note-1")
        _ = try await store.update(id, as: "alden", change: MemoryChange(content: "Ana planted basil."))
        _ = try await store.sync("alden", userID: "ana")
        #expect(try await store.history(of: id, as: "alden").map(\.number) == [1, 2])
        _ = try await store.store([MemoryDraft(content: "New.")], agentID: "alden", userID: "ben")
        #expect(try await store.verify(anchor: file.anchor).findings == [])
        try await store.close()
    }

    @Test func `texts that came from elsewhere are found in a migrated file by the whole text`() async throws {
        try copy(Self.twelfth)
        let store = try await MemoryStore.open(location)
        let keys = try store.read { snapshot in
            try snapshot.connection.rows(
                "SELECT content, text_key FROM memories WHERE provenance IS NOT NULL OR text_key IS NOT NULL",
                as: { (content: $0.string(0), key: $0.optionalInt64(1)) }
            )
        }
        #expect(keys.count == 6)
        for (content, key) in keys { #expect(key == EqualTexts.key(of: content), "\(content)") }
        let text = "The museum opens at nine on Sundays."
        let drafts = [MemoryDraft(content: text), MemoryDraft(content: "The museum opens at ten on Sundays.")]
        let ids = try await store.store(drafts, agentID: "alden", userID: "ana")
        let museum = Provenance(origin: .tool, name: "web", trust: 0.2)
        #expect(try await store.memory(ids[0], as: "alden").provenance == museum)
        #expect(try await store.memory(ids[1], as: "alden").provenance == .standard)
        try await store.close()
    }

    @Test(arguments: [first, second, tenth, twelfth])
    func `a migration that was killed at any step leaves the file before or after it`(file: Earlier) async throws {
        try copy(file)
        let before = try contents()
        var step = 1
        var unfinished = 0
        while true {
            let directory = try TemporaryDirectory()
            let path = directory.file("store.db")
            try Fixtures.copyStore(ofSchema: file.schema, to: path)
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
            if version == file.schema { unfinished += 1 }
            #expect(try StoreContents(path: path) == before, "step \(step)")
            let store = try await MemoryStore.open(.file(path))
            #expect(try await store.verify(anchor: file.anchor).isSound, "step \(step)")
            try await store.close()
            // Most of the steps write a page each.
            step += step < 20 ? 1 : 7
        }
        #expect(unfinished > 3)
    }

    // The last one needs no more pages than there are.
    @Test(arguments: [first, second, tenth])
    func `a full disk leaves the earlier schema, and the next opening migrates it`(file: Earlier) async throws {
        try copy(file)
        let before = try contents()
        var options = StoreOptions()
        options.maximumPageCount = file.pages
        await expect(.storeFull) { try await MemoryStore.open(location, options: options) }
        #expect(try schemaVersion() == file.schema)
        #expect(try contents() == before)
        let store = try await MemoryStore.open(location)
        try await store.close()
        #expect(try schemaVersion() == Self.present)
        #expect(try contents() == before)
    }

    @Test(arguments: [first, second, tenth, twelfth])
    func `a file of an earlier schema is not opened for reading alone, and the error says what to do`(
        file: Earlier
    ) async throws {
        try copy(file)
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
        try copy(Self.first)
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
