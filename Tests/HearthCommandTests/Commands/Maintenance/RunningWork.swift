import Foundation
import Glibc
import HearthMemory
import TestSupport
import Testing

/// `hearth run` does the background work of a store until a signal ends it.
@Suite(.timeLimit(.minutes(60))) struct RunningWork {
    @Test(arguments: [SIGTERM, SIGINT])
    func `drafts of all agents are published at once, and a signal ends it with 0`(signal: Int32) async throws {
        let tool = try Tool(["HEARTH_USER": "iris"])
        let id = try await tool.stored("tea", "--agent", "alden", "--category", "preference")
        try await tool.run("edit", id, "oolong", "--agent", "alden")
        let running = try tool.start(["run", "--interval", "3600", "--json", "--db", tool.store])
        try await until { try await tool.text(of: id, as: "alice") == "oolong" }
        // A process that is not there yet to hear the signal would die of it.
        try await until { running.catches(signal) || !running.isRunning }
        running.signal(signal)
        let outcome = try await running.outcome()
        #expect(outcome.status == 0 && outcome.signal == nil)
        let report = try outcome.json
        #expect(report["cycles"]?.int ?? 0 >= 1 && report["consecutive_failures"]?.int == 0)
        #expect(report["last_cycle"]?["settled"]?.int == 1)
        #expect(outcome.errors.contains("Background work has begun") && outcome.errors.contains("has ended"))
        #expect(!outcome.errors.contains("oolong"))
        let help = try await tool.run(["help", "run"]).text
        let explained = Set(help.split { !$0.isLetter && $0 != "_" }.map(String.init))
        #expect(report.allKeys.subtracting(explained) == [])
    }

    @Test func `without an interval there is nothing to run, and no store is made`() async throws {
        let tool = try Tool(["MEMORY_SYNC_INTERVAL": "0"])
        #expect(try await tool.run("run").status == 1)
        #expect(try await tool.run("run", "--interval", "-1").status == 64)
        #expect(try await tool.run("run", "--interval", "1").errors.contains("There is no store"))
        #expect(!tool.sandbox.exists("store.db"))
    }
}
