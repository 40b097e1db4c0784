import Foundation
import Testing

@Suite struct AuditCommands {
    private let tool: Tool

    init() throws {
        tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
    }

    /// A store in which Alice has read what Alden shared, and Mimic was refused.
    private func fill() async throws -> String {
        let id = try await tool.stored("The key is under the mat.")
        try await tool.run("share", id, "--with", "alice")
        try await tool.run("get", id, "--agent", "alice")
        try await tool.run("get", id, "--agent", "mimic")
        return id
    }

    private func lines(_ arguments: String...) async throws -> [JSON] {
        let outcome = try await tool.run(["audit", "list", "--json"] + arguments + ["--db", tool.store])
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try outcome.lines.filter { !$0.isEmpty }.map { try JSON(Data($0.utf8)) }
    }

    @Test func `rows are listed with names, one JSON value a line, and filtered`() async throws {
        let id = try await fill()
        let rows = try await lines()
        #expect(rows.map { $0["action"]?.string } == ["refuse", "read", "share"])
        #expect(rows.map { $0["agent"]?.string } == ["mimic", "alice", "alden"])
        #expect(rows.allSatisfy { $0["user"]?.string == "iris" && $0["memories"]?.array.first?.string == id })
        #expect(try await lines("--oldest-first", "--limit", "1").map { $0["position"]?.int } == [1])
        #expect(try await lines("--agent", "alice").count == 1)
        #expect(try await lines("--action", "read", "--action", "share", "--memory", id).count == 2)
        #expect(try await lines("--user", "nobody").isEmpty)
        #expect(try await lines("--until", "2020-01-01").isEmpty)
        let shown = try await tool.run("audit")
        #expect(shown.text.contains("refuse") && shown.text.contains("alice") && shown.text.contains(id))
        #expect(try await tool.run("audit", "list", "--action", "reed").status == 64)
        #expect(try await tool.run("audit", "list", "--agent", "nobody").status == 1)
    }

    @Test func `an anchor verifies the chain, and rows go behind it alone`() async throws {
        _ = try await fill()
        let anchor = tool.sandbox.file("anchor.txt")
        let printed = try #require(try await tool.json("audit", "anchor", "--to", anchor)["anchor"]?.string)
        #expect(try String(contentsOfFile: anchor, encoding: .utf8) == printed + "\n")
        let verified = try await tool.json("audit", "verify", "--anchor", anchor)
        #expect(verified["sound"]?.bool == true && verified["rows"]?.int == 3 && verified["anchor"]?.string == printed)
        #expect(try await tool.json("verify", "--anchor", anchor)["sound"]?.bool == true)

        let foreign = "3:" + String(repeating: "0", count: 64)
        let refused = try await tool.run("audit", "verify", "--anchor", foreign)
        #expect(refused.status == 1 && refused.text.contains("is of another file, or the audit was rewritten"))
        #expect(try await tool.run("audit", "prune", "--keep", "1", "--anchor", foreign).status == 1)
        #expect(try await tool.run("audit", "prune", "--anchor", anchor).status == 64)
        #expect(try await tool.run("audit", "prune", "--keep", "1").status == 64)

        let pruned = try await tool.json("audit", "prune", "--keep", "1", "--anchor", anchor)
        #expect(pruned["removed"]?.int == 2 && pruned["first"]?.int == 3)
        #expect(try await tool.json("audit", "verify", "--anchor", anchor)["sound"]?.bool == true)
        #expect(try await lines().map { $0["action"]?.string } == ["prune", "refuse"])
    }

    @Test func `an export is whole or not there, and goes to standard output too`() async throws {
        _ = try await fill()
        let path = tool.sandbox.file("audit.jsonl")
        let report = try await tool.json("audit", "export", path)
        #expect(report["rows"]?.int == 3)
        let exported = try String(contentsOfFile: path, encoding: .utf8)
        #expect(exported.split(separator: "\n").count == 5)
        #expect(try await tool.run("audit", "export", "-").text == exported)
        let refused = try await tool.run("audit", "export", tool.sandbox.file("missing/audit.jsonl"))
        #expect(refused.status == 1 && refused.errors.contains("can't be written"))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: tool.sandbox.path)
                .allSatisfy { !$0.hasSuffix(".partial") }
        )
    }

    @Test func `nothing that is there is overwritten, and never the store or a key`() async throws {
        let id = try await fill()
        let key = tool.sandbox.file("key")
        try await tool.run(["keys", "init", key])
        let note = try tool.sandbox.write("note.txt", "The plumber comes at nine.\n")
        let export = tool.sandbox.file("audit.jsonl")
        #expect(try await tool.run("audit", "export", export).status == 0)
        let link = tool.sandbox.file("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "nowhere")
        let files = ["store.db", "key", "note.txt", "audit.jsonl"]
        let before = files.map(tool.sandbox.bytes)
        for path in [key, note, export, link] {
            try await tool.expectRefusal("audit", "anchor", "--to", path, saying: "nothing is overwritten")
            try await tool.expectRefusal("audit", "export", path, saying: "nothing is overwritten")
        }
        for suffix in ["", "-wal", "-shm", "-journal", ".passphrase"] {
            let path = tool.sandbox.path + "/./store.db\(suffix)"
            try await tool.expectRefusal("audit", "anchor", "--to", path, saying: "belongs to the store")
            try await tool.expectRefusal("audit", "export", path, saying: "belongs to the store")
            try await tool.expectRefusal("metrics", "--textfile", path, saying: "belongs to the store")
            try await tool.expectRefusal("backup", path, saying: "belongs to the store")
            try await tool.expectRefusal("export", path, saying: "belongs to the store")
        }
        #expect(files.map(tool.sandbox.bytes) == before)
        #expect(try await tool.run("get", id).status == 0)
        let made = try FileManager.default.contentsOfDirectory(atPath: tool.sandbox.path)
            .filter { $0.hasPrefix("store.db") || $0.hasPrefix("note") || $0.hasPrefix("nowhere") }
        #expect(Set(made) == ["store.db", "note.txt"])
    }

    @Test func `an anchor is brought up to date only where the audit passes through the one that is there`()
        async throws
    {
        let id = try await fill()
        let anchor = tool.sandbox.file("anchor.txt")
        let first = try await tool.json("audit", "anchor", "--to", anchor)["anchor"]?.string
        try await tool.run("get", id, "--agent", "alice")
        let second = try #require(try await tool.json("audit", "anchor", "--to", anchor)["anchor"]?.string)
        #expect(second != first)
        #expect(tool.sandbox.bytes("anchor.txt") == Data("\(second)\n".utf8))
        for suffix in [String(repeating: "0", count: 64), String(repeating: "f", count: 64)] {
            let foreign = Data("2:\(suffix)\n".utf8)
            try tool.sandbox.write("anchor.txt", foreign)
            try await tool.expectRefusal("audit", "anchor", "--to", anchor, saying: "is kept", "of another file")
            #expect(tool.sandbox.bytes("anchor.txt") == foreign)
        }
    }
}
