import Foundation
import HearthImport
import HearthModel
import TestSupport
import Testing

/// What people keep under keys that an import has a use for.
@Suite struct OwnMetadata {
    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    private func first(_ path: String) throws -> [String: String] {
        try #require(try Found(path).memories.first).draft.metadata
    }

    @Test func `a note keeps its own source, path and times`() throws {
        _ = try folder.write(
            "vault/a.md",
            """
            ---
            source: a book
            path: 7
            vault: mine
            original_source: an older book
            title: Tea
            date: 2026-03-01
            created: long ago
            created_at: 2026-03-02
            ---
            Text
            """
        )
        let note = try #require(try Found(folder.path + "/vault").memories.first).draft
        let real = URL(filePath: folder.path + "/vault").resolvingSymlinksInPath().path
        #expect(
            note.metadata == [
                "source": "markdown", "path": "a.md", "vault": real, "title": "Tea", "created": "long ago",
                "date": "2026-03-01", "original_source": "an older book", "original_source_2": "a book",
                "original_path": "7",
                "original_vault": "mine",
            ]
        )
        #expect(note.createdAt == time(1_772_409_600))
    }

    @Test func `a memory of mem0 keeps its own metadata, of whatever kind`() throws {
        let metadata = try first(
            folder.write(
                "m.json",
                #"[{"id": "a", "memory": "tea", "hash": "h", "metadata": {"source": "chat", "hash": "mine", "created_at": "noon"}, "expiration_date": "never", "categories": "drinks"}]"#
            )
        )
        #expect(
            metadata == [
                "source": "mem0", "original_source": "chat", "hash": "h", "original_hash": "mine", "created_at": "noon",
                "expiration_date": "never", "categories": "drinks",
            ]
        )
        let tags = (0..<300).map { "\"\($0)\"" }.joined(separator: ",")
        let many = try Found(folder.write("o.json", #"[{"id": "a", "memory": "tea", "categories": [\#(tags)]}]"#))
            .memories[0]
        #expect(many.draft.tags.count == 256 && many.draft.metadata["more_tags"]?.hasPrefix("256, 257") == true)
        let path = try folder.write(
            "n.json",
            #"[{"id": "a", "memory": "tea", "metadata": "x", "categories": ["a", 7]}]"#
        )
        #expect(try first(path)["metadata"] == "x")
        #expect(try Found(path).memories[0].draft.tags == ["a", "7"])
    }

    @Test func `an item of LangGraph and a row of mcp-memory-service keep theirs`() throws {
        let item = try first(
            folder.database(
                "langgraph.db",
                #"UPDATE store SET value = '{"text": "tea", "source": "chat", "key": 1, "namespace": "n", "updated_at": "u"}', created_at = 'noon' WHERE key = 'tea'"#
            )
        )
        #expect(
            item["source"] == "langgraph" && item["original_source"] == "chat" && item["original_updated_at"] == "u"
        )
        #expect(item["key"] == "tea" && item["original_key"] == "1" && item["original_namespace"] == "n")
        #expect(item["created_at"] == "noon")
        let inner = try first(
            folder.database(
                "langgraph.db",
                #"UPDATE store SET value = '{"kind": "a", "content": {"content": "tea", "kind": "b"}}' WHERE key = 'tea'"#
            )
        )
        #expect(inner["kind"] == "a" && inner["original_kind"] == "b")
        let row = try first(
            folder.database(
                "mcp-memory-service.db",
                #"UPDATE memories SET metadata = '{"source": "chat", "memory_type": "mine", "content_hash": "h"}'"#
            )
        )
        #expect(row["source"] == "mcp-memory-service" && row["original_source"] == "chat")
        #expect(row["original_memory_type"] == "mine" && row["original_content_hash"] == "h")
    }
}
