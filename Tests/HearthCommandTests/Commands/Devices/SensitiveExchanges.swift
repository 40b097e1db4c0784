import Foundation
import TestSupport
import Testing

/// Sensitive memories by the commands, which are given keys as any command is.
@Suite(.enabled(if: PostgreSQLServer.isToRun, PostgreSQLServer.remedy), .timeLimit(.minutes(60)))
struct SensitiveExchanges {
    private var desk: Tool
    private var laptop: Tool
    private let secret = "The alarm wants 7319 at the back door."

    init() async throws {
        let settings = ["HEARTH_AGENT": "alden", "HEARTH_USER": "ana"]
        desk = try Tool(settings)
        laptop = try Tool(settings)
        let (_, admin) = try await desk.administratorFile()
        _ = try await desk.json("hub", "init", "--admin-file", admin, "--name", "desk")
        try await desk.pair(with: laptop, as: "laptop", admin: admin)
    }

    private func key(of tool: Tool) async throws -> String {
        let path = tool.sandbox.file("own.key")
        #expect(try await tool.run(["keys", "init", path]).status == 0)
        return path
    }

    private func contents(_ tool: Tool, _ options: String...) async throws -> [String] {
        try await tool.json(["list"] + options)["memories"]?.array.compactMap { $0["text"]?.string } ?? []
    }

    @Test func `a sensitive memory travels by push and pull, and each device seals it with its own key`() async throws {
        let (own, other) = try await (key(of: desk), key(of: laptop))
        _ = try await desk.json("store", secret, "--sensitive", "--key-file", own)
        #expect(try await desk.json("hub", "push")["sent"]?.int ?? 0 >= 0)
        #expect(try await desk.json("status")["devices"]?["kept_back"]?.int ?? 0 > 0)
        #expect(try await desk.json("hub", "push", "--key-file", own)["sent"]?.int ?? 0 > 0)

        // Without a key it waits, sealed as it came; with one it is there.
        _ = try await laptop.json("hub", "pull")
        #expect(try await contents(laptop).isEmpty)
        #expect(try await laptop.json("status")["devices"]?["keyless"]?.int ?? 0 > 0)
        _ = try await laptop.json("hub", "pull", "--key-command", "cat '\(other)'")
        #expect(try await contents(laptop, "--key-file", other) == [secret])
        #expect(try await laptop.json("status")["devices"]?["keyless"]?.int == 0)
        #expect(!laptop.sandbox.bytes("store.db").contains(Data("7319".utf8)))
    }

    @Test func `the environment names the key of an exchange, and what the policy seals is sealed on arrival`()
        async throws
    {
        var laptop = laptop
        laptop.environment["HEARTH_KEY_FILE"] = try await key(of: laptop)
        let stored = try await desk.run(
            ["store", secret, "--category", "security_credentials", "--agent", "sentry", "--db", desk.store]
        )
        #expect(stored.status == 0)
        _ = try await desk.json("hub", "sync")
        _ = try await laptop.json("hub", "sync")
        let found = try await laptop.json("list", "--agent", "sentry")["memories"]?.array ?? []
        #expect(found.map { $0["text"]?.string } == [secret] && found.first?["sensitive"]?.bool == true)
        #expect(!laptop.sandbox.bytes("store.db").contains(Data("7319".utf8)))
    }
}

extension Data {
    fileprivate func contains(_ other: Data) -> Bool { range(of: other) != nil }
}
