import Foundation
import TestSupport
import Testing

/// What others have written down that a server must do.
@Suite(.timeLimit(.minutes(60))) struct OfficialScenarios {
    @Test(.enabled(if: Python.isThere, "There is no python3."))
    func `every scenario of the protocol's conformance suite that applies is as it must be`() async throws {
        let tool = try Tool()
        let outcome = try await tool.script("scenarios.py", tool.sandbox.path)
        #expect(outcome.status == 0, "\(outcome.text) \(outcome.errors)")
        let passed = Set(outcome.lines.filter { $0.hasPrefix("pass ") }.map { $0.dropFirst(5) })
        #expect(passed.count == 34 && passed.isSuperset(of: ["server-initialize", "server-stateless", "caching"]))
    }

    @Test(
        .enabled(
            if: Python.hasProbe,
            "Install PyPI's mcp-conform, and set HEARTH_PYTHON to its Python."
        ),
        arguments: [[], ["--tools", "all"], ["--style", "files"], ["--style", "graph"]]
    )
    func `mcp-conform finds nothing wrong`(options: [String]) async throws {
        let tool = try Tool()
        let outcome = try await tool.shell(
            #"""
            python=$1 store=$2; shift 2
            exec "$python" -m mcp_probe server --timeout 1200 --format json --command "$0 mcp --agent alden --user user_123 --db $store $*"
            """#,
            [Python.path, tool.store] + options
        )
        let report = try JSON(outcome.output)
        #expect(outcome.status == 0 && report["ok"]?.bool == true, "\(outcome.text) \(outcome.errors)")
        // Three for each tool, and some for the rest.
        #expect(report["passed"]?.int ?? 0 > 20)
    }
}
