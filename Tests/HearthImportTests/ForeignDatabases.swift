import CSQLite
import Foundation
import HearthImport
import HearthModel
import TestSupport
import Testing

@Suite struct ForeignDatabases {
    static let files = ["mem0-history.db", "langgraph.db", "mcp-memory-service.db"]

    @Test func `the history of mem0 gives what each memory is now`() throws {
        let found = try Found(fixture: "mem0-history.db")
        #expect(found.format == .mem0 && found.texts == ["Likes oolong tea 🍵", "住在京都", "Noted.", "Travels in spring"])
        #expect(found.left == [.deleted: 1])
        let first = found.memories[0].draft
        #expect(try abs(#require(first.createdAt).timeIntervalSince(time(1_795_966_863.781_728))) < 0.001)
        #expect(first.metadata["updated_at"] == "2026-11-29T15:41:03.852970+00:00" && first.metadata["role"] == "user")
    }

    @Test func `what get_all of mem0 gives keeps all, under the ids of the history`() throws {
        let found = try Found(fixture: "mem0-get-all.json")
        let history = try Found(fixture: "mem0-history.db")
        #expect(found.format == .mem0 && Set(found.texts) == Set(history.texts) && found.texts.count == 4)
        #expect(Set(found.memories.map(\.id)) == Set(history.memories.map(\.id)))
        let tea = try #require(found.memories.first { $0.draft.content == "Likes oolong tea 🍵" })
        #expect(tea.user == "nora" && tea.session == "run-1" && tea.draft.tags == ["tea"])
        #expect(tea.draft.createdAt == history.memories[0].draft.createdAt)
        #expect(tea.draft.metadata["room"] == "kitchen" && tea.draft.metadata["agent_id"] == "cook")
        let spring = try #require(found.memories.first { $0.draft.content == "Travels in spring" })
        #expect(spring.session == nil && spring.draft.metadata["role"] == "user")
        #expect(spring.draft.expiresAt == time(3_786_912_000))
    }

    @Test func `older and hosted mem0 give relations, categories and times of other zones`() throws {
        let folder = try Folder()
        let path = try folder.write(
            "all.json",
            Array(
                """
                {"results": [{"id": "m1", "memory": "Likes tea", "hash": "h1", "metadata": null, "categories": ["drinks"],
                    "created_at": "2026-03-01T01:00:00.250000-08:00", "updated_at": null, "user_id": "nora"}],
                 "relations": [{"source": "nora", "relationship": "likes", "target": "tea"}]}
                """
                .utf8
            )
        )
        let found = try Found(path)
        #expect(found.format == .mem0 && found.left == [.relations: 1])
        #expect(found.memories.map(\.draft.createdAt) == [time(1_772_355_600.25)])
        #expect(found.memories[0].draft.tags == ["drinks"])
    }

    @Test func `items of LangGraph keep namespace, key, values and expiry`() throws {
        let found = try Found(fixture: "langgraph.db")
        #expect(found.format == .langgraph && found.refused == [])
        #expect(
            found.texts == [
                "Nora drinks oolong", "Nora lives in Kyoto 京都", #"{"dark":true,"size":12}"#, "Emil travels in spring",
            ]
        )
        let first = found.memories[0].draft
        #expect(first.tags == ["memories", "nora"])
        #expect(first.metadata["mood"] == "calm" && first.metadata["key"] == "tea")
        #expect(first.metadata["namespace"] == "memories.nora")
        #expect(first.expiresAt == nil && first.createdAt != nil)
        #expect(try #require(found.memories[3].draft.expiresAt) > time(4_900_000_000))
    }

    @Test func `rows of mcp-memory-service keep tags, type, metadata and time, and deleted ones stay out`() throws {
        let found = try Found(fixture: "mcp-memory-service.db")
        #expect(found.format == .mcpMemory)
        #expect(found.texts == ["Nora drinks oolong 🍵", "The gate code is kept in the red notebook"])
        #expect(found.left == [.deleted: 1])
        let first = found.memories[0].draft
        #expect(first.tags.prefix(2) == ["tea", "nora"] && first.createdAt == time(1_772_352_000.5))
        #expect(first.metadata["room"] == "kitchen" && first.metadata["memory_type"] == "decision")
    }

    @Test(arguments: [
        ("1772352000.123456", "NULL", 1_772_352_000.123456), ("'2026-03-01T08:00:00Z'", "NULL", 1_772_352_000),
        ("NULL", "'2026-03-01T08:00:00.5Z'", 1_772_352_000.5), ("'1772352000.5'", "NULL", 1_772_352_000.5),
        ("1772352000500.0", "NULL", 1_772_352_000.5), ("1e300", "'2026-03-01T08:00:00Z'", 1_772_352_000),
        ("'noon'", "NULL", nil), ("NULL", "NULL", nil), ("1e300", "NULL", nil),
    ]) func `a time of mcp-memory-service is read from whichever column has it`(
        _ created: String,
        _ text: String,
        _ seconds: Double?
    ) throws {
        let folder = try Folder()
        let path = try folder.database(
            "mcp-memory-service.db",
            "UPDATE memories SET created_at = \(created), created_at_iso = \(text), updated_at = NULL, updated_at_iso = 'later'"
        )
        let draft = try #require(try Found(path).memories.first).draft
        #expect(draft.createdAt == seconds.map(time))
        let kept = seconds == nil && created != "NULL" ? created.trimmingCharacters(in: ["'"]) : nil
        #expect(draft.metadata["created_at"] == (kept == "1e300" ? "1.0e+300" : kept))
        #expect(draft.metadata["updated_at"] == "later")
        try draft.validate()
    }

    @Test(arguments: files) func `a database is only read, and nothing appears beside it`(_ fixture: String) throws {
        let folder = try Folder()
        let original = try bytes(of: fixture)
        // In the mode in which these programs leave their files: it would have a reader make an index of the log.
        var walMode = original
        (walMode[18], walMode[19]) = (2, 2)
        for content in [original, walMode] {
            let path = try folder.write("a b?#%.db", content)
            #expect(try !Found(path).memories.isEmpty)
            #expect([UInt8](try Data(contentsOf: URL(filePath: path))) == content)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a b?#%.db"])
        }
    }

    @Test func `changes that wait in a log are not missed silently`() throws {
        let folder = try Folder()
        let path = try folder.write("memories.db", try bytes(of: "mcp-memory-service.db"))
        _ = try folder.write("memories.db-wal", [1, 2, 3])
        let error = #expect(throws: ForeignFileError.self) { try Found(path) }
        #expect(error?.reason == .unsupported && error?.message.contains("wal_checkpoint") == true)
    }

    @Test(arguments: files) func `a database that was cut off or damaged gives an error or whole rows`(
        _ fixture: String
    ) throws {
        let folder = try Folder()
        let whole = try bytes(of: fixture)
        var generator = SeededGenerator()
        let texts = Set(try Found(fixture: fixture).texts)
        for _ in 0..<30 {
            var damaged = whole
            if Bool.random(using: &generator) {
                damaged = Array(whole.prefix(Int.random(in: 0..<whole.count, using: &generator)))
            } else {
                for _ in 0..<40 {
                    damaged[Int.random(in: 16..<whole.count, using: &generator)] = .random(
                        in: 0...255,
                        using: &generator
                    )
                }
            }
            do {
                _ = texts.intersection(try Found(try folder.write("damaged.db", damaged)).texts)
            } catch is ForeignFileError {
            } catch is Unrecognised {
            }
        }
    }
}
