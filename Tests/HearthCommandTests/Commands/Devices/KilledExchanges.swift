import Foundation
import Glibc
import TestSupport
import Testing

/// Processes that exchange through a real PostgreSQL and are killed amid it.
@Suite(.enabled(if: PostgreSQLServer.isToRun, PostgreSQLServer.remedy), .timeLimit(.minutes(60)))
struct KilledExchanges {
    private let one: Tool
    private let other: Tool

    init() throws {
        one = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "ana"])
        other = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "ana"])
    }

    /// Two devices of one space.
    private func pair() async throws -> HubDatabase {
        let (database, admin) = try await one.administratorFile()
        _ = try await one.json("hub", "init", "--admin-file", admin, "--name", "desk")
        try await one.pair(with: other, as: "laptop", admin: admin)
        return database
    }

    private func lines(_ count: Int, _ prefix: String) -> String {
        (0..<count)
            .map { #"{"id":"\#(prefix)-\#($0)","user":"ana","text":"Entry \#($0) of \#(prefix): the lamp is on."}"# }
            .joined(separator: "\n")
    }

    @Test func `a process that is killed amid an exchange loses nothing and doubles nothing`() async throws {
        let database = try await pair()
        for (tool, prefix) in [(one, "desk"), (other, "laptop")] {
            let file = try tool.sandbox.write("lines.jsonl", lines(400, prefix))
            _ = try await tool.json("import", "--agent", "alden", file)
        }
        var generator = SeededGenerator()
        for _ in 0..<4 {
            let running = try [one, other].map { try $0.start(["hub", "sync", "--watch", "--db", $0.store]) }
            // Amid whatever it does then: connecting, sending, taking over.
            let rows = try await blocking { try Int(database.psql("SELECT count(*) FROM hearth.rows")) } ?? 0
            let until = rows + Int.random(in: 0...200, using: &generator)
            for _ in 0..<Int.random(in: 5...60, using: &generator) {
                let now = try await blocking { try Int(database.psql("SELECT count(*) FROM hearth.rows")) } ?? 0
                if now > until { break }
            }
            for tool in running { tool.signal(SIGKILL) }
            for tool in running { _ = try await tool.outcome() }
        }
        for tool in [one, other, one] { _ = try await tool.json("hub", "sync") }
        let exports = try await [one, other]
            .mapInTurn { tool in
                try await tool.json("list", "--limit", "5000")["memories"]?.array ?? []
            }
        let seen = exports.map { list in
            list.map { "\($0["id"]?.string ?? "") \($0["version_id"]?.string ?? "")" }.sorted()
        }
        #expect(seen[0].count == 800 && Set(seen[0]).count == 800, "seed \(generator.seed)")
        #expect(seen[0] == seen[1], "seed \(generator.seed)")
        for tool in [one, other] { #expect(try await tool.json("verify")["sound"]?.bool == true) }
        let rows = try await blocking {
            try database.psql("SELECT count(*), count(DISTINCT id), max(seq) FROM hearth.rows")
        }
        let numbers = rows.split(separator: "|")
        #expect(Set(numbers).count == 1, "\(rows)")
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `a signal ends --watch with 0, and what it did is there`(signal: Int32) async throws {
        _ = try await pair()
        _ = try await one.stored("The lamp is on.")
        let watching = try one.start(["hub", "sync", "--watch", "--json", "--db", one.store])
        try await until { watching.hasWrittenALine || !watching.isRunning }
        watching.signal(signal)
        let outcome = try await watching.outcome()
        #expect(outcome.status == 0 && outcome.signal == nil, "\(outcome.errors)")
        let first = try #require(outcome.lines.first)
        #expect(try JSON(Data(first.utf8))["sent"]?.int ?? 0 > 0, "\(outcome.text)")
        _ = try await other.json("hub", "sync")
        #expect(try await other.run("search", "lamp").text.contains("is on."))
    }

    @Test func `background work exchanges too`() async throws {
        _ = try await pair()
        _ = try await one.stored("The lamp is on.")
        let running = try one.start(["run", "--interval", "3600", "--json", "--db", one.store])
        try await until {
            try await one.json("hub", "status")["exchange"]?["outgoing"]?.int == 0 || !running.isRunning
        }
        running.signal(SIGTERM)
        let outcome = try await running.outcome()
        #expect(outcome.status == 0 && outcome.signal == nil, "\(outcome.errors)")
        _ = try await other.json("hub", "sync")
        #expect(try await other.run("search", "lamp").text.contains("is on."))
    }
}

extension Array {
    /// One after another.
    fileprivate func mapInTurn<Value>(_ transform: (Element) async throws -> Value) async throws -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
