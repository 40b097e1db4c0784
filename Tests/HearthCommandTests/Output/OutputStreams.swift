import Foundation
import Testing

@Suite struct OutputStreams {
    private let tool: Tool

    init() async throws {
        tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris", "TERM": "xterm-256color"])
        try await tool.run("store", "the cat's tablet is at \u{1B}[31mseven")
    }

    private func shown(_ arguments: [String], in tool: Tool) async throws -> String {
        let terminal = try Terminal()
        let outcome = try await tool.run(arguments + ["--db", tool.store], output: terminal.device)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try terminal.shown()
    }

    @Test func `a terminal gets colour`() async throws {
        let shown = try await shown(["search", "tablet"], in: tool)
        #expect(shown.contains("\u{1B}[1;33mtablet\u{1B}[0m"))
        #expect(!shown.contains("**"))
    }

    @Test(arguments: [["NO_COLOR": "1"], ["TERM": "dumb"]])
    func `a terminal gets none where none is wanted`(environment: [String: String]) async throws {
        var tool = tool
        tool.environment.merge(environment) { $1 }
        let shown = try await shown(["search", "tablet"], in: tool)
        #expect(!shown.contains("\u{1B}"))
        #expect(shown.contains("**tablet**"))
    }

    @Test func `an empty NO_COLOR asks for nothing`() async throws {
        var tool = tool
        tool.environment["NO_COLOR"] = ""
        #expect(try await shown(["search", "tablet"], in: tool).contains("\u{1B}["))
    }

    @Test func `a pipe gets none`() async throws {
        #expect(try await !tool.run("search", "tablet").text.contains("\u{1B}"))
    }

    @Test func `a table fits the terminal`() async throws {
        try await tool.run("store", String(repeating: "a long day ", count: 50))
        let shown = try await shown(["search", "day"], in: tool)
        #expect(shown.contains("…"))
    }

    @Test func `content does not drive the terminal, in text or in JSON`() async throws {
        for arguments in [["list"], ["list", "--json"], ["slice"], ["search", "tablet", "--json"]] {
            #expect(try await !shown(arguments, in: tool).contains("\u{1B}[31m"))
        }
        try await tool.run("store", "\u{9B}31mred\u{7F}")
        let json = try await shown(["list", "--json", "--limit", "1"], in: tool)
        #expect(!json.unicodeScalars.contains("\u{9B}") && !json.unicodeScalars.contains("\u{7F}"))
        #expect(json.contains(#"\u009b31mred\u007f"#))
    }

    @Test func `JSON gives content as it is`() async throws {
        let list = try await tool.json("list")
        #expect(list["memories"]?[0]?["text"]?.string == "the cat's tablet is at \u{1B}[31mseven")
    }

    @Test func `a reader that has enough is no failure`() async throws {
        let lines = (1...5_000).map { #"{"user": "iris", "text": "tea \#($0)"}"# }
        try await tool.run("import", "-", input: lines.joined(separator: "\n"))
        let outcome = try await tool.shell(
            #"{ "$0" list --limit 5000 --db "$1"; echo "status $?" >&2; } | head -n 1"#,
            tool.store
        )
        #expect(outcome.errors == "status 0\n")
    }

    @Test func `output that can't be written is a failure`() async throws {
        let outcome = try await tool.shell(#""$0" list --db "$1" > /dev/full"#, tool.store)
        #expect(outcome.status == 1)
        #expect(outcome.errors == "Error: The output can't be written: No space left on device.\n")
    }

    @Test func `progress is shown to a person and then taken away`() async throws {
        let terminal = try Terminal()
        let lines = (1...3_000).map { #"{"user": "iris", "text": "cup \#($0)"}"# }
        let path = try tool.sandbox.write("input.jsonl", lines.joined(separator: "\n"))
        let outcome = try await tool.run(["import", path, "--db", tool.store], errors: terminal.device)
        #expect(outcome.status == 0)
        let shown = try terminal.shown()
        #expect(shown.contains("\r\u{1B}[K"))
        #expect(shown.hasSuffix("\r\u{1B}[K"))
    }
}
