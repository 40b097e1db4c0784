import Foundation
import TestSupport
import Testing

/// `hearth metrics --listen` at a port that the system chose.
struct Served {
    let port: Int
    private let process: RunningTool

    /// Starts the server and waits until it says where it is.
    init(_ tool: Tool) async throws {
        let said = try tool.sandbox.write("served.txt", "")
        let process = try tool.start(
            ["metrics", "--listen", "127.0.0.1:0", "--db", tool.store],
            output: FileHandle(forWritingTo: URL(filePath: said))
        )
        self.process = process
        var found: Int?
        while found == nil, process.isRunning {
            let text = try String(contentsOfFile: said, encoding: .utf8)
            found = text.firstMatch(of: /127\.0\.0\.1:([0-9]+)\/metrics\n/).flatMap { Int($0.1) }
            if found == nil { try await Task.sleep(for: .milliseconds(20)) }
        }
        guard let found else {
            let end = try await process.outcome()
            throw ServingFailed(reason: end.errors)
        }
        port = found
    }

    struct ServingFailed: Error { let reason: String }

    struct Answer {
        var status: Int
        var type: String
        var text: String
    }

    /// Asks with curl.
    func get(_ path: String, _ options: String...) async throws -> Answer {
        let port = port
        let (_, written) = try await blocking {
            try ChildProcess.run(
                ["curl", "-s", "-w", "\n%{http_code} %{content_type}", "-o", "-"] + options + [
                    "http://127.0.0.1:\(port)\(path)"
                ],
                collecting: 1
            )
        }
        let lines = String(decoding: written, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let last = (lines.last ?? "").split(separator: " ", maxSplits: 1)
        let isHead = options.contains("--head")
        return Answer(
            status: last.first.flatMap { Int($0) } ?? 0,
            type: last.count > 1 ? String(last[1]) : "",
            text: isHead
                ? lines.dropLast().drop { !$0.trimmingCharacters(in: .whitespacesAndNewlines).isEmpty }.joined()
                    .trimmingCharacters(in: .whitespacesAndNewlines)
                : lines.dropLast().joined(separator: "\n")
        )
    }

    /// Tells it to stop, and waits for the end.
    func stop() async throws -> Tool.Outcome {
        process.signal(SIGTERM)
        return try await process.outcome()
    }
}
