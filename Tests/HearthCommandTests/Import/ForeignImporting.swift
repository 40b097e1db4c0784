import Foundation
import TestSupport
import Testing

/// `hearth import` of what other programs wrote.
@Suite struct ForeignImporting {
    private let tool: Tool

    init() throws {
        tool = try Tool()
    }

    private static func path(_ fixture: String) -> String { Fixtures.path(of: "imports/" + fixture) }

    @Test(arguments: [
        ("archives/chatgpt.zip", 3), ("archives/claude.zip", 4), ("mem0-history.db", 4), ("mem0-get-all.json", 4),
        ("langgraph.db", 4), ("mcp-memory-service.db", 2), ("memory.jsonl", 5), ("basic-memory", 2),
    ]) func `a second run stores nothing`(_ fixture: String, _ count: Int) async throws {
        let arguments = [Self.path(fixture), "--agent", "alden", "--user", "iris", "--json", "--db", tool.store]
        let first = try await tool.run(["import"] + arguments)
        #expect(first.status == 0, "\(first.errors)")
        #expect(try first.json["stored"]?.int == count && first.json["complete"]?.bool == true)
        let second = try await tool.run(["import"] + arguments)
        #expect(try second.json["stored"]?.int == 0 && second.json["present"]?.int == count)
        let listed = try await tool.json("list", "--agent", "alden", "--user", "iris")["memories"]?.array ?? []
        #expect(listed.count == count)
        let id = try #require(listed.first?["id"]?.string)
        let memory = try await tool.json("get", id, "--agent", "alden")
        #expect(
            memory["provenance"]?["origin"]?.string == "import" || memory["origin"]?.string == "import",
            "\(memory)"
        )
    }

    @Test func `sensitive memories of another program have identifiers that nobody makes without the key`() async throws
    {
        var tool = tool
        try #require(try await tool.run(["keys", "init", tool.sandbox.file("key")]).status == 0)
        tool.environment["HEARTH_KEY_FILE"] = tool.sandbox.file("key")
        let arguments = [Self.path("memory.jsonl"), "--agent", "alden", "--user", "iris", "--sensitive", "--json"]
        let first = try await tool.run(["import"] + arguments + ["--db", tool.store])
        #expect(try first.json["stored"]?.int == 5, "\(first.errors)")
        let second = try await tool.run(["import"] + arguments + ["--db", tool.store])
        #expect(try second.json["present"]?.int == 5, "\(second.errors)")
        let plain = tool.sandbox.file("plain.db")
        #expect(
            try await tool.run(["import"] + arguments.filter { $0 != "--sensitive" } + ["--db", plain]).status == 0
        )
        func ids(_ path: String) async throws -> Set<String> {
            let listed = try await tool.run(["list", "--agent", "alden", "--user", "iris", "--json", "--db", path]).json
            return Set(listed["memories"]?.array.compactMap { $0["id"]?.string } ?? [])
        }
        let (sealed, derived) = (try await ids(tool.store), try await ids(plain))
        #expect(sealed.count == 5 && derived.count == 5 && sealed.isDisjoint(with: derived))
    }

    @Test func `a dry run shows counts and samples, and makes no store`() async throws {
        let outcome = try await tool.run("import", Self.path("chatgpt"), "--dry-run", "--json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let json = try outcome.json
        #expect(json["read"]?.int == 3 && json["stored"]?.int == 0 && json["dry_run"]?.bool == true)
        #expect(json["samples"]?.array.first?["text"]?.string?.hasPrefix("User: Which tea") == true)
        #expect(json["earliest"]?.string == "2026-03-01T08:00:01.500000Z")
        let shown = try await tool.run("import", Self.path("chatgpt"), "--dry-run")
        #expect(shown.text.contains("a ChatGPT export") && shown.text.contains("3 messages of other branches"))
        #expect(!tool.sandbox.exists("store.db"))
    }

    /// One of each format; mem0 names its own users.
    @Test(arguments: [
        "chatgpt/conversations.json", "claude", "mem0-get-all.json", "mem0-history.db", "langgraph.db",
        "mcp-memory-service.db", "memory.jsonl", "basic-memory",
    ]) func `a dry run of each format has counts and samples`(_ fixture: String) async throws {
        let path = Self.path(fixture)
        let outcome = try await tool.run("import", path, "--agent", "alden", "--user", "iris", "--dry-run", "--json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let json = try outcome.json
        let read = try #require(json["read"]?.int)
        #expect(read > 0 && json["stored"]?.int == 0 && json["complete"]?.bool == true)
        let samples = json["samples"]?.array ?? []
        #expect(samples.count == min(3, read))
        #expect(
            samples.allSatisfy { $0["text"]?.string?.isEmpty == false && $0["id"]?.string?.hasPrefix("mem_") == true }
        )
        #expect(!tool.sandbox.exists("store.db"))
    }

    @Test func `the wrong kind is named, and so is a missing owner`() async throws {
        let wrong = try await tool.run(
            "import",
            Self.path("chatgpt"),
            "--from",
            "claude",
            "--agent",
            "alden",
            "--user",
            "iris"
        )
        #expect(
            wrong.status == 1 && wrong.errors.contains("is a ChatGPT export: use --from chatgpt."),
            "\(wrong.errors)"
        )
        let nobody = try await tool.run("import", Self.path("chatgpt"), "--agent", "alden")
        #expect(nobody.status == 1 && nobody.errors.contains("--user"), "\(nobody.errors)")
        let noAgent = try await tool.run("import", Self.path("chatgpt"), "--user", "iris")
        #expect(noAgent.status == 64 && noAgent.errors.contains("--agent"), "\(noAgent.errors)")
        #expect(!tool.sandbox.exists("store.db"))
    }

    @Test func `the only agent and the only user need not be named`() async throws {
        try #require(try await tool.run("store", "tea", "--agent", "alden", "--user", "iris").status == 0)
        let outcome = try await tool.run("import", Self.path("chatgpt"))
        #expect(outcome.status == 0, "\(outcome.errors)")
        try #require(try await tool.run("store", "milk", "--agent", "alice", "--user", "joss").status == 0)
        let user = try await tool.run("import", Self.path("chatgpt"))
        #expect(user.status == 64 && user.errors.contains("iris, joss"), "\(user.errors)")
        let other = try await tool.run("import", Self.path("memory.jsonl"), "--user", "joss")
        #expect(other.status == 0, "\(other.errors)")
    }

    @Test(arguments: [
        ("chatgpt/conversations.json", "chatgpt"), ("archives/claude.zip", "claude"), ("claude", "claude"),
        ("mem0-get-all.json", "mem0"), ("mem0-history.db", "mem0"), ("memory.jsonl", "memory-jsonl"),
        ("basic-memory", "basic-memory"),
    ]) func `what another program wrote is no file of our own`(_ fixture: String, _ format: String) async throws {
        try await tool.expectRefusal(
            "import",
            Self.path(fixture),
            "--from",
            "hearth",
            saying: "use --from \(format)."
        )
        #expect(!tool.sandbox.exists("store.db"))
    }

    @Test func `what is left out is named with its reason`() async throws {
        let folder = tool.sandbox.file("notes")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        try tool.sandbox.write("notes/a.md", "Tea")
        try FileManager.default.createSymbolicLink(atPath: folder + "/b.md", withDestinationPath: folder + "/a.md")
        let shown = try await tool.run("import", folder, "--agent", "alden", "--user", "iris")
        #expect(shown.text.contains("1 links, which are not followed"), "\(shown.text) \(shown.errors)")
        let projects = try tool.sandbox.write("projects.json", #"[{"uuid": "p", "name": "Garden", "docs": []}]"#)
        let counted = try await tool.run("import", projects, "--agent", "alden", "--user", "iris")
        #expect(counted.text.contains("1 projects of Claude, which are not imported"), "\(counted.errors)")
    }

    @Test func `a file that is cut off stores nothing`() async throws {
        let whole = try Data(contentsOf: URL(filePath: Self.path("claude/conversations.json")))
        for count in [40, whole.count / 2, whole.count - 1] {
            let path = try tool.sandbox.write("cut.json", whole.prefix(count))
            let outcome = try await tool.run("import", path, "--from", "claude", "--agent", "alden", "--user", "iris")
            #expect(outcome.status == 1 && outcome.errors.contains("damaged"), "\(outcome.errors)")
        }
        #expect(!tool.sandbox.exists("store.db"))
    }

    @Test func `what is too long or has another's id is named, and the rest is stored if that is wanted`() async throws
    {
        let long = String(repeating: "x", count: (4 << 20) + 1)
        let memories = [
            #"{"id": "a", "memory": "tea"}"#, #"{"id": "b", "memory": "\#(long)"}"#,
            #"{"id": "a", "memory": "coffee"}"#,
            #"{"id": "c", "memory": "late", "created_at": "9999-12-31"}"#, #"{"id": "d", "memory": "a\u0000b 🍵"}"#,
        ]
        let path = try tool.sandbox.write("m.json", "[" + memories.joined(separator: ",") + "]")
        let refused = try await tool.run("import", path, "--agent", "alden", "--user", "iris")
        #expect(refused.status == 1 && refused.errors.contains("memory 2 (b)") && refused.errors.contains("memory 3"))
        #expect(!tool.sandbox.exists("store.db"))
        let rest = try await tool.json("import", path, "--agent", "alden", "--user", "iris", "--skip-bad")
        #expect(rest["stored"]?.int == 3 && rest["skipped"]?.int == 2, "\(rest)")
    }

    @Test func `an id that a file gives to two texts is named with the places of both`() async throws {
        let lines = [
            #"{"type": "entity", "name": "Nora", "entityType": "person", "observations": ["drinks tea"]}"#,
            #"{"type": "entity", "name": "Emil", "entityType": "person", "observations": []}"#,
            #"{"type": "entity", "name": "Nora", "entityType": "cat", "since": 2, "observations": [{"content": "drinks tea", "at": 1}]}"#,
        ]
        let path = try tool.sandbox.write("memory.jsonl", lines.joined(separator: "\n"))
        let refused = try await tool.run("import", path, "--agent", "alden", "--user", "iris", "--json")
        #expect(refused.status == 1, "\(refused.errors)")
        #expect(
            refused.errors.contains("line 3: its id was given to another text before, in line 1"),
            "\(refused.errors)"
        )
        #expect(try refused.json["problems"]?[0]?["place"]?.string == "line 3")
        // The same observation with something else beside it is no contradiction.
        let rest = try await tool.json("import", path, "--agent", "alden", "--user", "iris", "--skip-bad")
        #expect([rest["stored"]?.int, rest["present"]?.int, rest["skipped"]?.int] == [3, 1, 1], "\(rest)")
    }

    @Test func `a file with nothing in it says so, whoever is to have it`() async throws {
        for (name, text, words) in [
            ("a.json", "", "is empty"), ("a.json", "[]", "without chats or memories"),
            ("a.json", #"{"results": []}"#, "without chats or memories"), ("a.md", "# Tea", "Import the folder"),
        ] {
            let path = try tool.sandbox.write(name, text)
            let outcome = try await tool.run("import", path, "--agent", "alden", "--user", "iris")
            #expect(outcome.status == 1 && outcome.errors.contains(words), "\(outcome.errors)")
            guard !text.isEmpty else { continue }
            let nobody = try await tool.run("import", path, "--agent", "alden")
            #expect(nobody.status == 1 && nobody.errors.contains(words), "\(nobody.errors)")
        }
        #expect(!tool.sandbox.exists("store.db"))
    }

    @Test func `memories of several users stay apart`() async throws {
        let path = try tool.sandbox.write(
            "m.json",
            #"{"results": [{"id": "a", "memory": "tea", "user_id": "nora"}, {"id": "b", "memory": "rice", "user_id": "emil"}]}"#
        )
        let joined = try await tool.run("import", path, "--agent", "alden", "--user", "iris")
        #expect(joined.status == 1 && joined.errors.contains("emil, nora"), "\(joined.errors)")
        #expect(try await tool.json("import", path, "--agent", "alden")["stored"]?.int == 2)
        let listed = try await tool.json("list", "--agent", "alden", "--user", "emil")["memories"]?.array
        #expect(listed?.count == 1)
    }

    @Test func `an export comes through a pipe too`() async throws {
        let data = try Data(contentsOf: URL(filePath: Self.path("archives/chatgpt.zip")))
        let outcome = try await tool.run(
            ["import", "-", "--agent", "alden", "--user", "iris", "--json", "--db", tool.store],
            input: data
        )
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try outcome.json["stored"]?.int == 3)
    }
}
