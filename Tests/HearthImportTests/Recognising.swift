import Foundation
import HearthImport
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
