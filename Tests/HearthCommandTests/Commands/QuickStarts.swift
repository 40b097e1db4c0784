import Foundation
import TestSupport
import Testing

/// The README's first steps, as written, in a home where nothing is. Its example of a Swift host is built by `.ci/run`.
@Suite struct QuickStarts {
    private let tool: Tool
    private let readme: String

    init() throws {
        tool = try Tool()
        readme = try String(contentsOfFile: Fixtures.path(of: "../README.md"), encoding: .utf8)
    }

    /// A block of code under a heading.
    private func block(_ language: String, under heading: String) throws -> String {
        let section = try #require(readme.components(separatedBy: "\n## ").first { $0.hasPrefix(heading) })
        let start = try #require(section.range(of: "```\(language)\n"))
        let end = try #require(section.range(of: "\n```", range: start.upperBound..<section.endIndex))
        return String(section[start.upperBound..<end.lowerBound])
    }

    @Test func `a person with an export looks, stores and asks`() async throws {
        let commands = try block("sh", under: "For a person with an export")
        try FileManager.default.copyItem(
            atPath: Fixtures.path(of: "imports/archives/chatgpt.zip"),
            toPath: tool.sandbox.file("export.zip")
        )
        try FileManager.default.createSymbolicLink(
            atPath: tool.sandbox.file("hearth"),
            withDestinationPath: Tool.executable
        )
        let outcome = try await tool.shell("set -e; PATH=\"$HOME:$PATH\"\n" + commands + "\n")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.text.contains("Nothing was stored: this was a dry run."), "\(outcome.text)")
        #expect(outcome.text.contains("stored") && tool.sandbox.exists(".local/share/hearth/hearth.db"))
    }

    @Test func `a client that takes the settings finds the tools`() async throws {
        let settings = try JSON(Data(try block("json", under: "For an assistant").utf8))["mcpServers"]?["memory"]
        #expect(settings?["command"]?.string?.hasSuffix("/hearth") == true)
        let arguments = (settings?["args"]?.array ?? []).compactMap { $0.string }
        let lines = [
            #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}"#,
            #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
            #"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#,
        ]
        let outcome = try await tool.run(arguments, input: Data((lines.joined(separator: "\n") + "\n").utf8))
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.text.contains(#""remember""#) && outcome.text.contains(#""recall""#), "\(outcome.text)")
    }
}
