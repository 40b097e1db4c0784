import CSQLite
import Foundation
import Testing

/// Nothing of a sensitive memory is in any file that a process touches: not in the store, nor beside it, nor in a
/// temporary file that is deleted already, nor in the log.
@Suite struct Canaries {
    private let content = "vaxomiruk"
    private let tag = "teplonark"
    private let value = "mordiquak"
    private let draft = "drubozink"
    private let other = "kolmivask"
    private let decision = "gurtapolk"
    private let killed = "sprovidunk"

    private var words: [String] { [content, tag, value, draft, other, decision, killed] }

    private func watchedTool() async throws -> (tool: Tool, watch: CanaryWatch) {
        var tool = try Tool(["HEARTH_AGENT": "sentry", "HEARTH_USER": "iris"])
        let key = tool.sandbox.file("key")
        #expect(try await tool.run(["keys", "init", key]).status == 0)
        tool.environment["HEARTH_KEY_FILE"] = key
        return (tool, try CanaryWatch(words, in: tool))
    }

    /// Runs a command that has to succeed.
    private func done(_ outcome: Tool.Outcome, sourceLocation: SourceLocation = #_sourceLocation) -> Tool.Outcome {
        #expect(outcome.status == 0, "\(outcome.errors)", sourceLocation: sourceLocation)
        return outcome
    }

    @Test func `a plain memory's words are seen in the files`() async throws {
        let (_, watch) = try await watchedTool()
        _ = done(try await watch.run("store", "-", "--tag", tag, input: "The \(content) opens it."))
        #expect(watch.found.contains { $0.hasPrefix(content) && $0.contains("store.db") })
        #expect(watch.found.contains { $0.hasPrefix(tag) })
    }

    @Test func `no step of a sensitive memory's life leaves a word of it in any file`() async throws {
        let (tool, watch) = try await watchedTool()
        let stored = done(
            try await watch.run(
                "store",
                "-",
                "--sensitive",
                "--tag",
                tag,
                "--metadata",
                "note=\(value)",
                "--share-with",
                "alden",
                input: "The \(content) opens it."
            )
        )
        let id = String(stored.text.dropLast())
        // Words of the file's own, so that the dictionary and the index grow past one page.
        for number in 0..<3 { _ = done(try await watch.run("store", "Note \(number) of the house.")) }

        _ = done(try await watch.run("edit", id, "-", "--agent", "alden", input: "The \(draft) opens it."))
        _ = done(try await watch.run("edit", id, "-", "--importance", "0.9", input: "The \(other) opens it."))
        for type in ["keyword", "semantic", "hybrid"] {
            let search = done(try await watch.run("search", other, "--search-type", type))
            #expect(type == "semantic" || search.text.contains(other))
        }
        _ = done(try await watch.run("search", "\"opens it\"", "--agent", "alden"))
        _ = done(try await watch.run("search", "\(draft.prefix(4))*", "--agent", "alden"))
        _ = done(try await watch.run("list", "--tag", tag))
        _ = done(try await watch.run("slice"))
        _ = done(try await watch.run("sync", "--all"))

        let conflicts = done(try await watch.run("conflicts", "list", "--json"))
        let conflict = try #require(try conflicts.json["conflicts"]?[0]?["id"]?.string)
        #expect(done(try await watch.run("conflicts", "show", conflict)).text.contains(draft))
        _ = done(try await watch.run("notifications"))
        _ = done(
            try await watch.run("conflicts", "resolve", conflict, "--content", "-", input: "The \(decision) opens it.")
        )
        #expect(done(try await watch.run("history", id)).text.contains("1"))
        _ = done(try await watch.run("rollback", id, "--to", "1"))
        #expect(done(try await watch.run("get", id)).text.contains(content))
        _ = done(try await watch.run("verify"))
        _ = done(try await watch.run("status"))
        _ = done(try await watch.run("audit", "list"))
        _ = done(try await watch.run("embeddings", "rebuild", "--force"))

        for look in 1...8 {
            try await watch.run(
                "edit",
                id,
                "-",
                "--publish",
                input: "The \(killed) \(look) opens it.",
                killedAtLook: look * 2
            )
        }
        _ = done(try await watch.run("keys", "rotate"))
        _ = done(try await watch.run("delete", id))
        _ = done(try await watch.run("restore", id))
        try back(up: tool)
        _ = done(try await watch.run("verify"))
        #expect(watch.found == [])

        try FileManager.default.removeItem(atPath: tool.sandbox.file("backup.db"))
        watch.add(id)
        let erased = done(try await watch.run("erase", "--memory", id, "--yes", "--json"))
        #expect(try erased.json["complete"]?.bool == true)
        let before = watch.found
        _ = done(try await watch.run("verify"))
        #expect(watch.found == before && before.allSatisfy { $0.hasSuffix(": erase") && $0.hasPrefix(id) })
        #expect(watch.looks.running > 100)
    }

    /// Copies the store as its own copying statement does.
    private func back(up tool: Tool) throws {
        var connection: OpaquePointer?
        defer { sqlite3_close(connection) }
        try #require(sqlite3_open(tool.store, &connection) == SQLITE_OK)
        let statement = "VACUUM INTO '\(tool.sandbox.file("backup.db"))'"
        try #require(sqlite3_exec(connection, statement, nil, nil, nil) == SQLITE_OK)
    }
}
