import Foundation
import TestSupport
import Testing

/// The server as clients start it: a process, with lines in and lines out.
@Suite(.timeLimit(.minutes(60))) struct ServingClients {
    private static let hello =
        #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}"#

    private func serve(_ tool: Tool, _ lines: [String], _ options: String...) async throws -> Tool.Outcome {
        let arguments = ["mcp", "--agent", "alden", "--user", "user_123", "--db", tool.store] + options
        return try await tool.run(arguments, input: Data(lines.joined(separator: "\n").utf8))
    }

    private func call(_ id: Int, _ name: String, _ arguments: String) -> String {
        #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(name)","arguments":\#(arguments)}}"#
    }

    @Test func `a session of raw lines is answered line by line, and nothing else is on standard output`() async throws
    {
        let tool = try Tool()
        let long =
            #"{"jsonrpc":"2.0","id":9,"method":"ping","params":{"x":""# + String(repeating: "x", count: 10_000_000)
            + #""}}"#
        let outcome = try await serve(
            tool,
            [
                Self.hello, #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, "{", long, "",
                #"{"jsonrpc":"2.0","id":2,"method":"no/such"}"#, call(3, "remember", #"{"content":"Tea at four."}"#),
                #"{"jsonrpc":"2.0","id":4,"method":"tools/list"}"#,
            ]
        )
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.isEmpty)
        var answers: [String: JSON] = [:]
        let lines = outcome.output.split(separator: UInt8(ascii: "\n"))
        for line in lines {
            let answer = try JSON(Data(line))
            #expect(answer["jsonrpc"]?.string == "2.0")
            let id = answer["id"]?.int.map { "\($0)" } ?? "none \(answer["error"]?["code"]?.int ?? 0)"
            answers[id] = answer
        }
        #expect(lines.count == 6)
        #expect(Set(answers.keys) == ["1", "2", "3", "4", "9", "none -32700"])
        // Too long to be taken in, but its client is told which one it was.
        #expect(answers["9"]?["error"]?["code"]?.int == -32_600)
        #expect(answers["2"]?["error"]?["code"]?.int == -32_601)
        #expect(answers["3"]?["result"]?["structuredContent"]?["id"]?.string?.hasPrefix("mem_") == true)
        let text = try await tool.json("search", "tea", "--agent", "alden", "--user", "user_123")["results"]?[0]
        #expect(text?["memory"]?["text"]?.string == "Tea at four.")
        #expect(text?["memory"]?["source"]?.string == "t")
    }

    @Test func `a signal ends the server cleanly, in the middle of a call that waits`() async throws {
        let tool = try Tool()
        let store = try await tool.stored("Held.", "--agent", "alden", "--user", "user_123")
        let script = #"""
            mkfifo in
            "$0" mcp --tools all --agent alden --user user_123 --db "$1" < in > first.out &
            first=$!
            exec 3> in
            printf '%s\n' "$2" >&3
            until grep -q protocolVersion first.out; do sleep 0.01; done
            printf '%s\n' "$3" >&3
            until grep -q locked first.out; do sleep 0.01; done
            kill -TERM $first
            wait $first
            echo "status $?"
            "$0" locks list --json --db "$1"
            """#
        let lock = call(2, "lock", #"{"id":"\#(store)","seconds":86400}"#)
        let outcome = try await tool.shell("cd \(tool.sandbox.path)\n" + script, tool.store, Self.hello, lock)
        #expect(outcome.lines.first == "status 0", "\(outcome.text) \(outcome.errors)")
        let locks = try JSON(Data(outcome.text.drop { $0 != "{" }.utf8))
        #expect(locks["locks"]?.array.isEmpty == true, "\(outcome.text)")
    }

    @Test func `a tool that there is none of and two styles at once are refused before anything is served`()
        async throws
    {
        let tool = try Tool()
        let none = try await serve(tool, [], "--tools", "recal")
        #expect(none.status == 1 && none.output.isEmpty && none.errors.contains("there are remember"))
        let both = try await serve(tool, [], "--style", "files", "--compat", "openmemory")
        #expect(both.status == 64 && both.output.isEmpty)
    }

    // MARK: - Real clients

    @Test(
        .enabled(
            if: Python.hasClients,
            "Install PyPI's mcp (2.3 or later) and anthropic, and set HEARTH_PYTHON to their Python."
        ),
        arguments: ["auto", "legacy"]
    )
    func `the real Python client remembers, recalls, settles a conflict of two clients and is told of a change`(
        mode: String
    )
        async throws
    {
        let tool = try Tool()
        let outcome = try await tool.script("client.py", tool.store, mode)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.lines.contains("as it must be"))
    }

    @Test(
        .enabled(
            if: Python.hasClients,
            "Install PyPI's mcp (2.3 or later) and anthropic, and set HEARTH_PYTHON to their Python."
        )
    )
    func `the files answer as Anthropic's own memory tool does`() async throws {
        let tool = try Tool()
        let outcome = try await tool.script("files.py", tool.store, tool.sandbox.file("reference"))
        #expect(outcome.status == 0, "\(outcome.text) \(outcome.errors)")
    }

    /// HEARTH_MCP_EDITS sets how many; 10,000 take minutes.
    @Test(.enabled(if: Python.isThere, "There is no python3."))
    func `of the edits of two servers on one file none is lost, though one is killed in the middle`() async throws {
        let tool = try Tool()
        let edits = ProcessInfo.processInfo.environment["HEARTH_MCP_EDITS"] ?? "300"
        let outcome = try await tool.script("crowd.py", tool.store, edits)
        #expect(outcome.status == 0, "\(outcome.text) \(outcome.errors)")
    }
}
