import CSQLite
import Foundation
import Testing

@testable import hearth

/// What `hearth erase` takes away, and what it asks.
@Suite struct Erasures {
    private let tool: Tool

    init() throws {
        tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
    }

    private func stored(_ text: String) async throws -> String {
        try #require(try await tool.json("store", text)["id"]?.string)
    }

    @Test func `a memory is erased without a terminal only with yes, and is not imported again`() async throws {
        let line = #"{"id": "host-1", "text": "the quixzle", "user": "iris", "agent": "alden"}"#
        #expect(try await tool.json("import", "-", input: line)["stored"]?.int == 1)
        let refused = try await tool.run("erase", "--memory", "host-1")
        #expect(refused.status == 1 && refused.errors.contains("--yes"))
        let erased = try await tool.json("erase", "--memory", "host-1", "--yes")
        #expect(erased["memories"]?.int == 1 && erased["complete"]?.bool == true && erased["id"]?.string == "host-1")
        #expect(try await tool.run("get", "host-1").status == 1)
        #expect(try await tool.json("import", "-", input: line)["erased"]?.int == 1)
        let other = line.replacingOccurrences(of: "host-1", with: "host-2")
        #expect(try await tool.json("import", "-", input: other)["erased"]?.int == 1)
        #expect(try await tool.json("import", "-", "--allow-erased", input: other)["stored"]?.int == 1)
        let rows = try await tool.run("audit", "list", "--action", "erase")
        #expect(rows.text.contains("(erased)"))
    }

    @Test func `an erasure that a reader keeps from its end says so, and is finished by a second command`() async throws
    {
        let id = try await stored("the quixzle")
        var reader: OpaquePointer?
        try #require(sqlite3_open(tool.store, &reader) == SQLITE_OK)
        try #require(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM memories", nil, nil, nil) == SQLITE_OK)
        let erased = try await tool.run("erase", "--memory", id, "--yes")
        #expect(erased.status == 1 && erased.text.contains("hearth erase --rest"), "\(erased.text) \(erased.errors)")
        let waiting = try await tool.json("notifications", "list")
        #expect(waiting["notifications"]?[0]?["kind"]?.string == "erasure_incomplete")
        #expect(waiting["notifications"]?.array.count == 1)
        for command in ["status", "doctor"] {
            let seen = try await tool.run(command)
            #expect(seen.text.contains("erasure: ") && seen.text.contains("hearth erase --rest"), "\(seen.text)")
            #expect(seen.status == (command == "doctor" ? 2 : 0))
        }
        let stillKept = try await tool.run("erase", "--rest", "--json")
        #expect(try stillKept.status == 1 && stillKept.json["complete"]?.bool == false)

        try #require(sqlite3_close(reader) == SQLITE_OK)
        let rest = try await tool.json("erase", "--rest")
        #expect(rest["complete"]?.bool == true && rest["memories"]?.int == 0)
        #expect(try await tool.json("notifications", "list")["notifications"]?.array.isEmpty == true)
        #expect(try await tool.run("doctor").status == 0)
        for file in ["store.db", "store.db-wal"] {
            #expect(tool.sandbox.bytes(file).range(of: Data("quixzle".utf8)) == nil)
        }
        #expect(try await tool.run("erase", "--rest", "--memory", id).status == 64)
    }

    @Test func `plain text that a reader keeps in the file is named when a memory is made sensitive`() async throws {
        let key = ["--key-file", tool.sandbox.file("key"), "--db", tool.store]
        try await tool.run(["keys", "init", key[1]])
        let id = try await stored("the quixzle")
        var reader: OpaquePointer?
        try #require(sqlite3_open(tool.store, &reader) == SQLITE_OK)
        try #require(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM memories", nil, nil, nil) == SQLITE_OK)
        for _ in 0..<2 {
            let sealed = try await tool.run(["edit", id, "--sensitive"] + key)
            #expect(sealed.text.contains("Plain text of it may be left"), "\(sealed.text) \(sealed.errors)")
            #expect(sealed.text.contains("hearth erase --rest"))
        }
        try #require(sqlite3_close(reader) == SQLITE_OK)
        let again = try await tool.run(["edit", id, "--sensitive", "--json"] + key)
        #expect(try again.json["problem"] == nil && again.json["memory"]?["sensitive"]?.bool == true)
        #expect(tool.sandbox.bytes("store.db").range(of: Data("quixzle".utf8)) == nil)
    }

    @Test func `a sensitive memory that is erased without its key is said to leave its text unmarked`() async throws {
        let key = ["--key-file", tool.sandbox.file("key"), "--db", tool.store]
        try await tool.run(["keys", "init", key[1]])
        for hasKey in [false, true] {
            let text = "the quixzle \(hasKey)"
            let id = try await tool.run(["store", text, "--sensitive"] + key).text.dropLast()
            let erase = ["erase", "--memory", String(id), "--yes", "--db", tool.store] + (hasKey ? key.prefix(2) : [])
            let erased = try await tool.run(erase)
            #expect(erased.status == 0 && erased.text.contains("nothing marks its texts") == !hasKey, "\(erased.text)")
            let line = #"{"id": "host-\#(hasKey)", "text": "\#(text)", "user": "iris", "agent": "alden"}"#
            let report = try await tool.run(["import", "-", "--json"] + key, input: Data(line.utf8)).json
            #expect(report["erased"]?.int == (hasKey ? 1 : 0) && report["stored"]?.int == (hasKey ? 0 : 1))
        }
    }

    @Test func `everything of a user is erased, and the command says what is to be erased`() async throws {
        _ = try await stored("the quixzle")
        _ = try await stored("another")
        #expect(try await tool.run("erase", "--yes").status == 64)
        #expect(try await tool.run("erase", "--user", "iris", "--yes").status == 1)
        var tool = tool
        // The system agent then.
        tool.environment["HEARTH_AGENT"] = nil
        let erased = try await tool.json("erase", "--user", "iris", "--yes")
        #expect(erased["memories"]?.int == 2 && erased["user"]?.string == "iris")
        #expect(tool.sandbox.bytes("store.db").range(of: Data("quixzle".utf8)) == nil)
        #expect(tool.sandbox.bytes("store.db").range(of: Data("iris".utf8)) == nil)
        #expect(try await tool.run("verify").status == 0)
    }
}
