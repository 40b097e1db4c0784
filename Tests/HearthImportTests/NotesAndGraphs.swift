import Foundation
import HearthImport
import HearthModel
import TestSupport
import Testing

@Suite struct NotesAndGraphs {
    @Test func `parts of a graph are what the server's graph style writes`() throws {
        let found = try Found(fixture: "memory.jsonl")
        #expect(found.format == .memoryJSONL)
        #expect(
            found.texts == [
                "Nora is of the type person.", "drinks oolong 🍵", "lives in 京都", "Kyoto is of the type city.",
                "Nora lives_in Kyoto",
            ]
        )
        #expect(found.memories.allSatisfy { $0.draft.tags == ["graph"] })
        #expect(found.memories[1].draft.metadata["entity"] == "Nora")
        #expect(found.memories[4].draft.metadata["type"] == "lives_in")
    }

    @Test func `a line that was cut off is named, and the others are read`() throws {
        let folder = try Folder()
        let whole = try bytes(of: "memory.jsonl")
        let found = try Found(try folder.write("memory.jsonl", whole.dropLast(5)))
        #expect(found.memories.count == 4 && found.refused.count == 1)
        #expect(found.refused[0].hasPrefix("line 3: not JSON"))
        var invalid = whole
        invalid[30] = 0xFF
        #expect(
            try Found(try folder.write("memory.jsonl", invalid), wanted: .memoryJSONL).refused == [
                "line 1: it is not UTF-8"
            ]
        )
    }

    @Test func `parts of a graph keep what other programs write of them`() throws {
        let folder = try Folder()
        let path = try folder.write(
            "memory.jsonl",
            """
            {"type": "_aim", "source": "mcp-knowledge-graph"}

            {"type": "entity", "name": "Nora", "entityType": "person", "createdAt": "2026-03-01T08:00:00Z", "aliases": ["N"], \
            "graph": "mine", "observations": [{"content": "likes tea", "timestamp": "2026-03-02", "source": "chat"}, "plain", \
            5, true, "", null, {"weight": 2}, {"content": ""}]}
            {"type": "entity", "name": "Emil"}
            {"type": "relation", "source": "Nora", "target": "Emil", "relationType": "knows", "since": 2020}
            {"type": "note", "x": 1}
            """
        )
        let found = try Found(path)
        #expect(found.format == .memoryJSONL && found.refused == [] && found.left == [.lines: 2, .empty: 3])
        #expect(
            found.texts == [
                "Nora is of the type person.", "likes tea", "plain", "5", "true", #"{"weight":2}"#,
                "Emil is of the type .", "Nora knows Emil",
            ]
        )
        let (entity, tea) = (found.memories[0].draft, found.memories[1].draft)
        #expect(entity.createdAt == time(1_772_352_000) && entity.metadata["createdAt"] == "2026-03-01T08:00:00Z")
        #expect(entity.metadata["aliases"] == #"["N"]"# && entity.metadata["original_graph"] == "mine")
        #expect(entity.metadata["graph"] == "entity" && entity.metadata["observations"] == nil)
        #expect(tea.createdAt == time(1_772_409_600) && tea.metadata["original_source"] == "chat")
        #expect(tea.metadata["source"] == "memory-jsonl" && tea.metadata["entity"] == "Nora")
        let relation = found.memories[7].draft.metadata
        #expect(
            relation["since"] == "2020" && relation["source"] == "memory-jsonl" && relation["original_source"] == nil
        )
    }

    @Test func `a graph is known by one of its first lines, however long they are`() throws {
        let folder = try Folder()
        let long = (0..<9_000).map { #""observation \#($0)""# }.joined(separator: ",")
        for text in [
            #"{"type": "entity", "name": "Nora", "entityType": "person"}"#,
            " \u{FEFF}{\"type\": \"entity\", \"name\": \"Nora\"}",
            #"{"type": "entity", "name": "Nora", "observations": [\#(long)]}"#,
            "{\"v\": 1}\n{\"type\": \"meta\"}\n{\"type\": \"relation\", \"from\": \"a\", \"to\": \"b\", \"relationType\": \"c\"}",
        ] {
            #expect(try Found(folder.write("memory.jsonl", text)).format == .memoryJSONL, "\(text.prefix(60))")
        }
    }

    @Test func `notes of basic-memory keep title, tags, links and path`() throws {
        let found = try Found(fixture: "basic-memory")
        #expect(found.format == .basicMemory && found.refused == [])
        #expect(
            found.texts == [
                "# Tea\n\n- [preference] Nora drinks oolong #tea (since spring)\n- relates_to [[Kyoto]]",
                "# Kyoto\n\nNora lives in 京都 near the river 🏞",
            ]
        )
        let tea = found.memories[0].draft
        #expect(tea.tags == ["tea", "nora"])
        #expect(tea.metadata["permalink"] == "main/drinks/tea" && tea.metadata["path"] == "drinks/Tea.md")
        #expect(tea.metadata["note_type"] == "note")
    }

    @Test func `a vault keeps front matter of every form, and leaves out what is no note`() throws {
        let folder = try Folder()
        _ = try folder.write(".obsidian/app.md", "settings")
        _ = try folder.write("picture.png", [0, 1])
        _ = try folder.write("empty.md", "---\ntitle: x\n---\n")
        _ = try folder.write("broken.md", [0xFF, 0x41])
        _ = try folder.write("huge.md", [UInt8](repeating: 0x61, count: (8 << 20) + 1))
        _ = try folder.write(
            "Days/1 März.md",
            "---\r\ncreated: 2026-03-01T10:00:00+01:00\r\ntags: [garden, \"two words\"]\r\nmood: 'it''s fine'\r\naliases:\r\n  - first\r\n  - second\r\nsummary: |\r\n  one\r\n  two\r\n---\r\nPlanted beans #garden/beds `#code` #2026 🌱\n"
        )
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/loop", withDestinationPath: folder.path)
        let found = try Found(folder.path)
        #expect(found.format == .markdown && found.left == [.files: 1, .empty: 1, .links: 1])
        #expect(found.refused == ["broken.md: not UTF-8: byte 1", "huge.md: it has 8 MiB; a memory has at most 4"])
        let note = try #require(found.memories.first?.draft)
        #expect(found.memories.count == 1)
        #expect(note.content == "# 1 März\n\nPlanted beans #garden/beds `#code` #2026 🌱")
        #expect(note.tags == ["garden", "two words", "garden/beds"])
        #expect(note.createdAt == time(1_772_355_600))
        #expect(note.metadata["mood"] == "it's fine" && note.metadata["aliases"] == #"["first","second"]"#)
        #expect(note.metadata["summary"] == "one\ntwo")
    }

    @Test func `links and folders that lie too deep are counted`() throws {
        let folder = try Folder()
        let deep = Array(repeating: "d", count: 63).joined(separator: "/")
        _ = try folder.write("\(deep)/in.md", "Found")
        _ = try folder.write("\(deep)/d/out.md", "Not found")
        _ = try folder.write("\(deep)/e/f/out.md", "Not found")
        _ = try folder.write("elsewhere.txt", "Text")
        for name in ["a.md", "b", ".hidden"] {
            try FileManager.default.createSymbolicLink(
                atPath: folder.path + "/" + name,
                withDestinationPath: folder.path + "/elsewhere.txt"
            )
        }
        let found = try Found(folder.path)
        #expect(found.texts == ["# in\n\nFound"])
        #expect(found.left == [.folders: 2, .links: 2, .files: 1])
        #expect(LeftOut.folders.title.contains("63") && LeftOut.links.title.contains("not followed"))
    }

    /// The one note of a folder.
    private func note(_ text: String) throws -> MemoryDraft {
        let folder = try Folder()
        _ = try folder.write("a.md", text)
        return try #require(try Found(folder.path).memories.first).draft
    }

    @Test(arguments: [
        "A thought\n\nAnother one", "title: x\nfree text", "tags:[x]\ntitle: y", "owner:Ann", "# A heading",
        "- a list\n- of things", "title: x\n- no list", "  indented: text", "https://example.org", "title: x\n: y",
    ]) func `a text between two rules stays a text`(_ text: String) throws {
        let whole = "---\n\(text)\n---\n\nThe rest"
        let found = try note(whole)
        #expect(found.content == "# a\n\n" + whole)
        #expect(Set(found.metadata.keys) == ["source", "path", "vault", "title"])
    }

    @Test(arguments: [
        ("description: first line\n  second line", "first line second line"),
        ("description: first line # a remark\n  # another\n\n  second line", "first line second line"),
        ("description: \"first\n  second\\tline\" # a remark", "first second\tline"),
        ("description: 'it''s\n\n  # no remark'", "it's\n# no remark"),
        ("description: \"a\" and \"b\"", "\"a\" and \"b\""), ("description: it's", "it's"),
        ("description: \"open", "\"open"),
        ("description:\n  first\n  second", "first second"),
        ("description: |\n  first\n    # deeper\n\n  last", "first\n  # deeper\n\nlast"),
        ("description: |-  # a remark\n  first\n\n  last\n", "first\n\nlast"),
        ("description: >\n  first\n  second\n\n  third\n    kept\n  last", "first second\nthird\n  kept\nlast"),
        ("description: >2-\n  first\n  second", "first second"), ("description: > 3", "> 3"),
        ("description: [a,\n  'b, c',\n]", #"["a","b, c"]"#), ("description: [a, b", "[a, b"),
        ("description:\n- a\n# a remark\n- b\n  goes on\n\n- c", #"["a","b goes on","c"]"#),
        ("description:\n  - a\n  -\n  - \"b: c\"", #"["a","","b: c"]"#),
        ("description:\n  - name: a\n    role: b", "  - name: a\n    role: b"),
        ("description:\n  inner: a\n  other: b", "  inner: a\n  other: b"),
        ("description: a\ndescription: b", #"["a","b"]"#),
        ("\"description\": a: b", "a: b"), ("description : x", "x"), ("description: {a: 1,\n  b: 2}", "{a: 1, b: 2}"),
    ]) func `front matter keeps all that stands under a key`(_ lines: String, _ value: String) throws {
        for lineBreak in ["\n", "\r\n"] {
            let text = "---\ntags: [tea]\n\n\(lines)\nlast: yes # a remark\n---\nText"
            let found = try note(text.replacing("\n", with: lineBreak))
            #expect(found.metadata["description"] == value && found.metadata["last"] == "yes", "\(found.metadata)")
            #expect(found.tags == ["tea"] && found.content == "# a\n\nText")
        }
    }

    @Test(arguments: [
        ("[One](#one) and [two](other.md#two \"#three\")", []), ("[1]: #one", []),
        ("[[Note #one]] [[#two]] #three", ["three"]),
        ("https://example.org/ #one https://example.org/a#two", ["one"]), ("<a href= #one>(#two)</a>", ["two"]),
        ("#fff #FFAA00 #ffaa0080 #a1b #cafe #facade #DEED", ["cafe", "facade"]), ("#12 #1a2b3 #1a", ["1a2b3", "1a"]),
        ("`#one` ``a ` #two`` #three", ["three"]), ("a ` #one", ["one"]),
        ("```c\n#include\n~~~\n#define\n```\n#one", ["one"]), ("> ~~~\n> #one\n> ```\n> ~~~\n> #two", ["two"]),
        ("````\n```\n#one\n````\n#two", ["two"]), ("Text\n\n    #include <a>\n\n\t#define\n\n#one", ["one"]),
        ("- item\n\n    #one\n\n1. item\n    - #two", ["one", "two"]),
        ("# Heading #one\n#two/three", ["one", "two/three"]),
    ]) func `tags are words of the text alone`(_ text: String, _ tags: [String]) throws {
        #expect(try note(text).tags == tags, "\(text)")
    }

    @Test func `no note is refused for its tags`() throws {
        let many = (0..<300).map { "tag\($0)" }
        let long = String(repeating: "é", count: 129)
        let found = try note("---\ntags: [\(long), \(many.joined(separator: ", "))]\n---\nText #last")
        #expect(found.tags == Array(many.prefix(256)))
        #expect(found.metadata["more_tags"] == ([long] + many.dropFirst(256) + ["last"]).joined(separator: ", "))
        try found.validate()
        let huge = try note("Text " + (0..<100_000).map { "#tag\($0)" }.joined(separator: " "))
        #expect(huge.metadata["more_tags"]?.hasSuffix(" others") == true)
        try huge.validate()
    }

    @Test func `an unclosed front matter is text`() throws {
        let folder = try Folder()
        _ = try folder.write("a.md", "---\ntitle: x\nnothing ends it")
        #expect(try Found(folder.path).texts == ["# a\n\n---\ntitle: x\nnothing ends it"])
    }
}
