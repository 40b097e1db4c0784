import HearthMemory
import Testing

@testable import hearth

@Suite struct DerivedIdentifiers {
    private func line(_ text: String) throws -> ImportLine {
        try ImportLine(
            InputLine(number: 1, bytes: Array(text.utf8)),
            owners: ImportOwners(unnamed: "alden", known: ["alden", "alice"])
        )
    }

    @Test func `an id follows from what the line says and not from how it says it`() throws {
        let id = try line(#"{"user": "u", "text": "tea", "tags": ["a"], "importance": 0.5}"#).memory.id
        #expect(
            try line(#"{"importance":5e-1,"tags":["a"],"text":"t\u0065a","user":"u","session":null}"#).memory.id == id
        )
        #expect(try line(#"{"user": "u", "text": "tea", "tags": ["a"], "agent": "alden"}"#).memory.id == id)
        #expect(id.rawValue.wholeMatch(of: /mem_[0-9a-f]{32}/) != nil)
    }

    @Test func `it stays the same for as long as files are imported again`() throws {
        // A change of this value would store every line without an id a second time.
        #expect(
            try line(#"{"user": "u", "created_at": "2026-03-01T18:20:05Z", "text": "tea"}"#).memory.id
                == "mem_9f4ad8371bfe02859529a3d9b9c814a4"
        )
    }

    @Test(arguments: [
        #"{"user": "v", "text": "tea"}"#,
        #"{"user": "u", "text": "tea "}"#,
        #"{"user": "u", "text": "tea", "agent": "alice"}"#,
        #"{"user": "u", "text": "tea", "session": "s"}"#,
        #"{"user": "u", "text": "tea", "created_at": "2026-03-01T18:20:05Z"}"#,
        #"{"user": "u", "text": "tea", "type": "semantic"}"#,
        #"{"user": "u", "text": "tea", "category": "task"}"#,
        #"{"user": "u", "text": "tea", "tags": ["a"]}"#,
        #"{"user": "u", "text": "tea", "importance": 0.6}"#,
    ])
    func `every field makes a difference`(text: String) throws {
        #expect(try line(text).memory.id != line(#"{"user": "u", "text": "tea"}"#).memory.id)
    }

    @Test func `fields do not run together`() throws {
        let parted = try line(#"{"user": "u", "text": "tea", "tags": ["a", "b"]}"#)
        let joined = try line(#"{"user": "u", "text": "tea", "tags": ["ab"]}"#)
        #expect(parted.memory.id != joined.memory.id)
    }
}
