import Foundation
import TestSupport
import Testing

/// A client in another language, written from the articles alone, beside `hearth` on one hub.
@Suite(
    .enabled(if: PostgreSQLServer.isToRun, PostgreSQLServer.remedy),
    .enabled(
        if: Python.hasSecondClient,
        "needs PyPI's cryptography and psycopg[binary]: set HEARTH_PYTHON to a Python that has them"
    ),
    .timeLimit(.minutes(60))
)
struct SecondClient {
    private var desk: Tool
    private let admin: String

    init() async throws {
        desk = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "ana"])
        admin = try await desk.administratorFile().path
        let key = desk.sandbox.file("own.key")
        #expect(try await desk.run(["keys", "init", key]).status == 0)
        desk.environment["HEARTH_KEY_FILE"] = key
        _ = try await desk.json("hub", "init", "--admin-file", admin, "--name", "desk")
    }

    /// What the client prints.
    @discardableResult
    private func client(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws
        -> String
    {
        let outcome = try await desk.shell(
            #"python=$1; shift; exec "$python" "$@""#,
            [Python.path, Fixtures.path(of: "devices/second_client.py"), desk.sandbox.file("client.json")] + arguments
        )
        #expect(outcome.status == 0, "\(outcome.errors)", sourceLocation: sourceLocation)
        return outcome.text
    }

    private func join() async throws {
        let invitation = try await desk.json("devices", "invite", "--admin-file", admin, "--with-password")
        let code = try desk.writePrivate("code", invitation["code"]?.string ?? "")
        #expect(try await client("join", "gamma", code).hasPrefix("joined "))
    }

    private func store(_ text: String, _ options: String...) async throws -> String {
        try #require(try await desk.json(["store", text] + options)["id"]?.string)
    }

    private func found(_ words: String) async throws -> [String] {
        try await desk.json("search", words)["results"]?.array.compactMap { $0["memory"]?["text"]?.string } ?? []
    }

    private func sync() async throws {
        #expect(try await desk.json("hub", "sync")["refused"]?.int == 0)
        #expect(try await desk.json("verify")["sound"]?.bool == true)
    }

    @Test func `it reads what a device says, and a device takes over what it says`() async throws {
        let (cat, safe) = try await (
            store("The cat is called Miso.", "--tag", "pet", "--metadata", "é=1", "--metadata", "z=2"),
            store("The safe opens with 4711.", "--sensitive")
        )
        try await sync()
        try await join()
        let shown = try await client("show")
        #expect(shown.contains("The cat is called Miso.") && shown.contains("The safe opens with 4711."))
        #expect(try await !client("pull").contains("is refused"))

        try await client("store", "ana", "alden", "Zephyr is the boat.")
        try await client("edit", cat, "The cat is called Miso Soup.")
        try await client("edit", safe, "The safe opens with 9999.")
        try await sync()
        #expect(try await found("zephyr") == ["Zephyr is the boat."])
        #expect(try await found("soup") == ["The cat is called Miso Soup."])
        #expect(try await found("9999") == ["The safe opens with 9999."])
        #expect(!desk.sandbox.bytes("store.db").contains(Data("9999".utf8)))

        // Made while apart.
        _ = try await desk.run(["edit", cat, "The cat is called Ada.", "--publish", "--db", desk.store])
        try await client("edit", cat, "The cat is called Gamma.")
        try await sync()
        #expect(try await desk.json("history", cat)["versions"]?.array.count ?? 0 >= 4)
        #expect(try await !client("show").contains("CONFLICT"))

        try await client("delete", cat)
        try await sync()
        #expect(try await found("cat").isEmpty)
        for memory in [cat, safe] { try await client("erase", memory) }
        try await sync()
        for memory in [cat, safe] { #expect(try await desk.run(["get", memory, "--db", desk.store]).status != 0) }
        #expect(try await client("pull").contains("without an erasure: []"))
    }

    @Test func `it takes part in epochs, and removes a device`() async throws {
        var laptop = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "ana"])
        laptop.environment["HEARTH_KEY_FILE"] = desk.environment["HEARTH_KEY_FILE"]
        let eve = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "ana"])
        try await desk.pair(with: laptop, as: "laptop", admin: admin)
        try await desk.pair(with: eve, as: "eve", admin: admin)
        try await join()
        // The desk begins an epoch and gives its key.
        #expect(
            try await desk.run(["devices", "remove", "eve", "--admin-file", admin, "--db", desk.store]).status == 0
        )
        _ = try await store("In the second epoch.")
        try await sync()
        #expect(try await client("show").contains("In the second epoch."))
        // The client begins one, and the desk reads and answers in it.
        try await client("remove", "laptop")
        let refused = try await laptop.run(["hub", "sync", "--db", laptop.store])
        #expect(refused.status != 0 && refused.errors.contains("removed"))
        try await client("store", "ana", "alden", "In an epoch that another began.")
        try await sync()
        #expect(try await found("another began") == ["In an epoch that another began."])
        _ = try await store("The desk answers.")
        try await sync()
        #expect(try await client("show").contains("The desk answers."))
    }
}

extension Data {
    fileprivate func contains(_ other: Data) -> Bool { range(of: other) != nil }
}
