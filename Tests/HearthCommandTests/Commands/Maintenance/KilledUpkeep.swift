import CSQLite
import Foundation
import TestSupport
import Testing

/// Upkeep in a process that is killed again and again.
@Suite(.timeLimit(.minutes(60))) struct KilledUpkeep {
    private let tool: Tool
    /// How often it is killed: more by `HEARTH_KILLS`.
    private let kills = ProcessInfo.processInfo.environment["HEARTH_KILLS"].flatMap(Int.init) ?? 8

    init() throws {
        tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
    }

    /// A store with memories that expire at a moment, that say the same, and that are beyond the limit.
    private func fill(expiring end: Date) async throws {
        var lines: [String] = []
        for index in 0..<60 {
            lines.append(
                #"{"text":"Old note \#(index)","agent":"mimic","user":"iris","expires_at":"\#(end.formatted(.iso8601))"}"#
            )
            lines.append(
                #"{"id":"same-\#(index)","text":"The same thing, \#(index / 3)","agent":"alden","user":"iris","type":"semantic"}"#
            )
            lines.append(#"{"text":"Step \#(index)","agent":"alice","user":"iris","type":"working"}"#)
        }
        let path = try tool.sandbox.write("memories.jsonl", lines.map { $0 + "\n" }.joined())
        let outcome = try await tool.run("import", path)
        try #require(outcome.status == 0, "\(outcome.errors)")
    }

    /// Which memories are left, deleted or folded, and into what.
    private func memories(_ path: String) throws -> [String] {
        var connection: OpaquePointer?
        var statement: OpaquePointer?
        defer {
            sqlite3_finalize(statement)
            sqlite3_close(connection)
        }
        try #require(sqlite3_open(path, &connection) == SQLITE_OK)
        sqlite3_wal_autocheckpoint(connection, 0)
        let sql = """
            SELECT m.memory_key || ' ' || coalesce(m.ended, 0) || ' ' || coalesce(m.folded_into, 0) || ' ' || m.head_number
            FROM memories AS m ORDER BY m.memory_key
            """
        try #require(sqlite3_prepare_v2(connection, sql, -1, &statement, nil) == SQLITE_OK)
        var rows: [String] = []
        while sqlite3_step(statement) == SQLITE_ROW { rows.append(String(cString: sqlite3_column_text(statement, 0))) }
        return rows
    }

    /// Runs upkeep to its end.
    private func finish(_ path: String) async throws {
        for _ in 0..<20 {
            let report = try JSON(try await tool.start(["maintain", "--json", "--db", path]).outcome().output)
            if report["steps"]?.array.allSatisfy({ $0["cut_short"]?.bool == false }) == true { return }
        }
        Issue.record("Upkeep does not come to its end.")
    }

    @Test func `killed at random moments and then finished, upkeep leaves what it leaves undisturbed`() async throws {
        let seed = UInt64(ProcessInfo.processInfo.environment["HEARTH_SEED"] ?? "") ?? .random(in: 0 ... .max)
        var generator = SeededGenerator(seed: seed)
        let end = Date.now.addingTimeInterval(4)
        try await fill(expiring: end)
        let other = tool.sandbox.file("undisturbed.db")
        try FileManager.default.copyItem(atPath: tool.store, toPath: other)
        // All of Mimic's have expired by then.
        while Date.now < end { try await Task.sleep(for: .milliseconds(50), clock: .continuous) }
        let began = ContinuousClock.now
        try await finish(other)
        var seconds = (ContinuousClock.now - began) / .seconds(1)
        var killed = 0
        // What is left to do becomes less, so a kill that comes too late makes the next ones come earlier.
        for _ in 0..<kills * 10 where killed < kills {
            let running = try tool.start(["maintain", "--db", tool.store])
            let moment = Double.random(in: 0...seconds, using: &generator)
            try await Task.sleep(for: .seconds(moment), clock: .continuous)
            running.signal(SIGKILL)
            if try await running.outcome().signal == SIGKILL { killed += 1 } else { seconds /= 2 }
        }
        #expect(killed == kills)
        try await finish(tool.store)
        #expect(try memories(tool.store) == memories(other), "seed \(seed), killed \(killed) times")
        for path in [tool.store, other] {
            let outcome = try await tool.start(["verify", "--db", path]).outcome()
            #expect(outcome.status == 0, "seed \(seed): \(outcome.text)")
        }
        let left = try memories(other).filter { $0.contains(" 0 0 ") }
        // One of each three that say the same, and 50 working memories of Alice's.
        #expect(left.count == 20 + 50, "\(left.count)")
    }
}
