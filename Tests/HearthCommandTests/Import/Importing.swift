import Foundation
import TestSupport
import Testing

@Suite struct Importing {
    private let tool: Tool

    init() throws {
        tool = try Tool()
    }

    private func line(_ number: Int, text: String = "tea") -> String {
        #"{"id": "m\#(number)", "user": "iris", "agent": "alden", "session": "s\#(number / 10)", "text": "\#(text) \#(number)"}"#
    }

    private func file(_ lines: [String]) throws -> String {
        try tool.sandbox.write("input.jsonl", lines.map { $0 + "\n" }.joined())
    }

    @Test func `what is to be sealed and is imported without a key is counted and named`() async throws {
        let secret = line(1).dropLast() + #", "category": "security_credentials"}"#
        let outcome = try await tool.run(["import", try file([String(secret), line(2)]), "--json", "--db", tool.store])
        #expect(outcome.status == 0 && outcome.errors.contains("1 memory is stored in plain"), "\(outcome.errors)")
        #expect(try outcome.json["unsealed"]?.int == 1 && outcome.json["stored"]?.int == 2)

        let key = tool.sandbox.file("key")
        #expect(try await tool.run(["keys", "init", key]).status == 0)
        let other = String(line(3).dropLast() + #", "category": "security_credentials"}"#)
        let sealed = try await tool.run(["import", try file([other]), "--key-file", key, "--json", "--db", tool.store])
        #expect(try sealed.json["unsealed"]?.int == 0 && sealed.errors.isEmpty)
    }

    @Test func `what is in the lines is in the memories`() async throws {
        let text = #"""
            {"id": "m1", "user": "iris", "agent": "alice", "session": "s1", "created_at": "2026-03-01T18:20:05.123456+01:00", "text": "dark mode", "type": "semantic", "category": "preference", "tags": ["ui", "夜"], "importance": 0.75}
            """#
        let counts = try await tool.json("import", try file([text]))
        #expect(
            [counts["read"], counts["stored"], counts["present"], counts["skipped"]] == [
                .number(1), .number(1), .number(0), .number(0),
            ]
        )
        #expect(counts["complete"] == .bool(true))
        let memory = try await tool.json("get", "m1", "--agent", "alice")
        #expect(memory["user"]?.string == "iris")
        #expect(memory["agent"]?.string == "alice")
        #expect(memory["session"]?.string == "s1")
        #expect(memory["created_at"]?.string == "2026-03-01T17:20:05.123456Z")
        #expect(memory["text"]?.string == "dark mode")
        #expect(memory["type"]?.string == "semantic")
        #expect(memory["category"]?.string == "preference")
        #expect(memory["tags"] == .array([.string("ui"), .string("夜")]))
        #expect(memory["importance"]?.number == 0.75)
    }

    @Test func `a dry run counts what has expired and shows none of it`() async throws {
        let lines = [
            #"{"id": "a", "user": "iris", "agent": "alden", "text": "Milk till Friday.", "expires_at": "2020-01-01T00:00:00Z"}"#,
            #"{"id": "b", "user": "iris", "agent": "alden", "text": "Tea for ever."}"#,
        ]
        let path = try tool.sandbox.write("expired.jsonl", lines.joined(separator: "\n"))
        let planned = try await tool.json("import", path, "--dry-run")
        #expect(planned["expired"]?.int == 1)
        #expect(planned["samples"]?.array.map { $0["id"]?.string } == ["b"])
        let done = try await tool.json("import", path)
        #expect(done["expired"]?.int == 1 && done["stored"]?.int == 1)
    }

    @Test func `a dry run counts what is there as the import does, and says what brings back what has expired`()
        async throws
    {
        let expired = line(3).dropLast() + #", "expires_at": "2020-01-01T00:00:00Z"}"#
        try await tool.run("import", try file([line(1), line(2), line(5)]))
        try await tool.run("delete", "m1", "--publish", "--agent", "alden", "--user", "iris")
        let path = try file([line(1), line(2), String(expired), line(4), line(5, text: "coffee")])
        let planned = try await tool.json("import", path, "--dry-run")
        let shown = try await tool.run("import", path, "--dry-run")
        #expect(shown.text.contains("deleted    1") && shown.text.contains("hearth restore m1"), "\(shown.text)")
        #expect(shown.text.contains("1 line has an expires_at that has passed"), "\(shown.text)")
        let told = try await tool.run("import", path)
        #expect(told.text.contains("1 line has an expires_at that has passed"), "\(told.text)")
        // The second run stores nothing, as the dry run did.
        let done = try await tool.json("import", path)
        for name in ["deleted", "expired", "differing", "erased"] {
            #expect(planned[name]?.int == done[name]?.int && planned[name] != nil, "\(name)")
        }
        #expect([planned["deleted"]?.int, planned["expired"]?.int, planned["differing"]?.int] == [1, 1, 1])
        #expect([planned["present"]?.int, planned["stored"]?.int] == [1, 0])
        let later = try file([line(3)])
        #expect(try await tool.json("import", later)["stored"]?.int == 1)
    }

    @Test func `an export with a byte order mark in front, and blank lines behind, is restored`() async throws {
        try await tool.run("import", try file([line(1), line(2)]))
        let path = tool.sandbox.file("all.jsonl")
        #expect(try await tool.run("export", path).status == 0)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let marked = try tool.sandbox.write("marked.jsonl", "\u{FEFF}" + text + "\n \r\n")
        let other = try Tool()
        #expect(try await other.json("import", marked)["stored"]?.int == 2)
        let longer = try tool.sandbox.write("longer.jsonl", text + "\n{}\n")
        let refused = try await other.run("import", longer)
        #expect(refused.errors.contains("comes after the end"), "\(refused.errors)")
    }

    @Test func `a dry run shows counts and samples, stores nothing, and needs no store`() async throws {
        let lines = (1...5).map { line($0) }
        let path = try file(lines)
        for hasStore in [false, true] {
            if hasStore { _ = try await tool.stored("Here.", "--agent", "alden", "--user", "nora") }
            let json = try await tool.json("import", path, "--dry-run")
            #expect(json["read"]?.int == 5 && json["stored"]?.int == 0 && json["complete"]?.bool == true)
            #expect(json["dry_run"]?.bool == true)
            #expect(json["samples"]?.array.map { $0["text"]?.string } == ["tea 1", "tea 2", "tea 3"])
            #expect(json["samples"]?[0]?["session"]?.string == "s0" && json["samples"]?[0]?["user"]?.string == "iris")
            let shown = try await tool.run("import", path, "--dry-run", "--db", tool.store)
            #expect(shown.text.contains("tea 3") && shown.text.contains("Nothing was stored"))
            #expect(tool.sandbox.exists("store.db") == hasStore)
        }
        #expect(try await tool.json("list", "--agent", "alden", "--user", "iris")["memories"]?.array == [])
        let stored = try await tool.json("import", path)
        #expect(stored["dry_run"]?.bool == false && stored["samples"] == nil && stored["stored"]?.int == 5)
        let bad = try file(lines + [#"{"user": "iris"}"#, line(7).replacing("alden", with: "nobody")])
        let refused = try await tool.run("import", bad, "--dry-run", "--json", "--db", tool.store)
        #expect(refused.status == 1 && refused.errors.contains("2 of 7 lines are bad"), "\(refused.errors)")
        let rest = try await tool.json("import", bad, "--dry-run", "--skip-bad")
        #expect(rest["skipped"]?.int == 2 && rest["complete"]?.bool == true && rest["problems"]?.array.count == 2)
    }

    @Test func `a sensitive line is not stored in plain, and lists can leave sensitive memories out`() async throws {
        let sensitive = #"{"id": "m2", "user": "iris", "agent": "alden", "text": "a secret", "sensitive": true}"#
        let outcome = try await tool.run("import", try file([line(1), sensitive]))
        #expect(outcome.status != 0 && outcome.errors.contains("key"), "\(outcome.errors)")
        let all = try await tool.run("import", try file([line(1)]), "--sensitive")
        #expect(all.status != 0 && all.errors.contains("key"), "\(all.errors)")
        _ = try await tool.json("import", try file([line(1)]))
        for command in [["list"], ["slice"], ["search", "tea"]] {
            let found = try await tool.run(
                command + ["--without-sensitive", "--agent", "alden", "--user", "iris", "--db", tool.store]
            )
            #expect(found.status == 0 && found.text.contains("m1"), "\(command) \(found)")
        }
    }

    @Test func `a second run stores nothing`() async throws {
        let path = try file((1...1_234).map { line($0) } + [#"{"user": "iris", "text": "without an id"}"#])
        let first = try await tool.json("import", path, "--agent", "alden")
        #expect(first["stored"]?.int == 1_235)
        let second = try await tool.json("import", path, "--agent", "alden")
        #expect(second["stored"]?.int == 0)
        #expect(second["present"]?.int == 1_235)
    }

    @Test func `what was deleted and what has expired is counted apart, with what brings it back`() async throws {
        let expiry =
            #"{"id": "old", "user": "iris", "agent": "alden", "text": "old", "expires_at": "2020-01-01T00:00:00Z"}"#
        let path = try file([line(1), line(2), line(3), expiry])
        let first = try await tool.json("import", path)
        #expect([first["stored"]?.int, first["expired"]?.int, first["deleted"]?.int] == [3, 1, 0])
        #expect(first["restorable"] == .array([]))
        try await tool.run("delete", "m1", "--publish")
        // A deletion that is a draft hides the memory from its owner too.
        try await tool.run("delete", "m2")

        let again = try await tool.json("import", path)
        #expect([again["stored"]?.int, again["present"]?.int, again["deleted"]?.int] == [0, 1, 2])
        #expect(again["expired"]?.int == 1 && again["complete"]?.bool == true)
        #expect(again["restorable"] == .array([.string("m1"), .string("m2")]))
        let shown = try await tool.run("import", path)
        #expect(shown.text.contains("deleted  2") && shown.text.contains("expired  1"), "\(shown.text)")
        #expect(shown.text.contains("`hearth restore m1` by its owner brings that one back"), "\(shown.text)")

        for id in ["m1", "m2"] { #expect(try await tool.run("restore", id).status == 0) }
        #expect(try await tool.json("import", path)["present"]?.int == 3)
    }

    @Test func `an expiry is part of a line, and of the id that it gets`() async throws {
        let line = #"{"user": "iris", "agent": "alden", "text": "tea", "expires_at": "2199-01-01T00:00:00+01:00"}"#
        let counts = try await tool.json("import", try file([line, line.replacing("2199", with: "2198")]))
        #expect(counts["stored"]?.int == 2)
        let memories = try await tool.json("list")["memories"]?.array
        let expiries = Set(memories?.compactMap { $0["expires_at"]?.string } ?? [])
        #expect(expiries == ["2198-12-31T23:00:00.000000Z", "2197-12-31T23:00:00.000000Z"])
        let bad = try await tool.run("import", try file([line.replacing("+01:00", with: "")]))
        #expect(bad.status == 1 && bad.errors.contains("expires_at"))
    }

    @Test func `lines of spaces and the marks of files that were joined stop no import`() async throws {
        let counts = try await tool.json("import", "-", input: "\u{FEFF}\(line(1))\n   \n\u{FEFF}\(line(2))\n\t\n")
        #expect([counts["read"]?.int, counts["stored"]?.int] == [2, 2])
    }

    @Test func `equal lines without an id are one memory`() async throws {
        let counts = try await tool.json(
            "import",
            try file([#"{"user": "iris", "text": "tea"}"#, #"{"text": "tea", "user": "iris"}"#]),
            "--agent",
            "alden"
        )
        #expect(counts["stored"]?.int == 1)
        #expect(counts["present"]?.int == 1)
    }

    @Test func `standard input is read as a file is`() async throws {
        let counts = try await tool.json("import", "-", input: "\u{FEFF}" + line(1) + "\r\n\r\n" + line(2))
        #expect(counts["stored"]?.int == 2)
    }

    @Test func `a pipe is read as a file is`() async throws {
        let path = try file((1...700).map { line($0) })
        let outcome = try await tool.shell(#"cat "$1" | "$0" import /dev/stdin --json --db "$2""#, path, tool.store)
        #expect(try outcome.json["stored"]?.int == 700)
    }

    @Test func `an empty input is no error`() async throws {
        let counts = try await tool.json("import", "-", input: "\n\n")
        #expect(counts["read"]?.int == 0)
        #expect(counts["complete"]?.bool == true)
    }

    @Test func `other people's memories of one file stay theirs`() async throws {
        let path = try file([line(1), line(2).replacing("iris", with: "joss")])
        try await tool.run("import", path)
        let list = try await tool.json("list", "--agent", "alden", "--user", "joss")
        #expect(list["memories"]?.array.map { $0["id"] } == [.string("m2")])
    }

    @Test func `two users' lines of one id are two memories, each found by a second run`() async throws {
        let theirs = [line(1, text: "coffee"), line(2)].map { $0.replacing("iris", with: "joss") }
        for run in ["stored", "present"] {
            let ours = try await tool.json("import", try file([line(1), line(2)]))
            #expect(ours[run]?.int == 2)
            // What another user has makes no difference to the counts.
            #expect(try await tool.json("import", try file(theirs)) == ours)
        }
        let list = try await tool.json("list", "--agent", "alden", "--user", "joss")
        #expect(Set(list["memories"]?.array.compactMap { $0["text"]?.string } ?? []) == ["coffee 1", "tea 2"])
        #expect(try await tool.json("get", "m1", "--agent", "alden", "--user", "iris")["text"]?.string == "tea 1")
        #expect(try await tool.json("verify")["sound"]?.bool == true)
    }

    @Test func `every command that names a memory takes the user whose it is`() async throws {
        try await tool.run("import", try file([line(1), line(1).replacing("iris", with: "joss")]))
        let asked = try await tool.run("get", "m1", "--agent", "alden")
        #expect(asked.status == 1 && asked.errors.contains("iris, joss. Say whose is meant: give the user (--user)"))
        for command in [
            ["edit", "m1", "green tea", "--publish"], ["edit", "m1", "black tea"], ["discard", "m1"],
            ["history", "m1"],
            ["share", "m1", "--with", "alice"], ["access", "m1"], ["revoke", "m1", "--from", "alice"],
            ["similar", "m1"], ["delete", "m1", "--publish"], ["restore", "m1"],
        ] {
            let outcome = try await tool.run(command + ["--agent", "alden", "--user", "joss", "--db", tool.store])
            #expect(outcome.status == 0, "\(command): \(outcome.errors)")
        }
        #expect(try await tool.json("get", "m1", "--agent", "alden", "--user", "joss")["text"]?.string == "green tea")
        #expect(try await tool.json("get", "m1", "--agent", "alden", "--user", "iris")["text"]?.string == "tea 1")
    }

    @Test func `an unknown key is named and does not stop the import`() async throws {
        let outcome = try await tool.run("import", try file([line(1), line(2).replacing("session", with: "sesion")]))
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains("\"sesion\"") && outcome.errors.contains("line 2"))
    }

    @Test func `agents that lines name are registered, and unknown ones refused`() async throws {
        let outcome = try await tool.run("import", try file([line(1), line(2).replacing("alden", with: "nobody")]))
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("line 2: agent \"nobody\""))
    }

    @Test func `no progress is shown where nobody is looking`() async throws {
        let outcome = try await tool.run("import", try file((1...2_000).map { line($0) }))
        #expect(outcome.errors.isEmpty)
        #expect(outcome.lines.first == "read     2000")
    }

    @Test func `a run that was killed is completed by the next`() async throws {
        let count = 20_000
        let path = try file((1...count).map { line($0, text: String(repeating: "tea and ", count: 20)) })
        let running = try tool.start(["import", path, "--db", tool.store])
        while running.isRunning {
            let seen = try await tool.run("list", "--agent", "alden", "--user", "iris", "--limit", "1", "--json")
            if seen.status == 0, try seen.json["memories"]?.array.isEmpty == false { break }
        }
        running.signal(SIGKILL)
        _ = try await running.outcome()

        let counts = try await tool.json("import", path)
        let (stored, present) = (try #require(counts["stored"]?.int), try #require(counts["present"]?.int))
        #expect(stored + present == count)
        #expect(present % 2_000 == 0, "whole batches were stored before")
        #expect(try await tool.json("verify")["sound"]?.bool == true)
    }

    @Test func `Ctrl-C stops between two batches and says how to go on`() async throws {
        let path = try file((1...5_000).map { line($0) })
        try await tool.run("import", "-", input: "")
        // As long as we write, the import can't finish its first batch.
        let lock = try WriteLock(on: tool.store)
        let running = try tool.start(["import", path, "--json", "--db", tool.store])
        try await until { running.catches(SIGINT) }
        running.signal(SIGINT)
        // The first Ctrl-C is noted, and the next would end the process as usual.
        try await until { !running.catches(SIGINT) }
        lock.release()

        let outcome = try await running.outcome()
        #expect(outcome.status == 1 && outcome.signal == nil)
        #expect(outcome.errors.contains("Run the import again"))
        let stopped = try outcome.json
        #expect(stopped["complete"]?.bool == false)
        // Whether the signal came before the first batch or while it waited: no batch is stored in part, and no second one.
        let stored = try #require(stopped["stored"]?.int)
        #expect(stored == 0 || stored == 2_000)
        let counts = try await tool.json("import", path)
        #expect(counts["present"]?.int == stored)
        #expect(counts["stored"]?.int == 5_000 - stored)
        #expect(counts["complete"]?.bool == true)
    }
}
