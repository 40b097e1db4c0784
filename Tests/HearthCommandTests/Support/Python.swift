import Foundation
import TestSupport

/// The Python in which the packages of clients are: HEARTH_PYTHON names it.
enum Python {
    private static let environment = ProcessInfo.processInfo.environment
    static let path = environment["HEARTH_PYTHON"] ?? "python3"

    /// Where continuous integration says that they must be there, tests fail instead of being skipped.
    static let isThere = environment["HEARTH_REQUIRE_PYTHON"] != nil || canImport("json")
    static let hasClients = environment["HEARTH_REQUIRE_MCP"] != nil || canImport("mcp, mcp_types, anthropic")
    static let hasSecondClient = environment["HEARTH_REQUIRE_MCP"] != nil || canImport("cryptography, psycopg")
    static let hasProbe = environment["HEARTH_REQUIRE_MCP"] != nil || canImport("mcp_probe")

    private static func canImport(_ modules: String) -> Bool {
        (try? ChildProcess.run([path, "-c", "import \(modules)"], collecting: 2).end.status == 0) ?? false
    }
}

extension Tool {
    /// Runs a script of `Fixtures/mcp`, which gets the path of `hearth` and the arguments.
    func script(_ name: String, _ arguments: String...) async throws -> Outcome {
        try await shell(
            #"python=$1; shift; script=$1; shift; exec "$python" "$script" "$0" "$@""#,
            [Python.path, Fixtures.path(of: "mcp/\(name)")] + arguments
        )
    }
}
