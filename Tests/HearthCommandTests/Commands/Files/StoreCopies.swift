import Foundation
import HearthMemory
import Testing

@testable import hearth

/// Backups, exports and what they are restored from, by command.
@Suite struct StoreCopies {
    private let tool: Tool
    private let other: Tool

    init() throws {
        tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
        other = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
    }

    @Test func `a backup is made, and restored where the store was lost`() async throws {
        let id = try await tool.stored("The kettle is blue.")
        let copy = tool.sandbox.file("copy.db")
        let backup = try await tool.json("backup", copy)
        #expect(backup["file"]?.string == copy)
        #expect(backup["bytes"]?.int == tool.sandbox.bytes("copy.db").count)
        let quiet = try await tool.run("backup", tool.sandbox.file("copy2.db"))
        #expect(quiet.status == 0 && quiet.errors.isEmpty)
        #expect(try await tool.run("backup", copy).status == 1)
        try FileManager.default.removeItem(atPath: tool.store)
        let restored = try await tool.json("restore", copy)
        #expect(restored["memories"]?.int == 1 && restored["moved_aside"] == nil)
        #expect(try await tool.json("get", id)["text"]?.string == "The kettle is blue.")
    }

    @Test func `a newer store is replaced only by force, and moved aside`() async throws {
        _ = try await tool.stored("first")
        let copy = tool.sandbox.file("copy.db")
        try await tool.run("backup", copy)
        let id = try await tool.stored("second")
        let refused = try await tool.run("restore", copy)
        #expect(refused.status == 1 && refused.errors.contains("--force"))
        #expect(try await tool.run("get", id).status == 0)
        let aside = try #require(try await tool.json("restore", copy, "--force")["moved_aside"]?.string)
        #expect(FileManager.default.fileExists(atPath: aside))
        #expect(try await tool.run("get", id).status == 1)
    }

    @Test func `what was made sensitive since is sealed again, or nothing is restored unless that is allowed`()
        async throws
    {
        let key = ["--key-file", tool.sandbox.file("key")]
        try await tool.run(["keys", "init", key[1]])
        let id = try await tool.stored("zanzibar stands by the gate")
        let copy = tool.sandbox.file("copy.db")
        try await tool.run("backup", copy)
        #expect(try await tool.run(["edit", id, "--sensitive", "--db", tool.store] + key).status == 0)
        func isSensitive() async throws -> Bool? {
            try await tool.run(["get", id, "--json", "--db", tool.store] + key).json["sensitive"]?.bool
        }
        try await tool.expectRefusal("restore", copy, "--force", saying: "--allow-plain", "--key-file", "1 memory")
        #expect(try await isSensitive() == true)
        #expect(tool.sandbox.bytes("store.db").range(of: Data("zanzibar".utf8)) == nil)

        let allowed = try await tool.run("restore", copy, "--force", "--allow-plain")
        #expect(allowed.status == 0, "\(allowed.errors)")
        #expect(try await isSensitive() == false)
        // Those are the steps that the command names.
        let aside = try #require(allowed.text.firstMatch(of: /restore ([^ ]+) with/)?.1)
        #expect(try await tool.run(["restore", String(aside), "--force", "--db", tool.store] + key).status == 0)
        let sealed = try await tool.run(["restore", copy, "--force", "--json", "--db", tool.store] + key)
        #expect(try sealed.json["sealed_memories"]?.int == 1 && sealed.json["plain_memories"]?.int == 0)
        #expect(tool.sandbox.bytes("store.db").range(of: Data("zanzibar".utf8)) == nil)
        #expect(try await isSensitive() == true)
        #expect(try await tool.run("restore", id, "--allow-plain").status == 64)
    }

    @Test func `nothing is restored while another process has the store open`() async throws {
        _ = try await tool.stored("first")
        let copy = tool.sandbox.file("copy.db")
        try await tool.run("backup", copy)
        let coordinator = try await tool.open(as: ["alden"])
        let refused = try await tool.run("restore", copy, "--force")
        #expect(refused.status == 1 && refused.errors.contains("open"))
        try await coordinator.close()
        #expect(try await tool.run("restore", copy, "--force").status == 0)
    }

    @Test func `a backup that isn't there is named, and no directory is to be made for it`() async throws {
        for backup in [tool.sandbox.file("none/x"), tool.sandbox.file("x"), "/dev/null/x"] {
            let outcome = try await tool.run("restore", backup)
            #expect(outcome.status == 1, "\(backup)")
            #expect(outcome.errors == "Error: There is no backup at \(backup).\n", "\(outcome.errors)")
        }
        #expect(!tool.sandbox.exists("store.db"))
    }

    @Test func `restore means a memory where there is no such file, or if it is said`() async throws {
        let id = try await tool.stored("tea")
        try await tool.run("delete", id)
        #expect(try await tool.json("restore", id)["text"]?.string == "tea")
        #expect(try await tool.run("restore", id, "--force").status == 64)
        #expect(try await tool.run("restore", "./no-such-file").status == 1)
        #expect(try await tool.run("restore", tool.store, "--memory").status == 1)
    }

    @Test func `an export is imported as it was, from a file and from a pipe`() async throws {
        let id = try await tool.stored("The kettle is blue.")
        try await tool.run("edit", id, "The kettle is red.", "--publish")
        let path = tool.sandbox.file("all.jsonl")
        let written = try await tool.json("export", path)
        #expect(written["memories"]?.int == 1 && written["versions"]?.int == 2)
        #expect(written["sensitive_left_out"]?.int == 0)
        #expect(try await tool.run("export", path).status == 1)
        let lines = try await tool.run("export", "-")
        #expect(lines.status == 0 && lines.output == tool.sandbox.bytes("all.jsonl"))
        let report = try await other.json("import", path)
        #expect(report["stored"]?.int == 1 && report["took_policy"]?.bool == true)
        #expect(try await other.json("history", id)["versions"]?.array.count == 2)
        let again = try await other.json("import", "-", input: lines.text)
        #expect(again["stored"]?.int == 0 && again["present"]?.int == 1)
        #expect(again["deleted_here"]?.int == 0)
        #expect(try await other.run("export", "-").output == lines.output)
        #expect(try await other.run("import", path, "--sensitive").status == 1)
    }

    @Test func `what was deleted here is counted apart when its export comes again`() async throws {
        let ids = [try await tool.stored("The kettle is blue."), try await tool.stored("The cup is white.")]
        let path = tool.sandbox.file("all.jsonl")
        try #require(try await tool.run("export", path).status == 0)
        try await tool.run("delete", ids[0], "--publish")
        let again = try await tool.json("import", path)
        #expect(again["stored"]?.int == 0 && again["present"]?.int == 2 && again["deleted_here"]?.int == 1)
        let shown = try await tool.run("import", path)
        #expect(shown.text.contains("deleted here") && shown.text.contains("`hearth restore ID`"), "\(shown.text)")
        // An export in which it is deleted as well has nothing to say.
        let later = tool.sandbox.file("later.jsonl")
        try #require(try await tool.run("export", later).status == 0)
        #expect(try await tool.json("import", later)["deleted_here"]?.int == 0)
        #expect(try await tool.json("restore", ids[0])["text"]?.string == "The kettle is blue.")
        #expect(try await tool.json("import", path)["deleted_here"]?.int == 0)
    }

    @Test func `a damaged export is refused with the line that is wrong`() async throws {
        _ = try await tool.stored("The kettle is blue.")
        let text = try await tool.run("export", "-").text.replacingOccurrences(of: "is blue", with: "is red")
        let refused = try await other.run("import", "-", input: text)
        #expect(refused.status == 1 && refused.errors.contains("Line "))
    }

    @Test func `a policy is judged before it is loaded`() async throws {
        _ = try await tool.run("store", "tea", "--category", "preference")
        let good = try await tool.run("policy", "show", "--json").text
        let file = try tool.sandbox.write("policy.json", good)
        let check = try await tool.json("policy", "check", file)
        #expect(check["valid"]?.bool == true && check["changes"]?.array.isEmpty == true)
        let bad = #"{"global_rules": [{"name": "x", "categories": ["preference"], "agents": ["nobody"]}]}"#
        let refused = try await tool.run("policy", "check", "-", "--json", input: bad)
        #expect(refused.status == 1)
        let json = try refused.json
        #expect(json["valid"]?.bool == false && json["problems"]?.array.count == 1)
        let lost = json["changes"]?.array.first { $0["agent"]?.string == "alice" }
        #expect(lost?["loses"]?.int == 1 && lost?["gains"]?.int == 0)
        #expect(try await tool.run("policy", "check", "-", input: "{").status == 1)
        #expect(try await tool.run("policy", "show", "--json").text == good)
    }
}
