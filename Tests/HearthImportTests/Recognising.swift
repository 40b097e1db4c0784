import Foundation
import HearthImport
import HearthModel
import TestSupport
import Testing

@Suite struct Recognising {
    static let fixtures: [(String, ForeignFormat)] = [
        ("chatgpt/conversations.json", .chatgpt), ("chatgpt", .chatgpt), ("archives/chatgpt.zip", .chatgpt),
        ("claude/conversations.json", .claude), ("archives/claude.zip", .claude), ("mem0-history.db", .mem0),
        ("mem0-get-all.json", .mem0), ("langgraph.db", .langgraph), ("mcp-memory-service.db", .mcpMemory),
        ("memory.jsonl", .memoryJSONL), ("basic-memory", .basicMemory),
    ]

    @Test(arguments: fixtures) func `a file of the wrong kind is named, and how to read it`(
        _ fixture: String,
        _ format: ForeignFormat
    ) throws {
        for wanted in ForeignFormat.allCases where wanted != format && !(wanted == .markdown && format == .basicMemory)
        {
            let error = #expect(throws: ForeignFileError.self) { try Found(fixture: fixture, wanted: wanted) }
            #expect(error?.reason == .wrongKind, "\(wanted)")
            #expect(
                error?.message.hasSuffix("is \(format.title): use --from \(format.rawValue).") == true,
                "\(String(describing: error))"
            )
        }
        #expect(try Found(fixture: fixture).format == format)
    }

    @Test func `lines of our own are nobody else's`() throws {
        let folder = try Folder()
        for text in ["", "{}", "[]", "no", #"{"user": "a", "text": "b"}"# + "\n", #"{"format": "hearth-export"}"#] {
            let path = try folder.write("own.jsonl", text)
            #expect(try ForeignSource(ImportInput(path: path), wanted: nil) == nil, "\(text)")
        }
    }

    @Test(arguments: [
        (#"[{"title": "x"}, {"mapping": null}, 5, {"id": "c", "mapping": {}}]"#, ForeignFormat.chatgpt, 3),
        (#"[{"uuid": "x", "chat_messages": null}, {"uuid": "c", "chat_messages": []}]"#, .claude, 1),
        (
            #"{"relations": [\#(Array(repeating: "{}", count: 99).joined(separator: ","))], "results": [{"id": "a", "memory": "tea"}]}"#,
            .mem0, 0
        ),
        (#"{"count": 1, "results": [{"id": 7}, {"id": "a", "memory": "tea"}]}"#, .mem0, 1),
        (#"[{"conversations_memory": "tea", "project_memories": {"p": "rice"}, "account_uuid": "a"}]"#, .claude, 0),
        (
            #"{"account_uuid": "a", "project_memories": {}, "conversations_memory": "tea", "memory_files": []}"#,
            .claude, 0
        ),
    ]) func `what is odd in a file doesn't hide what it is`(_ text: String, _ format: ForeignFormat, _ refused: Int)
        throws
    {
        let folder = try Folder()
        let found = try Found(folder.write("any.json", text))
        #expect(found.format == format && found.refused.count == refused, "\(found.refused)")
        #expect(format == .chatgpt || refused == 1 && format == .claude || !found.memories.isEmpty)
    }

    @Test func `what Claude remembers is found beside no chats, and alone`() throws {
        let folder = try Folder()
        let memories =
            #"[{"conversations_memory": "Grows tea", "project_memories": {"p1": "Uses a spade", "p2": ""}, "account_uuid": "a"}]"#
        let alone = try Found(folder.write("memories.json", memories))
        #expect(alone.format == .claude && alone.texts == ["Grows tea", "Uses a spade"])
        #expect(alone.memories.map { $0.draft.metadata["project"] } == [nil, "p1"])
        let object = try Found(folder.write("object/any.json", memories.dropFirst().dropLast().description))
        #expect(object.memories.map(\.id) == alone.memories.map(\.id))
        let places = ["only", "beside"]
        for place in places { _ = try folder.write("\(place)/memories.json", memories) }
        _ = try folder.write("beside/conversations.json", "[]")
        for place in places {
            let found = try Found(folder.path + "/" + place)
            #expect(found.format == .claude && found.memories.map(\.id) == alone.memories.map(\.id), "\(place)")
        }
        #expect(try Found(fixture: "archives/claude-memories.zip").memories.map(\.draft.content) == alone.texts)
        let error = #expect(throws: ForeignFileError.self) { try Found(folder.path + "/only", wanted: .chatgpt) }
        #expect(error?.message.contains("use --from claude") == true)
    }

    @Test func `a file with nothing in it is told from one of another kind`() throws {
        let folder = try Folder()
        for (text, emptiness) in [
            ("", ForeignSource.Emptiness.blank), ("\u{FEFF} \n", .blank), ("[]", .list), (" [ ]\n", .list),
            (#"{"results": []}"#, .list), (#"{"results": [], "relations": []}"#, .list), ("{}", nil), ("[1]", nil),
            (#"{"user": "a", "text": "b"}"#, nil), (#"{"results": [{}]}"#, nil),
            (#"{"entities": [{}], "relations": []}"#, nil), ("no", nil),
        ] {
            let file = try ImportFile(path: folder.write("any", text))
            #expect(try ForeignSource.emptiness(of: file) == emptiness, "\(text)")
        }
        let note = try folder.write("one.md", "# Tea")
        let error = #expect(throws: ForeignFileError.self) { try ForeignSource(ImportInput(path: note), wanted: nil) }
        #expect(error?.message.contains("Import the folder that it lies in") == true)
    }

    @Test(arguments: ["\u{7F}ELF\u{0}\u{1}", "\u{FEFF} [{\"mapping\": {", "[1, 2]", "[{\"text\": \"a\"}]"])
    func `what can't be lines of our own is refused, with what else it may be`(_ text: String) throws {
        let folder = try Folder()
        let path = try folder.write("unknown", text)
        let error = #expect(throws: ForeignFileError.self) { try ForeignSource(ImportInput(path: path), wanted: nil) }
        #expect(error?.reason == .wrongKind && error?.message.contains("--from says which program") == true)
    }

    @Test(arguments: ["chatgpt/conversations.json", "claude/conversations.json", "mem0-get-all.json"])
    func `a text that is cut off anywhere is refused, and so is one that isn't UTF-8`(_ fixture: String) throws {
        let folder = try Folder()
        let whole = try bytes(of: fixture)
        let format = try Found(fixture: fixture).format
        for count in stride(from: 0, to: whole.count, by: 7) {
            let path = try folder.write("cut.json", whole.prefix(count))
            let error = #expect(throws: ForeignFileError.self, "\(count)") { try Found(path, wanted: format) }
            #expect(error?.reason == .damaged)
        }
        var invalid = whole
        let place = try #require(whole.firstIndex { $0 >= 0x80 })
        invalid[place] = 0xFF
        let error = #expect(throws: ForeignFileError.self) {
            try Found(try folder.write("a.json", invalid), wanted: format)
        }
        #expect(error?.message.contains("UTF-8") == true)
    }
}
