import Foundation
import HearthMemory
import Testing

@Suite struct Refusals {
    private let tool: Tool

    init() throws {
        tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
    }

    @Test(arguments: [
        [], ["remember"], ["store"], ["store", "tea", "--importance", "much"],
        ["store", "tea", "--type", "episodical"],
        ["list", "--limit", "few"], ["list", "--since", "yesterday"], ["share", "mem_1"], ["policy", "forget"],
        ["store", "tea", "--metadata", "novalue"], ["list", "--after", "cursor"],
    ])
    func `what is not understood ends with 64 and a hint`(arguments: [String]) async throws {
        let outcome = try await tool.run(arguments)
        #expect(outcome.status == (arguments.isEmpty ? 0 : 64))
        #expect(outcome.output.isEmpty != arguments.isEmpty)
        #expect(outcome.errors.contains("hearth") != arguments.isEmpty)
    }

    @Test func `without an agent or a user the way to give one is said`() async throws {
        let tool = try Tool()
        for (arguments, hint) in [(["list"], "HEARTH_AGENT"), (["list", "--agent", "alden"], "HEARTH_USER")] {
            let outcome = try await tool.run(arguments)
            #expect(outcome.status == 64)
            #expect(outcome.errors.contains(hint))
        }
    }

    @Test(arguments: ["", "a\u{7}b", String(repeating: "x", count: 257)])
    func `identifiers that no store accepts are refused`(identifier: String) async throws {
        try await tool.run("store", "tea")
        for arguments in [
            ["store", "tea", "--agent", identifier], ["store", "tea", "--user", identifier],
            ["store", "tea", "--session", identifier],
            ["get", identifier], ["list", "--user", identifier],
        ] {
            let outcome = try await tool.run(arguments + ["--json", "--db", tool.store])
            #expect(outcome.status == 1, "\(arguments)")
            #expect(outcome.output.isEmpty)
            #expect(outcome.errors.contains("identifier"), "\(outcome.errors)")
        }
    }

    @Test func `any other identifier is accepted`() async throws {
        let user = "外婆 👩‍👧 '; DROP TABLE memories; --"
        try await tool.run("store", "tea", "--user", user)
        #expect(try await tool.json("list", "--user", user)["memories"]?.array.count == 1)
    }

    @Test func `an unknown agent is refused`() async throws {
        let outcome = try await tool.run("store", "tea", "--agent", "nobody")
        #expect(outcome.status == 1)
        #expect(
            outcome.errors.contains("No agent nobody is known. There are alden, alice, ")
                && !outcome.errors.contains("(_:"),
            "\(outcome.errors)"
        )
    }

    @Test func `an agent that was taken out of service stays out of it`() async throws {
        let id = try await tool.json("store", "tea")["id"]?.string ?? ""
        let coordinator = try await MultiAgentMemoryCoordinator.open(.file(tool.store))
        try await coordinator.setStatus(.maintenance, of: "alden")
        try await coordinator.close()
        let line = #"{"user": "iris", "text": "tea"}"#
        for arguments in [["store", "tea"], ["get", id], ["list"], ["import", "-"]] {
            let outcome = try await tool.run(arguments + ["--db", tool.store], input: Data(line.utf8))
            #expect(outcome.status == 1, "\(arguments)")
            #expect(outcome.errors.contains("maintenance"), "\(outcome.errors)")
        }
        #expect(try await tool.json("status")["agents"]?["alden"]?.string == "maintenance")
        #expect(try await tool.run("list", "--agent", "alice").status == 0)
    }

    @Test(arguments: ["-1", "0", "10001", "9223372036854775807"])
    func `a limit that no page can have is refused`(limit: String) async throws {
        try await tool.run("store", "tea")
        for command in [["list"], ["slice"], ["search", "tea"]] {
            let outcome = try await tool.run(command + ["--limit=\(limit)", "--json", "--db", tool.store])
            #expect(outcome.status == 1, "\(command)")
            #expect(outcome.output.isEmpty && outcome.errors.contains("limit"), "\(outcome.errors)")
        }
        for limit in ["9223372036854775808", "nan", "1e3", ""] {
            #expect(try await tool.run("list", "--limit=\(limit)").status == 64)
        }
    }

    @Test func `what is not known is named, and nothing else is said of it`() async throws {
        try await tool.run("store", "tea")
        for command in [["get"], ["access"], ["share", "--with", "alice"], ["revoke", "--from", "alice"]] {
            let outcome = try await tool.run([command[0], "mem_none"] + command.dropFirst() + ["--db", tool.store])
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("mem_none"), "\(outcome.errors)")
        }
        #expect(try await tool.json("list", "--user", "nobody")["memories"] == .array([]))
        #expect(try await tool.json("search", "tea", "--user", "nobody")["results"] == .array([]))
        #expect(try await tool.json("slice", "--session", "none")["statistics"]?["total"]?.int == 0)
    }

    @Test func `text of no bytes is a memory`() async throws {
        let id = try await tool.json("store", "")["id"]?.string
        #expect(try await tool.json("get", try #require(id))["text"]?.string == "")
        #expect(try await tool.run("store", "-", input: "").status == 0)
    }

    @Test func `text of 4 MiB is stored, and more is not`() async throws {
        let longest = String(repeating: "x", count: 4 << 20)
        let id = try await tool.json("store", "-", input: longest)["id"]?.string
        #expect(try await tool.json("get", try #require(id))["text"]?.string == longest)
        for input in [longest + "x", String(repeating: longest, count: 16)] {
            let outcome = try await tool.run("store", "-", input: input)
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("4 MiB"))
        }
    }

    @Test(arguments: ["nan", "-0.1", "1.1", "inf"])
    func `importance must be between 0 and 1`(importance: String) async throws {
        let outcome = try await tool.run("store", "tea", "--importance=\(importance)")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("importance"))
    }

    @Test func `text that is not UTF-8 is refused and not repaired`() async throws {
        let piped = try await tool.run(["store", "-", "--db", tool.store], input: Data([0x74, 0xE9, 0x61]))
        #expect(piped.status == 1)
        #expect(piped.errors.contains("byte 2"))
        let given = try await tool.shell(#""$0" store "$(printf 't\351a')" --db "$1""#, tool.store)
        #expect(given.status == 64)
        #expect(given.errors.contains("Argument 2 is not valid UTF-8: its byte 2"))
    }

    @Test func `a semantic search says that it is not there, or finds`() async throws {
        try await tool.run("store", "tea")
        let outcome = try await tool.run("search", "tea", "--search-type", "semantic")
        #expect(outcome.status == 0 || outcome.errors.contains("semantic"))
    }

    @Test(arguments: [
        "\"", "*", "(", "NEAR(", "AND OR NOT", "\u{0}x", "' OR 1=1 --", "^", "a\"b\"c", "…", "👩‍👩‍👧", "{text}:x",
    ])
    func `any string is a query`(query: String) async throws {
        try await tool.run("store", "tea")
        let outcome = try await tool.run("search", query.replacing("\0", with: "\u{1}"))
        #expect(outcome.status == 0, "\(outcome.errors)")
    }
}
