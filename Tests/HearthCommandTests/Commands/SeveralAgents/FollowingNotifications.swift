import Foundation
import Glibc
import TestSupport
import Testing

/// `hearth notifications --follow` prints each notification as it comes.
@Suite(.timeLimit(.minutes(60))) struct FollowingNotifications {
    private let tool: Tool

    init() throws {
        tool = try Tool(["HEARTH_USER": "iris"])
    }

    private func lines(of output: FileHandle) -> [JSON] {
        (output.availableData.split(separator: UInt8(ascii: "\n"))).compactMap { try? JSON(Data($0)) }
    }

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func `what is there and what comes is printed once, a line each, until a signal`(
        signal: Int32,
        status: Int32
    ) async throws {
        _ = try await tool.conflict()
        let pipe = Pipe()
        let following = try tool.start(
            ["notifications", "list", "--follow", "--json", "--db", tool.store],
            output: pipe.fileHandleForWriting
        )
        let first = try await blocking { lines(of: pipe.fileHandleForReading) }
        #expect(first.compactMap { $0["kind"]?.string } == ["conflict_waiting"] && first[0]["count"]?.int == 1)
        _ = try await tool.conflict()
        let second = try await blocking { lines(of: pipe.fileHandleForReading) }
        #expect(second.compactMap { $0["id"]?.int } == [2])
        try await until { following.catches(signal) || !following.isRunning }
        following.signal(signal)
        let outcome = try await following.outcome()
        #expect(outcome.status == status && outcome.signal == nil, "\(outcome.errors)")
        let help = try await tool.run(["help", "notifications", "list"]).text
        let explained = Set(help.split { !$0.isLetter && $0 != "_" }.map(String.init))
        #expect(first[0].keys.subtracting(explained) == [])
    }

    @Test func `it ends well when nobody reads any longer`() async throws {
        _ = try await tool.conflict()
        let outcome = try await tool.shell(#""$0" notifications --follow --db "$1" | head -n 1"#, tool.store)
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        #expect(outcome.text.contains("critical"))
    }
}
